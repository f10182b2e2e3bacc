// What the checks find that a phone can find by itself; the twin of fieldapp/domain/findings.py,
// held to it by tests/journeys/test_field_rules.py. Doubles and the quality of photos are for the
// server, which has the last word on all of them.

import { ageOn, isoDate } from "./ages.js";

const TOO_OLD = 65;
const TOO_YOUNG = 15;
const MINOR = 18;
const FAR_ABOVE = 2;
const LONGEST_ON_A_KTP = 60;
const PHOTOS = { ktp: "ktp_photo", face: "face_photo" };

const WEIGHTS = {
  nik_form: "block",
  unreadable: "block",
  missing: "block",
  no_nik_yet: "block",
  too_old: "block",
  too_young: "block",
  birth_date_differs: "warn",
  sex_differs: "warn",
  regency_differs: "warn",
  minor: "warn",
  name_long: "warn",
  photo_missing: "warn",
  income_low: "warn",
  income_high: "warn",
  no_phone: "note",
};
const RANK = Object.keys(WEIGHTS);

/** Those that are found here again each time; of the others the server's are shown. */
export const FOUND_HERE = new Set(RANK);

/** The heaviest first: { code, field, weight, key, facts }.

  values, faults: of readEntries, and values.consent_version; required: names of fields;
  category: { usual_income_from, usual_income_to } or undefined; photos: kinds that there are. */
export function judge({ values, faults, required, category, photos, today }) {
  const found = [];
  const find = (code, field, facts = {}) =>
    found.push({ code, field, facts, weight: WEIGHTS[code], key: `${code}:${field}` });
  const nik = values.nik_read;

  for (const [field, { fault, ...facts }] of Object.entries(faults)) {
    find(field === "nik" ? "nik_form" : "unreadable", field, { ...facts, fault });
  }
  for (const name of required) {
    if (values[name] !== undefined || faults[name]) continue;
    const waits = name === "nik" && values.no_nik_reason;
    find(waits ? "no_nik_yet" : "missing", name);
  }

  const born = values.birth_date ?? nik?.birthDate;
  if (born) {
    const start = values.starts_on ?? today;
    const facts = { age: ageOn(born, start), start_date: start };
    if (birthday(born, TOO_OLD) <= start) {
      find("too_old", "birth_date", { ...facts, turned_date: birthday(born, TOO_OLD) });
    } else if (birthday(born, TOO_YOUNG) > start) find("too_young", "birth_date", facts);
    else if (birthday(born, MINOR) > start) find("minor", "birth_date", facts);
  }

  if (nik) {
    const { birth_date: typed, sex, village_code: village } = values;
    if (typed && typed !== nik.birthDate) {
      const dates = { birth_date: typed, nik_birth_date: nik.birthDate };
      find("birth_date_differs", "birth_date", dates);
    }
    if (sex && sex !== nik.sex) find("sex_differs", "sex", { nik_sex: nik.sex });
    if (village && !village.startsWith(`${nik.regency}.`)) {
      find("regency_differs", "village_code", { nik_regency: nik.regency });
    }
  }

  const { length } = [...(values.name ?? "")];
  if (length > LONGEST_ON_A_KTP) find("name_long", "name", { length, longest: LONGEST_ON_A_KTP });

  for (const [kind, field] of Object.entries(PHOTOS)) {
    if (!photos.includes(kind)) find("photo_missing", field);
  }

  if (values.income !== undefined && category) {
    const { usual_income_from: from, usual_income_to: to } = category;
    const facts = { usual_from: from, usual_to: to };
    if (values.income < from) find("income_low", "income", facts);
    else if (values.income > to * FAR_ABOVE) find("income_high", "income", facts);
  }

  if (!values.phone && !faults.phone) find("no_phone", "phone");
  return found.sort((one, other) => RANK.indexOf(one.code) - RANK.indexOf(other.code));
}

// Born on 29 February, the birthday of a common year is 1 March.
function birthday(born, years) {
  const [year, month, day] = born.split("-").map(Number);
  return isoDate(year + years, month, day) ?? `${year + years}-03-01`;
}

const ORDER = [
  ["spouse", "child"],
  ["parent", "grandchild", "grandparent"],
  ["sibling"],
  ["parent_in_law"],
];

/** Who of the family receives by law: names of the first step that somebody stands on. */
export function heirsOf(family) {
  const step = ORDER.find((relations) => family.some(({ relation }) => relations.includes(relation)));
  return step ? family.filter(({ relation }) => step.includes(relation)).map(({ name }) => name) : [];
}

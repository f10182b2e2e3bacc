// How what was typed into each field is read; the twin of FIELDS in fieldapp/domain/forms.py and of
// dates.py, names.py and phones.py, held to them by tests/journeys/test_field_rules.py. Where
// Python raises, these give { fault, ...facts }; else { value }.

import { isoDate } from "./ages.js";
import { parseRupiah } from "./money.js";
import { parseKk, parseNik } from "./nik.js";
import { REGENCIES } from "./regencies.js";

const MONTHS = Object.fromEntries(
  [
    "jan januari january",
    "feb februari february pebruari",
    "mar maret march",
    "apr april",
    "mei may",
    "jun juni june",
    "jul juli july",
    "agu agt ags agustus aug august",
    "sep sept september",
    "okt oktober oct october",
    "nov november nopember",
    "des desember dec december",
  ].flatMap((names, at) => names.split(" ").map((name) => [name, at + 1])),
);
const EARLIEST = "1900-01-01";
const DAY_FIRST = /^(\d{1,2})[-/. ]+(\d{1,2}|[a-z]+)[-/. ]+(\d{4})$/;
const YEAR_FIRST = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const RUN = /^(\d{2})(\d{2})(\d{4})$/;

export function parseDate(text) {
  const typed = text.trim().toLowerCase();
  const turned = YEAR_FIRST.exec(typed);
  const found = turned ? [turned[3], turned[2], turned[1]]
    : (DAY_FIRST.exec(typed) ?? RUN.exec(typed))?.slice(1);
  if (!found) return { fault: "date_form" };
  const [day, , year] = found.map(Number);
  const month = /^\d+$/.test(found[1]) ? Number(found[1]) : (MONTHS[found[1]] ?? 0);
  const value = year ? isoDate(year, month, day) : null;
  if (!value) return { fault: "date_impossible", day, month, year };
  return value < EARLIEST ? { fault: "date_too_early", day, month, year } : { value };
}

export const LONGEST_NAME = 120;

export function tidyName(text) {
  const value = spaced(text.normalize("NFC"));
  const letters = [...value];
  if (letters.some((each) => /\p{Nd}/u.test(each))) return { fault: "name_digits" };
  const odd = letters.find((each) => !/[ .,'’\u0060\-/()\p{L}\p{M}]/u.test(each));
  if (odd) return { fault: "name_signs", sign: odd };
  if (!letters.some((each) => /\p{L}/u.test(each))) return { fault: "name_empty" };
  if (letters.length > LONGEST_NAME) {
    return { fault: "name_too_long", length: letters.length, longest: LONGEST_NAME };
  }
  return { value };
}

export function parsePhone(text) {
  const typed = text.replace(/[\s.()/\-‐‑–—]/g, "");
  if (!/^\+?[0-9]*$/.test(typed)) return { fault: "phone_letters" };
  const home = `0${typed.replace(/^(?:(?:\+|00)?62(?=0?[2-9])|\+)/, "").replace(/^0/, "")}`;
  if (/^(?:08[1-9][0-9]{7,10}|0[2-79][0-9]{6,10})$/.test(home)) return { value: `+62${home.slice(1)}` };
  if (/^0[2-9][0-9]*$/.test(home)) return { fault: "phone_length", length: home.length };
  return { fault: "phone_prefix" };
}

/** villages: [[regency, [[district, [[code, name], …]], …]], …], as the reference has them. */
export function villagesByName(villages) {
  const byName = new Map();
  for (const [regency, districts] of villages) {
    for (const [district, all] of districts) {
      for (const [code, name] of all) {
        const village = { code, label: `${name}, ${district}, ${regency}` };
        const ways = [name, `${name} ${district}`, `${name} ${regency}`, village.label];
        for (const key of new Set([code, ...ways.map(villageKey)])) {
          byName.set(key, [...(byName.get(key) ?? []), village]);
        }
      }
    }
  }
  return byName;
}

function villageKey(text) {
  return text
    .toLowerCase()
    .replace(/\b(desa|kelurahan|kel|ds|kecamatan|kec)\b\.?/g, " ")
    .replace(/[^a-z0-9]+/g, " ")
    .trim();
}

function village(text, { byName }) {
  const found = byName.get(text) ?? byName.get(villageKey(text)) ?? [];
  if (found.length === 1) return { value: found[0].code };
  if (!found.length) return { fault: "village_unknown", choices: [] };
  return { fault: "village_unclear", choices: found.map(({ label }) => label) };
}

const spaced = (text) => text.trim().split(/\s+/u).join(" ");
const kept = (text) => ({ value: text });
const text = (longest) => (typed) => {
  const value = spaced(typed);
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(value)) return { fault: "entry_signs" };
  const { length } = [...value];
  return length > longest ? { fault: "entry_long", length, longest } : { value };
};
const pattern = (wanted, fault) => (typed) => {
  const value = typed.replace(/[\s.\-/]/g, "").toUpperCase();
  return wanted.test(value) ? { value } : { fault };
};
const block = (typed) => {
  const digits = typed.trim();
  if (!/^\d{1,3}$/.test(digits)) return { fault: "entry_digits", wanted: 3 };
  return { value: digits.padStart(3, "0") };
};
const postalCode = (typed) => {
  const value = typed.replace(/ /g, "");
  return /^[1-9]\d{4}$/.test(value) ? { value } : { fault: "entry_digits", wanted: 5 };
};
const email = (typed) => {
  const value = typed.trim();
  const right = value.length <= 120 && /^[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+$/.test(value);
  return right ? { value } : { fault: "entry_email" };
};
const number = (parse) => (typed, { today }) => {
  const read = parse(typed, { today, regencies: REGENCIES });
  return read.fault ? read : { value: read.text, read };
};
const money = (typed) => {
  const read = parseRupiah(typed);
  return read.fault ? read : { value: read.amount };
};

const FIELDS = {
  nik: number(parseNik),
  no_nik_reason: text(200),
  kk: number(parseKk),
  name: tidyName,
  birth_place: text(60),
  birth_date: parseDate,
  mother_name: tidyName,
  street: text(120),
  banjar: text(60),
  customary_village: text(60),
  rt: block,
  rw: block,
  village_code: village,
  postal_code: postalCode,
  phone: parsePhone,
  email,
  workplace: text(120),
  work_hours: text(40),
  second_job: text(80),
  former_kpj: pattern(/^[0-9A-Z]{11}$/, "entry_kpj"),
  npwp: pattern(/^[0-9]{15,16}$/, "entry_npwp"),
  income: money,
  starts_on: parseDate,
  term_from: parseDate,
  term_to: parseDate,
};

// Rows without anything but a relation are no rows; the first that cannot be read is told of.
function familyOf(rows) {
  const members = [];
  for (const row of rows) {
    const { relation = "", name = "", birth_date: born = "", sex = "" } = row;
    if (![name, born, sex].some((each) => each.trim())) continue;
    const named = tidyName(name);
    const date = born.trim() ? parseDate(born) : { value: "" };
    const because = (relation ? "" : "entry_choice") || named.fault || date.fault;
    if (because) return { fault: "entry_family", row: members.length + 1, because };
    members.push({ relation, name: named.value, birth_date: date.value, sex });
  }
  return { value: members };
}

/** Reads texts by field. today: ISO text; byName: of villagesByName. Gives { values, faults };
    what is empty, or cannot be read, has no value. */
export function readEntries(fields, look) {
  const values = {};
  const faults = {};
  for (const [name, typed] of Object.entries(fields)) {
    if (typeof typed === "string" && !typed.trim()) continue;
    const read = name === "family" ? familyOf(typed) : (FIELDS[name] ?? kept)(typed, look);
    if (read.fault) faults[name] = read;
    else values[name] = read.value;
    if (name === "nik" && read.read) values.nik_read = read.read;
  }
  return { values, faults };
}

// What is said beside the fields without a server: findings of the rules in words, how each section
// stands. The same shape as the server's answer to a save (web/views/registrations/told.py).

import { ageOn } from "../rules/ages.js";
import { heirsOf } from "../rules/findings.js";

// Nobody is told that a field is empty while they are still on their way to it.
const AT_THE_END = ["missing", "no_nik_yet", "photo_missing", "photo_on_the_way", "no_phone"];

const rupiah = (amount) => `Rp${String(amount).replace(/\B(?=(\d{3})+(?!\d))/g, ".")}`;

// told: words of /api/v1/words; own: words of the form; names: regencies by code.
export function startWording({ told, own, names, language }) {
  const day = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
  const date = (iso) => day.format(new Date(`${iso}T00:00Z`));
  const shown = {
    birth_date: date,
    nik_birth_date: date,
    start_date: date,
    turned_date: date,
    guess: rupiah,
    largest: rupiah,
    usual_from: rupiah,
    usual_to: rupiah,
    nik_regency: (code) => names[code] ?? code,
    nik_sex: (sex) => own[sex].toLowerCase(),
    choices: (all) => all.join("; "),
  };
  const filled = (template, facts) =>
    template.replace(/%\((\w+)\)[sd]/g, (_all, name) =>
      name in facts ? (shown[name]?.(facts[name]) ?? facts[name]) : "");

  /** One finding in words; the server's own words where it has said it already. */
  return ({ code, field, facts = {}, text }) => {
    if (text) return text;
    if (code === "missing") return field === "consent_version" ? own.agree : own.fillin;
    const template = facts.fault ? told.faults[facts.fault] : told.findings[code];
    const label = told.fields[field] ?? field;
    return template ? filled(template, { ...facts, field: label }) : label;
  };
}

/** findings with { weight, code, field, key } → what registration/told.js shows. */
export function tell({ form, findings, finished, say, values, faults, required, today, own }) {
  const said = findings.filter(({ code }) => finished || !AT_THE_END.includes(code));
  const notes = {};
  for (const finding of said) {
    (notes[finding.field] ??= []).push({ weight: finding.weight, text: say(finding) });
  }
  const family = values.family ?? [];
  const heirs = heirsOf(family).join(", ");
  return {
    said,
    notes,
    sections: sections({ form, findings, said, values, required, today, own }),
    village: {
      choices: faults.village_code?.fault === "village_unclear" ? faults.village_code.choices : [],
    },
    heirs: heirs ? own.heirs.replace("{}", heirs) : family.length ? own.noheirs : "",
    read: { nik: null },
  };
}

function sections({ form, findings, said, values, required, today, own }) {
  const summaries = summariesOf({ form, values, today, own });
  const states = {};
  for (const section of form.querySelectorAll("[data-section]")) {
    const fields = [...section.querySelectorAll("[data-field]")].map((each) => each.dataset.field);
    const here = (all) => all.some((each) => each.weight === "block" && fields.includes(each.field));
    const summary = summaries[section.id] ?? "";
    const asked = required.some((name) => fields.includes(name));
    const done = !here(findings) && (asked || summary);
    states[section.id] = { status: here(said) ? "wrong" : done ? "done" : "todo", summary };
  }
  return states;
}

function summariesOf({ form, values, today, own }) {
  const { elements } = form;
  const { name = "", birth_date: born } = values;
  const chosen = (field) => (field.value ? field.selectedOptions[0].textContent.trim() : "");
  const listed = (...parts) => parts.filter(Boolean).join(", ");
  return {
    ktp: name && born
      ? own.summary.replace("{name}", name).replace("{age}", ageOn(born, today)) : name,
    person: listed(values.mother_name, chosen(elements.marital_status)),
    address: listed(values.street, values.banjar),
    work: listed(chosen(elements.category_id), values.workplace),
    family: listed(...(values.family ?? []).map((each) => each.name)),
    consent: listed(values.consent_version && own.agreed, values.signed && own.signed),
  };
}

// Between the form on the page and the texts of a record.

const DATES = ["birth_date", "starts_on", "term_from", "term_to"];
const MEMBER = ["relation", "name", "birth_date", "sex"];
const LEFT_OUT = ["consent_version", "village_choice"];

/** Texts by field, as the API takes them. */
export function fieldsOf(form) {
  const data = new FormData(form);
  const fields = { with_jht: form.elements.with_jht.checked, family: [] };
  for (const [name, value] of data) {
    const member = /^family-(\d+)-(\w+)$/.exec(name);
    if (member) (fields.family[member[1]] ??= {})[member[2]] = value;
    else if (typeof value === "string" && !LEFT_OUT.includes(name)) fields[name] = value;
  }
  for (const name of DATES) {
    const parts = data.getAll(name).map((part) => part.trim());
    fields[name] = parts.some(Boolean) ? parts.join("-") : "";
  }
  fields.with_jht = form.elements.with_jht.checked;
  fields.sex ??= "";
  fields.family = fields.family.filter((row) => MEMBER.some((key) => row[key]?.trim()));
  return fields;
}

/** Puts the texts of a record into the form. */
export function fill(form, fields, addMember) {
  for (const [name, value] of Object.entries(fields)) {
    if (name === "family") fillFamily(form, value ?? [], addMember);
    else if (DATES.includes(name)) fillDate(form, name, value ?? "");
    else if (form.elements[name]) fillOne(form.elements[name], value ?? "");
  }
}

function fillOne(control, value) {
  if (control.type === "checkbox") control.checked = Boolean(value);
  else {
    control.value = value;
    // What is no longer offered is not dropped without a word.
    if (control.tagName === "SELECT" && control.value !== value) {
      control.add(new Option(value, value, true, true));
    }
  }
}

// "12-5-1985" as it was typed, "1985-05-12" as a browser writes it; "12--1985" lacks the month.
function fillDate(form, name, text) {
  let parts = text.split("-");
  if (parts.length !== 3) parts = text ? [text, "", ""] : ["", "", ""];
  if (parts[0].length === 4) parts.reverse();
  form.querySelectorAll(`[name="${name}"]`).forEach((input, at) => (input.value = parts[at] ?? ""));
}

function fillFamily(form, members, addMember) {
  for (const [at, member] of members.entries()) {
    if (!form.elements[`family-${at}-name`]) addMember();
    for (const key of MEMBER) form.elements[`family-${at}-${key}`].value = member[key] ?? "";
  }
}

/** The kinds of work of the agency, with what each price is reckoned by. */
export function offerCategories(select, categories) {
  for (const { id, name, segment, sector, risk_class: risk, payer } of categories) {
    const option = new Option(name, id);
    Object.assign(option.dataset, { segment, sector: sector ?? "other", risk: risk ?? "", payer });
    select.add(option);
  }
}

// The form of one worker, kept on this phone at each change. The parts are those of the page with a
// signal; what differs is where they save, and who looks at what was typed.

import { startContribution } from "../../registration/contribution.js";
import { startFamily } from "../../registration/family.js";
import { startNik } from "../../registration/nik.js";
import { startPhotos } from "../../registration/photo.js";
import { startSections } from "../../registration/sections.js";
import { startSignature } from "../../registration/signature.js";
import { show as showTold } from "../../registration/told.js";
import { startVillage } from "../../registration/village.js";
import { showPhoto } from "../../photo.js";
import { readEntries, villagesByName } from "../../rules/entries.js";
import { FOUND_HERE, judge } from "../../rules/findings.js";
import { fieldsOf, fill as fillForm, offerCategories } from "../filling.js";
import { copy, fill, today as todayHere, wordsOf } from "../markup.js";
import { startWording, tell } from "../notes.js";
import { startKeeping } from "../saving.js";

const PAUSE = 250;
const SENT_ONCE = ["waiting", "sending"];
const NO_WORDS = { fields: {}, findings: {}, faults: {} };

export async function show(section, context, id) {
  const form = section.querySelector("form");
  const own = { ...JSON.parse(form.dataset.words), ...wordsOf(section, "[data-form-words]") };
  const today = todayHere();
  form.dataset.today = today;

  const [reference, told, row] = await Promise.all([
    context.reference.get("reference"),
    context.reference.get(`words:${context.language}`),
    id === "new" ? null : context.rows.get(id),
  ]);
  let record = id === "new" ? null : await recordOf(context, id, row);
  if (id !== "new" && !record) {
    context.say(own.gone);
    context.go("#/");
    return undefined;
  }
  let release = record ? await context.records.hold(record.id) : null;
  if (record && !release) {
    context.say(own.elsewhere);
    context.go("#/");
    return undefined;
  }
  const required = reference?.required ?? [];
  const categories = reference?.categories ?? [];
  const byName = villagesByName(reference?.villages ?? []);
  const say = startWording({
    told: told ?? NO_WORDS, own, names: JSON.parse(form.dataset.regencies),
    language: context.language,
  });
  let finished = false;
  let warned = false;
  let asked = { nik: "", found: false };
  let timer = 0;

  offerCategories(form.elements.category_id, categories);
  if (!record) begin(form, categories, today);

  const saving = startKeeping(form, own, {
    context, record, read: (kept) => readForm(form, kept), told: later, begun,
  });
  startSections(form);
  startFamily(form, own, saving);
  if (record) await open(section, form, context, { record, row, own });
  showStates(section, record, row);
  startNik(form, own);
  startContribution(form);
  startVillage(form, own, async () => reference?.villages ?? []);
  startPhotos(form, own, saving);
  startSignature(form, own, saving);
  // A picture of a signature is for those without scripts.
  form.querySelector("[data-signature] details").hidden = true;
  if (record) await look();

  function begun(made) {
    // Without a change of view: who types is not interrupted, and a reload finds the record.
    history.replaceState(null, "", `#/registrations/${made.id}`);
    context.records.hold(made.id).then((held) => (release = held));
    section.querySelector("[data-remove]").hidden = false;
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(() => look().catch(context.failed), PAUSE);
  }

  // Reads and judges what stands in the form, and says it beside the fields.
  async function look() {
    clearTimeout(timer);
    record = saving.record() ?? record;
    const { values, faults } = readEntries(fieldsOf(form), { today, byName });
    if (form.elements.consent_version.checked) values.consent_version = form.dataset.consent;
    values.signed = Boolean(record?.parts?.signature);
    const photos = ["ktp", "face"].filter((kind) => record?.parts?.[kind] || row?.parts?.[kind]);
    const category = categories.find((each) => each.id === values.category_id);
    const findings = [
      ...judge({ values, faults, required, category, photos, today }),
      ...fromServer(record, row),
    ];
    if (await perhapsKnown(values.nik)) {
      findings.push({ code: "known", field: "nik", weight: "note", key: "", text: own.known });
    }
    const answer = tell({ form, findings, finished, say, values, faults, required, today, own });
    showTold(form, { ...answer, warnings: reasons(section, answer.said, record, say) }, own);
    return answer;
  }

  // The filter is asked once a number: look-ups are counted.
  async function perhapsKnown(nik = "") {
    if (nik !== asked.nik) {
      const found = nik ? await context.reference.known(nik).catch(() => null) : null;
      asked = { nik, found: Boolean(found) };
    }
    return asked.found;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    finished = true;
    // Nothing was typed at all: it is begun, so that there is something to come back to.
    if (!saving.record()) await saving.keep();
    if (!(await saving.settled())) return;
    const { said } = await look();
    const wrong = said.filter((each) => each.weight === "block" && FOUND_HERE.has(each.code));
    showWrong(section, wrong, { own, say });
    if (wrong.length) return;
    const open = [...form.querySelectorAll("[data-warnings] .control")].filter((each) => !each.value);
    if (open.length && !warned) {
      warned = true; // shown once, then let go
      context.say(own.almost);
      open[0].scrollIntoView({ block: "center" });
      open[0].focus({ preventScroll: true });
      return;
    }
    const { id: done } = saving.record();
    await saving.end();
    await context.records.finish(done);
    context.say(own.ready);
    context.go("#/");
    context.sync.flush("finished");
  });

  const remove = section.querySelector("[data-remove]");
  remove.hidden = !record || row !== null || record.base > 0 || SENT_ONCE.includes(record.state);
  remove.addEventListener("click", async () => {
    if (remove.dataset.sure === undefined) {
      remove.dataset.sure = "";
      remove.textContent = own.sure;
      remove.classList.replace("button-plain", "button-danger");
      return;
    }
    await saving.end();
    await context.records.remove(saving.record().id);
    context.say(own.removed);
    context.go("#/");
  });

  return async () => {
    clearTimeout(timer);
    await saving.end();
    release?.();
    for (const image of form.querySelectorAll("img[src^='blob:']")) URL.revokeObjectURL(image.src);
  };
}

// What is on this phone; or a row that came back, which is taken up to be mended.
async function recordOf(context, id, row) {
  const kept = await context.records.get(id);
  if (kept) return kept;
  return row?.editable ? context.rows.takeUp(context.records, id) : null;
}

function begin(form, categories, today) {
  const [year, month] = today.split("-").map(Number);
  const next = new Date(Date.UTC(year, month, 1));
  const first = [1, next.getUTCMonth() + 1, next.getUTCFullYear()];
  form.querySelectorAll('[name="starts_on"]').forEach((input, at) => (input.value = first[at]));
  if (categories.length === 1) {
    form.elements.category_id.value = categories[0].id;
    form.elements.payer.value = categories[0].payer;
  }
}

async function open(section, form, context, { record, row, own }) {
  fillForm(form, record.fields, () => form.querySelector("[data-add-member]").click());
  form.elements.consent_version.checked = Boolean(record.consent?.given);
  for (const kind of ["ktp", "face"]) {
    const sha256 = record.parts?.[kind];
    const picture = sha256 && (await context.records.photo(sha256));
    const fieldset = form.querySelector(`[data-photo="${kind}_photo"]`);
    if (picture) showPhoto(fieldset, picture);
    else if (row?.parts?.[kind]) {
      fieldset.querySelector("[data-photo-status]").textContent = own.held;
    }
  }
  const drawn = record.parts?.signature && (await context.records.photo(record.parts.signature));
  if (drawn) {
    const image = new Image();
    image.className = "signature-kept";
    image.dataset.signatureKept = "";
    image.alt = form.querySelector("canvas").getAttribute("aria-label");
    image.src = URL.createObjectURL(drawn);
    form.querySelector("[data-signature-pad]").before(image);
  }
  fill(section, { title: record.fields.name || section.querySelector("h1").textContent });
}

// What the record is about to be, as the API takes it.
function readForm(form, { consent }) {
  const confirmations = {};
  for (const input of form.querySelectorAll("[data-warnings] .control")) {
    confirmations[input.dataset.key] = input.value;
  }
  return {
    fields: fieldsOf(form),
    consent: consentOf(form, consent),
    ...(Object.keys(confirmations).length ? { confirmations } : {}),
  };
}

function consentOf(form, before) {
  const version = form.dataset.consent;
  const given = form.elements.consent_version.checked;
  if (given === Boolean(before?.given) && (!given || before.version === version)) return before;
  return { given, version, at: new Date().toISOString() };
}

// What only the server finds, as it said it last.
function fromServer(record, row) {
  const said = record?.findings?.length ? record.findings : (row?.findings ?? []);
  const { error } = record ?? {};
  const field = /^fields\/(\w+)/.exec(error?.facts?.where ?? "")?.[1];
  return [
    ...said.filter(({ code }) => !FOUND_HERE.has(code)),
    ...(field ? [{ code: error.code, field, weight: "block", key: "", text: error.title }] : []),
  ];
}

function showStates(section, record, row) {
  const part = (name) => section.querySelector(`[data-form="${name}"]`);
  part("returned").hidden = !(row?.stage === "returned" && row.reason);
  part("waiting").hidden = !SENT_ONCE.includes(record?.state);
  part("both").hidden = record?.state !== "both";
  part("error").hidden = !(record?.error?.title && record.state !== "both");
  part("both").querySelector("a").href = `#/registrations/${record?.id}/both`;
  fill(section, { reason: row?.reason ?? "", error: record?.error?.title ?? "" });
}

// The warnings with room for a reason each.
function reasons(section, said, record, say) {
  const warnings = said.filter((each) => each.weight === "warn" && each.key);
  if (!warnings.length) return "";
  const part = copy("[data-reasons]", section);
  const before = record?.confirmations ?? {};
  part.firstElementChild.append(...warnings.map((finding, at) => {
    const line = copy("[data-reason]", section);
    const [label, input] = line.querySelectorAll("label, input");
    label.htmlFor = input.id = `reason-${at}`;
    label.textContent = say(finding);
    input.dataset.key = finding.key;
    input.value = before[finding.key] ?? "";
    return line;
  }));
  return part;
}

// The summary on top: a link to each field that stops it.
function showWrong(section, wrong, { own, say }) {
  const box = section.querySelector('[data-form="wrong"]');
  box.hidden = !wrong.length;
  fill(box, { wrong: own.wrong.replace("{}", wrong.length) });
  box.querySelector("ul").replaceChildren(...wrong.map((finding) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = "#/";
    link.textContent = [labelOf(section, finding.field), say(finding)].filter(Boolean).join(": ");
    link.addEventListener("click", (event) => {
      event.preventDefault();
      goTo(section, finding.field);
    });
    item.append(link);
    return item;
  }));
  if (wrong.length) box.firstElementChild.focus();
}

function labelOf(section, name) {
  const label = section.querySelector(`[data-field="${name}"] :is(.field-label, legend)`);
  return label?.firstChild.textContent.trim() ?? "";
}

function goTo(section, name) {
  const box = section.querySelector(`[data-field="${name}"]`);
  for (let part = box; part; part = part.parentElement.closest("details")) part.open = true;
  const control = box.querySelector("input:not([type=hidden]), select, textarea");
  control?.focus();
  box.scrollIntoView({ block: "center" });
}

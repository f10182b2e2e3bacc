// Two devices changed one record. Both values are shown; what is chosen goes as a new revision.

import { copy, fill, when, wordsOf } from "../markup.js";

export async function show(section, context, id) {
  const { records, reference, say, go, language } = context;
  const words = wordsOf(section, "[data-both-words]");
  const form = section.querySelector("#phone-both");
  const record = await records.get(id);
  const { differing, registration } = record?.error ?? {};
  if (!["both", "draft"].includes(record?.state) || !differing) {
    section.querySelector("[data-both-none]").hidden = false;
    section.querySelector(".main-action").hidden = true;
    return;
  }
  const labels = (await reference.get(`words:${language}`))?.fields ?? {};
  const tables = (await reference.get("reference")) ?? {};
  const told = reader(words, tables);
  const changed = put(words.changed, when(Date.parse(registration.changed_at), language));
  fill(section, {
    who: `${record.fields.name || registration.name || words.nameless} · ${changed}`,
  });
  const names = Object.keys(differing);
  // As it stands on the phone now: somebody may have typed on since it was refused.
  const yours = (name) => record.fields[name] ?? differing[name].yours;
  section.querySelector("[data-both-same]").hidden = names.length > 0;
  section.querySelector('[data-list="fields"]').append(...names.map((name) => {
    const part = fill(copy("[data-field-choice]", section).firstElementChild, {
      label: labels[name] ?? name,
      yours: told(name, yours(name)),
      theirs: told(name, differing[name].theirs),
    });
    for (const input of part.querySelectorAll("input")) input.name = name;
    return part;
  }));
  form.hidden = false;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fields = { ...record.fields };
    for (const name of names) {
      fields[name] = form.elements[name].value === "yours" ? yours(name) : differing[name].theirs;
    }
    const { records: kept, sync } = context; // others than at first after a lock
    await kept.save({
      ...record,
      fields,
      state: "draft",
      error: null,
      base: registration.revision,
      revision: Math.max(record.revision, registration.received_revision) + 1,
    });
    await kept.finish(id);
    say(words.chosen);
    sync.flush("chosen");
    go("#/outbox");
  });
}

// Values as people read them; the words of choices are those of the form.
function reader(words, tables) {
  const form = document.getElementById("view-form")?.content;
  const option = (name, value) => {
    const quoted = `"${CSS.escape(String(value))}"`;
    const found = form?.querySelector(
      `[name="${name}"] option[value=${quoted}], input[name="${name}"][value=${quoted}]`,
    );
    return found?.matches("option") ? found.textContent.trim()
      : found?.closest("label")?.querySelector("span")?.firstChild?.textContent.trim();
  };
  const village = (code) => {
    for (const [regency, districts] of tables.villages ?? []) {
      for (const [district, all] of districts) {
        const found = all.find(([each]) => each === code);
        if (found) return [found[1], district, regency].join(", ");
      }
    }
    return code;
  };
  return (name, value) => {
    if (value === true) return words.yes;
    if (value === false) return words.no;
    if (Array.isArray(value)) {
      return value.map((each) => [each.name, option("relation", each.relation) ?? each.relation]
        .filter(Boolean).join(", ")).join("; ") || words.nothing;
    }
    if (!value) return words.nothing;
    if (name === "village_code") return village(value);
    if (name === "category_id") {
      return tables.categories?.find((each) => each.id === value)?.name ?? value;
    }
    return option(name, value) || value;
  };
}

const put = (text, ...facts) => facts.reduce((said, fact) => said.replace("{}", fact), text);

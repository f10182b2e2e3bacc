// A batch put together here: who is complete is ticked already. It is frozen with its own number,
// waits in the outbox like everything else, and goes after the workers that it names.

import { copy, fill, mark, wordsOf } from "../markup.js";

const OPEN = ["draft", "returned"];

export async function show(section, context) {
  const { outbox, records, rows, reference, say, go } = context;
  const words = wordsOf(section, "[data-batch-words]");
  const form = section.querySelector("#phone-batch");
  const send = section.querySelector("[data-batch-send]");
  const list = section.querySelector('[data-list="workers"]');
  const label = send.querySelector("span");
  const plain = label.textContent;

  const workers = await candidates(outbox, records, rows);
  const most = (await reference.get("reference"))?.most.batch_rows ?? Infinity;
  section.querySelector("[data-batch-empty]").hidden = workers.length > 0;
  form.hidden = !workers.length;
  section.querySelector("[data-batch-sub]").hidden = !workers.length;
  send.parentElement.hidden = !workers.length;

  for (const worker of workers) {
    const line = copy("[data-worker]", section).firstElementChild;
    const box = line.querySelector("input");
    box.value = worker.id;
    box.checked = !worker.blocks.length;
    fill(line, {
      name: worker.name || words.nameless,
      nik: [worker.nik || words.nonik, worker.here ? words.here : ""].filter(Boolean).join(" · "),
      back: worker.stage === "returned" ? mark("returned") : "",
      why: worker.blocks.join(" "),
    });
    if (worker.reason) line.querySelector('[data-slot="back"]').append(` ${worker.reason}`);
    const open = line.querySelector("a");
    open.href = `#/registrations/${worker.id}`;
    list.append(line);
  }

  const chosen = () => [...form.querySelectorAll("[name=rows]:checked")].map(({ value }) => value);
  const count = () => {
    const ids = chosen();
    label.textContent = ids.length ? put(words.send, ids.length) : plain;
  };
  form.addEventListener("change", count);
  count();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const ids = chosen();
    section.querySelector("[data-batch-wrong]").hidden = ids.length > 0;
    if (!ids.length) return;
    if (ids.length > most) {
      say(put(words.toomany, most));
      return;
    }
    send.disabled = true;
    try {
      // Another one than at first, if the app was locked in the meantime.
      await context.outbox.addBatch({ registrations: ids, note: form.elements.note.value.trim() });
    } catch (error) {
      send.disabled = false;
      throw error;
    }
    say(words.made);
    go("#/batches");
  });
}

// Drafts and returned rows of the server, and what still waits here; never what is in a batch that
// waits, or what a person is just mending.
async function candidates(outbox, records, rows) {
  const items = await outbox.list();
  const taken = new Set(items.flatMap((item) => item.registrations ?? []));
  const mending = new Set(
    (await records.list()).filter(({ state }) => state === "draft").map(({ id }) => id),
  );
  const waiting = new Map();
  for (const item of items.filter(({ kind }) => kind === "registration")) {
    if (taken.has(item.id) || item.state === "attention" || item.state === "both") continue;
    const { body } = await outbox.item(item.sequence);
    waiting.set(item.id, {
      id: item.id, name: item.name, nik: hidden(body.fields?.nik), stage: "draft", reason: "",
      blocks: [], here: true,
    });
  }
  const told = (await rows.list({ stages: OPEN }))
    .filter(({ id }) => !taken.has(id) && !waiting.has(id) && !mending.has(id))
    .map((row) => ({
      id: row.id, name: row.name, nik: row.nik_masked, stage: row.stage, reason: row.reason,
      blocks: row.findings.filter(({ weight }) => weight === "block").map(({ text }) => text),
      here: false,
    }));
  return [...waiting.values(), ...told];
}

const hidden = (nik) => (nik ? `•••• ${nik.replace(/\D/g, "").slice(-4)}` : "");
const put = (text, ...facts) => facts.reduce((said, fact) => said.replace("{}", fact), text);

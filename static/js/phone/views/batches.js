// The coordinator's batches: those that wait on this phone, then the newest of the server.

import { copy, fill, mark, when, wordsOf } from "../markup.js";

export async function show(section, context) {
  const { outbox, store, vault, language, sync } = context;
  const words = wordsOf(section, "[data-batches-words]");
  const part = (name) => section.querySelector(`[data-batches="${name}"]`);
  const state = (name) =>
    section.querySelector("template[data-batch-marks]").content
      .querySelector(`[data-mark="${name}"]`).firstElementChild.cloneNode(true);
  const list = (name, items) => {
    part(name).hidden = !items.length;
    section.querySelector(`[data-list="${name}"]`).replaceChildren(...items);
  };
  let turn = 0;

  async function refresh() {
    const mine = (turn += 1);
    const items = (await outbox.list()).filter(({ kind }) => kind === "batch");
    const rows = await store.all("batches");
    const told = await Promise.all(rows.map((row) => vault.open(row.sealed, `batches:${row.id}`)));
    const stages = (await context.reference.get(`words:${language}`))?.stages ?? {};
    const asked = await store.get("meta", "batches-etag");
    if (mine !== turn) return;
    list("waiting", items.map((item) => fill(copy("[data-batch]", section), {
      name: item.name || put(words.workers, item.registrations.length),
      about: item.error?.title || put(words.workers, item.registrations.length),
      mark: mark(item.state),
    })));
    const sent = told.filter((each) => items.every(({ id }) => id !== each.id));
    sent.sort((one, other) => (one.number < other.number ? 1 : -1));
    list("sent", sent.map((each) => fill(copy("[data-batch]", section), {
      name: [each.number, each.note].filter(Boolean).join(" · "),
      about: Object.entries(each.stages ?? {})
        .map(([stage, rows]) => put(words.tally, stages[stage] ?? stage, rows)).join(" · ")
        || put(words.workers, each.sent?.length ?? 0),
      mark: state(each.state),
    })));
    part("empty").hidden = items.length + sent.length > 0;
    fill(section, { at: asked ? put(words.at, when(asked.at, language)) : "" });
  }

  const stops = [outbox.onChange(refresh), sync.onChange(refresh)];
  await refresh();
  return () => {
    turn = -1;
    for (const stop of stops) stop();
  };
}

const put = (text, ...facts) => facts.reduce((told, fact) => told.replace("{}", fact), text);

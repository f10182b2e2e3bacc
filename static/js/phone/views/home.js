// Home: how much waits, what came back, what is begun.

import { copy, fill, mark, when } from "../markup.js";

const CALM = 500;
const AMISS = ["refused", "attention", "both"];

export function show(section, context) {
  const { words, language, account } = context;
  let turn = 0;
  let timer = 0;

  const part = (name) => section.querySelector(`[data-home="${name}"]`);
  const list = (name, items) => {
    part(name).hidden = !items.length;
    section.querySelector(`[data-list="${name}"]`).replaceChildren(...items);
  };
  const item = ({ id, name, about, state, to = "" }) => {
    const line = copy("[data-record]", section);
    line.querySelector("a").href = `#/registrations/${id}${to}`;
    return fill(line, { name: name || words.nameless, about, mark: mark(state) });
  };
  const changed = (record) => words.changed.replace("{}", when(record.changedAt, language));

  // Many changes in a row are shown once: each showing opens every record.
  const soon = () => {
    timer ||= setTimeout(() => {
      timer = 0;
      if (turn >= 0) refresh().catch(context.failed);
    }, CALM);
  };

  async function refresh() {
    const mine = (turn += 1);
    const [records, returned, unsent] = await Promise.all([
      context.records.list(),
      context.rows.list({ stages: ["returned"] }),
      context.outbox.count(),
    ]);
    if (mine !== turn) return;
    const here = new Map(records.map((record) => [record.id, record]));
    const begun = (record) => record.state === "draft";
    const newest = records.sort((one, other) => other.changedAt - one.changedAt);
    const drafts = newest.filter((each) => begun(each) && !returned.some(({ id }) => id === each.id));
    const amiss = newest.filter((each) => AMISS.includes(each.state));
    const back = returned.filter(({ id }) => !here.has(id) || begun(here.get(id)));

    list("returned", back.map((row) => item({
      id: row.id, name: here.get(row.id)?.fields.name || row.name, about: row.reason,
      state: "returned",
    })));
    list("attention", amiss.map((record) => item({
      id: record.id, name: record.fields.name, about: record.error?.title ?? changed(record),
      state: record.state, to: record.state === "both" ? "/both" : "",
    })));
    list("drafts", drafts.map((record) => item({
      id: record.id, name: record.fields.name, about: changed(record), state: "draft",
    })));
    part("unsent").hidden = !unsent;
    part("sent").hidden = unsent > 0 || !(back.length || drafts.length || amiss.length);
    fill(section, { unsent: words.unsent.replace("{}", unsent) });
    part("empty").hidden = unsent > 0 || back.length + drafts.length + amiss.length > 0;
  }

  fill(section, { hello: words.hello.replace("{}", account.name) });
  const stop = [
    context.records.onChange(soon), context.outbox.onChange(soon), context.sync.onChange(soon),
  ];
  return refresh().then(() => () => {
    turn = -1;
    clearTimeout(timer);
    for (const each of stop) each?.();
  });
}

// The outbox: how the sending stands, and each item with its state and last error in plain words.

import { copy, fill, mark, when, wordsOf } from "../markup.js";

const MOST = 40;
const CALM = 700;
const ICONS = {
  idle: "check", sending: "outbox", offline: "offline", signed_out: "warn", other_account: "warn",
  refused: "warn", server: "warn", pace: "clock", elsewhere: "clock",
};

export async function show(section, context) {
  const { outbox, sync, language } = context;
  const words = wordsOf(section, "[data-outbox-words]");
  const part = (name) => section.querySelector(`[data-outbox="${name}"]`);
  const list = section.querySelector('[data-list="items"]');
  const progress = section.querySelector("progress");
  const shown = new Map();
  let timer = 0;
  let due = false;
  let ended = false;

  part("leaving").hidden = sessionStorage.getItem("leaving") === null;
  sessionStorage.removeItem("leaving");
  section.querySelector("[data-send]").addEventListener("click", async () => {
    await outbox.retry();
    await sync.flush("button");
  });

  function tell(rows) {
    const { status, sent, total, at, held, problem, reminder } = sync.state();
    const left = rows.length;
    const text = {
      sending: () => total ? put(words.sending, Math.min(sent + 1, total), total) : words.asking,
      idle: () => {
        if (rows.some((row) => row.state !== "waiting" && row.state !== "sending")) {
          return words.attention;
        }
        if (left) return words.waits;
        return at ? put(words.idle_at, when(at, language)) : words.idle;
      },
      refused: () => problem?.title || words.refused,
    }[status]?.() ?? words[status];
    const sign = status === "idle" && left ? "clock" : ICONS[status];
    const look = status === "idle" && left ? "waits" : status;
    section.querySelector(".sending").dataset.sending = look;
    section.querySelector("[data-sending-icon]").replaceChildren(icon(sign));
    // A live region that is written anew is read out anew.
    const line = section.querySelector('[data-slot="status"]');
    if (line.textContent !== text) line.textContent = text;
    progress.hidden = status !== "sending" || !total;
    progress.max = total || 1;
    progress.value = sent;
    const known = held?.missing.filter((each) => !rows.some((row) => row.sequence === each));
    fill(section, {
      count: left ? put(words.count, left) : "",
      held: !held?.last ? "" : known.length
        ? put(words.holes, held.last, known.join(", ")) : put(words.held, held.last),
    });
    for (const name of ["signed_out", "other_account"]) part(name).hidden = status !== name;
    part("reminder").hidden = !reminder;
    part("send").hidden = !left || status === "sending";
    part("export").hidden = !left;
    part("empty").hidden = left > 0;
    part("more").hidden = left <= MOST;
    fill(section, { more: put(words.more, left - MOST) });
  }

  const icon = (name) =>
    section.querySelector("template[data-sending-icons]").content
      .querySelector(`[data-icon="${name}"]`).firstElementChild.cloneNode(true);

  async function refresh() {
    const rows = await outbox.list({ named: MOST });
    if (ended) return;
    tell(rows);
    const labels = (await context.reference.get(`words:${language}`))?.fields ?? {};
    const wanted = rows.slice(0, MOST);
    for (const [sequence, { line }] of shown) {
      if (wanted.some((row) => row.sequence === sequence)) continue;
      line.remove();
      shown.delete(sequence);
    }
    for (const row of wanted) {
      const state = JSON.stringify([row.state, row.error, row.next_at, row.revision, row.name]);
      const known = shown.get(row.sequence);
      if (known?.state === state) continue;
      const line = item(row, labels);
      if (known) known.line.replaceWith(line);
      else list.append(line);
      shown.set(row.sequence, { state, line });
    }
  }

  function item(row, labels) {
    const line = copy("[data-item]", section).firstElementChild;
    const { kind, id, state, error } = row;
    line.dataset.item = row.sequence;
    const number = put(words.number, row.sequence, when(row.made_at, language));
    fill(line, {
      name: kind === "batch" ? put(words.batch, row.registrations?.length ?? "")
        : kind === "handover" ? put(words.handover, row.name)
        : row.name || words.nameless,
      about: kind === "rescued" ? put(words.brought, when(row.made_at, language)) : number,
      mark: mark(state),
      error: said(row, labels),
    });
    line.querySelector(".item-error").hidden = !said(row, labels);
    const actions = {
      retry: state === "attention" || (state === "waiting" && row.tries > 0),
      edit: kind === "registration" && state === "attention",
      both: state === "both" && kind === "registration",
      drop: kind === "handover" && state === "attention",
    };
    for (const [name, offered] of Object.entries(actions)) {
      line.querySelector(`[data-${name}]`).hidden = !offered;
    }
    line.querySelector("[data-actions]").hidden = !Object.values(actions).some(Boolean);
    line.querySelector("[data-edit]").href = `#/registrations/${id}`;
    line.querySelector("[data-both]").href = `#/registrations/${id}/both`;
    line.querySelector("[data-retry]").addEventListener("click", async () => {
      await outbox.retry(row.sequence);
      await sync.flush("button");
    });
    line.querySelector("[data-drop]").addEventListener("click", () => outbox.drop(row.sequence));
    return line;

    function said({ tries, next_at }, fields) {
      if (!error) return "";
      const where = String(error.facts?.where ?? "").split("/")[1];
      const text = error.title || words[error.code] || error.code;
      const told = where && fields[where] ? put(words.field, fields[where], text) : text;
      const again = state === "waiting" && tries && next_at > Date.now();
      return again ? `${told} ${put(words.next, when(next_at, language))}` : told;
    }
  }

  // Hundreds of changes a minute while it sends: drawn no more often than an eye follows.
  function changed() {
    if (timer) {
      due = true;
      return;
    }
    refresh().catch(context.failed);
    timer = setTimeout(() => {
      timer = 0;
      if (due) {
        due = false;
        changed();
      }
    }, CALM);
  }

  const stops = [outbox.onChange(changed), sync.onChange(changed)];
  await refresh();
  return () => {
    ended = true;
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}

const put = (text, ...facts) => facts.reduce((told, fact) => told.replace("{}", fact), text);

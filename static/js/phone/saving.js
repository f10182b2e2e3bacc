// Keeps what is typed on the phone, at each change: the counterpart of registration/autosave.js.
// One writing at a time; what is typed meanwhile follows. Nothing on the page is taken away.

import { icon } from "../registration/told.js";
import { clock } from "./markup.js";

const AGAIN = 2000;
const SIGNS = { busy: "wait", saved: "done", failed: "warn" };

// record: what is kept already, or null before the first key. read(): what stands in the form.
// told(): after each change that was kept.
export function startKeeping(form, words, { context, record, read, told, begun }) {
  const line = document.querySelector("[data-saved]");
  const ending = new AbortController();
  const { signal } = ending;
  let running = null;
  let dirty = false;
  let timer = 0;

  form.autocomplete = "off";

  const say = (status, text) => {
    line.className = `saved saved-${status === "saved" ? "offline" : status}`;
    line.querySelector("svg").replaceWith(icon(SIGNS[status]));
    line.querySelector("[data-saved-text]").textContent = text;
  };

  const said = () => {
    say("saved", words.kept.replace("{}", clock(Date.now())));
    told();
  };

  async function keep() {
    clearTimeout(timer);
    dirty = true;
    form.dataset.keeping = "";
    running ??= write().finally(() => {
      running = null;
      if (!dirty) delete form.dataset.keeping;
    });
    return running;
  }

  async function write() {
    try {
      while (dirty) {
        dirty = false;
        const first = !record;
        record ??= await context.records.begin();
        if (first) begun(record);
        // What waits to be sent stays as it was: this makes the next revision, on top of it.
        record = await context.records.save({ ...record, ...read(record) });
      }
      said();
    } catch (error) {
      dirty = true;
      say("failed", words.failed);
      if (!signal.aborted) timer = setTimeout(keep, AGAIN);
      if (context.vault) console.error(error); // locked meanwhile: kept when it is open again
    }
  }

  const changed = (event) => {
    if (event?.target?.type === "file" || event?.target?.closest?.("[data-unsaved]")) return;
    keep();
  };
  form.addEventListener("input", changed, { signal });
  form.addEventListener("change", changed, { signal });
  const now = () => dirty && keep();
  addEventListener("unlocked", now, { signal });
  addEventListener("pagehide", now, { signal });
  // Sealing and writing take a moment; whoever leaves within it is asked once.
  addEventListener("beforeunload", (event) => {
    if (dirty || running) event.preventDefault();
  }, { signal });
  document.addEventListener("visibilitychange", now, { signal });

  // A picture belongs to a record, so the record is there first.
  async function picture(kind, blob) {
    if (!record || dirty) await keep();
    await running;
    const { records } = context;
    await (blob ? records.putPhoto(record.id, kind, blob) : records.dropPhoto(record.id, kind));
    record = await records.get(record.id);
    said();
  }

  return {
    signal,
    changed,
    opens: true, // a file that this phone cannot open is refused here, while the worker is present
    record: () => record,
    ended() {},
    async photo(kind, blob) {
      try {
        await picture(kind, blob);
      } catch (error) {
        return { status: 507, told: { text: error.text ?? words.full } };
      }
      return { status: 200, told: {}, shown: URL.createObjectURL(blob) };
    },
    signature: (blob) => picture("signature", blob),
    keep,
    /** Resolves when all that was typed is kept, to whether it is. */
    async settled() {
      if (dirty) await keep();
      await running;
      return Boolean(record) && !dirty;
    },
    async end() {
      await this.settled();
      clearTimeout(timer);
      ending.abort();
    },
  };
}

// What could not be sent goes on by a file: made here, or taken in from a colleague.

import { fill, wordsOf } from "../markup.js";
import { exportAll, newCode, noteExported, RescueError, takeIn } from "../rescue.js";

export async function show(section, context) {
  const { say } = context;
  const words = wordsOf(section, "[data-rescue-words]");
  const part = (name) => section.querySelector(`[data-rescue="${name}"]`);
  const form = section.querySelector("[data-rescue-form]");
  const make = section.querySelector("[data-rescue-make]");
  let address = "";

  async function count() {
    const items = (await context.outbox.list())
      .filter(({ kind }) => kind !== "batch" && kind !== "handover");
    if (!part("made").hidden) return;
    part("nothing").hidden = items.length > 0;
    part("ready").hidden = !items.length;
    fill(section, { count: put(words.count, items.length) });
  }

  make.addEventListener("click", async () => {
    make.disabled = true;
    fill(section, { count: words.making });
    try {
      const code = newCode();
      const { file } = await exportAll(context, code);
      const day = new Date().toISOString().slice(0, 10);
      const named = new File([file], put(words.file, day), { type: "application/octet-stream" });
      address = URL.createObjectURL(named);
      const save = section.querySelector("[data-rescue-save]");
      Object.assign(save, { href: address, download: named.name });
      fill(section, { code });
      part("ready").hidden = true;
      part("made").hidden = false;
      part("share").hidden = !navigator.canShare?.({ files: [named] });
      section.querySelector("[data-rescue-share]").addEventListener("click", () =>
        navigator.share({ files: [named] }).catch(() => {}));
    } finally {
      make.disabled = false;
    }
  });
  section.querySelector("[data-rescue-safe]").addEventListener("change", async ({ target }) => {
    target.disabled = true;
    await noteExported(context);
    say(words.safe);
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [file] = form.elements.file.files;
    const code = form.elements.code.value;
    const told = (name, text) => {
      for (const each of ["wrong", "taken"]) part(each).hidden = each !== name;
      fill(section, { [name]: text });
    };
    if (!file || !code.trim()) return told("wrong", words.missing);
    try {
      const { from, taken } = await takeIn(context, file, code);
      told("taken", taken ? put(words.taken, taken, from.name) : words.known);
      form.reset();
      context.sync.flush("taken");
    } catch (error) {
      if (error instanceof RescueError) return told("wrong", words[error.code]);
      console.error(error);
      told("wrong", error.code === "full" ? words.full : words.failed);
    }
    return undefined;
  });

  let stop = context.outbox.onChange(count);
  const unlocked = () => {
    stop = context.outbox.onChange(count);
    count();
  };
  addEventListener("unlocked", unlocked);
  await count();
  return () => {
    stop();
    removeEventListener("unlocked", unlocked);
    if (address) URL.revokeObjectURL(address);
  };
}

const put = (text, ...facts) => facts.reduce((said, fact) => said.replace("{}", fact), text);

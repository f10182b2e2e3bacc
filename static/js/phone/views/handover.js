// Cards given to their people without a signal: scanned or typed, and kept in the outbox. Here is only
// seen that it is a card's number or code; whether it is genuine or void is for the server to say.

import { readCode, serialOf } from "../../cards/letters.js";
import { copy, fill, mark, wordsOf } from "../markup.js";

const EVERY = 250;
const TYPED = /^20\d{2}-\d{6}(\/\d{1,3})?$/;

export async function show(section, context) {
  const words = wordsOf(section, "[data-handover-words]");
  const form = section.querySelector("form");
  const place = section.querySelector(".check-camera");
  const video = place.querySelector("video");
  const open = place.querySelector("button");
  const list = section.querySelector('[data-list="cards"]');
  const noted = new Map(); // by the card's number: how it is listed
  let ended = false;
  let seen = "";

  const tell = (text, serial) => fill(section, { told: text.replace("{}", serial) });

  async function refresh() {
    const items = (await context.outbox.list()).filter(({ kind }) => kind === "handover");
    for (const { name } of items) noted.set(name.split(" ")[0], name);
    const states = new Map(items.map(({ name, state }) => [name, state]));
    list.replaceChildren(...[...noted.values()].reverse().map((name) =>
      fill(copy("[data-card]", section), { name, mark: mark(states.get(name) ?? "received") })));
  }

  async function take(text) {
    const code = readCode(text);
    const typed = text.replace(/\s/g, "");
    const serial = code ? serialOf(code) : TYPED.test(typed) && typed;
    if (!serial) return tell(words.wrong);
    if (noted.has(serial)) return tell(words.twice, serial);
    noted.set(serial, serial);
    const at = new Date().toISOString();
    try {
      const rows = await context.rows.list({ stages: ["approved", "sent", "enrolled"] });
      const person = rows.find(({ number }) => number === serial.split("/")[0])?.name;
      const name = person ? `${serial} · ${person}` : serial;
      await context.outbox.addHandover(name, code ? { code: text, at } : { serial, at });
    } catch (error) {
      noted.delete(serial);
      throw error;
    }
    form.reset();
    return tell(words.noted, serial);
  }

  // A card that lies before the lens for a while is taken once.
  async function read(detector) {
    if (ended) return;
    const [found] = await detector.detect(video).catch(() => []);
    if (found && found.rawValue !== seen) await take(seen = found.rawValue).catch(context.failed);
    setTimeout(read, EVERY, detector);
  }

  async function film(detector) {
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "environment" },
      });
      await video.play();
    } catch {
      tell(words.denied);
      return;
    }
    if (ended) return close();
    video.hidden = false;
    open.hidden = true;
    read(detector);
  }

  const close = () => video.srcObject?.getTracks().forEach((track) => track.stop());

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    take(form.elements.code.value).catch(context.failed);
  });
  const stop = context.outbox.onChange(() => refresh().catch(context.failed));
  await refresh();
  const formats = await globalThis.BarcodeDetector?.getSupportedFormats();
  if (navigator.mediaDevices && formats?.includes("qr_code")) {
    open.addEventListener("click", () => film(new BarcodeDetector({ formats: ["qr_code"] })));
    place.hidden = false;
  }
  return () => {
    ended = true;
    stop();
    close();
  };
}

// Copies of the templates that the document holds, and texts in their slots.

/** A copy of what a template holds; `within` is a part of the page, or the page. */
export function copy(selector, within = document) {
  return within.querySelector(`template${selector}`).content.cloneNode(true);
}

/** Puts texts or elements into the parts named data-slot. */
export function fill(part, values) {
  for (const [name, value] of Object.entries(values)) {
    part.querySelector(`[data-slot="${name}"]`)?.replaceChildren(value ?? "");
  }
  return part;
}

/** The mark of a state: icon, word and colour. */
export function mark(state) {
  const marks = document.getElementById("marks").content;
  const found = marks.querySelector(`[data-mark="${state}"]`);
  return found ? found.firstElementChild.cloneNode(true) : document.createTextNode("");
}

/** Words that a template carries as JSON. */
export function wordsOf(part, selector) {
  return JSON.parse(part.querySelector(selector).dataset.json);
}

const ZONE = "Asia/Makassar";

/** 10.24 for a moment of today, 21 November 10.24 for another day; as in Denpasar. */
export function when(moment, language, now = Date.now()) {
  const day = (each) => new Intl.DateTimeFormat("sv", { timeZone: ZONE }).format(each);
  const time = clock(moment);
  if (day(moment) === day(now)) return time;
  const date = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", timeZone: ZONE });
  return `${date.format(moment)} ${time}`;
}

/** The hour in Denpasar, written as people here do: 10.24. */
export function clock(moment) {
  const hour = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: ZONE };
  return new Intl.DateTimeFormat("sv", hour).format(moment).replace(":", ".");
}

/** Today in Denpasar as ISO text, whatever the phone believes of its place. */
export function today() {
  return new Intl.DateTimeFormat("sv", { timeZone: ZONE }).format(Date.now());
}

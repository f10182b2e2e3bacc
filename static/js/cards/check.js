// The page of checks: makes itself ready for no signal, and without signal gives the verdict.
import { openVoidList, verdictOf } from "./code.js";

const HOUR = 3600;
const OLD = 24 * HOUR;
const ZONE = "Asia/Makassar";
const language = document.documentElement.lang || "id";

const json = async (address) => {
  try {
    const answer = await fetch(address);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
};

const told = (date) =>
  new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" }).format(new Date(date));

// The day in Denpasar, wherever the phone believes to be.
const today = () => new Intl.DateTimeFormat("sv", { timeZone: ZONE }).format(new Date());

function ageWords(seconds) {
  const words = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  if (seconds < HOUR) return words.format(-Math.max(1, Math.round(seconds / 60)), "minute");
  if (seconds < 2 * OLD) return words.format(-Math.round(seconds / HOUR), "hour");
  return words.format(-Math.round(seconds / OLD), "day");
}

const template = (selector) => document.querySelector(`template${selector}`).content;

function showAge(place, list) {
  const seconds = list && Date.now() / 1000 - list.madeAt;
  const kind = !list ? "none" : seconds > OLD ? "old" : "fresh";
  const text = template(`[data-check-age="${kind}"]`).textContent.trim();
  place.textContent = list ? text.replace("{age}", ageWords(seconds)) : text;
  place.classList.toggle("verdict-age-old", kind !== "fresh");
}

async function decide(address) {
  const [known, given] = await Promise.all([json("/v/keys.json"), json("/v/void.json")]);
  const keys = known?.keys ?? [];
  const list = given && (await openVoidList(given, keys).catch(() => null));
  const { verdict, claims } = await verdictOf(address, { keys, list, today: today() });

  const answer = document.querySelector("[data-check-answer]");
  answer.replaceChildren(template(`[data-check-advice="${verdict}"]`).cloneNode(true));
  const word = template(`[data-check-word="${verdict}"]`);
  document.querySelector("h1").replaceChildren(word.cloneNode(true));
  document.title = word.textContent.trim();
  if (claims) {
    const facts = {
      serial: claims.serial,
      initials: claims.initials || "–",
      agency: known.agencies[claims.agency] ?? "–",
      valid_until: told(claims.validUntil),
      issued_on: told(claims.issuedOn),
    };
    for (const [name, value] of Object.entries(facts)) {
      answer.querySelector(`[data-fact="${name}"]`).textContent = value;
    }
  }
  showAge(answer.querySelector('[data-fact="age"]'), list);
  answer.querySelector("[data-check-again]").href = location.href;
  document.querySelector("[data-check-ask]").hidden = true;
  answer.hidden = false;
}

// Resolves when the worker of this scope has everything that it needs.
async function working(scope) {
  const registration = await navigator.serviceWorker.register("/v/sw.js", { scope });
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  return new Promise((resolve) => {
    const look = () => {
      if (worker.state === "activated") resolve(true);
      else if (worker.state === "redundant") resolve(false);
    };
    worker.addEventListener("statechange", look);
    look();
  });
}

async function makeReady() {
  if (!("serviceWorker" in navigator)) return;
  // The QR is upper-case, and a path is not the same in both cases.
  const both = await Promise.all(["/v/", "/V/"].map(working));
  // A worker that was there before hears these, and keeps the newer lists.
  if (navigator.onLine) await Promise.all([json("/v/keys.json"), json("/v/void.json")]);
  for (const line of document.querySelectorAll("[data-check-ready]")) line.hidden = both.includes(false);
}

const shell = document.querySelector("[data-check-shell]");
const asked = /^\/v\/(.+)$/i.exec(location.pathname);
if (shell && asked) decide(asked[1]);
makeReady().catch(() => {
  // Private windows refuse service workers; with a signal the page needs none.
});

// The app: from the cache alone to the first view. Nothing is asked of the server before somebody
// has unlocked their store; whatever is asked after that may fail.

import { startLock } from "./lock.js";
import { openOutbox } from "./outbox.js";
import { openRecords } from "./records.js";
import { startQuota } from "./quota.js";
import { openReference } from "./reference.js";
import { startRouter } from "./router.js";
import { openRows } from "./rows.js";
import { chooseAccount, noteVisitor } from "./start.js";
import { openStore } from "./store.js";
import { startSync } from "./sync.js";
import { startUpdates } from "./update.js";

const main = document.querySelector("[data-view]");
const said = document.querySelector("[data-say]");
const version = new URL(import.meta.url).pathname.split("/")[2];
// After a lock these are shown anew; in the others somebody may be in the middle of something.
const SHOWN_ANEW = ["home", "outbox", "batches", "handover", "phone"];

const context = {
  words: JSON.parse(document.body.dataset.words),
  language: document.documentElement.lang,
  version,
  go(hash) {
    if (location.hash === hash) router?.open();
    else location.hash = hash;
  },
  say(text) {
    said.textContent = text;
    clearTimeout(said.timer);
    said.timer = setTimeout(() => said.replaceChildren(), 6000);
  },
  /** Shows or hides a banner above the views, and gives it. */
  notice(name, shown = true) {
    const part = document.querySelector(`[data-notice="${name}"]`);
    part.hidden = !shown;
    return part;
  },
  failed(error) {
    console.error(error);
    context.say(context.words.broken);
  },
};
let router = null;

function tellOfSignal() {
  const offline = !navigator.onLine || context.sync?.state().status === "offline";
  document.querySelector("[data-signal]").hidden = !offline;
}

async function countUnsent() {
  const count = (await context.outbox?.count()) ?? 0;
  const badge = document.querySelector("[data-unsent]");
  badge.textContent = count;
  badge.hidden = !count;
  document.querySelector("[data-update-kept]").hidden = !count;
  return count;
}

function unlocked(vault) {
  const { store, account } = context;
  Object.assign(context, { vault, records: openRecords(store, vault) });
  context.outbox = openOutbox(context);
  context.rows = openRows({ store, vault });
  context.reference = openReference({ store, vault });
  context.sync = startSync(context, { version });
  context.sync.onChange(tellOfSignal);
  context.outbox.onChange(countUnsent);
  countUnsent();
  document.querySelector("[data-agency]").textContent = account.agency;
  if (!router) {
    startQuota(context);
    router = startRouter(context, main);
    router.open();
  } else if (SHOWN_ANEW.includes(main.dataset.shown)) router.open();
  dispatchEvent(new Event("unlocked"));
}

function locked() {
  context.sync?.stop();
  context.outbox?.close();
  context.vault = null;
}

function offerUpdate(use) {
  const part = context.notice("update");
  part.querySelector("[data-update-now]").addEventListener("click", async () => {
    await router?.leave();
    use();
  }, { once: true });
}

// A page that could not be had led here.
function tellOfElsewhere() {
  const from = new URLSearchParams(location.search).get("from");
  if (!from?.startsWith("/") || from.startsWith("//")) return;
  context.notice("elsewhere").querySelector("[data-elsewhere]").href = from;
  history.replaceState(null, "", document.body.dataset.address + location.hash);
}

async function start() {
  tellOfElsewhere();
  tellOfSignal();
  for (const change of ["online", "offline"]) addEventListener(change, tellOfSignal);
  // The language in which the worker opens the app when it stands in for another page.
  caches.open("choice")
    .then((cache) => cache.put("/phone/language", new Response(context.language)))
    .catch(() => {});
  context.updates = startUpdates(offerUpdate);
  context.account = await chooseAccount(main);
  context.store = await openStore(context.account.id);
  context.lock = startLock({
    store: context.store,
    account: context.account,
    words: context.words,
    onUnlocked: unlocked,
    onLocked: locked,
  });
  noteVisitor(() => Boolean(context.vault));
}

addEventListener("store-outdated", () => context.notice("outdated"));
// The hash "#main" of the first link is a place on the page, not a view.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  context.install = event;
});

start().catch(context.failed);

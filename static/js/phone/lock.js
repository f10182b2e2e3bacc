// The lock: over the page, never in its place, so that what is typed stays in the document. After a
// pause the key goes out of memory; the PIN brings it back.

import { Problem } from "./api.js";
import { copy, fill } from "./markup.js";
import { askToKeep, keepReserve } from "./quota.js";
import { escrowFor, openRecovery } from "./recovery.js";
import { chooseAnew } from "./start.js";
import { changePin, hasVault, makeVault, openVault, VaultError, waitOf } from "./vault.js";

const IDLE = 300_000;
const LOOK = 15_000;
const SIGNS_OF_LIFE = ["pointerdown", "keydown", "input", "wheel", "touchmove"];

// onUnlocked(vault): each time, with a fresh vault; onLocked(): the vault of before is closing.
// Gives lock(), unlocked(), idle(ms?) and changePin(old, new).
export function startLock({ store, account, onUnlocked, onLocked }) {
  const dialog = document.getElementById("lock");
  const words = JSON.parse(dialog.dataset.words);
  const recovery = openRecovery({ store, account });
  const channel = new BroadcastChannel(`fieldapp-lock-${account.id}`);
  const part = (name) => dialog.querySelector(`[data-lock="${name}"]`);
  const forms = ["open", "choose", "renew"].map(part);
  let vault = null;
  let idle = IDLE;
  let lastSign = Date.now();
  let timer = 0;
  let looking = 0;
  let counting = 0;

  function show(name) {
    clearInterval(looking);
    clearInterval(counting);
    for (const each of dialog.querySelectorAll("[data-lock]")) each.hidden = each !== part(name);
    fill(part(name), account);
    for (const input of dialog.querySelectorAll("input")) {
      input.value = "";
      complain(input, "");
    }
    if (!dialog.open) dialog.showModal();
    part(name).querySelector("input")?.focus();
    dialog.dataset.shown = name;
  }

  async function begin() {
    const kept = await store.get("meta", "lock");
    idle = kept?.idle ?? IDLE;
    if (!(await hasVault(store))) await askForPin();
    else if (await recovery.pending()) await showAsked();
    else askToOpen();
  }

  // The first PIN needs the agency's key, so it needs a signal; the rest of the app does not.
  let escrow = null;
  async function askForPin() {
    try {
      escrow = await escrowFor(account);
      show("choose");
    } catch (error) {
      show("signal");
      part("signal").querySelector("[data-lock-why]").textContent = whyOf(error);
    }
  }

  function askToOpen() {
    show("open");
    countDown();
  }

  async function countDown() {
    clearInterval(counting);
    const input = part("open").elements.pin;
    const go = part("open").querySelector("[data-lock-go]");
    const until = Date.now() + (await waitOf(store));
    const step = () => {
      const left = until - Date.now();
      go.disabled = left > 0;
      if (left > 0) complain(input, words.wait.replace("{}", spoken(left, words)));
      else if (counting) {
        clearInterval(counting);
        counting = 0;
        complain(input, "");
      }
    };
    if (until <= Date.now()) return;
    counting = setInterval(step, 1000);
    step();
  }

  function opened(fresh) {
    clearInterval(looking);
    clearInterval(counting);
    vault = fresh;
    dialog.close();
    sign();
    watch();
    onUnlocked(vault);
    keepReserve(store).catch((error) => console.error(error));
  }

  function lock({ told = true } = {}) {
    if (!vault) return;
    const before = vault;
    vault = null;
    clearTimeout(timer);
    askToOpen();
    onLocked();
    before.close();
    if (told) channel.postMessage("lock");
  }

  const deeds = {
    async open({ pin }) {
      const fresh = await openVault(store, pin.value);
      await recovery.forget();
      opened(fresh);
    },
    async choose({ first, again }) {
      if (first.value !== again.value) return complain(again, words.differs);
      const fresh = await makeVault(store, first.value, escrow);
      await askToKeep();
      return opened(fresh);
    },
    async renew({ renewed, "renewed-again": again }) {
      if (renewed.value !== again.value) return complain(again, words.differs);
      return opened(await recovery.take(released, renewed.value));
    },
  };
  for (const form of forms) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      one(form, () => deeds[form.dataset.lock](form.elements), {
        input: form.querySelector("input"), words, waits: countDown,
        taken: () => askToOpen(),
      });
    });
  }

  // What was asked of the supervisor, until it is answered.
  let released = null;
  async function showAsked() {
    const asked = await recovery.pending();
    show("asked");
    fill(part("asked"), { check: asked.check });
    showAnswer({ state: "waiting" });
    looking = setInterval(() => document.visibilityState === "visible" && look(), LOOK);
    await look();
  }

  function showAnswer({ state }) {
    const gone = ["expired", "replaced", "taken"].includes(state) ? "expired" : state;
    for (const each of part("asked").querySelectorAll("[data-lock-state]")) {
      each.hidden = each.dataset.lockState !== gone;
    }
    part("asked").querySelector("[data-lock-anew]").hidden = state === "waiting";
  }

  async function look() {
    try {
      const answer = await recovery.look();
      why("asked", "");
      if (answer?.state !== "approved") return showAnswer(answer ?? { state: "expired" });
      released = answer;
      return show("renew");
    } catch (error) {
      // A request that never arrived is asked once more.
      if (error instanceof Problem && error.status === 404) return ask();
      return why("asked", whyOf(error));
    }
  }

  async function ask({ anew = false } = {}) {
    try {
      await recovery.ask({ anew });
      await showAsked();
    } catch (error) {
      show("forgotten");
      why("forgotten", whyOf(error));
      const signIn = part("forgotten").querySelector("[data-lock-sign-in]");
      signIn.hidden = !(error instanceof Problem && error.status === 401);
    }
  }

  function why(name, text) {
    const line = part(name).querySelector("[data-lock-why]");
    line.hidden = !text;
    line.querySelector("span").textContent = text;
  }

  function whyOf(error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 0) return words.offline;
    if (error.status === 401) return words.signed_out;
    if (error.code === "other_account") return words.other_account;
    return error.title || words.server;
  }

  const pressed = (selector, deed) => {
    for (const button of dialog.querySelectorAll(selector)) button.addEventListener("click", deed);
  };
  pressed("[data-lock-other]", chooseAnew);
  pressed("[data-lock-again]", () => begin());
  pressed("[data-lock-forgot]", () => show("forgotten"));
  pressed("[data-lock-back]", askToOpen);
  pressed("[data-lock-look]", () => look());
  pressed("[data-lock-ask]", async () => ask({ anew: Boolean(await recovery.pending()) }));

  // The key Escape, and going back on Android, close dialogs: not this one.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => {
    if (!vault) dialog.showModal();
  });

  function sign() {
    lastSign = Date.now();
  }
  // A phone that slept for an hour fires no timer: the time is looked at, not counted.
  function watch() {
    clearTimeout(timer);
    if (!vault) return;
    const left = lastSign + idle - Date.now();
    if (left <= 0) lock({ told: false });
    else timer = setTimeout(watch, Math.min(left, idle) + 50);
  }
  for (const name of SIGNS_OF_LIFE) {
    document.addEventListener(name, () => vault && sign(), { capture: true, passive: true });
  }
  document.addEventListener("visibilitychange", watch);
  addEventListener("pageshow", watch);
  channel.onmessage = ({ data }) => data === "lock" && lock({ told: false });

  begin().catch((error) => {
    console.error(error);
    askToOpen();
  });

  return {
    lock,
    unlocked: () => vault !== null,
    idle: () => idle,
    async setIdle(wait) {
      idle = wait;
      await store.write(["meta"], (tx) => tx.put("meta", { key: "lock", idle }));
      sign();
      watch();
    },
    async changePin(before, after) {
      // With a signal a newer key of the agency is taken over.
      const fresh = navigator.onLine ? await escrowFor(account).catch(() => null) : null;
      await changePin(store, vault, before, after, fresh);
    },
  };
}

/** Puts the settings of the lock into the page of the phone. */
export function showLockSettings(place, context) {
  place.replaceChildren(copy("#lock-settings"));
  const words = JSON.parse(document.getElementById("lock").dataset.words);
  const said = place.querySelector("[data-lock-said]");
  const select = place.querySelector("[data-lock-idle]");
  select.value = String(context.lock.idle());
  select.addEventListener("change", async () => {
    await context.lock.setIdle(Number(select.value));
    said.textContent = words.kept_idle;
  });
  const form = place.querySelector("[data-lock-change]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    said.textContent = "";
    const { old, new: fresh, "new-again": again } = form.elements;
    one(form, async () => {
      if (fresh.value !== again.value) return complain(again, words.differs);
      await context.lock.changePin(old.value, fresh.value);
      form.reset();
      form.closest("details").open = false;
      said.textContent = words.changed;
      return undefined;
    }, {
      input: old, weak: fresh, words,
      waits: (error) => complain(old, words.wait.replace("{}", spoken(error.wait, words))),
    });
  });
}

// One try at a time, and words for what did not go.
async function one(form, deed, { input, weak = input, words, waits, taken = () => {} }) {
  const go = form.querySelector("[data-lock-go]");
  if (go.disabled) return;
  go.disabled = true;
  for (const each of form.querySelectorAll("input")) complain(each, "");
  try {
    await deed();
    go.disabled = false;
  } catch (error) {
    go.disabled = false;
    const code = error.code ?? "";
    if (code === "weak_pin") complain(weak, words.weak);
    else if (code === "wrong_pin" || code === "wait") {
      input.value = "";
      complain(input, words.wrong);
      input.focus();
      if (error.wait) waits(error);
    } else if (code === "has_vault") {
      taken();
      complain(document.getElementById("lock-pin"), words.elsewhere);
    } else if (code === "full") complain(input, words.full);
    else if (code === "damaged" || error.name === "OperationError") complain(input, words.damaged);
    else {
      complain(input, words.server);
      console.error(error);
    }
    if (!(error instanceof VaultError || error.code || error.name === "OperationError")) throw error;
  }
}

function complain(input, text) {
  const line = document.getElementById(`${input.id}-error`);
  line.hidden = !text;
  line.querySelector("span").textContent = text;
  if (text) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

function spoken(milliseconds, words) {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 90 ? words.seconds.replace("{}", seconds)
    : words.minutes.replace("{}", Math.ceil(seconds / 60));
}

// Sends the outbox and fetches what changed, whenever there is a chance to: on opening, at a
// signal, on coming back to the page, by the button, after a pause. One page of a phone at a time.

import { openApi, Problem } from "./api.js";
import { refreshReference } from "./reference.js";
import { openRows } from "./rows.js";
import { pause, sendAll } from "./sending.js";

const DAY = 24 * 3_600_000;
const HOUR = 3_600_000;
const SETTLE = 300;
const SENDERS = ["coordinator"];

// context: { store, vault, records, outbox, account, language }. Gives
//   flush(reason)   sends what is due and fetches what changed; the same promise for all who ask
//   state()         { status, sent, total, problem, at, reminder, held } – status: idle, sending,
//                   offline, signed_out, other_account, refused, server, pace, elsewhere
//   onChange(f), stop(), api
export function startSync(context, options = {}) {
  const { store, vault, outbox, account } = context;
  const { fetch, clock = Date.now, chance = Math.random, version = "" } = options;
  const api = openApi(account.id, fetch ? { fetch } : {});
  const rows = openRows(context);
  const listeners = new Set();
  const ending = new AbortController();
  let state = {
    status: "idle", sent: 0, total: 0, problem: null, at: null, reminder: false, held: null,
  };
  let running = null;
  let again = false;
  let timer = 0;
  let settle = 0;
  let failures = 0;
  let fresh = false;
  let fetched = 0;

  const show = (change) => {
    state = { ...state, ...change };
    for (const listener of listeners) listener(state);
  };

  function flush(reason = "button") {
    if (running) {
      again = true;
      return running;
    }
    if (ending.signal.aborted) return Promise.resolve();
    clearTimeout(timer);
    // What has begun when the app is locked is finished: a day's work is not cut by a dark screen.
    running = alone(() => vault.during(() => run(reason)))
      .catch((error) => stopped(error))
      .finally(() => {
        running = null;
        badge();
        if (again && !ending.signal.aborted) {
          again = false;
          if (state.status === "idle") flush("again");
        }
      });
    return running;
  }

  // Web Locks go with the page that holds them, however it ends.
  function alone(work) {
    if (!navigator.locks) return work();
    const name = `fieldapp-send-${account.id}`;
    return navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock) return work();
      show({ status: "elsewhere" });
      later(5_000);
      return null;
    });
  }

  async function run(reason) {
    if (navigator.onLine === false) return show({ status: "offline", problem: null });
    const total = await store.count("outbox");
    show({ status: "sending", sent: 0, total, problem: null });
    const told = await api.session();
    const sends = SENDERS.includes(told.user.role);
    if (sends) await reconcile();
    const ended = await sendAll({
      queue: outbox.queue(),
      server: serverOf(api),
      clock,
      chance,
      told: ({ sent }) => show({ sent }),
    });
    if (ended.stop) {
      show({ status: ended.stop, problem: await lastProblem() });
      if (!["signed_out", "other_account", "refused"].includes(ended.stop)) later(ended.wait);
      return;
    }
    failures = 0;
    show({ status: "idle", at: clock(), problem: null });
    if (sends) await fetchChanges(reason, told);
    await nextTry();
  }

  async function fetchChanges(reason, told) {
    await announce();
    show({ news: await rows.pull(api) });
    await rows.pullBatches(api);
    if (reason !== "button" && clock() - fetched < HOUR) return;
    fetched = clock();
    await refreshReference({ ...context, api, language: told.user.language });
  }

  // Answers that were lost: what the server holds already need not be sent again.
  async function reconcile() {
    const open = (await store.all("outbox")).filter(
      (row) => row.kind === "registration" && row.state === "sending",
    );
    if (!open.length) return;
    const device = await store.get("meta", "device");
    const first = Math.min(...open.map((row) => row.sequence));
    const queue = outbox.queue();
    for (let after = first - 1; ; ) {
      const asked = `/receipts?device=${device.id}&after=${after}`;
      const { value } = await api.get(asked).catch(unknown);
      for (const receipt of value.receipts) {
        const row = open.find(
          (each) => each.id === receipt.id && each.revision === receipt.revision,
        );
        const item = row && (await outbox.item(row.sequence));
        if (item && holds(item, receipt)) await queue.received(item, receipt);
        after = receipt.sequence;
      }
      if (!value.more) return;
    }
  }

  async function announce() {
    const device = await store.get("meta", "device");
    if (!device) return;
    const { device: held } = await api.post("/devices", {
      id: device.id, name: "", app_version: version, minted: device.last ?? 0,
    });
    show({ held: { last: held.last, missing: held.missing } });
  }

  async function lastProblem() {
    const tried = (await store.all("outbox")).filter((row) => row.error && row.state === "waiting");
    return tried.at(-1)?.error ?? null;
  }

  async function stopped(error) {
    if (ending.signal.aborted) return undefined;
    if (!(error instanceof Problem)) {
      show({ status: "server", problem: { code: "phone_error" } });
      later(pause((failures += 1), chance));
      throw error;
    }
    const { code, status, title, facts } = error;
    const problem = { code, status, title, facts };
    if (status === 401) return show({ status: "signed_out", problem });
    if (code === "other_account") return show({ status: "other_account", problem });
    if (status === 403) return show({ status: "refused", problem });
    failures += 1;
    show({ status: status === 0 ? "offline" : "server", problem });
    return later(error.wait || pause(failures, chance));
  }

  function later(wait) {
    clearTimeout(timer);
    if (!ending.signal.aborted) timer = setTimeout(() => flush("timer"), Math.max(wait, 1_000));
  }

  async function nextTry() {
    const waits = (await store.all("outbox"))
      .filter((row) => row.state === "waiting")
      .map((row) => row.next_at ?? 0);
    if (waits.length) later(Math.max(Math.min(...waits) - clock(), 1_000));
  }

  // The number on the icon, and the reminder after a day.
  async function badge() {
    const count = await store.count("outbox").catch(() => 0);
    const oldest = count ? await outbox.oldest() : null;
    show({ count, reminder: oldest !== null && clock() - oldest > DAY });
    await (count ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.())?.catch(() => {});
  }

  // What was put into the outbox, here or in another tab, goes at once.
  function changed({ queued = false }) {
    fresh ||= queued;
    clearTimeout(settle);
    settle = setTimeout(() => {
      if (ending.signal.aborted) return;
      badge();
      if (!fresh) return;
      fresh = false;
      if (navigator.onLine !== false) flush("queued");
      else askToBeWoken();
    }, SETTLE);
  }

  const stopListening = outbox.onChange(changed);
  const on = (target, name, listen) =>
    target?.addEventListener(name, listen, { signal: ending.signal });
  on(globalThis, "online", () => flush("online"));
  on(globalThis, "offline", () => show({ status: "offline", problem: null }));
  on(document, "visibilitychange", () => {
    if (document.visibilityState === "visible") flush("visible");
  });
  on(navigator.serviceWorker, "message", ({ data }) => data?.type === "flush" && flush("woken"));
  flush("load");

  return {
    api,
    flush,
    state: () => state,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      ending.abort();
      clearTimeout(timer);
      clearTimeout(settle);
      stopListening();
      listeners.clear();
      await running;
    },
  };
}

const unknown = (error) => {
  if (error.status === 404) return { value: { receipts: [], more: false } };
  throw error;
};

const holds = (item, receipt) =>
  Object.entries(item.body.parts ?? {}).every(
    ([kind, sha256]) => (receipt.parts?.[kind] ?? null) === sha256,
  );

// Where the items go. What another phone exported goes by an address of its own, as its maker's.
function serverOf(api) {
  const place = (item) => (item.kind === "rescued" ? `/rescued/${item.maker}` : "");
  return {
    photo: (item, sha256, bytes) => api.put(`${place(item)}/photos/${sha256}`, bytes),
    record: (item) =>
      api.put(`${place(item)}/registrations/${item.id}/revisions/${item.revision}`, item.body),
    batch: (item) => api.put(`/batches/${item.id}`, item.body),
    handover: (item) => api.put(`/handovers/${item.id}`, item.body),
  };
}

// Where browsers know how, the service worker is woken at the next signal. It has no key and sends
// nothing itself: it wakes an open page, or says that something waits.
async function askToBeWoken() {
  const registration = await navigator.serviceWorker?.getRegistration("/").catch(() => null);
  await registration?.sync?.register("fieldapp-send").catch(() => {});
}

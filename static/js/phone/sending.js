// How an outbox is sent: which item next, what an answer means, when to try again. Pure: queue,
// server, clock and chance are handed in. The states are drawn in docs/field.md.

import { Problem } from "./api.js";

const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 15 * 60_000;
const BURST = 3;
const PHOTO_TRIES = 3;

// What an answer means for the item, and whether the others may go on.
//   item: "waiting" (it will be sent again), "attention" (a person has to look), "both" (choose)
//   stop: "" (go on), or why nothing more is sent now
const MEANS = {
  no_signal: { item: "waiting", stop: "offline" },
  not_ours: { item: "waiting", stop: "offline" },
  csrf: { item: "waiting", stop: "server" },
  signed_out: { item: "waiting", stop: "signed_out" },
  forbidden: { item: "waiting", stop: "refused" },
  first_password: { item: "waiting", stop: "refused" },
  other_account: { item: "waiting", stop: "other_account" },
  too_many_requests: { item: "waiting", stop: "pace" },
  storage_full: { item: "waiting", stop: "server" },
  parts_missing: { item: "waiting", stop: "", parts: true },
  photo_hash: { item: "waiting", stop: "", most: PHOTO_TRIES },
  stale: { item: "both", stop: "" },
};

export function judge({ status, code }, tries = 0) {
  const known = MEANS[code] ?? (status === 401 ? MEANS.signed_out : undefined);
  if (known) return tries >= (known.most ?? Infinity) ? { item: "attention", stop: "" } : known;
  if (status === 0) return MEANS.no_signal;
  if (status >= 500) return { item: "waiting", stop: "", burst: true };
  return { item: "attention", stop: "" };
}

// Twice as long each time, up to a quarter of an hour; anywhere between half of that and all of it,
// so that a hundred phones that lost one server do not come back in one second.
export function pause(tries, chance) {
  const most = Math.min(FIRST_PAUSE * 2 ** Math.max(0, tries - 1), LONGEST_PAUSE);
  return Math.round(most / 2 + (most / 2) * chance());
}

// Does the receipt name the record, its revision and every part that was sent?
export function complete(item, receipt) {
  if (item.kind === "batch") return receipt.batch?.id === item.id;
  if (item.kind === "handover") return receipt.handover === item.id;
  const parts = Object.entries(item.body.parts ?? {});
  return (
    receipt.registration === item.id &&
    receipt.revision === item.revision &&
    parts.every(([kind, sha256]) => (receipt.parts?.[kind] ?? null) === sha256)
  );
}

// queue:  next(now) → the oldest item that is due, with its body, or null
//         sending(item), received(item, receipt), held(item, {state, error, next_at, tries})
//         unsent(hashes) → those of these photos that the server has not confirmed yet
//         photo(sha256) → its bytes; confirmed(sha256), denied(hashes)
// server: photo(item, sha256, bytes), record(item), batch(item), handover(item): answers, or throws
//         a Problem
// told:   called with {item, sent} after each item
// Returns {sent, stop, wait}: why it ended ("" when nothing is due any more), and how long to wait.
export async function sendAll({ queue, server, clock, chance, told = () => {} }) {
  let sent = 0;
  let burst = 0;
  for (;;) {
    const item = await queue.next(clock());
    if (!item) return { sent, stop: "", wait: 0 };
    await queue.sending(item);
    try {
      await sendOne(item, queue, server);
      sent += 1;
      burst = 0;
      told({ item, sent });
      continue;
    } catch (error) {
      if (!(error instanceof Problem)) {
        await queue.held(item, waiting(item, new Problem({ code: "phone_error" }), clock, chance));
        throw error;
      }
      const means = judged(item, error);
      burst = means.burst ? burst + 1 : 0;
      if (means.item === "waiting") {
        await queue.held(item, waiting(item, error, clock, chance, means.stop));
      } else {
        await queue.held(item, { state: means.item, error, tries: item.tries + 1, next_at: 0 });
      }
      told({ item, sent });
      const stop = means.stop || (burst >= BURST ? "server" : "");
      if (stop) return { sent, stop, wait: error.wait || pause(item.tries + 1, chance) };
    }
  }
}

// Whoever carries a colleague's record cannot choose between two versions of it.
function judged(item, error) {
  const means = judge(error, item.tries + 1);
  const chosenElsewhere = means.item === "both" && item.kind === "rescued";
  return chosenElsewhere ? { ...means, item: "attention" } : means;
}

// What only the line is to blame for does not count as a try: it goes at the first signal.
function waiting(item, error, clock, chance, stop) {
  const innocent = ["offline", "signed_out", "other_account", "refused"].includes(stop);
  const tries = innocent ? item.tries : item.tries + 1;
  const next_at = innocent ? 0 : clock() + (error.wait || pause(tries, chance));
  return { state: "waiting", error, tries, next_at };
}

async function sendOne(item, queue, server) {
  if (item.kind === "batch" || item.kind === "handover") {
    return received(item, await server[item.kind](item), queue);
  }
  await sendParts(item, queue, server);
  try {
    return await received(item, await server.record(item), queue);
  } catch (error) {
    if (!(error instanceof Problem) || !judge(error).parts) throw error;
    // The server let go of a photo that was confirmed long ago: once more, then the record.
    await queue.denied(error.facts.missing ?? Object.values(item.body.parts));
    await sendParts(item, queue, server);
    return received(item, await server.record(item), queue);
  }
}

async function sendParts(item, queue, server) {
  const named = Object.values(item.body.parts ?? {}).filter(Boolean);
  for (const sha256 of await queue.unsent(named)) {
    const bytes = await queue.photo(sha256);
    if (!bytes) throw new Problem({ status: 410, code: "photo_gone" });
    const answer = await server.photo(item, sha256, bytes);
    if (answer.sha256 !== sha256) throw new Problem({ status: 502, code: "receipt_incomplete" });
    await queue.confirmed(sha256);
  }
}

// The phone lets go of its copy only when everything that it sent is named.
async function received(item, receipt, queue) {
  if (!complete(item, receipt)) throw new Problem({ status: 502, code: "receipt_incomplete" });
  await queue.received(item, receipt);
}

// The room on the phone: asked for, watched, told in time. Photos stop before writing would fail,
// so that there is always room for what is typed.
//
// What browsers say of their room is not to be relied upon: Chromium tells 10 GB more than is used,
// whatever the disk has. So a piece of the room is kept as a reserve. When writing fails for want
// of it, the reserve is given up and the writing done again; until it can be put back, no photo is
// taken.

const TIGHT = 0.8;
const FULL = 0.95;
const OFTEN = 60_000;
export const RESERVE = 2_000_000;

/** Asks the browser not to clear this store by itself; true when it promises. */
export async function askToKeep() {
  try {
    return (await navigator.storage?.persist?.()) ?? false;
  } catch {
    return false;
  }
}

// {usage, quota, share, level}: level is plenty, tight (80 % and more) or full (no photos).
export async function look(store = null) {
  let usage = 0;
  let quota = 0;
  try {
    ({ usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {});
  } catch {
    // A browser that does not say is taken at its word when writing fails.
  }
  const level = store && !(await keepReserve(store)) ? "full" : levelOf(usage, quota);
  return { usage, quota, share: quota ? usage / quota : 0, level };
}

export function levelOf(usage, quota) {
  if (!quota || usage < quota * TIGHT) return "plenty";
  return usage < quota * FULL ? "tight" : "full";
}

/** Whether a photo of so many bytes may be taken and kept. */
export async function roomFor(store, bytes) {
  const { usage, quota, level } = await look(store);
  return level !== "full" && levelOf(usage + bytes, quota) !== "full";
}

/** Puts the reserve back if it was given up; false when there is no room for it. */
export async function keepReserve(store) {
  if ((await store.count("meta", { range: "reserve" })) > 0) return true;
  // Zeros would be packed to nothing by the browser's database.
  const bytes = new Uint8Array(RESERVE);
  for (let at = 0; at < RESERVE; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65_536, RESERVE)));
  }
  try {
    await store.write(["meta"], (tx) => tx.put("meta", { key: "reserve", bytes }), { spare: false });
    return true;
  } catch (error) {
    if (error.code === "full") return false;
    throw error;
  }
}

// Shows the notice "space" above the views while room is short. Gives what looks again.
export function startQuota(context) {
  async function again() {
    const { level } = await look(context.store);
    const part = context.notice("space", level !== "plenty");
    for (const each of part.querySelectorAll("[data-space]")) {
      each.hidden = each.dataset.space !== level;
    }
  }
  const quietly = () => again().catch(() => {}); // the store is being brought up to date elsewhere
  setInterval(() => document.visibilityState === "visible" && quietly(), OFTEN);
  addEventListener("store-spared", quietly);
  quietly();
  return again;
}

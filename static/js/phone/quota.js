// The room on the phone: asked for, watched, told in time. Photos stop before writing would fail,
// so that there is always room for what is typed.

const TIGHT = 0.8;
const FULL = 0.95;
const OFTEN = 60_000;

/** Asks the browser not to clear this store by itself; true when it promises. */
export async function askToKeep() {
  try {
    return (await navigator.storage?.persist?.()) ?? false;
  } catch {
    return false;
  }
}

// {usage, quota, share, level}: level is plenty, tight (80 % and more) or full (no photos).
export async function look() {
  let usage = 0;
  let quota = 0;
  try {
    ({ usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {});
  } catch {
    // A browser that does not say is taken at its word when writing fails.
  }
  if (!quota) return { usage, quota, share: 0, level: "plenty" };
  return { usage, quota, share: usage / quota, level: levelOf(usage, quota) };
}

export function levelOf(usage, quota) {
  if (usage >= quota * FULL) return "full";
  return usage >= quota * TIGHT ? "tight" : "plenty";
}

/** Whether a photo of so many bytes may be taken and kept. */
export async function roomFor(bytes) {
  const { usage, quota } = await look();
  return !quota || levelOf(usage + bytes, quota) !== "full";
}

// told(state) at once, and whenever the level changes. Gives what looks again and what ends it.
export function watchQuota(told) {
  let before = "";
  async function again() {
    const state = await look();
    if (state.level !== before) told(state);
    before = state.level;
    return state;
  }
  const timer = setInterval(() => document.visibilityState === "visible" && again(), OFTEN);
  again();
  return { again, stop: () => clearInterval(timer) };
}

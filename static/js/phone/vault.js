// What is on the phone is sealed under a data key that exists in the open only while the vault is.
//
//   data key (AES-GCM-256)  ← wrapped by the PIN:    PBKDF2-SHA-256 of the PIN, then HMAC under a
//                             key of this phone that no script can read out
//                           ← wrapped by the agency: RSA-OAEP-256 to its escrow key, for this person
//
// Each value is sealed for its place ("table:key"): moved to another row it does not open.

export const ROUNDS = 600_000;
export const LEAST = 6;
const FORMAT = 1;
const FREE = 4;
const FIRST_WAIT = 30_000;
const LONGEST_WAIT = 3_600_000;

// code: wrong_pin (wait: ms until the next try), wait (the same, nothing was tried), weak_pin,
// locked, no_vault, damaged
export class VaultError extends Error {
  constructor(code, { wait = 0, cause } = {}) {
    super(code, { cause });
    this.name = "VaultError";
    this.code = code;
    this.wait = wait;
  }
}

/** Whether somebody has set a PIN for this store. */
export const hasVault = async (store) => Boolean(await store.get("meta", "vault"));

/** A PIN that can be guessed on one's fingers: weak. */
export function isWeak(pin) {
  const signs = [...pin];
  const steps = new Set(signs.slice(1).map((sign, at) => sign.charCodeAt() - signs[at].charCodeAt()));
  return signs.length < LEAST || (steps.size === 1 && Math.abs([...steps][0]) <= 1) ||
    new Set(signs).size < 3;
}

// escrow: {id, publicKey} – the agency's, as the server gives it; publicKey is SPKI in base64.
export async function makeVault(store, pin, escrow, { rounds = ROUNDS } = {}) {
  if (isWeak(pin)) throw new VaultError("weak_pin");
  const key = await crypto.subtle.generateKey(
    { name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"],
  );
  const device = await crypto.subtle.generateKey(
    { name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign"],
  );
  const pinned = await wrapByPin(key, pin, device, rounds, store.userId);
  const row = {
    key: "vault",
    format: FORMAT,
    device,
    pin: pinned.row,
    escrow: await wrapByAgency(key, escrow, store.userId),
  };
  await store.write(["meta"], async (tx) => {
    // Two tabs may set a PIN at once; one key would be lost with all that it has sealed.
    if (await tx.get("meta", "vault")) throw new VaultError("has_vault");
    await tx.put("meta", row);
    if (!(await tx.get("meta", "device"))) {
      await tx.put("meta", { key: "device", id: crypto.randomUUID(), last: 0 });
    }
  });
  return vaultOf(await pinned.unwrapped());
}

/** Opens the vault, or throws wrong_pin. Wrong ones slow down, and a reload does not help. */
export async function openVault(store, pin) {
  return vaultOf(await unwrapByPin(store, pin, false));
}

/** How long the next try has to wait (ms). */
export async function waitOf(store, now = Date.now()) {
  const tries = await store.get("meta", "tries");
  return tries ? leftOf(tries, now) : 0;
}

export async function changePin(store, vault, oldPin, newPin, escrow = null) {
  if (vault.locked) throw new VaultError("locked");
  if (isWeak(newPin)) throw new VaultError("weak_pin");
  const key = await unwrapByPin(store, oldPin, true);
  await setPin(store, key, newPin, escrow);
}

// What the agency's key holds for this store: {id, wrapped}, the latter in base64.
export async function escrowOf(store) {
  const row = await store.get("meta", "vault");
  return row ? { id: row.escrow.id, wrapped: base64(row.escrow.wrapped) } : null;
}

// key: the data key as it came back from the agency, extractable. Gives the opened vault.
export async function resetPin(store, key, newPin, escrow = null) {
  if (isWeak(newPin)) throw new VaultError("weak_pin");
  await mustOpen(store, key);
  return vaultOf(await setPin(store, key, newPin, escrow));
}

async function setPin(store, key, pin, escrow) {
  const row = await store.get("meta", "vault");
  const device = await crypto.subtle.generateKey(
    { name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign"],
  );
  const rounds = Math.max(ROUNDS, row.pin.rounds);
  const pinned = await wrapByPin(key, pin, device, rounds, store.userId);
  const fresh = {
    ...row,
    device,
    pin: pinned.row,
    escrow: escrow ? await wrapByAgency(key, escrow, store.userId) : row.escrow,
  };
  await store.write(["meta"], async (tx) => {
    await tx.put("meta", fresh);
    await tx.remove("meta", "tries");
  });
  return pinned.unwrapped();
}

// A key that came back must be the one that sealed what lies here, before anything is put over it.
async function mustOpen(store, key) {
  const vault = vaultOf(key);
  for (const table of ["records", "outbox", "rows"]) {
    const [first] = await store.keys(table);
    if (first === undefined) continue;
    const row = await store.get(table, first);
    if (row) await vault.open(row.sealed, `${table}:${first}`);
  }
}

async function unwrapByPin(store, pin, extractable) {
  const one = navigator.locks
    ? (work) => navigator.locks.request(`fieldapp-pin-${store.userId}`, work)
    : (work) => work();
  return one(async () => {
    const row = await store.get("meta", "vault");
    if (!row) throw new VaultError("no_vault");
    const wait = await beginTry(store);
    if (wait) throw new VaultError("wait", { wait });
    let key;
    try {
      key = await unwrap(row.pin, await keyOfPin(pin, row.device, row.pin), store.userId, extractable);
    } catch {
      throw new VaultError("wrong_pin", { wait: await waitOf(store) });
    }
    await store.write(["meta"], (tx) => tx.remove("meta", "tries"));
    return key;
  });
}

// A try counts before it is made: closing the page in the middle of it saves none.
async function beginTry(store) {
  return store.write(["meta"], async (tx) => {
    const now = Date.now();
    const before = (await tx.get("meta", "tries")) ?? { key: "tries", count: 0, at: now };
    const wait = leftOf(before, now);
    if (wait) {
      // A clock that was put back starts the pause anew.
      if (now < before.at) await tx.put("meta", { ...before, at: now });
      return wait;
    }
    await tx.put("meta", { key: "tries", count: before.count + 1, at: now });
    return 0;
  });
}

function leftOf({ count, at }, now) {
  if (count <= FREE) return 0;
  const pause = Math.min(FIRST_WAIT * 2 ** (count - FREE - 1), LONGEST_WAIT);
  return now < at ? pause : Math.max(0, at + pause - now);
}

async function keyOfPin(pin, device, { rounds, salt }) {
  const typed = await crypto.subtle.importKey(
    "raw", bytesOf(pin.normalize("NFKC")), "PBKDF2", false, ["deriveBits"],
  );
  const slow = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, typed, 256,
  );
  const bound = await crypto.subtle.sign("HMAC", device, slow);
  return crypto.subtle.importKey("raw", bound, "AES-GCM", false, ["wrapKey", "unwrapKey"]);
}

// The data key passes from key to key inside the browser; no script sees its bytes.
async function wrapByPin(key, pin, device, rounds, userId) {
  const row = { derivation: "PBKDF2-SHA-256", rounds, salt: random(16), iv: random(12) };
  const kek = await keyOfPin(pin, device, row);
  row.wrapped = await crypto.subtle.wrapKey("raw", key, kek, under(row.iv, userId));
  return { row, unwrapped: () => unwrap(row, kek, userId, false) };
}

const unwrap = ({ iv, wrapped }, kek, userId, extractable) =>
  crypto.subtle.unwrapKey(
    "raw", wrapped, kek, under(iv, userId), "AES-GCM", extractable, ["encrypt", "decrypt"],
  );

const under = (iv, userId) =>
  ({ name: "AES-GCM", iv, additionalData: bytesOf(`vault:${userId}`) });

// The label binds it to the person: under another name the agency's key does not open it.
async function wrapByAgency(key, { id, publicKey }, userId) {
  const agency = await crypto.subtle.importKey(
    "spki", fromBase64(publicKey), { name: "RSA-OAEP", hash: "SHA-256" }, false, ["wrapKey"],
  );
  const label = bytesOf(`fieldapp-escrow:${userId}`);
  return { id, wrapped: await crypto.subtle.wrapKey("raw", key, agency, { name: "RSA-OAEP", label }) };
}

function vaultOf(first) {
  let key = first;
  let closing = null;
  let running = 0;
  let idle = null;

  const usable = () => {
    if (!key || (closing && !running)) throw new VaultError("locked");
    return key;
  };

  async function sealBytes(bytes, context) {
    const iv = random(12);
    const data = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv, additionalData: bytesOf(context) }, usable(), bytes,
    );
    return { iv, data };
  }

  async function openBytes({ iv, data }, context) {
    const mine = usable();
    try {
      return await crypto.subtle.decrypt(
        { name: "AES-GCM", iv, additionalData: bytesOf(context) }, mine, data,
      );
    } catch (cause) {
      throw new VaultError("damaged", { cause });
    }
  }

  return {
    sealBytes,
    openBytes,
    seal: (value, context) => sealBytes(bytesOf(JSON.stringify(value)), context),
    open: async (sealed, context) =>
      JSON.parse(new TextDecoder().decode(await openBytes(sealed, context))),
    get locked() {
      return !key || closing !== null;
    },
    /** What began before the lock is finished: nobody's photo is lost in between. */
    async during(work) {
      // A part of what began before the lock is finished with it.
      if (!key || (closing && !running)) throw new VaultError("locked");
      running += 1;
      try {
        return await work();
      } finally {
        running -= 1;
        if (!running) idle?.();
      }
    },
    close() {
      closing ??= new Promise((resolve) => {
        idle = () => {
          key = null;
          resolve();
        };
        if (!running) idle();
      });
      return closing;
    },
  };
}

const random = (count) => crypto.getRandomValues(new Uint8Array(count));
const bytesOf = (text) => new TextEncoder().encode(text);

export const base64 = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));
export const fromBase64 = (text) =>
  Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

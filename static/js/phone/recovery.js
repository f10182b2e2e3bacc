// A forgotten PIN: the data stays, and the agency's key opens it through a supervisor. The phone
// asks with a key pair that it has just made; what comes back only this phone can open.

import { openApi } from "./api.js";
import { base64, escrowOf, fromBase64, resetPin } from "./vault.js";

const ROW = "recovery";
const PAIR = {
  name: "RSA-OAEP", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]),
};

/** The agency's key for what this person keeps: {id, publicKey}. Throws a Problem. */
export async function escrowFor(account) {
  const api = openApi(account.id);
  await api.session(); // of this person, or a Problem
  const { value } = await api.get("/recoveries/key");
  return { id: value.id, publicKey: value.public_key };
}

export function openRecovery({ store, account }) {
  const api = openApi(account.id);
  const known = () => store.get("meta", ROW);

  return {
    /** What was asked before: {id, check} or null. */
    async pending() {
      const row = await known();
      return row ? { id: row.id, check: row.check } : null;
    },

    // Asks, or asks again: a request that was sent but not heard of is repeated as it was.
    async ask({ anew = false } = {}) {
      let row = anew ? null : await known();
      if (!row) {
        const pair = await crypto.subtle.generateKey(PAIR, false, ["wrapKey", "unwrapKey"]);
        const spki = await crypto.subtle.exportKey("spki", pair.publicKey);
        row = {
          key: ROW, id: crypto.randomUUID(), privateKey: pair.privateKey,
          publicKey: base64(spki), check: await checkOf(spki),
        };
        await store.write(["meta"], (tx) => tx.put("meta", row));
      }
      const escrow = await escrowOf(store);
      const device = await store.get("meta", "device");
      await api.post("/recoveries", {
        id: row.id, device: device.id, key: escrow.id, wrapped: escrow.wrapped,
        public_key: row.publicKey,
      });
      return { id: row.id, check: row.check };
    },

    /** How it stands: waiting, approved, refused, expired, replaced or taken. Throws a Problem. */
    async look() {
      const row = await known();
      if (!row) return null;
      await api.session();
      const { value } = await api.get(`/recoveries/${row.id}`);
      return value.recovery;
    },

    // With what came back: a new PIN for the same key. Nothing is changed unless it opens what lies
    // here. Gives the opened vault.
    async take({ released }, newPin) {
      const row = await known();
      const label = new TextEncoder().encode(`fieldapp-recovery:${row.id}`);
      const key = await crypto.subtle.unwrapKey(
        "raw", fromBase64(released), row.privateKey, { name: "RSA-OAEP", label },
        "AES-GCM", true, ["encrypt", "decrypt"],
      );
      // A key of the agency that is newer than the one at hand is taken over; it may wait, too.
      const escrow = await escrowFor(account).catch(() => null);
      const vault = await resetPin(store, key, newPin, escrow);
      await store.write(["meta"], (tx) => tx.remove("meta", ROW));
      await api.post(`/recoveries/${row.id}/taken`, {}).catch(() => {}); // the server forgets it in time
      return vault;
    },

    /** The PIN came back to mind: what was asked is let go of. */
    forget: () => store.write(["meta"], (tx) => tx.remove("meta", ROW)),
  };
}

// Six digits that the phone shows and the supervisor types: of the key that will be answered to.
async function checkOf(spki) {
  const digest = await crypto.subtle.digest("SHA-256", spki);
  const digits = String(new DataView(digest).getUint32(0) % 1_000_000).padStart(6, "0");
  return `${digits.slice(0, 3)} ${digits.slice(3)}`;
}

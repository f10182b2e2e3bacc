// What the phone knows by heart: tables and words of forms, and the filter of known NIKs.

import { openFilter } from "../rules/duplicates.js";

const FILTER = "duplicates";
const MOST_LOOK_UPS = 200;
const LOOK_UPS = "lookups";
const FILTER_AGE = 6 * 3_600_000;

const bytesOf = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
const today = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10); // in Denpasar

// Asks for each with its ETag; what has not changed costs one short answer.
export async function refreshReference({ store, vault, api, language }) {
  await keep(store, api, "reference", "/reference");
  for (const each of new Set([language, "id"])) {
    await keep(store, api, `words:${each}`, `/words/${each}`);
  }
  await refreshFilter(store, vault, api);
  await tellLookUps(store, api);
}

async function keep(store, api, name, path) {
  const known = await store.get("reference", name);
  const { fresh, etag, value } = await api.get(path, { etag: known?.etag });
  if (fresh) await store.write(["reference"], (tx) => tx.put("reference", { name, etag, value }));
}

// The filter and the keys that read it belong to one week, so they are kept as one.
async function refreshFilter(store, vault, api) {
  const known = await store.get("reference", FILTER);
  if (known && Date.now() - known.asked_at < FILTER_AGE) return;
  const keys = (await api.get("/duplicates/key")).value;
  const same = known?.week === keys.week;
  let answer;
  try {
    answer = await api.get("/duplicates", { etag: same ? known.etag : "", bytes: true });
  } catch (error) {
    if (error.status === 503 || error.status === 429) return; // being made, or asked for often
    throw error;
  }
  const sealed = await vault.seal(keys, `reference:${FILTER}`);
  const { etag, value } = answer.fresh ? answer : known;
  const kept = { name: FILTER, etag, value, sealed, week: keys.week, asked_at: Date.now() };
  await store.write(["reference"], (tx) => tx.put("reference", kept));
}

async function tellLookUps(store, api) {
  const kept = await store.get("meta", LOOK_UPS);
  const device = await store.get("meta", "device");
  if (!kept?.asked || kept.told === kept.asked || !device) return;
  const { day, asked, warned } = kept;
  try {
    await api.post("/duplicates/lookups", { device: device.id, day, asked, warned });
  } catch (error) {
    if (error.status === 404) return; // a phone that has not sent anything yet is not known
    throw error;
  }
  await store.write(["meta"], async (tx) => {
    const now = await tx.get("meta", LOOK_UPS);
    if (now?.day === day) await tx.put("meta", { ...now, told: asked });
  });
}

// get(name): what was kept under "reference" or "words:<language>", or null.
// known(nik): perhaps registered already? null when it cannot be asked (no filter, or too often).
export function openReference({ store, vault }) {
  let filter = null;

  async function opened() {
    const kept = await store.get("reference", FILTER);
    if (!kept) return null;
    if (filter?.etag !== kept.etag) {
      const keys = await vault.open(kept.sealed, `reference:${FILTER}`);
      const asks = await openFilter(kept.value, {
        cityKey: bytesOf(keys.city_key), userKey: bytesOf(keys.user_key),
      });
      filter = { etag: kept.etag, asks };
    }
    return filter.asks;
  }

  async function count(warned) {
    let allowed = false;
    await store.write(["meta"], async (tx) => {
      const day = today();
      const kept = await tx.get("meta", LOOK_UPS);
      const now = kept?.day === day ? kept : { key: LOOK_UPS, day, asked: 0, warned: 0, told: 0 };
      allowed = now.asked < MOST_LOOK_UPS;
      if (!allowed) return;
      await tx.put("meta", { ...now, asked: now.asked + 1, warned: now.warned + (warned ? 1 : 0) });
    });
    return allowed;
  }

  return {
    get: async (name) => (await store.get("reference", name))?.value ?? null,
    async known(nik) {
      const asks = await opened();
      if (!asks) return null;
      const found = await asks(nik);
      return (await count(found)) ? found : null;
    },
  };
}

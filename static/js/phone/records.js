// The registrations that are being made or sent on this phone: sealed at rest, kept at each change,
// frozen into the outbox when they are finished. Several tabs may work on the same store.

import { roomFor } from "./quota.js";
import { StoreError } from "./store.js";

const CONTENT = ["fields", "consent", "parts", "confirmations"];
// Between the record that a caller holds and what it was read from: who changes one thing does not
// put back the others as they were. Spreading a record takes it along; sealing leaves it out.
const READ = Symbol("as read");
const PATIENCE = 500;
const KINDS = ["ktp", "face", "signature"];
// The server refused these, so they never arrived: what follows them takes over their number.
const REFUSED = ["attention", "both"];

// record = {id, state, base, revision, frozen, fields, consent, parts, confirmations, findings,
//           error, createdAt, changedAt}
// revision: under which it will be sent, or was; frozen: the highest that lies or lay in the outbox.
export function openRecords(store, vault) {
  const listeners = new Set();
  const channel = new BroadcastChannel(`fieldapp-${store.userId}`);
  const tell = (change) => {
    for (const listener of listeners) listener(change);
  };
  channel.onmessage = ({ data }) => tell(data);
  const changed = (change) => {
    tell(change);
    channel.postMessage(change);
  };

  async function opened(row) {
    if (!row) return null;
    return remembered(await vault.open(row.sealed, `records:${row.id}`));
  }

  async function sealed(record, before, quietly = false) {
    // Never the same twice: who compares it learns of every change that was typed.
    const changed_at = quietly ? before.changed_at
      : Math.max(Date.now(), (before?.changed_at ?? 0) + 1);
    const kept = { ...plain(record), changedAt: changed_at };
    return {
      row: {
        id: record.id, state: record.state, changed_at,
        sealed: await vault.seal(kept, `records:${record.id}`),
      },
      record: remembered(kept),
    };
  }

  // Reads, changes, and writes if nobody else has written meanwhile; otherwise once more.
  // change(record | null) gives the record to be kept; more(tx) writes what belongs to it.
  async function update(id, change, options = {}) {
    const { tables = [], more = () => {}, quietly = false, spare = true } = options;
    for (;;) {
      const before = await store.get("records", id);
      const known = await opened(before);
      const wanted = await change(known);
      if (!wanted || wanted === known) return known;
      const { row, record } = await sealed(wanted, before, quietly);
      const done = await store.write(["records", ...tables], async (tx) => {
        if (!sameRow(await tx.get("records", id), before)) return false;
        await tx.put("records", row);
        await more(tx, record);
        return true;
      }, { spare });
      if (!done) continue;
      changed({ id });
      return record;
    }
  }

  async function revived(record) {
    // It was sent and let go of while somebody went on typing: what the server holds is beneath.
    const told = await store.get("rows", record.id);
    const row = told ? await vault.open(told.sealed, `rows:${record.id}`) : null;
    return remembered({
      ...plain(record), parts: {}, state: "received", error: null,
      base: row?.revision ?? record.base,
      frozen: Math.max(record.frozen ?? 0, row?.received_revision ?? 0),
    });
  }

  const records = {
    /** A new record, with its id; kept at once. */
    async begin() {
      const now = Date.now();
      const record = {
        id: crypto.randomUUID(), state: "draft", base: 0, revision: 1, frozen: 0, fields: {},
        consent: null, parts: {}, confirmations: {}, findings: [], error: null, createdAt: now,
      };
      return vault.during(() => update(record.id, () => record));
    },

    get: async (id) => opened(await store.get("records", id)),

    /** All of them, the oldest change first. */
    list: async () =>
      Promise.all((await store.all("records", { index: "changed_at" })).map(opened)),

    count: () => store.count("records"),

    // Keeps what the caller changed since the record was read, field by field, and gives the
    // record as it is now. What lies frozen in the outbox is not touched: a change makes the next
    // revision. A record that this phone does not hold yet is taken as it is.
    save(record) {
      const origin = record[READ];
      return vault.during(() =>
        update(record.id, async (known) => {
          if (!known && !origin) return draft({ frozen: 0, ...plain(record) });
          const under = known ?? (await revived(origin));
          const result = merged(origin ?? {}, record, under);
          return known && same(result, plain(known)) ? known : draft(result);
        }));
    },

    /** Takes a record off the phone that does not wait to be sent, with its photos. */
    async remove(id) {
      await store.write(["records", "photos", "outbox"], async (tx) => {
        for (const item of await tx.all("outbox", of(id))) {
          if (!REFUSED.includes(item.state)) throw new StoreError("unsent");
          await tx.remove("outbox", item.sequence);
        }
        await tx.remove("records", id);
        for (const photo of await tx.all("photos")) {
          if (photo.records.includes(id)) await release(tx, photo, id);
        }
      });
      changed({ id, removed: true });
    },

    // Photo and record are written as one: neither is there without the other. Gives the SHA-256.
    putPhoto(id, kind, blob) {
      if (!KINDS.includes(kind)) throw new TypeError(kind);
      return vault.during(async () => {
        const bytes = await blob.arrayBuffer();
        if (!(await roomFor(store, bytes.byteLength))) throw new StoreError("full");
        const sha256 = await hashOf(bytes);
        const seal = await vault.sealBytes(bytes, `photos:${sha256}`);
        let old = null;
        await update(
          id,
          async (known) => {
            if (!known) throw new StoreError("no_record");
            old = known.parts[kind] ?? null;
            return draft({ ...known, parts: { ...known.parts, [kind]: sha256 } });
          },
          {
            tables: ["photos", "outbox"],
            spare: false,
            more: async (tx, record) => {
              const before = await tx.get("photos", sha256);
              const owners = new Set([...(before?.records ?? []), id]);
              await tx.put("photos", {
                sha256, size: bytes.byteLength, sent_at: null, sealed: seal, ...before,
                records: [...owners],
              });
              await releaseOld(tx, record, old);
            },
          },
        );
        return sha256;
      });
    },

    async photo(sha256) {
      const row = await store.get("photos", sha256);
      if (!row) return null;
      const bytes = await vault.openBytes(row.sealed, `photos:${sha256}`);
      return new Blob([bytes], { type: kindOf(bytes) });
    },

    dropPhoto(id, kind) {
      let old = null;
      return vault.during(() =>
        update(
          id,
          (known) => {
            if (!known) return null;
            old = known.parts[kind] ?? null;
            return draft({ ...known, parts: { ...known.parts, [kind]: null } });
          },
          { tables: ["photos", "outbox"], more: (tx, record) => releaseOld(tx, record, old) },
        ));
    },

    // Freezes the record as it is into the outbox, with the next number of this phone; one
    // transaction. A record that waits already, unchanged, is not put there twice.
    finish(id) {
      return vault.during(async () => {
        for (;;) {
          const before = await store.get("records", id);
          const record = await opened(before);
          if (!record) throw new StoreError("no_record");
          if (record.state === "waiting" || record.state === "sending") return record;
          const next = draft(record);
          const [refused] = (await store.all("outbox", of(id)))
            .filter((row) => row.kind === "registration" && REFUSED.includes(row.state));
          const { device, sequence: upcoming } = await records.upcoming();
          const sequence = refused?.sequence ?? upcoming;
          const held = new Set(await store.keys("photos"));
          const frozen = await vault.seal(
            {
              name: next.fields.name ?? "",
              body: bodyOf(next, { device, sequence, minted: Math.max(sequence, upcoming - 1) }, held),
            },
            `outbox:${sequence}`,
          );
          const waiting = {
            ...next, state: "waiting", frozen: next.revision, error: null,
          };
          const { row, record: kept } = await sealed(waiting, before);
          const done = await store.write(["records", "outbox", "meta"], async (tx) => {
            if (!sameRow(await tx.get("records", id), before)) return false;
            if (refused) {
              const still = await tx.get("outbox", sequence);
              if (!still || !REFUSED.includes(still.state)) return false;
            } else if ((await records.nextSequence(tx, sequence)) === null) return false;
            await tx.put("outbox", {
              sequence, kind: "registration", id, revision: next.revision, state: "waiting",
              tries: 0, next_at: 0, error: null, made_at: refused?.made_at ?? Date.now(),
              exported_at: null, sealed: frozen,
            });
            await tx.put("records", row);
            return true;
          });
          if (!done) continue;
          changed({ id, queued: true });
          return kept;
        }
      });
    },

    // What became of it on the way: no change of what was typed, so no new revision.
    mark(id, { state, error }) {
      return vault.during(() =>
        update(id, (known) => known && { ...known, state, error }, { quietly: true }));
    },

    /** The number that comes next on this phone, looked at only; and the phone's id. */
    async upcoming() {
      const { id, last } = await store.get("meta", "device");
      return { device: id, sequence: last + 1 };
    },

    /** Takes that number inside a transaction over "meta"; null when another tab has taken it. */
    async nextSequence(tx, expected) {
      const device = await tx.get("meta", "device");
      if (device.last + 1 !== expected) return null;
      await tx.put("meta", { ...device, last: expected });
      return expected;
    },

    // One tab works on a record at a time: gives what lets go of it, or null when another tab has
    // it. The hold goes with its page, however that ends; a view that has just closed is awaited.
    hold(id) {
      if (!navigator.locks) return Promise.resolve(() => {});
      const patience = new AbortController();
      const timer = setTimeout(() => patience.abort(), PATIENCE);
      return new Promise((resolve, reject) => {
        navigator.locks
          .request(`fieldapp-record-${store.userId}-${id}`, { signal: patience.signal }, () => {
            clearTimeout(timer);
            return new Promise((release) => resolve(release));
          })
          .catch((error) => (patience.signal.aborted ? resolve(null) : reject(error)));
      });
    },

    /** listener({id, removed?, queued?}): also for what other tabs do. Gives what ends it. */
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    close() {
      listeners.clear();
      channel.close();
    },
  };
  return records;

  async function releaseOld(tx, record, old) {
    if (!old || Object.values(record.parts).includes(old)) return;
    // What lies frozen in the outbox names it still; it goes with that one's receipt.
    if ((await tx.all("outbox", of(record.id))).length) return;
    const photo = await tx.get("photos", old);
    if (photo) await release(tx, photo, record.id);
  }
}

const of = (id) => ({ index: "id", range: IDBKeyRange.only(id) });

async function release(tx, photo, id) {
  const others = photo.records.filter((each) => each !== id);
  if (others.length) await tx.put("photos", { ...photo, records: others });
  else await tx.remove("photos", photo.sha256);
}

// A record that may be typed on: above every revision that was ever frozen.
function draft(record) {
  const frozen = record.frozen ?? 0;
  const revision = Math.max(record.revision, frozen + 1);
  return { ...record, frozen, revision, state: "draft" };
}

function remembered(record) {
  return { ...record, [READ]: record };
}

function plain(record) {
  const { [READ]: _read, ...rest } = record;
  return rest;
}

// What `mine` changed since `origin`, laid over what is kept; inside fields and the like by name.
function merged(origin, mine, under) {
  const result = plain(under);
  for (const [name, value] of Object.entries(mine)) {
    if (CONTENT.includes(name) && isPlain(value) && isPlain(under[name])) {
      result[name] = { ...under[name] };
      for (const part of new Set([...Object.keys(value), ...Object.keys(origin[name] ?? {})])) {
        if (same(value[part], origin[name]?.[part])) continue;
        if (part in value) result[name][part] = value[part];
        else delete result[name][part];
      }
    } else if (!same(value, origin[name])) result[name] = value;
  }
  result.revision = Math.max(mine.revision ?? 0, under.revision);
  result.changedAt = under.changedAt;
  return result;
}

const isPlain = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// Sealing takes a fresh nonce each time: the same nonce is the same row.
function sameRow(one, other) {
  if (!one || !other) return !one && !other;
  return one.sealed.iv.join() === other.sealed.iv.join();
}

// As the API takes it. A photo that has gone to the server with an earlier revision stays there.
function bodyOf(record, item, held) {
  const parts = {};
  for (const [kind, sha256] of Object.entries(record.parts)) {
    if (sha256 && held.has(sha256)) parts[kind] = sha256;
    else if (sha256 === null && kind === "signature" && (record.base || record.frozen)) {
      parts[kind] = null;
    }
  }
  return {
    ...item,
    base: record.base,
    fields: record.fields,
    ...(record.consent ? { consent: record.consent } : {}),
    parts,
    confirmations: record.confirmations,
  };
}

function kindOf(buffer) {
  const [first, second] = new Uint8Array(buffer, 0, Math.min(2, buffer.byteLength));
  if (first === 0xff && second === 0xd8) return "image/jpeg";
  return first === 0x89 && second === 0x50 ? "image/png" : "image/webp";
}

async function hashOf(bytes) {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

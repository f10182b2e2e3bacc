// What is kept on the phone: one IndexedDB a person, and a list of who has one. Whatever may not be
// lost is written in one transaction and is on the disk before the promise resolves.

import { migrate, STEPS } from "./migrations.js";

const ACCOUNTS = "fieldapp-accounts";
export const nameOf = (userId) => `fieldapp-${userId}`;

// code: full (no room on the phone), outdated (a newer version of the app has the store),
// gone (the store was cleared away under the page), unsent, no_record, broken
export class StoreError extends Error {
  constructor(code, cause) {
    super(code, { cause });
    this.name = "StoreError";
    this.code = code;
  }
}

/** A person's store, brought up to date. `steps` is for tests, which open older ones. */
export async function openStore(userId, { steps = STEPS } = {}) {
  const name = nameOf(userId);
  const open = () =>
    connect(name, steps.length, (database, transaction, from) =>
      migrate(database, transaction, from, steps));
  let database = watched(await open());
  let outdated = false;
  let lost = false;

  function watched(fresh) {
    // Another tab has a newer version: it waits for this one to let go.
    fresh.onversionchange = () => {
      outdated = true;
      fresh.close();
      dispatch("store-outdated", userId);
    };
    // Safari drops connections of pages in the background; clearing the site's data does it too.
    fresh.onclose = () => {
      lost = true;
    };
    return fresh;
  }

  async function connected() {
    if (outdated) throw new StoreError("outdated");
    if (!lost) return database;
    const again = await open();
    const empty = (await settled(again.transaction("meta").objectStore("meta").count())) === 0;
    if (empty) {
      again.close();
      throw new StoreError("gone");
    }
    lost = false;
    database = watched(again);
    return database;
  }

  async function transact(tables, mode, work) {
    const usable = await connected();
    let transaction;
    try {
      transaction = usable.transaction(tables, mode, { durability: "strict" });
    } catch (error) {
      if (error.name !== "InvalidStateError") throw error;
      lost = !outdated;
      transaction = (await connected()).transaction(tables, mode, { durability: "strict" });
    }
    const ended = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(told(transaction.error));
    });
    ended.catch(() => {}); // said once, below
    try {
      const value = await work(transaction);
      await ended;
      return value;
    } catch (error) {
      try {
        transaction.abort();
      } catch {
        // It had ended already.
      }
      throw told(error);
    }
  }

  // When there is no room, the reserve (quota.js) is given up and the same is written again.
  async function spared(write) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof StoreError && error.code === "full")) throw error;
      const given = await transact(["meta"], "readwrite", async (transaction) => {
        const meta = transaction.objectStore("meta");
        const there = await settled(meta.count("reserve"));
        if (there) await settled(meta.delete("reserve"));
        return there > 0;
      });
      if (!given) throw error;
      dispatch("store-spared", userId);
      return write();
    }
  }

  const reading = (table, ask) =>
    transact([table], "readonly", (transaction) => settled(ask(transaction.objectStore(table))));

  return {
    userId,
    get: (table, key) => reading(table, (rows) => rows.get(key)),
    all: (table, where) => reading(table, (rows) => within(rows, where).getAll(where?.range)),
    keys: (table, where) =>
      reading(table, (rows) => within(rows, where).getAllKeys(where?.range)),
    count: (table, where) => reading(table, (rows) => within(rows, where).count(where?.range)),
    // All or nothing. Only what the transaction itself answers may be awaited in `work`, which is
    // called again when room had to be made. spare: false for what may rather fail (photos).
    write(tables, work, { spare = true } = {}) {
      const write = () => transact(tables, "readwrite", (transaction) => {
        const rows = (table) => transaction.objectStore(table);
        return work({
          get: (table, key) => settled(rows(table).get(key)),
          all: (table, where) => settled(within(rows(table), where).getAll(where?.range)),
          put: (table, row) => settled(rows(table).put(row)),
          remove: (table, key) => settled(rows(table).delete(key)),
        });
      });
      return spare ? spared(write) : write();
    },
    close() {
      outdated = true;
      database.close();
    },
  };
}

const within = (rows, where) => (where?.index ? rows.index(where.index) : rows);

/** Everybody who keeps something on this phone: {id, name, agency, language, role}. */
export const accounts = () => onAccounts("readonly", (rows) => rows.getAll());

export const addAccount = (account) => onAccounts("readwrite", (rows) => rows.put(account));

/** Takes a person's store away; never while something in it has not reached the server. */
export async function removeAccount(userId) {
  const store = await openStore(userId);
  const kept = (await store.count("outbox")) + (await store.count("records"));
  store.close();
  if (kept) throw new StoreError("unsent");
  await settled(indexedDB.deleteDatabase(nameOf(userId)));
  await onAccounts("readwrite", (rows) => rows.delete(userId));
}

async function onAccounts(mode, ask) {
  const database = await connect(ACCOUNTS, 1, (fresh) =>
    fresh.createObjectStore("accounts", { keyPath: "id" }));
  try {
    const transaction = database.transaction("accounts", mode, { durability: "strict" });
    const value = await settled(ask(transaction.objectStore("accounts")));
    if (mode === "readwrite") {
      await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(told(transaction.error));
      });
    }
    return value;
  } catch (error) {
    throw told(error);
  } finally {
    database.close();
  }
}

function connect(name, version, upgrade) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = ({ oldVersion }) =>
      upgrade(request.result, request.transaction, oldVersion);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(told(request.error));
    // An older tab has not let go yet. It was told to; this goes on when it has.
    request.onblocked = () => dispatch("store-blocked", name);
  });
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(told(request.error));
  });
}

function told(error) {
  if (error instanceof StoreError) return error;
  if (error?.name === "QuotaExceededError") return new StoreError("full", error);
  if (error?.name === "VersionError") return new StoreError("outdated", error);
  return error ?? new StoreError("broken");
}

function dispatch(name, detail) {
  globalThis.dispatchEvent(new CustomEvent(name, { detail }));
}

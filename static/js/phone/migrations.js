// The shape of a person's store, step by step. A step is never changed once it was released: phones
// stand at any of them, with full outboxes. Steps see only what is plain; what is sealed was sealed
// by an older app and is read as such, for no key is open while a store is brought up to date.

export const STEPS = [
  // 1: the first tables.
  (database) => {
    const table = (name, keyPath) => database.createObjectStore(name, { keyPath });
    table("meta", "key");
    table("records", "id");
    table("photos", "sha256");
    table("outbox", "sequence");
    table("rows", "id");
    table("batches", "id");
    table("reference", "name");
  },

  // 2: an item is found by its record, and says since when it waits and when it was exported; what
  // was called "record" is a registration. A photo says when the server confirmed it. The numbers
  // of a phone stand in one row: {id, last}.
  (database, tables) => {
    const outbox = tables("outbox");
    outbox.createIndex("id", "id");
    const now = Date.now();
    each(outbox, (row) => ({
      made_at: now, exported_at: null, ...row,
      kind: row.kind === "record" ? "registration" : row.kind,
    }));
    each(tables("photos"), (row) => ({ sent_at: null, ...row }));
    const meta = tables("meta");
    meta.get("sequence").onsuccess = ({ target: { result: sequence } }) => {
      if (!sequence) return;
      meta.get("device").onsuccess = ({ target: { result: device } }) => {
        meta.put({ ...device, key: "device", last: sequence.value });
        meta.delete("sequence");
      };
    };
  },

  // 3: records by the time of their last change, so that a list need not open all of them.
  (database, tables) => {
    tables("records").createIndex("changed_at", "changed_at");
  },
];

// change(row) gives the row as it is to be kept.
function each(table, change) {
  table.openCursor().onsuccess = ({ target: { result: cursor } }) => {
    if (!cursor) return;
    cursor.update(change(cursor.value));
    cursor.continue();
  };
}

/** Takes a store from the step where it stands to the newest, within the one upgrade transaction. */
export function migrate(database, transaction, from, steps = STEPS) {
  const tables = (name) => transaction.objectStore(name);
  for (const step of steps.slice(from)) step(database, tables);
}

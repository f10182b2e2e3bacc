// What waits on this phone to be sent: listed for people, and handed to sending.js one by one.

const UNSENT_TABLES = ["outbox", "records", "photos", "rows"];

export function openOutbox({ store, vault, records, account }) {
  const listeners = new Set();
  const channel = new BroadcastChannel(`fieldapp-outbox-${account.id}`);
  const names = new Map();
  const tell = (change = {}) => {
    for (const listener of listeners) listener(change);
  };
  channel.onmessage = ({ data }) => tell(data);
  const changed = (change = {}) => {
    tell(change);
    channel.postMessage(change);
  };
  const stopListening = records.onChange(tell);

  const sealedIn = (row) => vault.open(row.sealed, `outbox:${row.sequence}`);

  async function nameOf(row) {
    const key = `${row.sequence}/${row.revision}`;
    if (!names.has(key)) names.set(key, (await sealedIn(row)).name);
    return names.get(key);
  }

  // Every item in the order in which it goes, without its body; the first `named` with their names,
  // for each of which something has to be opened.
  async function list({ named = Infinity } = {}) {
    const rows = await store.all("outbox");
    return Promise.all(
      rows.map(async ({ sealed: _sealed, ...row }, at) => ({
        ...row,
        name: at < named ? await nameOf(rows[at]) : "",
      })),
    );
  }

  async function change(sequence, values) {
    let kept = null;
    await store.write(["outbox"], async (tx) => {
      const row = await tx.get("outbox", sequence);
      if (!row) return;
      kept = { ...row, ...(typeof values === "function" ? values(row) : values) };
      await tx.put("outbox", kept);
    });
    if (kept) changed({ sequence });
    return kept;
  }

  // What has no revisions, frozen like a record: its id, its number, its body. Gives its number.
  // `plain` stands beside the seal.
  async function add(kind, name, given, plain = {}) {
    const id = crypto.randomUUID();
    for (;;) {
      // Sealing takes longer than a transaction lasts: the number is looked at before and after.
      const { sequence, device } = await records.upcoming();
      const body = { device, sequence, minted: sequence, ...given };
      const sealed = await vault.seal({ name, body }, `outbox:${sequence}`);
      const done = await store.write(["outbox", "meta"], async (tx) => {
        const taken = await records.nextSequence(tx, sequence);
        if (taken === null) return false;
        await tx.put("outbox", {
          sequence, kind, id, revision: 1, ...plain, state: "waiting", tries: 0,
          next_at: 0, error: null, made_at: Date.now(), exported_at: null, sealed,
        });
        return true;
      });
      if (!done) continue;
      changed({ queued: true });
      return sequence;
    }
  }

  return {
    list,
    change,
    changed,
    count: () => store.count("outbox"),
    item: async (sequence) => {
      const row = await store.get("outbox", sequence);
      return row ? { ...row, ...(await sealedIn(row)), sealed: undefined } : null;
    },
    // Since when the oldest item waits (ms), or null.
    oldest: async () => {
      const times = (await store.all("outbox")).map((row) => row.made_at);
      return times.length ? Math.min(...times) : null;
    },
    // What was not exported yet: signing out is refused for its sake.
    unsafe: async () => (await store.all("outbox")).filter((row) => !row.exported_at).length,
    // Due at once again: one item, or all that wait.
    async retry(sequence) {
      if (sequence !== undefined) {
        await change(sequence, { state: "waiting", next_at: 0, tries: 0 });
        return;
      }
      for (const row of await store.all("outbox")) {
        if (row.state === "waiting") await change(row.sequence, { next_at: 0 });
      }
    },
    addBatch: ({ registrations, note }) =>
      add("batch", note, { registrations, note }, { registrations }),
    // given: {code | serial, at}; name: the card's number, and whose it is as far as known.
    addHandover: (name, given) => add("handover", name, given),
    // A refused hand-over has been read; nothing else leaves the outbox unsent.
    async drop(sequence) {
      await store.write(["outbox"], async (tx) => {
        const { kind, state } = (await tx.get("outbox", sequence)) ?? {};
        if (kind === "handover" && state === "attention") await tx.remove("outbox", sequence);
      });
      changed({ sequence });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    queue: () => openQueue({ store, vault, records, changed, change, sealedIn }),
    // What is being sent when the app is locked goes on, and other pages are told of it.
    close() {
      listeners.clear();
      channel.onmessage = null;
      stopListening();
    },
  };
}

// The queue that sending.js works through.
function openQueue({ store, vault, records, changed, change, sealedIn }) {
  let plan = [];

  // Read once for many items: 200 rows for each of 200 items would be 40,000.
  async function next(now) {
    for (let fresh = false; ; fresh = true) {
      if (!plan.length) {
        if (fresh) return null;
        plan = due(await store.all("outbox"), now).map((row) => row.sequence);
        if (!plan.length) return null;
      }
      while (plan.length) {
        const row = await store.get("outbox", plan.shift());
        if (row && isDue(row, now)) return { ...row, ...(await sealedIn(row)), sealed: undefined };
      }
    }
  }

  async function held(item, { state, error, next_at, tries }) {
    const said = {
      code: error.code, status: error.status, title: error.title, facts: error.facts,
    };
    await change(item.sequence, { state, next_at, tries, error: said });
    if (item.kind === "registration") {
      await markRecord(item, state, { ...said, ...(state === "both" ? error.more : {}) });
      if (state === "both" && agree(item, error.more)) await goOn(item, error.more);
    }
  }

  // The record says what became of it. A newer draft on top goes on as a draft, and is told what is
  // wrong below it; two versions are to be chosen between all the same.
  async function markRecord(item, state, error) {
    const record = await records.get(item.id);
    if (!record) return;
    const newer = record.revision !== item.revision || record.state === "draft";
    if (!newer) await records.mark(item.id, { state, error: state === "sending" ? null : error });
    else if (state === "both") await records.mark(item.id, { state, error });
    else if (state === "attention") await records.mark(item.id, { state: record.state, error });
  }

  // The same was typed on both: it only goes again, on top of what the server holds.
  async function goOn(item, { registration }) {
    const record = await records.get(item.id);
    if (record?.state !== "both") return;
    await records.save({
      ...record,
      error: null,
      base: registration.revision,
      revision: Math.max(record.revision, registration.received_revision) + 1,
    });
    await records.finish(item.id);
  }

  // One transaction: the item goes; the record and its photos with it, if nothing is newer.
  async function received(item, receipt) {
    plan = plan.filter((sequence) => sequence !== item.sequence);
    if (item.kind !== "registration") {
      await forget(item);
      if (item.kind === "batch") await keepBatch(item, receipt);
      changed({ sequence: item.sequence, received: true });
      return;
    }
    const shown = rowOf(item, receipt);
    const sealed = await vault.seal(shown, `rows:${item.id}`);
    for (;;) {
      const before = await store.get("records", item.id);
      const record = before ? await records.get(item.id) : null;
      const newer = record && (record.revision > item.revision || record.state === "draft");
      const rebased = newer
        ? await vault.seal({ ...record, base: baseAfter(receipt, record) }, `records:${item.id}`)
        : null;
      const later = await rebase(item, receipt);
      const done = await store.write(UNSENT_TABLES, async (tx) => {
        const now = await tx.get("records", item.id);
        const typedJustNow = (now?.changed_at ?? null) !== (before?.changed_at ?? null);
        if (typedJustNow) return false;
        await tx.remove("outbox", item.sequence);
        for (const row of later) await tx.put("outbox", row);
        if (rebased) await tx.put("records", { ...now, sealed: rebased });
        else if (now) await tx.remove("records", item.id);
        await releasePhotos(tx, item, newer ? record : null, later.length > 0);
        await tx.put("rows", {
          id: item.id, stage: shown.stage, changed_at: shown.changed_at, sealed,
        });
        return true;
      });
      if (done) break;
    }
    changed({ sequence: item.sequence, id: item.id, received: true });
  }

  // A later revision that never left the phone goes on from what the server holds now.
  async function rebase(item, receipt) {
    const later = (await store.all("outbox", { index: "id", range: IDBKeyRange.only(item.id) }))
      .filter((row) => row.kind === "registration" && row.revision > item.revision && !row.tries);
    return Promise.all(
      later.map(async (row) => {
        const { name, body } = await sealedIn(row);
        const moved = { ...body, base: baseAfter(receipt, body) };
        return {
          ...row,
          sealed: await vault.seal({ name, body: moved }, `outbox:${row.sequence}`),
        };
      }),
    );
  }

  async function releasePhotos(tx, item, record, waiting) {
    if (waiting) return; // the revision behind it names them too
    const kept = new Set(Object.values(record?.parts ?? {}));
    for (const sha256 of Object.values(item.body.parts ?? {})) {
      const photo = sha256 && !kept.has(sha256) ? await tx.get("photos", sha256) : null;
      if (!photo) continue;
      const others = (photo.records ?? []).filter((id) => id !== item.id);
      if (others.length) await tx.put("photos", { ...photo, records: others });
      else await tx.remove("photos", sha256);
    }
  }

  async function forget(item) {
    await store.write(["outbox", "photos"], async (tx) => {
      await tx.remove("outbox", item.sequence);
      const owner = item.sequence; // photos of what was taken in are kept under that name
      if (item.kind === "rescued") await releasePhotos(tx, { ...item, id: owner }, null, false);
    });
  }

  async function keepBatch(item, receipt) {
    const told = { ...receipt.batch, note: item.body.note, sent: receipt.sent, held: receipt.held };
    const sealed = await vault.seal(told, `batches:${item.id}`);
    await store.write(["batches"], (tx) =>
      tx.put("batches", { id: item.id, state: receipt.batch.state, sealed }));
  }

  return {
    next,
    held,
    received,
    async sending(item) {
      await change(item.sequence, { state: "sending" });
      if (item.kind === "registration") await markRecord(item, "sending", null);
    },
    async unsent(hashes) {
      const rows = await Promise.all(hashes.map((sha256) => store.get("photos", sha256)));
      return hashes.filter((sha256, at) => !rows[at]?.sent_at);
    },
    photo: (sha256) => records.photo(sha256),
    confirmed: (sha256) => markPhotos([sha256], Date.now()),
    denied: (hashes) => markPhotos(hashes, null),
  };

  async function markPhotos(hashes, sent_at) {
    await store.write(["photos"], async (tx) => {
      for (const sha256 of hashes) {
        const row = await tx.get("photos", sha256);
        if (row) await tx.put("photos", { ...row, sent_at });
      }
    });
  }
}

// Nothing that was typed differs, and no photo of the other phone would be replaced unseen.
const agree = (item, { differing, registration }) =>
  registration && !Object.keys(differing ?? {}).length &&
  Object.entries(item.body.parts ?? {}).every(([kind, sha256]) => {
    const there = registration.parts?.[kind];
    return !there || there.sha256 === sha256;
  });

// A receipt that was fetched later does not say it; the server knows its own phone's record then.
const baseAfter = (receipt, { base }) => receipt.server_revision ?? base;

// What may go now, in order. A later revision waits for the earlier one; a batch for its workers;
// what a person has to look at waits for the person, and holds nobody else up.
export function due(rows, now) {
  const waiting = new Set();
  const found = [];
  for (const row of rows.filter((each) => each.kind !== "batch")) {
    const behind = waiting.has(row.id);
    if (isOpen(row)) waiting.add(row.id);
    if (!behind && isDue(row, now)) found.push(row);
  }
  const here = new Set(rows.filter((row) => row.kind === "registration").map((row) => row.id));
  const batches = rows.filter((row) => row.kind === "batch" && isDue(row, now));
  return [...found, ...batches.filter((row) => !row.registrations?.some((id) => here.has(id)))];
}

const isOpen = (row) => row.state === "waiting" || row.state === "sending";

// "sending" is what a phone that was switched off left behind: only one page sends at a time.
const isDue = (row, now) => isOpen(row) && (row.next_at ?? 0) <= now;

// The row as the server would tell it: what was sent, and what was found.
function rowOf(item, receipt) {
  const { fields = {}, consent = null, confirmations = {} } = item.body;
  return {
    id: item.id,
    revision: receipt.server_revision,
    received_revision: item.revision,
    stage: receipt.stage ?? "draft",
    name: fields.name ?? item.name,
    nik_masked: fields.nik ? `•••• ${fields.nik.replace(/\D/g, "").slice(-4)}` : "",
    category_id: fields.category_id || null,
    number: null,
    batch: null,
    reason: "",
    decision: null,
    changed_at: receipt.received_at,
    editable: true,
    fields,
    consent,
    confirmations,
    parts: Object.fromEntries(
      Object.entries(receipt.parts ?? {}).map(([kind, sha256]) => [
        kind, sha256 ? { sha256, state: "on_the_way", text: "" } : null,
      ]),
    ),
    findings: receipt.findings ?? [],
  };
}

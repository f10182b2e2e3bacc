// The registrations of this person as the server told them last: pending, returned, decided.

const GONE = ["withdrawn", "ended"];
const CURSOR = "rows-cursor";
const BATCHES = "batches-etag";

export function openRows({ store, vault }) {
  const opened = (row) => vault.open(row.sealed, `rows:${row.id}`);

  return {
    // The newest change first. stages: those that are wanted, or all.
    async list({ stages } = {}) {
      const all = await store.all("rows");
      const wanted = stages ? all.filter((row) => stages.includes(row.stage)) : all;
      wanted.sort((one, other) => (one.changed_at < other.changed_at ? 1 : -1));
      return Promise.all(wanted.map(opened));
    },

    async get(id) {
      const row = await store.get("rows", id);
      return row ? opened(row) : null;
    },

    // Makes of a returned or draft row a record of this phone, to be mended without signal.
    async takeUp(records, id) {
      const known = await records.get(id);
      if (known) return known;
      const row = await this.get(id);
      if (!row?.editable) return null;
      const now = Date.now();
      const record = {
        id,
        state: "draft",
        base: row.revision,
        revision: row.received_revision + 1,
        fields: row.fields ?? {},
        consent: row.consent?.given ? row.consent : null,
        parts: {},
        confirmations: row.confirmations ?? {},
        findings: row.findings ?? [],
        error: null,
        createdAt: now,
        changedAt: now,
      };
      await records.save(record);
      return record;
    },

    // The newest batches, and how many rows of each stand where.
    async pullBatches(api) {
      const known = await store.get("meta", BATCHES);
      const { fresh, etag, value } = await api.get("/batches", { etag: known?.etag });
      const sealed = !fresh ? [] : await Promise.all(
        value.batches.map((batch) => vault.seal(batch, `batches:${batch.id}`)),
      );
      await store.write(["batches", "meta"], async (tx) => {
        if (fresh) {
          for (const { id } of await tx.all("batches")) await tx.remove("batches", id);
          for (const [at, { id, state }] of value.batches.entries()) {
            await tx.put("batches", { id, state, sealed: sealed[at] });
          }
        }
        await tx.put("meta", { key: BATCHES, etag, at: Date.now() });
      });
    },

    // Fetches what changed since the last time, and tells which rows came back since.
    async pull(api) {
      const returned = [];
      for (let more = true; more; ) {
        const cursor = (await store.get("meta", CURSOR))?.value ?? "";
        const { value } = await api.get(`/registrations?since=${encodeURIComponent(cursor)}`);
        const sealed = await Promise.all(
          value.registrations.map((row) => vault.seal(row, `rows:${row.id}`)),
        );
        await store.write(["rows", "meta"], async (tx) => {
          for (const [at, row] of value.registrations.entries()) {
            if (GONE.includes(row.stage)) {
              await tx.remove("rows", row.id);
              continue;
            }
            const before = await tx.get("rows", row.id);
            if (row.stage === "returned" && before?.changed_at !== row.changed_at) {
              returned.push(row.id);
            }
            await tx.put("rows", {
              id: row.id, stage: row.stage, changed_at: row.changed_at, sealed: sealed[at],
            });
          }
          await tx.put("meta", { key: CURSOR, value: value.next });
        });
        more = value.more;
      }
      return { returned };
    },
  };
}

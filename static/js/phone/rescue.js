// A rescue file: what waits on this phone, for another one to send. Encrypted under a code that
// only the person who exports it sees. Its form:
//
//   "FDRESCUE" 1  salt (16 bytes)  rounds (4 bytes)
//   then pieces, each: length (4 bytes)  iv (12 bytes)  AES-GCM-256; the number of the piece is
//   authenticated with it, so that none can be left out, doubled or moved
//   the first piece lists what follows: {maker, made_at, items, photos}; then a piece a photo
//
// The code has 80 random bits; with 600,000 rounds of PBKDF2 nobody tries it through.

const MARK = new TextEncoder().encode("FDRESCUE\x01");
const ROUNDS = 600_000;
const MOST_ROUNDS = 5_000_000;
const SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's: nothing that looks like another
const LENGTH = 16;
const LARGEST_PIECE = 64 * 1024 * 1024;

export class RescueError extends Error {
  constructor(code) {
    super(code);
    this.code = code; // not_a_file, wrong_code, damaged, other_agency, own_phone
  }
}

/** A fresh code, in groups of four. */
export function newCode() {
  const random = crypto.getRandomValues(new Uint8Array(LENGTH));
  const signs = Array.from(random, (byte) => SIGNS[byte & 31]).join("");
  return signs.match(/.{4}/g).join("-");
}

/** What somebody typed, as the code has it: O is 0, I and L are 1. */
export function tidyCode(typed) {
  return typed.toUpperCase().replace(/O/g, "0").replace(/[IL]/g, "1").replace(/[^0-9A-Z]/g, "");
}

// what: {maker: {id, name}, agency, made_at, items: [{sequence, kind, id, revision, name, body,
//        maker?}], photos: [{sha256}]}; photo(sha256) → bytes. Gives a Blob.
export async function writeFile(what, { code, photo, rounds = ROUNDS }) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const key = await keyOf(code, salt, rounds);
  const head = new Uint8Array(MARK.length + salt.length + 4);
  head.set(MARK);
  head.set(salt, MARK.length);
  new DataView(head.buffer).setUint32(MARK.length + salt.length, rounds);
  const list = new TextEncoder().encode(JSON.stringify(what));
  const pieces = [head, await sealPiece(key, 0, list)];
  for (const [at, { sha256 }] of what.photos.entries()) {
    // Each as a Blob, so that the browser may put it aside: hundreds of photos fit no memory.
    pieces.push(new Blob([await sealPiece(key, at + 1, await photo(sha256))]));
  }
  return new Blob(pieces, { type: "application/octet-stream" });
}

// Gives {what, photos()}: photos generates {sha256, bytes}, each checked against its hash.
export async function readFile(file, code) {
  const headLength = MARK.length + 20;
  const head = new Uint8Array(await file.slice(0, headLength).arrayBuffer());
  if (head.length < headLength || !MARK.every((byte, at) => head[at] === byte)) {
    throw new RescueError("not_a_file");
  }
  const rounds = new DataView(head.buffer).getUint32(headLength - 4);
  if (rounds < 1 || rounds > MOST_ROUNDS) throw new RescueError("damaged");
  const key = await keyOf(code, head.slice(MARK.length, MARK.length + 16), rounds);
  const first = await openPiece(key, file, headLength, 0).catch(() => {
    throw new RescueError("wrong_code");
  });
  const what = JSON.parse(new TextDecoder().decode(first.bytes));

  async function* photos() {
    let place = first.end;
    for (const [at, { sha256 }] of what.photos.entries()) {
      const { bytes, end } = await openPiece(key, file, place, at + 1).catch(() => {
        throw new RescueError("damaged");
      });
      if ((await hashOf(bytes)) !== sha256) throw new RescueError("damaged");
      place = end;
      yield { sha256, bytes };
    }
  }
  return { what, photos };
}

async function keyOf(code, salt, iterations) {
  const typed = new TextEncoder().encode(tidyCode(code));
  const secret = await crypto.subtle.importKey("raw", typed, "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations },
    secret,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

const numbered = (at) => new TextEncoder().encode(`fieldapp-rescue:${at}`);

async function sealPiece(key, at, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: numbered(at) }, key, bytes,
  );
  const piece = new Uint8Array(16 + sealed.byteLength);
  new DataView(piece.buffer).setUint32(0, sealed.byteLength);
  piece.set(iv, 4);
  piece.set(new Uint8Array(sealed), 16);
  return piece;
}

async function openPiece(key, file, place, at) {
  const head = await file.slice(place, place + 16).arrayBuffer();
  const length = new DataView(head).getUint32(0);
  if (length > LARGEST_PIECE) throw new RescueError("damaged");
  const end = place + 16 + length;
  const sealed = await file.slice(place + 16, end).arrayBuffer();
  const bytes = await crypto.subtle.decrypt(
    { name: "AES-GCM", iv: new Uint8Array(head, 4, 12), additionalData: numbered(at) }, key, sealed,
  );
  return { bytes: new Uint8Array(bytes), end };
}

async function hashOf(bytes) {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Everything that waits here, as a file. What another phone brought goes on with its own maker.
export async function exportAll({ store, vault, outbox, account }, code) {
  const items = [];
  const hashes = new Set();
  for (const { sequence, kind } of await store.all("outbox")) {
    // A batch's workers arrive as drafts, to be put into one again. Cards were given by this person.
    if (kind === "batch" || kind === "handover") continue;
    const item = await outbox.item(sequence);
    if (!item) continue;
    const { id, revision, name, body, maker = account.id } = item;
    items.push({ id, revision, name, body, maker });
    for (const sha256 of Object.values(body.parts ?? {})) if (sha256) hashes.add(sha256);
  }
  const photo = async (sha256) => {
    const row = await store.get("photos", sha256);
    return vault.openBytes(row.sealed, `photos:${sha256}`);
  };
  const what = {
    version: 1,
    from: { id: account.id, name: account.name },
    agency: account.agency,
    made_at: new Date().toISOString(),
    items,
    photos: [...hashes].map((sha256) => ({ sha256 })),
  };
  return { file: await writeFile(what, { code, photo }), count: items.length };
}

// Once the file is safe, signing out is allowed; what waits goes on waiting all the same.
export async function noteExported({ store, outbox }) {
  const now = Date.now();
  await store.write(["outbox"], async (tx) => {
    for (const row of await tx.all("outbox")) {
      if (row.kind !== "handover") await tx.put("outbox", { ...row, exported_at: now });
    }
  });
  outbox.changed();
}

// Puts what a file holds into this phone's outbox. Nothing comes twice: the key is record and
// revision. Gives {from, taken, known}.
export async function takeIn({ store, vault, outbox, account }, file, code) {
  const { what, photos } = await readFile(file, code);
  if (what.agency !== account.agency) throw new RescueError("other_agency");
  const named = new Map();
  const rows = [];
  let known = 0;
  for (const { id, revision, name, body, maker } of what.items) {
    const sequence = `${id}/${revision}`;
    const own = (await store.all("outbox")).some(
      (row) => row.id === id && row.revision === revision,
    );
    if (own) {
      known += 1;
      continue;
    }
    for (const sha256 of Object.values(body.parts ?? {})) {
      if (sha256) named.set(sha256, [...(named.get(sha256) ?? []), sequence]);
    }
    rows.push({
      sequence, kind: "rescued", id, revision, maker,
      state: "waiting", tries: 0, next_at: 0, error: null,
      made_at: Date.parse(what.made_at) || Date.now(), exported_at: null,
      sealed: await vault.seal({ name, body }, `outbox:${sequence}`),
    });
  }
  for await (const { sha256, bytes } of photos()) {
    if (!named.has(sha256)) continue;
    const sealed = await vault.sealBytes(bytes, `photos:${sha256}`);
    await store.write(["photos"], async (tx) => {
      const before = await tx.get("photos", sha256);
      const records = [...new Set([...(before?.records ?? []), ...named.get(sha256)])];
      await tx.put("photos", {
        sent_at: null, ...(before ?? { sha256, size: bytes.byteLength, sealed }), records,
      });
    });
  }
  // Only when all its photos are here: a torn file leaves nothing that could be sent by halves.
  await store.write(["outbox"], async (tx) => {
    for (const row of rows) await tx.put("outbox", row);
  });
  outbox.changed({ queued: true });
  return { from: what.from, taken: rows.length, known };
}

// Is this NIK perhaps registered? Asked without signal; the server has the last word. The twin of
// fieldapp/domain/duplicates.py, held to it by tests/domain/cases/duplicates.json.

const HALF = 12;
const LOW = (1 << HALF) - 1;
const ROUNDS = 4;
const HEAD = 9;
const MARK = "FDF1";

const hmacKey = (bytes) =>
  crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);

// filter: what /api/v1/duplicates answers; keys: what /api/v1/duplicates/key answers, as bytes.
// Gives a function from a NIK (sixteen digits) to a promise of true or false.
export async function openFilter(filter, { cityKey, userKey }) {
  const known = readPlaces(new Uint8Array(filter));
  const [key, tables] = await Promise.all([hmacKey(cityKey), tablesOf(userKey)]);
  return async (nik) => {
    const digest = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(nik));
    const [first, second, third] = new Uint8Array(digest);
    const place = shuffle((first << 16) | (second << 8) | third, tables);
    return (known[place >> 3] & (0x80 >> (place & 7))) !== 0;
  };
}

// A bit for each of the 2^24 places: 2 MB while the app is open, and an answer at once.
function readPlaces(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < HEAD || String.fromCharCode(...data.subarray(0, 4)) !== MARK) {
    throw new Error("not a filter of known NIKs");
  }
  const count = view.getUint32(4);
  const parameter = data[8];
  const places = new Uint8Array(1 << (2 * HALF - 3));
  let at = HEAD * 8;
  const bit = () => {
    const found = (data[at >> 3] >> (7 - (at & 7))) & 1;
    at += 1;
    return found;
  };
  let last = -1;
  for (let each = 0; each < count; each += 1) {
    let gap = 0;
    while (bit() === 1) gap += 1;
    for (let low = 0; low < parameter; low += 1) gap = (gap << 1) | bit();
    last += gap + 1;
    places[last >> 3] |= 0x80 >> (last & 7);
  }
  return places;
}

function shuffle(place, [one, two, three, four]) {
  let left = place >> HALF;
  let right = place & LOW;
  left ^= one[right];
  right ^= two[left];
  left ^= three[right];
  right ^= four[left];
  return (left << HALF) | right;
}

async function tablesOf(userKey) {
  const key = await crypto.subtle.importKey("raw", userKey, "PBKDF2", false, ["deriveBits"]);
  const salt = new TextEncoder().encode("shuffle");
  const size = 2 << HALF;
  const bits = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: 1 },
    key,
    ROUNDS * size * 8,
  );
  const stream = new DataView(bits);
  return Array.from({ length: ROUNDS }, (_, round) =>
    Uint16Array.from({ length: 1 << HALF }, (_each, at) =>
      stream.getUint16(round * size + at * 2) & LOW));
}

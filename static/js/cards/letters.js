// The letters of a card's code, and the number that they hold; fieldapp/domain/card_codes.py.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BYTES = 80;
const LETTERS = 128;
const FIRST_YEAR = 2020;

/** The 80 bytes in an address or a code, in any case; null when it is none. */
export function readCode(text) {
  const found = /^(?:https?:\/\/[^/]+)?(?:\/v\/)?([a-z2-7]+)$/i.exec(text.replace(/\s/g, ""));
  const letters = found?.[1].toUpperCase();
  if (letters?.length !== LETTERS) return null;
  const code = new Uint8Array(BYTES);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const letter of letters) {
    bits = ((bits << 5) | ALPHABET.indexOf(letter)) & 0xfff;
    held += 5;
    if (held >= 8) {
      held -= 8;
      code[at++] = (bits >> held) & 0xff;
    }
  }
  return code;
}

/** The number of a card as it is printed: 2026-000123, and 2026-000123/2 for the first reprint. */
export function serialOf(code) {
  const number = (code[3] << 16) | (code[4] << 8) | code[5];
  const serial = `${FIRST_YEAR + code[2]}-${String(number).padStart(6, "0")}`;
  return code[6] > 1 ? `${serial}/${code[6]}` : serial;
}

// A card's code on the phone, as fieldapp/domain/card_codes.py describes it.

import { readCode, serialOf } from "./letters.js";

const BODY = 16;
const VERSION = 1;
const FIRST_DAY = Date.UTC(2020, 0, 1);
const DAY = 86_400_000;

const purpose = (text) => new TextEncoder().encode(`${text}\0`);
const CARD = purpose("Fieldapp card");
const VOID_LIST = purpose("Fieldapp void list");

export const bytesOf = (base64) => Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));

const joined = (...parts) => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};

const day = (code, at) =>
  new Date(FIRST_DAY + ((code[at] << 8) | code[at + 1]) * DAY).toISOString().slice(0, 10);

/** What a code says; null when its body cannot be one of ours. */
export function claimsOf(code) {
  if (code[0] !== VERSION) return null;
  const packed = (code[13] << 16) | (code[14] << 8) | code[15];
  const initials = [19, 14, 9, 4]
    .map((shift) => (packed >> shift) & 31)
    .filter((number) => number)
    .map((number) => `${String.fromCharCode(64 + number)}.`)
    .join(" ");
  return {
    keyId: code[1],
    serial: serialOf(code),
    agency: (code[7] << 8) | code[8],
    issuedOn: day(code, 9),
    validUntil: day(code, 11),
    initials,
    issue: code.slice(2, 7),
  };
}

async function isSigned(message, signature, publicKey) {
  const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, signature, message);
}

/** Whether this browser can check signatures by itself. */
export async function canVerify() {
  try {
    await crypto.subtle.importKey("raw", new Uint8Array(32), "Ed25519", false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}

/** The void list, if a key that is trusted has signed it: {madeAt, issues}; else null. */
export async function openVoidList(list, keys) {
  const key = keys.find((each) => each.id === list?.key_id);
  if (!key) return null;
  const issues = bytesOf(list.issues);
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, BigInt(list.made_at));
  const message = joined(VOID_LIST, time, issues);
  const signed = await isSigned(message, bytesOf(list.signature), bytesOf(key.public));
  return signed ? { madeAt: list.made_at, issues } : null;
}

/** Whether the list, five bytes a card, holds this card. */
export function isVoid(issue, issues) {
  for (let at = 0; at < issues.length; at += issue.length) {
    if (issue.every((byte, index) => issues[at + index] === byte)) return true;
  }
  return false;
}

/**
 * The verdict of this phone alone. today: "2026-11-22" in Denpasar; keys: as keys.json tells them;
 * list: an opened void list, or null. Returns {verdict, claims}.
 */
export async function verdictOf(text, { keys, list, today }) {
  const code = readCode(text);
  const claims = code && claimsOf(code);
  if (!code) return { verdict: "card_not_genuine", claims: null };
  if (!claims) return { verdict: "card_unsure", claims: null };
  const key = keys.find((each) => each.id === claims.keyId);
  if (!key || !(await canVerify())) return { verdict: "card_unsure", claims: null };
  const signed = await isSigned(
    joined(CARD, code.slice(0, BODY)),
    code.slice(BODY),
    bytesOf(key.public),
  );
  if (!signed || (key.retired_on && claims.issuedOn > key.retired_on)) {
    return { verdict: "card_not_genuine", claims: null };
  }
  if (!list) return { verdict: "card_unsure", claims: null };
  if (isVoid(claims.issue, list.issues)) return { verdict: "card_is_void", claims };
  return { verdict: today <= claims.validUntil ? "card_valid" : "card_expired", claims };
}

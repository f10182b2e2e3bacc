// Reading a NIK and a family card's number; the twin of fieldapp/domain/nik.py, held to it by
// tests/domain/cases/nik.json. Where Python raises, these return { fault, ...facts }.

import { ageOn, isoDate } from "./ages.js";

const DIGITS = 16;
const WOMEN = 40;
const YOUNGEST = 15;
const OLDEST = 100;

const FORGIVEN = /[ \t\r\n\u00a0\u2000-\u200b\u202f\ufeff.'’\-‐‑–—]/g;
const SCIENTIFIC = /^[0-9][.,]?[0-9]*[eE]\+?[0-9]+$/;
const OBVIOUS_FAKES = new Set([
  "1234567890123456",
  "0123456789012345",
  "9876543210987654",
  "6543210987654321",
]);

export function parseNik(text, { today, regencies }) {
  const read = digitsOf(text, regencies, "nik");
  if (read.fault) return read;
  const { digits } = read;
  const typedDay = Number(digits.slice(6, 8));
  const female = typedDay > WOMEN;
  const born = dateOf(digits, female ? typedDay - WOMEN : typedDay, today, "nik");
  if (born.fault) return born;
  return {
    text: digits,
    province: digits.slice(0, 2),
    regency: regencyOf(digits),
    district: `${regencyOf(digits)}.${digits.slice(4, 6)}`,
    birthDate: born.date,
    sex: female ? "female" : "male",
    serial: digits.slice(12),
  };
}

export function parseKk(text, { today, regencies }) {
  const read = digitsOf(text, regencies, "kk");
  if (read.fault) return read;
  const { digits } = read;
  const recorded = dateOf(digits, Number(digits.slice(6, 8)), today, "kk");
  if (recorded.fault) return recorded;
  return {
    text: digits,
    regency: regencyOf(digits),
    recordedOn: recorded.date,
    serial: digits.slice(12),
  };
}

// Of this century and the last, the date that makes a worker of 15 to 100 years, else the later
// one that is not in the future; null when no such day can have been.
export function plausibleDate(day, month, year, today) {
  const thisYear = Number(today.slice(0, 4));
  const thisCentury = thisYear - (thisYear % 100);
  const candidates = [thisCentury, thisCentury - 100]
    .map((century) => isoDate(century + year, month, day))
    .filter((date) => date && date <= today);
  const isWorker = (date) => ageOn(date, today) >= YOUNGEST && ageOn(date, today) <= OLDEST;
  return candidates.find(isWorker) ?? candidates[0] ?? null;
}

export function masked(nik) {
  return `•••• •••• •••• ${nik.slice(-4)}`;
}

export function grouped(nik) {
  return nik.replace(/(.{4})(?=.)/g, "$1 ");
}

function digitsOf(text, regencies, kind) {
  if (SCIENTIFIC.test(text.trim())) return { fault: `${kind}_spreadsheet` };
  const digits = text.replace(FORGIVEN, "");
  if (!/^[0-9]*$/.test(digits)) return { fault: `${kind}_letters` };
  if (digits.length !== DIGITS) return { fault: `${kind}_length`, length: digits.length };
  if (OBVIOUS_FAKES.has(digits) || new Set(digits).size === 1) return { fault: `${kind}_fake` };
  if (digits[0] === "0") return { fault: `${kind}_first_digit` };
  const regency = regencyOf(digits);
  if (!regencies.has(regency)) {
    const province = digits.slice(0, 2);
    const known = [...regencies].some((code) => code.startsWith(`${province}.`));
    return known
      ? { fault: `${kind}_regency`, regency }
      : { fault: `${kind}_province`, province };
  }
  return { digits };
}

function regencyOf(digits) {
  return `${digits.slice(0, 2)}.${digits.slice(2, 4)}`;
}

function dateOf(digits, day, today, kind) {
  const [typedDay, month, year] = [6, 8, 10].map((at) => digits.slice(at, at + 2));
  const date = plausibleDate(day, Number(month), Number(year), today);
  if (!date) return { fault: `${kind}_impossible_date`, day: typedDay, month, year };
  if (digits.slice(12) === "0000") return { fault: `${kind}_serial_zero` };
  return { date };
}

// Rupiah as people type them; the twin of fieldapp/domain/money.py, held to it by
// tests/domain/cases/money.json. Where Python raises, this returns { fault, ...facts }.

export const SMALLEST = 10_000;
export const LARGEST = 999_000_000;
const MOST_DIGITS = 15;

const UNITS = { jt: 1_000_000, juta: 1_000_000, rb: 1_000, ribu: 1_000, k: 1_000 };

const SPACES = /[ \t\r\n\u00a0\u2000-\u200b\u202f\ufeff]/g;
const NEGATIVE = /^(?:[-−][0-9].*|\([0-9].*\))$/;
const CURRENCY = /rp\.?|idr/;
const WHOLE = /^([0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+)(?:,-|,([0-9]{2}))?$/;
const ENGLISH = /^([0-9]{5,}|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]{1,2}))?$/;
const WITH_UNIT = /^([0-9]{1,6})(?:[.,]([0-9]{1,2}))?(jt|juta|rb|ribu|k)$/;
const FRACTION = /^([0-9]{1,2})[.,]([0-9]{1,2})$/;

export function parseRupiah(text) {
  const bare = text.replace(SPACES, "").toLowerCase().replace(CURRENCY, "");
  if (NEGATIVE.test(bare)) return { fault: "money_negative" };
  const read = amountOf(bare);
  if (read.fault) return read;
  if (read.amount > LARGEST) return { fault: "money_too_large", largest: LARGEST };
  if (read.amount > 0 && read.amount < SMALLEST) {
    return { fault: "money_unclear", guess: read.amount * 1_000 };
  }
  return read;
}

function amountOf(typed) {
  const fraction = FRACTION.exec(typed);
  if (fraction) return { fault: "money_unclear", guess: hundredths(fraction) * 10_000 };
  const whole = WHOLE.exec(typed) ?? ENGLISH.exec(typed);
  if (whole) {
    if (Number(whole[2] ?? 0)) return { fault: "money_sen" };
    const digits = whole[1].replace(/[.,]/g, "");
    if (digits.length > MOST_DIGITS) return { fault: "money_too_large", largest: LARGEST };
    return { amount: Number(digits) };
  }
  const unit = WITH_UNIT.exec(typed);
  if (unit) return { amount: Math.floor((hundredths(unit) * UNITS[unit[3]]) / 100) };
  return { fault: "money_form" };
}

function hundredths([, whole, fraction = ""]) {
  return Number(whole + fraction.padEnd(2, "0"));
}

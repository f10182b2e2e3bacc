// What a month of cover costs; the twin of fieldapp/domain/contributions.py, held to it by
// tests/domain/cases/contributions.json. Months are "2026-04", amounts whole rupiah, every
// programme's share rounded down by itself. Where Python raises, these return { fault, ...facts }.

import { BRACKETS } from "./brackets.js";

export const PERIODS = [1, 3, 6, 12];
export const JKM_OF_BPU = 6_800;

const RULE = "PP 44/2015";
const STATE_BUDGETS = ["apbn", "apbd"];

export const PP_50_2025 = [
  { sector: "transport", first: "2026-01", last: "2027-03" },
  { sector: "other", first: "2026-04", last: "2026-12" },
].map((months) => ({ ...months, rule: "PP 50/2025", perCent: 50, notPaidBy: STATE_BUDGETS }));

// In hundredths of a per cent of the wage.
const JKK_OF_PU = { very_low: 24, low: 54, medium: 89, high: 127, very_high: 174 };
const SHARES_OF_PU = {
  jkm: { employer: 30, worker: 0 },
  jht: { employer: 370, worker: 200 },
  jp: { employer: 200, worker: 100 },
};
const JP_WAGE_CAPS = [{ first: "2025-03", cap: 10_547_400 }];

export function bpuContribution({
  income,
  month,
  sector,
  payer,
  jht,
  months,
  brackets = BRACKETS,
  discounts = PP_50_2025,
}) {
  const bracket = bracketFor(income, brackets);
  return contribution(bracket.basis, month, months, (each) => {
    const discount = discounts.find(
      (rule) =>
        rule.sector === sector &&
        !rule.notPaidBy.includes(payer) &&
        rule.first <= each &&
        each <= rule.last,
    );
    const full = bracket.jkk + JKM_OF_BPU;
    return {
      jkk: bracket.jkk,
      jkm: JKM_OF_BPU,
      jht: jht ? bracket.jht : 0,
      jp: 0,
      discount: discount ? Math.floor((full * discount.perCent) / 100) : 0,
      workerShare: 0,
      rule: discount ? `${RULE}, ${discount.rule}` : RULE,
    };
  });
}

export function bracketFor(income, brackets = BRACKETS) {
  return brackets.filter((bracket) => bracket.incomeFrom <= income).pop() ?? brackets[0];
}

export function puContribution({ wage, month, riskClass, months, programmes = ["jkk", "jkm"] }) {
  if (programmes.includes("jp") && !jpWageCap(month)) {
    return { fault: "rate_unknown", programme: "jp" };
  }
  const shares = { ...SHARES_OF_PU, jkk: { employer: JKK_OF_PU[riskClass], worker: 0 } };
  return contribution(wage, month, months, (each) => {
    const paid = { jkk: 0, jkm: 0, jht: 0, jp: 0 };
    let workerShare = 0;
    for (const programme of programmes) {
      const basis = programme === "jp" ? Math.min(wage, jpWageCap(each)) : wage;
      const fromWorker = share(basis, shares[programme].worker);
      paid[programme] = share(basis, shares[programme].employer) + fromWorker;
      workerShare += fromWorker;
    }
    return { ...paid, discount: 0, workerShare, rule: RULE };
  });
}

export function monthAfter(month, count) {
  const index = Number(month.slice(5, 7)) - 1 + count;
  const year = Number(month.slice(0, 4)) + Math.floor(index / 12);
  return `${year}-${String((index % 12) + 1).padStart(2, "0")}`;
}

function jpWageCap(month) {
  return JP_WAGE_CAPS.filter(({ first }) => first <= month).pop()?.cap;
}

function share(basis, hundredths) {
  return Math.floor((basis * hundredths) / 10_000);
}

function contribution(basis, first, count, amounts) {
  if (!PERIODS.includes(count)) return { fault: "period", months: count };
  const lines = Array.from({ length: count }, (_, step) => {
    const month = monthAfter(first, step);
    const line = amounts(month);
    return { month, ...line, total: line.jkk + line.jkm + line.jht + line.jp - line.discount };
  });
  return {
    basis,
    monthly: lines[0].total,
    total: lines.reduce((sum, line) => sum + line.total, 0),
    even: lines.every((line) => line.total === lines[0].total),
    lines,
  };
}

// Reckons the contribution while income, payer, months and start are typed.

import { bpuContribution, puContribution } from "../rules/contributions.js";
import { parseRupiah } from "../rules/money.js";

const rupiah = (amount) => `Rp${String(amount).replace(/\B(?=(\d{3})+(?!\d))/g, ".")}`;

export function startContribution(form) {
  const box = form.querySelector("[data-price]");
  const { elements } = form;
  const slot = (name, text) => (box.querySelector(`[data-slot="${name}"]`).textContent = text);
  const when = (name, is) => (box.querySelector(`[data-when="${name}"]`).hidden = !is);

  const reckon = () => {
    const terms = elements.category_id.selectedOptions[0]?.dataset ?? {};
    const income = parseRupiah(elements.income.value);
    const month = startMonth(form);
    const months = Number(elements.months.value) || 1;
    const payer = elements.payer.value;
    const pu = terms.segment === "PU";
    if (!terms.segment || income.fault || !month) return null;
    const cover = pu
      ? puContribution({ wage: income.amount, month, riskClass: terms.risk, months })
      : payer &&
        bpuContribution({
          income: income.amount,
          month,
          sector: terms.sector,
          payer,
          jht: elements.with_jht.checked,
          months,
        });
    return cover && !cover.fault ? { ...cover, pu, payer, months } : null;
  };

  const show = () => {
    const cover = reckon();
    const first = cover?.lines[0];
    when("none", !cover);
    when("basis", cover);
    when("jht", first?.jht);
    when("discount", first?.discount);
    when("discounted", first?.discount);
    when("several", cover?.months > 1);
    when("uneven", cover && !cover.even);
    when("excluded", cover && !cover.pu && ["apbn", "apbd"].includes(cover.payer));
    when("wage", cover?.pu);
    slot("monthly", cover ? rupiah(cover.monthly) : "–");
    slot("jkk", first ? rupiah(first.jkk) : "–");
    slot("jkm", first ? rupiah(first.jkm) : "–");
    if (!cover) return;
    slot("jht", rupiah(first.jht));
    slot("discount", `−${rupiah(first.discount)}`);
    slot("total", rupiah(cover.total));
    slot("basis", rupiah(cover.basis));
  };

  elements.category_id.addEventListener("change", () => {
    const { payer } = elements.category_id.selectedOptions[0].dataset;
    if (payer && !elements.payer.value) elements.payer.value = payer;
  });
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  if (elements.income.value) show();
}

function startMonth(form) {
  const [, month, year] = [...form.querySelectorAll('[name="starts_on"]')].map((each) => each.value);
  const number = Number(month);
  if (!/^\d{4}$/.test(year) || !(number >= 1 && number <= 12)) return null;
  return `${year}-${String(number).padStart(2, "0")}`;
}

// Reads the NIK as it is typed, and fills in what it says where nothing stands yet.

import { ageOn } from "../rules/ages.js";
import { grouped, parseNik } from "../rules/nik.js";
import { REGENCIES } from "../rules/regencies.js";

export function startNik(form, words) {
  const input = form.elements.nik;
  const output = form.querySelector("[data-nik-read]");
  const { today } = form.dataset;
  const names = JSON.parse(form.dataset.regencies);
  const day = new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: "long",
    timeZone: "UTC",
  });
  const dates = [...form.querySelectorAll('[name="birth_date"]')];
  let filled = "";

  const read = () => {
    const digits = input.value.replace(/[^0-9]/g, "");
    const nik = parseNik(input.value, { today, regencies: REGENCIES });
    output.classList.toggle("read-part", Boolean(nik.fault));
    if (nik.fault) {
      output.textContent =
        digits && nik.fault === "nik_length" ? words.digits.replace("{}", digits.length) : "";
      return null;
    }
    output.textContent = [
      words[nik.sex],
      words.born.replace("{}", day.format(new Date(`${nik.birthDate}T00:00Z`))),
      words.years.replace("{}", ageOn(nik.birthDate, today)),
      names[nik.regency],
    ]
      .filter(Boolean)
      .join(" · ");
    return nik;
  };

  input.addEventListener("input", () => {
    const nik = read();
    if (!nik) return;
    const own = dates.map((each) => each.value).join("-");
    // What a person typed stays; what the NIK filled in goes with it.
    if (own === "--" || own === filled) {
      const [year, month, date] = nik.birthDate.split("-").map(Number);
      [date, month, year].forEach((value, at) => (dates[at].value = value));
      filled = dates.map((each) => each.value).join("-");
      const sex = form.querySelector(`[name="sex"][value="${nik.sex}"]`);
      if (sex) sex.checked = true;
    }
  });
  input.addEventListener("change", () => {
    const nik = read();
    if (nik) input.value = grouped(nik.text);
  });
  // The place of a NIK from outside Bali comes from the server: names of 514 regencies are heavy.
  form.addEventListener("read", ({ detail }) => {
    const nik = read();
    if (nik && !names[nik.regency] && detail.nik?.regency) {
      names[nik.regency] = detail.nik.regency;
      read();
    }
  });
  read();
}

// Puts what the server said onto the page: notes under fields, marks of sections, warnings.

const ICONS = {
  block: "M8.5 3.5h7l5 5v7l-5 5h-7l-5-5v-7zM12 8v5M12 15.9v.1",
  warn: "M12 4.5 20.5 19h-17zM12 10v4M12 16.6v.1",
  note: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5M12 7.9v.1",
  wait: "M12 7.5V12l3 2M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z",
  done: "M5 12.5 10 17.5 19 7",
};
const SVG = "http://www.w3.org/2000/svg";

export function icon(name, label) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function show(form, told, words) {
  for (const box of form.querySelectorAll("[data-field]")) {
    if (box.parentElement.closest("[data-field]")) continue;
    note(box, told.notes[box.dataset.field] ?? []);
  }
  for (const [id, state] of Object.entries(told.sections)) mark(id, state, words);
  choose(form, told.village.choices);
  form.querySelector("[data-heirs]").textContent = told.heirs;
  form.dispatchEvent(new CustomEvent("read", { detail: told.read }));
  const warnings = form.querySelector("[data-warnings]");
  // Whoever writes a reason is not interrupted by a fresh list.
  if (warnings.contains(document.activeElement)) return;
  if (typeof told.warnings === "string") warnings.innerHTML = told.warnings;
  else warnings.replaceChildren(told.warnings);
}

function note(box, notes) {
  // A photo that was refused never reached the server, which knows nothing of that line.
  const told = ":scope > .field-error:not([data-photo-wrong]), :scope > .field-warning";
  const before = [...box.querySelectorAll(told)];
  if (before.map((each) => each.textContent).join() === notes.map((each) => each.text).join()) {
    return;
  }
  for (const each of before) each.remove();
  const ids = [];
  for (const [at, { weight, text }] of notes.entries()) {
    const line = document.createElement("p");
    const words = document.createElement("span");
    words.textContent = text;
    line.id = `${box.dataset.field}-told-${at}`;
    line.className = weight === "block" ? "field-error" : `field-warning field-${weight}`;
    line.append(icon(weight), words);
    box.append(line);
    ids.push(line.id);
  }
  const wrong = notes.some(({ weight }) => weight === "block");
  const hint = box.querySelector(".field-hint[id]")?.id;
  const described = [hint, ...ids].filter(Boolean).join(" ");
  const controls = box.matches("fieldset") ? [box] : box.querySelectorAll("input, select");
  for (const control of controls) {
    if (described) control.setAttribute("aria-describedby", described);
    else control.removeAttribute("aria-describedby");
  }
  for (const control of box.querySelectorAll(".control")) {
    if (wrong) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  }
}

function mark(id, { status, summary }, words) {
  const section = document.getElementById(id);
  section.className = status === "todo" ? "section" : `section section-${status}`;
  section.querySelector("[data-section-summary]").textContent = summary;
  const sign = section.querySelector("[data-section-mark]");
  const all = [...section.parentElement.querySelectorAll("[data-section]")];
  if (status === "todo") sign.replaceChildren(String(all.indexOf(section) + 1));
  else {
    const done = status === "done";
    sign.replaceChildren(icon(done ? "done" : "warn", done ? words.complete : words.attention));
  }
}

function choose(form, labels) {
  const place = form.querySelector("[data-village-choices]");
  if (place.textContent === "" && !labels.length) return;
  place.replaceChildren(
    ...labels.map((label) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-second";
      button.textContent = label;
      button.addEventListener("click", () => {
        const input = form.elements.village_code;
        input.value = label;
        input.dispatchEvent(new Event("change", { bubbles: true }));
        input.focus();
      });
      return button;
    }),
  );
}

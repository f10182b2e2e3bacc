// Small comforts for every page. Each page works without them.

const typing = (target) =>
  target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);

// A second tap on a slow line must not send the form twice. Asked at the document, after the form's
// own scripts, so that what they hold back is not taken for sent.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("[data-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  for (const button of form.elements) {
    if (button.type === "submit") button.setAttribute("aria-disabled", "true");
  }
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.elements) button.removeAttribute("aria-disabled");
  }
});

document.querySelector("[data-focus]")?.focus();

// A link to a field in a folded section unfolds it.
document.addEventListener("click", (event) => {
  const href = event.target.closest('a[href^="#"]')?.getAttribute("href");
  const field = href && href.length > 1 && document.getElementById(href.slice(1));
  if (!field) return;
  for (let part = field.closest("details"); part; part = part.parentElement.closest("details")) {
    part.open = true;
  }
  if (field.matches("input, select, textarea")) {
    event.preventDefault();
    field.focus();
    field.scrollIntoView({ block: "center" });
  }
});

// Screen readers announce a live region when it changes, not when a page loads with it filled.
const flashes = document.querySelector("[data-flashes]");
if (flashes?.children.length) {
  const said = [...flashes.children];
  setTimeout(() => flashes.replaceChildren(...said), 100);
}

if (matchMedia("(min-width: 62rem)").matches) {
  for (const part of document.querySelectorAll("[data-open-wide]")) part.open = true;
}

const menus = document.querySelectorAll("[data-menu]");
document.addEventListener("click", (event) => {
  for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
});

const rows = () => [...document.querySelectorAll("[data-row]")];
const move = (step) => {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.contains(document.activeElement));
  const row = all[Math.min(Math.max(now + step, 0), all.length - 1)];
  (row.querySelector("a, button, input, summary") ?? row).focus();
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of menus) {
      if (menu.open) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "?") {
    const help = document.querySelector("[data-shortcuts]");
    if (!help) return;
    help.open = !help.open;
    help.querySelector("summary").focus();
  } else {
    const key = CSS.escape(event.key);
    const here = document.activeElement.closest("[data-row]");
    const target =
      here?.querySelector(`[data-shortcut="${key}"]`) ??
      document.querySelector(`[data-shortcut="${key}"]`);
    if (!target) return;
    event.preventDefault();
    if (typing(target)) target.select();
    else target.click();
  }
});

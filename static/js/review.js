// Deciding by keyboard: j and k move, a, r and x mark. Without this the page works by hand.

const cards = [...document.querySelectorAll("[data-review]")];
const links = new Map(
  [...document.querySelectorAll("[data-review-list] a")].map((link) => [
    link.hash.slice("#row-".length),
    link,
  ]),
);
const save = document.querySelector("[data-save]");
const saveWords = save?.querySelector("span");
const plain = saveWords?.textContent;
const first = new Map(
  [...document.querySelectorAll("[data-mark]")].map((mark) => [mark.dataset.mark, mark.textContent]),
);

const chosen = (card) => card.querySelector('input[type="radio"]:checked');
const here = () => cards.find((card) => card.contains(document.activeElement));

function go(card) {
  if (!card) return;
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
  const { top } = card.getBoundingClientRect();
  if (top < 0 || top > innerHeight / 2) card.scrollIntoView({ block: "start" });
}

function show() {
  let count = 0;
  for (const card of cards) {
    const radio = chosen(card);
    const verdict = radio?.value ?? "";
    if (verdict) count += 1;
    const reason = card.querySelector("[data-reason]");
    if (reason) reason.hidden = verdict !== "return" && verdict !== "reject";
    const mark = links.get(card.dataset.review)?.querySelector("[data-mark]");
    if (mark) {
      mark.textContent = verdict
        ? radio.closest("label").textContent.trim()
        : first.get(card.dataset.review);
    }
  }
  if (save) saveWords.textContent = count ? save.dataset.save.replace("#", count) : plain;
}

document.addEventListener("change", show);
document.addEventListener("focusin", () => {
  const card = here();
  for (const [id, link] of links) {
    if (card?.dataset.review === id) {
      link.setAttribute("aria-current", "true");
      link.scrollIntoView({ block: "nearest" });
    } else {
      link.removeAttribute("aria-current");
    }
  }
});
for (const [id, link] of links) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    go(cards.find((card) => card.dataset.review === id));
  });
}

const step = (by) => {
  const at = cards.indexOf(here());
  go(cards[Math.min(Math.max(at + by, 0), cards.length - 1)]);
};

// Before page.js, whose j and k go to the first button of a row.
addEventListener(
  "keydown",
  (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const writing = event.target.matches('input[type="text"], textarea');
    if (writing) {
      if (event.key === "Enter") {
        event.preventDefault();
        step(1);
      } else if (event.key === "Escape") {
        go(here());
      }
      return;
    }
    if (event.key === "j" || event.key === "k") {
      step(event.key === "j" ? 1 : -1);
    } else if (/^[arx]$/.test(event.key)) {
      const card = here() ?? cards[0];
      const radio = card?.querySelector(`[data-key="${event.key}"]`);
      if (!radio) return;
      radio.checked = true;
      show();
      if (event.key === "a") {
        step(1);
      } else {
        card.querySelector("[data-reason] input").focus();
      }
    } else {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  { capture: true },
);

show();

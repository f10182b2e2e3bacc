// Sections fold; at a desk all are open. "Next" opens the one that follows.

export function startSections(form) {
  const sections = [...form.querySelectorAll("[data-section]")];
  const wide = matchMedia("(min-width: 62rem)").matches;
  if (wide) for (const section of sections) section.open = true;
  for (const next of form.querySelectorAll("[data-next]")) {
    next.hidden = wide;
    next.querySelector("button").addEventListener("click", () => {
      const section = document.getElementById(next.dataset.next);
      next.closest("[data-section]").open = false;
      section.open = true;
      section.querySelector("summary").focus({ preventScroll: true });
      section.scrollIntoView({ block: "start" });
    });
  }
  // The key that says "next" on a phone goes to the next field instead of sending the form.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.defaultPrevented || event.target.tagName !== "INPUT") return;
    if (event.target.type === "file") return;
    event.preventDefault();
    const fields = [...form.querySelectorAll("input, select, summary, button")].filter(
      (each) => each.offsetParent !== null && each.type !== "hidden",
    );
    fields[fields.indexOf(event.target) + 1]?.focus();
  });
}

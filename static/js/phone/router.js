// One view at a time, by the hash of the address: the key that opens the store lives in the memory
// of this page, so no view is a page of its own. Back means back.

import { copy } from "./markup.js";

const ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
// Hash, the view that shows it, the place in the bar that it belongs to.
const ROUTES = [
  ["", "home", "home"],
  ["registrations/(new)", "form", "new"],
  [`registrations/(${ID})`, "form", ""],
  [`registrations/(${ID})/both`, "both", ""],
  ["outbox", "outbox", "outbox"],
  ["batches", "batches", "batches"],
  ["batches/new", "batch", "batches"],
  ["handover", "handover", "home"],
  ["rescue", "rescue", ""],
  ["phone", "phone", ""],
].map(([path, view, place]) => ({ pattern: new RegExp(`^#/${path}/?$`), view, place }));

/** What a hash asks for: { view, place, params }; home for what is not known. */
export function routeOf(hash) {
  for (const { pattern, view, place } of ROUTES) {
    const found = pattern.exec(hash);
    if (found) return { view, place, params: found.slice(1) };
  }
  return { view: "home", place: "home", params: [] };
}

// A view is `show(section, context, …params)` of ./views/<name>.js, filled from the template
// "view-<name>"; it may give a function that ends it.
export function startRouter(context, main) {
  const title = document.title;
  let end = null;
  let turn = 0;
  let first = true;

  async function open() {
    const { view, place, params } = routeOf(location.hash || "#/");
    const mine = (turn += 1);
    const { show } = await import(`./views/${view}.js`);
    if (mine !== turn) return;
    await leave();
    if (mine !== turn) return;
    const section = document.createElement("div");
    section.append(copy(`#view-${view}`));
    main.replaceChildren(section);
    document.body.className = section.querySelector(".main-action") ? "page-task" : "page-calm";
    for (const link of document.querySelectorAll("[data-place]")) {
      if (link.dataset.place === place) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    const ended = await show(section, context, ...params);
    if (mine !== turn) return void ended?.();
    end = ended;
    const heading = section.querySelector("h1");
    document.title = [heading?.textContent.trim(), title].filter(Boolean).join(" · ");
    if (!first) {
      context.notice("elsewhere", false);
      scrollTo(0, 0);
      document.getElementById("main").focus({ preventScroll: true });
    }
    first = false;
    main.dataset.shown = view;
  }

  // A view is let go of when it has kept what was typed.
  async function leave() {
    const ending = end;
    end = null;
    await ending?.();
  }

  const opened = () => open().catch((error) => context.failed(error));
  // Whoever goes back under the lock finds that view when it is open again.
  let waits = false;
  function whenUnlocked() {
    if (context.lock?.unlocked() ?? true) return opened();
    if (!waits) addEventListener("unlocked", () => { waits = false; opened(); }, { once: true });
    waits = true;
    return undefined;
  }
  // Other hashes are places within a view.
  const moved = () => (/^#\/|^$/.test(location.hash) ? whenUnlocked() : undefined);
  addEventListener("hashchange", moved);
  return { open: opened, leave };
}

// The app without signal. /sw.js is this, after a line that tells in self.SHELL what its release is. A release is a
// cache of its own, and no worker is installed before it is whole. The one before it stays until the
// next but one, so that pages that are still open go on finding their files.

const { release, bundle, integrity, bundled, others } = self.SHELL;
const PREFIX = "phone-";
const CACHE = PREFIX + release;
const CHOICE = "choice"; // outlives releases: the language that the app was last used in
const PATIENCE = 15_000;
const KEPT = new Set([...bundled, ...others]);
const FORM = /^\/registrations\/(new|[0-9a-f-]{36})(\/form)?$/;

addEventListener("install", (event) => {
  const all = async () => {
    const cache = await caches.open(CACHE);
    // Servers change one after another: a bundle that is not the one of this worker is refused.
    const answer = await fetch(bundle, { integrity });
    if (!answer.ok) throw new Error(`no bundle: ${answer.status}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    // A line that says what follows: [[address, type, length in bytes], …].
    let at = bytes.indexOf(10) + 1;
    const { headers, files } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, at)));
    await cache.addAll(others);
    for (const [address, type, length] of files) {
      const kept = new Response(bytes.slice(at, at + length), {
        headers: { ...headers, "Content-Type": type },
      });
      await cache.put(address, kept);
      at += length;
    }
  };
  event.waitUntil(all());
});

addEventListener("activate", (event) => {
  const settle = async () => {
    const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
    // The newest of the others is the one whose pages may still be open.
    await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
    await clients.claim();
  };
  event.waitUntil(settle());
});

addEventListener("message", ({ data }) => {
  if (data === "use") skipWaiting();
});

// There is a signal again. The key is not here but in the pages, so they send; no page, no sending.
addEventListener("sync", (event) => {
  const wake = async () => {
    const pages = await clients.matchAll({ type: "window" });
    for (const page of pages) page.postMessage({ type: "flush" });
  };
  if (event.tag === "fieldapp-send") event.waitUntil(wake());
});

const kept = async (address) =>
  (await (await caches.open(CACHE)).match(address, { ignoreSearch: true, ignoreVary: true })) ??
  caches.match(address, { ignoreSearch: true, ignoreVary: true });

const shell = async () => {
  const chosen = await (await caches.open(CHOICE)).match("/phone/language");
  const language = chosen ? await chosen.text() : "id";
  return KEPT.has(`/phone/${language}/`) ? `/phone/${language}/` : "/phone/id/";
};

// Where the app stands in for a page that cannot be had.
const instead = async ({ pathname, search, hash }) => {
  const document = await shell();
  if (pathname === "/phone/") return Response.redirect(document + hash);
  if (!(await kept(document))) return Response.error();
  const form = FORM.exec(pathname);
  const view = form ? `#/registrations/${form[1]}` : "#/";
  const from = pathname === "/" ? "" : `?from=${encodeURIComponent(pathname + search)}`;
  return Response.redirect(document + from + view);
};

const within = (promise, milliseconds) =>
  Promise.race([
    promise,
    new Promise((_resolve, reject) => setTimeout(reject, milliseconds, new Error("slow"))),
  ]);

const page = async (request, address) => {
  try {
    return await within(fetch(request), PATIENCE);
  } catch {
    return instead(address);
  }
};

addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  const { origin, pathname } = address;
  if (request.method !== "GET" || origin !== location.origin) return;
  if (/^\/v\//i.test(pathname)) return; // the page of checks has a worker of its own
  if (KEPT.has(pathname)) {
    event.respondWith(kept(pathname).then((answer) => answer ?? fetch(request)));
  } else if (request.mode === "navigate") {
    event.respondWith(pathname === "/phone/" ? instead(address) : page(request, address));
  } else if (pathname.startsWith("/static/")) {
    event.respondWith(caches.match(pathname).then((answer) => answer ?? fetch(request)));
  }
});

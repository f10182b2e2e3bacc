// Keeps the page of checks, its keys and its void list for when there is no signal. Its own files
// are named in self.SHELL by /v/sw.js; a new release makes a new cache and drops the old one only
// when the new one is whole.

const NAME = "card-checks";
const CACHE = `${NAME}-${self.SHELL[0].split("/")[2]}`;
const PAGE = "/v/";
const LISTS = ["/v/keys.json", "/v/void.json"];
const PATIENCE = 4000;

const put = async (address, answer) => {
  if (answer.ok && !answer.redirected) await (await caches.open(CACHE)).put(address, answer.clone());
  return answer;
};

// Browsers refuse an answer that was redirected as the answer to an address, so none is kept.
const fresh = async (address) => put(address, await fetch(address, { cache: "no-store" }));

const kept = async (address) => (await caches.open(CACHE)).match(address);

addEventListener("install", (event) => {
  const all = async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll([PAGE, ...self.SHELL]);
    // Without a single card yet there is no list to be had; the page is of use all the same.
    await Promise.allSettled(LISTS.map(fresh));
    await skipWaiting();
  };
  event.waitUntil(all());
});

addEventListener("activate", (event) => {
  const settle = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith(NAME) && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await clients.claim();
  };
  event.waitUntil(settle());
});

const within = (promise, milliseconds) =>
  Promise.race([
    promise,
    new Promise((_resolve, reject) => setTimeout(reject, milliseconds, new Error("slow"))),
  ]);

const page = async (request) => {
  try {
    return await within(fetch(request), PATIENCE);
  } catch {
    return (await kept(PAGE)) ?? Response.error();
  }
};

const list = async (address) => {
  try {
    return await within(fresh(address), PATIENCE);
  } catch {
    return (await kept(address)) ?? Response.error();
  }
};

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (LISTS.includes(pathname)) event.respondWith(list(pathname));
  else if (self.SHELL.includes(pathname)) {
    event.respondWith(kept(pathname).then((answer) => answer ?? fetch(request)));
  }
});

// A new version is offered, never forced: the old one works on until its person says so, or until
// every page of it is closed.

import { registered } from "./register.js";

const OFTEN = 3_600_000;

// offer(use): a version is ready; use() goes over to it.
export async function startUpdates(offer) {
  const registration = await registered;
  if (!registration) return { look: async () => "none", ready: () => false };
  let asked = false;

  const waiting = () => {
    const next = registration.waiting;
    // The first version of all has nothing to take the place of.
    if (!next || !navigator.serviceWorker.controller) return;
    offer(() => {
      asked = true;
      next.postMessage("use");
    });
  };
  const watch = (worker) => {
    worker?.addEventListener("statechange", () => worker.state === "installed" && waiting());
  };
  waiting();
  watch(registration.installing);
  registration.addEventListener("updatefound", () => watch(registration.installing));
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    // Another tab may have gone over; this one goes when it is asked.
    if (asked) location.reload();
  });

  const look = async () => {
    try {
      await registration.update();
    } catch {
      return "unreachable";
    }
    return registration.installing || registration.waiting ? "found" : "newest";
  };
  setInterval(() => document.visibilityState === "visible" && look(), OFTEN);
  return { look, ready: () => Boolean(registration.active) };
}

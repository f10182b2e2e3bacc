// The first visit: the worker fetches the app in one piece, and the app opens from there.

import { registered } from "./register.js";

const LONG = 90_000;

const show = (name) => {
  for (const part of document.querySelectorAll(`[data-${name}]`)) part.hidden = false;
};
const go = () => location.replace(document.body.dataset.address + location.hash);

// Resolves to whether there is a worker that answers for the app.
async function installed() {
  const registration = await registered;
  if (!registration) return false;
  if (registration.active) return true;
  const worker = registration.installing ?? registration.waiting;
  return new Promise((resolve) => {
    const look = () => {
      if (worker.state === "activated") resolve(true);
      else if (worker.state === "redundant") resolve(false);
    };
    worker.addEventListener("statechange", look);
    setTimeout(resolve, LONG, false);
    look();
  });
}

show("fetching");
if (await installed()) go();
else {
  document.querySelector("[data-fetching]").hidden = true;
  show("alone");
}

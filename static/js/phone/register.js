// Has the browser fetch and keep the app for when there is no signal. Private windows refuse, and
// the pages with a signal do not need it.

export const registered =
  "serviceWorker" in navigator
    ? navigator.serviceWorker.register("/sw.js", { scope: "/" }).catch(() => null)
    : Promise.resolve(null);

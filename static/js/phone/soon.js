// On pages with a signal: when all else is done, the app for the places without one is fetched.

const fetchIt = () => import("./register.js");
const later = () =>
  "requestIdleCallback" in window ? requestIdleCallback(fetchIt, { timeout: 10_000 }) : fetchIt();

if (document.readyState === "complete") later();
else addEventListener("load", later, { once: true });

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-sign-out]") || form.dataset.sure) return;
  event.preventDefault();
  import("./leaving.js").then(({ leave }) => leave(form));
});

// Signing out from the app: refused while something waits that was not exported. What is kept on
// the phone stays there, sealed, for the same person.

import { copy, fill, wordsOf } from "./markup.js";

export async function showSignOut(part, context) {
  part.replaceChildren(copy("#sign-out"));
  const words = wordsOf(part, "[data-sign-out-words]");
  const button = part.querySelector("button");
  const say = (text) => fill(part, { said: text });

  button.addEventListener("click", async () => {
    if (await context.outbox.unsafe()) {
      sessionStorage.setItem("leaving", "");
      context.go("#/outbox");
      return;
    }
    button.disabled = true;
    try {
      const { csrf_token } = await context.sync.api.session();
      await fetch("/sign-out", {
        method: "POST", redirect: "manual", body: new URLSearchParams({ csrf_token }),
      });
      say(words.done);
      context.lock.lock();
    } catch (error) {
      say(words[error.code] ?? error.title ?? words.no_signal);
    } finally {
      button.disabled = false;
    }
  });
}

// Keeps what was typed at each change: one request at a time; what is typed meanwhile follows.
// Nothing on the page is ever taken away: when a save fails, the page says so and tries again.

import { icon, show } from "./told.js";

const PAUSE = 700;
const LONGEST_WAIT = 30_000;
const SIGNS = { busy: "wait", saved: "done", failed: "warn" };

export function startSaving(form, words) {
  const { autosave, state, user } = form.dataset;
  const line = document.querySelector("[data-saved]");
  const leaving = `leaving ${state}`;
  let timer = 0;
  let failures = 0;
  let changes = 0;
  let kept = 0;
  let running = null;
  let stopped = "";

  // A browser that brings back old entries would bring back an old revision with them.
  form.autocomplete = "off";

  const say = (status, text) => {
    if (!line) return;
    line.className = `saved saved-${status}`;
    line.querySelector("svg").replaceWith(icon(SIGNS[status]));
    line.querySelector("[data-saved-text]").textContent = text;
  };
  const alert = (name, text = "") => {
    for (const each of document.querySelectorAll("[data-alert]")) {
      each.hidden = each.dataset.alert !== name;
    }
    if (text) document.querySelector("[data-alert-text]").textContent = text;
  };
  const token = () => form.elements.csrf_token.value;

  const body = () => {
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    return new URLSearchParams(data);
  };

  async function send(url, options = {}) {
    const answer = await fetch(url, {
      method: "POST",
      redirect: "manual",
      ...options,
      headers: { Accept: "application/json", "X-CSRFToken": token(), ...options.headers },
    });
    if (answer.ok) return answer.json();
    // The gate sends those without a session elsewhere; a lost token is a lost session too.
    const ended = answer.type === "opaqueredirect" || [400, 401].includes(answer.status);
    const told = ended ? {} : await answer.json().catch(() => ({}));
    throw Object.assign(new Error("refused"), {
      ended,
      status: answer.status,
      text: told.text || "",
    });
  }

  function save({ keepalive = false } = {}) {
    clearTimeout(timer);
    if (stopped) return running ?? Promise.resolve();
    if (running && !keepalive) return running.then(() => (changes > kept ? save() : undefined));
    const upTo = changes;
    say("busy", words.saving);
    const request = send(autosave, { body: body(), keepalive })
      .then((told) => took(told, upTo))
      .catch((error) => failed(error))
      .finally(() => {
        if (running === request) running = null;
      });
    running = request;
    return request;
  }

  function took(told, upTo) {
    failures = 0;
    kept = Math.max(kept, upTo);
    form.elements.revision.value = told.revision;
    sessionStorage.removeItem(leaving);
    alert("");
    say("saved", words.saved.replace("{}", told.saved));
    show(form, told, words);
    if (changes > kept) later(PAUSE);
    return told;
  }

  function failed(error) {
    say("failed", words.failed);
    if (error.ended) {
      stopped = "ended";
      alert("ended");
    } else if (error.status === 409 || error.status === 404) {
      stopped = "stale";
      alert("stale");
    } else if (error.status && error.status < 500) {
      stopped = "refused";
      alert("refused", error.text);
    } else {
      failures += 1;
      if (failures > 1) alert("offline");
      later(Math.min(1000 * 2 ** failures, LONGEST_WAIT));
    }
  }

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  }

  // After signing in again in another tab the page gets a fresh token and goes on by itself.
  async function comeBack() {
    if (stopped !== "ended" && stopped !== "other") return;
    try {
      const now = await send(state, { method: "GET" });
      stopped = now.user === user ? "" : "other";
      alert(stopped);
      if (stopped) return;
      for (const input of document.querySelectorAll("input[name=csrf_token]")) {
        input.value = now.token;
      }
      changes += 1;
      save();
    } catch {
      // Still signed out, or no signal: the banner stays.
    }
  }

  const changed = (event) => {
    if (event?.target?.type === "file" || event?.target?.closest?.("[data-unsaved]")) return;
    changes += 1;
    later(event?.type === "change" ? 100 : PAUSE);
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);

  const leave = () => {
    if (changes <= kept || stopped) return;
    sessionStorage.setItem(leaving, form.elements.revision.value);
    save({ keepalive: true });
  };
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") leave();
    else comeBack();
  });
  addEventListener("focus", comeBack);
  setInterval(comeBack, 20_000);
  addEventListener("online", () => changes > kept && save());
  addEventListener("beforeunload", (event) => {
    if (changes > kept && (stopped || failures) && !form.dataset.sent) event.preventDefault();
  });
  form.addEventListener("submit", () => clearTimeout(timer));

  if ("held" in form.dataset) changed();

  // The last keys before a reload may have been kept after this page was made: look once more.
  if (sessionStorage.getItem(leaving) === form.elements.revision.value) {
    sessionStorage.removeItem(leaving);
    setTimeout(async () => {
      const now = await send(state, { method: "GET" }).catch(() => null);
      if (now && changes === 0 && String(now.revision) !== form.elements.revision.value) {
        location.reload();
      }
    }, 600);
  }

  const beside = (part) => autosave.replace(/autosave.*/, part);
  // Resolves when the registration exists, so that a picture has something to belong to.
  const begun = () => (form.elements.revision.value === "0" ? save() : Promise.resolve());
  const tell = (told) => {
    // A picture that came first began the registration.
    if (form.elements.revision.value === "0") form.elements.revision.value = told.revision;
    show(form, told, words);
  };

  return {
    changed,
    ended: () => failed({ ended: true }),
    /** Keeps a photo; { status } as HTTP has it, 0 for no line, and what was told of it. */
    async photo(kind, picture, progress) {
      await begun();
      const answer = await upload(beside(`photos/${kind}`), picture, token(), progress);
      if (answer.status !== 200) return answer;
      tell(answer.told);
      return { ...answer, shown: `${answer.told.url}?${answer.told.saved}` };
    },
    /** Keeps a signature, or takes it back (null). Throws what the server said against it. */
    async signature(picture) {
      const body = new FormData();
      if (picture) body.append("signature", picture, "signature.png");
      await begun();
      tell(await send(beside("signature"), { body }));
    },
  };
}

// XMLHttpRequest, since fetch cannot say how much of a body has gone out.
function upload(url, picture, token, progress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const data = new FormData();
    data.append("photo", picture, "photo.jpg");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(Math.round((event.loaded / event.total) * 100));
    });
    request.addEventListener("loadend", () => {
      let told = {};
      let away = false;
      try {
        told = JSON.parse(request.responseText);
      } catch {
        away = request.status === 200; // a page in place of an answer: the sign-in page
      }
      resolve({ status: away ? 401 : request.status, told, away });
    });
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token);
    request.send(data);
  });
}

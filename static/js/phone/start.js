// Who works on this phone? Known people need no signal; a new one signs in once with it.

import { copy, fill } from "./markup.js";
import { accounts, addAccount } from "./store.js";

const ROLES = ["coordinator", "supervisor"];
const ANEW = "choose-anew";
let visited = false; // the server has been asked already who is signed in

/** The person whose store is opened: the only one, the chosen one, or who has just signed in. */
export async function chooseAccount(main) {
  const known = await accounts();
  const anew = sessionStorage.getItem(ANEW);
  sessionStorage.removeItem(ANEW);
  if (known.length === 1 && !anew) return known[0];

  const section = document.createElement("div");
  section.append(copy("#view-start"));
  main.replaceChildren(section);
  const show = (name) => {
    for (const part of section.querySelectorAll("[data-start]")) {
      part.hidden = part.dataset.start !== name;
    }
  };
  return new Promise((resolve, reject) => {
    visited = true;
    const ask = () => visitor().then(came, reject);
    const came = async ({ state, account }) => {
      if (state !== "here") return known.length ? undefined : show(state);
      await addAccount(account);
      if (!known.length) resolve(account);
      else if (!known.some(({ id }) => id === account.id)) list([...known, account]);
    };
    const list = (people) => {
      show("choose");
      section.querySelector("[data-people]").replaceChildren(...people.map((person) => {
        const item = fill(copy("[data-person]", section), person);
        item.querySelector("button").addEventListener("click", () => resolve(person));
        return item;
      }));
    };
    section.querySelector("[data-start-again]").addEventListener("click", ask);
    if (known.length) list(known);
    ask();
  });
}

/** Lets another person choose, or sign in. */
export function chooseAnew() {
  sessionStorage.setItem(ANEW, "1");
  location.reload();
}

// Somebody new who has signed in on this phone is asked for, unless somebody is at work already.
export async function noteVisitor(atWork) {
  if (visited) return;
  const { state, account } = await visitor();
  if (state !== "here") return;
  const known = await accounts();
  await addAccount(account);
  if (known.every(({ id }) => id !== account.id) && !atWork()) chooseAnew();
}

async function visitor() {
  let answer;
  try {
    answer = await fetch("/api/v1/session", {
      headers: { Accept: "application/json" }, cache: "no-store", redirect: "manual",
    });
  } catch {
    return { state: "offline" };
  }
  if (!answer.ok) return { state: answer.status >= 500 ? "offline" : "signed-out" };
  const { user, agency } = await answer.json();
  if (!ROLES.includes(user.role)) return { state: "other-role" };
  const account = {
    id: user.id, name: user.name, agency: agency.name, language: user.language, role: user.role,
  };
  return { state: "here", account };
}

// A village by typing: a combobox with a list (ARIA 1.2). Without it the typed name is looked up
// on the server. The list of 716 is loaded when the field is first touched.

const MOST = 8;

// fetched: gives [[regency, [[district, [name or [code, name], …]], …]], …].
export function startVillage(form, words, fetched = () => fetchedFrom(form.dataset.villages)) {
  const input = form.elements.village_code;
  const box = form.querySelector("[data-village]");
  const list = document.createElement("ul");
  const count = document.createElement("p");
  let villages = null;
  let found = [];
  let at = -1;

  list.id = "village-list";
  list.className = "village-list";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.querySelector("label").textContent.trim());
  count.className = "hidden-text";
  count.setAttribute("role", "status");
  input.parentElement.insertBefore(list, input.nextSibling);
  box.append(count);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  })) {
    input.setAttribute(name, value);
  }

  const load = async () => {
    if (villages) return;
    villages = [];
    try {
      villages = (await fetched()).flatMap(([regency, districts]) =>
        districts.flatMap(([district, all]) =>
          all.map((each) => {
            const name = typeof each === "string" ? each : each[1];
            return { name, around: `${district}, ${regency}`, key: plain(name) };
          }),
        ),
      );
      if (document.activeElement === input && input.value) open();
    } catch {
      villages = null; // the next touch tries again; the server reads the name in any case
    }
  };

  const close = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const open = () => {
    const [typed, ...around] = input.value.split(",").map(plain);
    const near = around.join(" ").trim();
    if (!typed || !villages?.length) return close();
    found = villages
      .filter(({ key, around: place }) => key.includes(typed) && plain(place).includes(near))
      .sort((a, b) => rank(a, typed) - rank(b, typed) || home(b) - home(a))
      .slice(0, MOST);
    list.replaceChildren(...found.map(option));
    count.textContent = found.length
      ? words.villages.replace("{}", found.length)
      : words.novillage;
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    at = -1;
    input.removeAttribute("aria-activedescendant");
  };

  const option = ({ name, around }, index) => {
    const item = document.createElement("li");
    const title = document.createElement("b");
    const place = document.createElement("span");
    item.id = `village-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    title.textContent = name;
    place.textContent = around;
    place.className = "soft";
    item.append(title, place);
    // Before the field loses its focus, or the list would be gone when the finger lifts.
    item.addEventListener("pointerdown", (event) => event.preventDefault());
    item.addEventListener("click", () => take(index));
    return item;
  };

  const move = (step) => {
    if (list.hidden) open();
    if (!found.length) return;
    at = (at + step + found.length) % found.length;
    [...list.children].forEach((item, index) => {
      item.setAttribute("aria-selected", String(index === at));
      if (index === at) item.scrollIntoView({ block: "nearest" });
    });
    input.setAttribute("aria-activedescendant", `village-${at}`);
  };

  const take = (index) => {
    const { name, around } = found[index];
    input.value = `${name}, ${around}`;
    close();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  input.addEventListener("focus", load);
  input.addEventListener("input", () => (villages ? open() : load()));
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      take(Math.max(at, 0));
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
}

async function fetchedFrom(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  return answer.json();
}

function plain(text) {
  return text
    .toLowerCase()
    .replace(/\b(desa|kelurahan|kel|ds)\b\.?/g, "")
    .replace(/[^a-z0-9]+/g, " ")
    .trim();
}

function rank({ key }, typed) {
  if (key === typed) return 0;
  return key.startsWith(typed) ? 1 : 2;
}

// Most workers live in the city.
function home({ around }) {
  return around.includes("Denpasar") ? 1 : 0;
}

// One more person of the family, without a turn to the server.

const MOST = 20;

export function startFamily(form, words, saving) {
  const members = form.querySelector("[data-members]");
  const button = form.querySelector("[data-add-member]");
  button.type = "button";
  button.addEventListener("click", () => {
    const all = members.querySelectorAll("[data-member]");
    const number = all.length;
    const row = all[number - 1].cloneNode(true);
    for (const each of row.querySelectorAll("[id], [for], [name]")) {
      for (const name of ["id", "for", "name"]) {
        const value = each.getAttribute(name);
        if (value) each.setAttribute(name, value.replace(/^family-\d+/, `family-${number}`));
      }
      if ("value" in each) each.value = "";
    }
    row.querySelector("legend").textContent = words.person.replace("{}", number + 1);
    members.append(row);
    row.querySelector("select").focus();
    button.hidden = number + 1 >= MOST;
    saving.changed();
  });
}

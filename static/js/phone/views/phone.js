// This phone: who works on it, what is kept, its lock, its version, its language.

import { showLockSettings } from "../lock.js";
import { fill } from "../markup.js";
import { showSignOut } from "../signout.js";
import { chooseAnew } from "../start.js";

export async function show(section, context) {
  const { account, version } = context;
  const words = section.querySelector("[data-phone-words]").dataset;
  const part = (name) => section.querySelector(`[data-phone="${name}"]`);
  const pressed = (selector, deed) => section.querySelector(selector).addEventListener("click", deed);
  const said = section.querySelector("[data-update-said]");

  fill(section, { ...account, version: words.version.replace("{}", version) });
  pressed("[data-lock-now]", () => context.lock.lock());
  pressed("[data-choose-anew]", chooseAnew);

  showLockSettings(section.querySelector("[data-phone-lock]"), context);
  showSignOut(section.querySelector("[data-phone-sign-out]"), context);

  async function showStorage() {
    const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
    const persisted = (await navigator.storage?.persisted?.()) ?? false;
    const text = quota ? words.of.replace("{}", size(usage)).replace("{}", size(quota))
      : words.used.replace("{}", size(usage));
    fill(section, { storage: text });
    part("persisted").hidden = !persisted;
    part("persist").hidden = persisted;
  }
  pressed("[data-persist]", async () => {
    await navigator.storage?.persist?.();
    await showStorage();
  });

  const updates = await context.updates;
  part("ready").hidden = !updates.ready();
  part("unready").hidden = updates.ready();
  pressed("[data-update-look]", async () => {
    said.textContent = "";
    const found = await updates.look();
    said.textContent = { newest: words.newest, unreachable: words.unreachable }[found] ?? "";
  });

  part("install").hidden = !context.install;
  pressed("[data-install]", async () => {
    part("install").hidden = true;
    await context.install.prompt();
    context.install = null;
  });

  await showStorage();
}

function size(bytes) {
  const mega = bytes / 1_000_000;
  return mega < 1000 ? `${mega < 10 ? mega.toFixed(1) : Math.round(mega)} MB`.replace(".", ",")
    : `${Math.round(mega / 1000)} GB`;
}

"""A phone with the app on it, whose store is opened by a test and not by its screens.

    phone = Field(live, "wayan")
    with phone.away():
        ids = phone.finish(2)
    phone.sent()

Its modules, its IndexedDB, its sealing and its server are the real ones. What people do on the
screens is tried elsewhere; here is tried what happens between the phone and the server.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any
from uuid import UUID

from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from fieldapp.database import reading
from fieldapp.models.agencies import Category
from fieldapp.models.users import User
from tests.journeys.conftest import PHONE, Live
from tests.world import filled_form

PIN = "271828"

OPEN = """
async ({ account, pin, sending }) => {
  const script = document.querySelector('script[src*="/phone/app.js"]');
  const base = new URL(".", script.src);
  const from = (name) => import(new URL(`${name}.js`, base));
  const [stores, vaults, { openRecords }, { openOutbox }, { startSync }, { openRows }, rescue] =
    await Promise.all(
      ["store", "vault", "records", "outbox", "sync", "rows", "rescue"].map(from));
  const store = await stores.openStore(account.id);
  let vault;
  if (await vaults.hasVault(store)) vault = await vaults.openVault(store, pin);
  else {
    const { publicKey } = await crypto.subtle.generateKey(
      { name: "RSA-OAEP", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]),
        hash: "SHA-256" }, true, ["encrypt", "decrypt"]);
    const spki = await crypto.subtle.exportKey("spki", publicKey);
    const escrow = { id: "test", publicKey: vaults.base64(spki) };
    vault = await vaults.makeVault(store, pin, escrow, { rounds: 1000 });
  }
  const context = { store, vault, account, language: "id", words: {} };
  context.records = openRecords(store, vault);
  context.outbox = openOutbox(context);
  context.rows = openRows(context);
  const start = () => { context.sync = startSync(context); };
  if (sending) start();
  window.field = {
    ...context, context, rescue, start,
    get sync() { return context.sync; },
    picture: (seed, size) => {
      const bytes = new Uint8Array(size);
      for (let at = 0; at < size; at += 65_536) {
        crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65_536, size)));
      }
      bytes.set([0xff, 0xd8, 0xff, seed & 255]);
      return new Blob([bytes], { type: "image/jpeg" });
    },
    async type(id, typed) {
      const record = await context.records.get(id);
      await context.records.save({ ...record, fields: { ...record.fields, ...typed } });
    },
    async finish(count, fields, { photos = 2, size = 2_000 } = {}) {
      const ids = [];
      for (let each = 0; each < count; each += 1) {
        const { id } = await context.records.begin();
        for (const kind of ["ktp", "face"].slice(0, photos)) {
          await context.records.putPhoto(id, kind, window.field.picture(each, size));
        }
        const record = await context.records.get(id);
        const nik = fields.nik.replace(/\\d{4}$/, String(each + 1).padStart(4, "0"));
        // Names have no digits: "Sudarma A", "Sudarma B" … "Sudarma AA".
        const letters = (n) => (n < 26 ? "" : letters(Math.floor(n / 26) - 1)) +
          String.fromCharCode(65 + (n % 26));
        const name = count > 1 ? `Sudarma ${letters(each)}` : fields.name;
        record.fields = { ...fields, nik, name };
        record.consent = { given: true, version: "2026-11", at: new Date().toISOString() };
        await context.records.save(record);
        await context.records.finish(id);
        ids.push(id);
      }
      return ids;
    },
  };
}
"""


class Field:
    """One person's app on one phone."""

    def __init__(
        self,
        live: Live,
        username: str,
        *,
        context: BrowserContext | None = None,
        sending: bool = True,
    ) -> None:
        self.live = live
        with live.app.app_context(), reading() as session:
            user = session.scalars(select(User).where(User.username == username)).one()
            self.account = {
                "id": str(user.id), "name": user.name, "agency": user.agency.name,
                "language": "id", "role": user.role.value,
            }  # fmt: skip
            category = session.scalars(select(Category).where(Category.name == "juru parkir")).one()
            self.form = json.loads(json.dumps(dict(filled_form(category)), default=str))
        self.username = username
        self.context = context or self._bought()
        self.page = self._opened(sending=sending)

    def _bought(self) -> BrowserContext:
        context = self.live.browser.new_context(
            base_url=self.live.url, viewport=PHONE, has_touch=True, locale="id-ID"
        )
        self.live.contexts.append(context)
        self.sign_in(context)
        return context

    def sign_in(self, context: BrowserContext | None = None) -> None:
        """A session, without the page for it."""
        (context or self.context).add_cookies(
            [{"name": "fieldapp", "value": self.live.cookie(self.username), "url": self.live.url}]
        )

    def _opened(self, *, sending: bool) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", self.live._complain)
        page.goto("/phone/id/")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.evaluate(OPEN, {"account": self.account, "pin": PIN, "sending": sending})
        return page

    def tab(self, *, sending: bool = True) -> Page:
        """The app in one more tab."""
        return self._opened(sending=sending)

    def unlock(self, hash_: str = "#/") -> Page:
        """Type the PIN, as people do, and go to a view; the app itself sends from now on."""
        dialog = self.page.locator("#lock")
        self.page.reload()
        dialog.locator("[name=pin]").fill(PIN)
        dialog.get_by_role("button", name="Buka", exact=True).click()
        expect(dialog).to_be_hidden()
        self.page.evaluate("(hash) => { location.hash = hash; }", hash_)
        return self.page

    def run(self, script: str, given: Any = None, *, page: Page | None = None) -> Any:
        """What the body of an async function of `given` returns; `field` is the open app."""
        body = f"async (given) => {{ const {{ field }} = window; {script} }}"
        return (page or self.page).evaluate(body, given)

    def finish(self, count: int = 1, *, photos: int = 2, size: int = 2_000) -> list[str]:
        """So many workers, filled in and ready to be sent; their ids."""
        ids: list[str] = self.run(
            "return field.finish(given.count, given.form, given);",
            {"count": count, "form": self.form, "photos": photos, "size": size},
        )
        return ids

    def flush(self) -> dict[str, Any]:
        """Press the button, and see how it ended."""
        state: dict[str, Any] = self.run(
            "await field.sync.flush('button'); await field.sync.flush('button');"
            "return field.sync.state();"
        )
        return state

    def items(self) -> list[dict[str, Any]]:
        """What waits in the outbox."""
        rows: list[dict[str, Any]] = self.run("return field.outbox.list();")
        return rows

    def at_rest(self, table: str) -> list[dict[str, Any]]:
        """What is plain of the rows of a table, looked at from any page and without a key."""
        script = """([name, table]) => new Promise((resolve, reject) => {
          const opening = indexedDB.open(name);
          opening.onerror = reject;
          opening.onsuccess = () => {
            const rows = opening.result.transaction(table).objectStore(table).getAll();
            rows.onsuccess = () => {
              opening.result.close();
              resolve(rows.result.map(({ sealed, ...plain }) => plain));
            };
          };
        })"""
        rows: list[dict[str, Any]] = self.page.evaluate(
            script, [f"fieldapp-{self.account['id']}", table]
        )
        return rows

    def sent(self, *, timeout: float = 20.0) -> None:
        """Wait until nothing waits any more."""
        self.wait_for("return (await field.outbox.count()) === 0;", timeout=timeout)

    def wait_for(self, script: str, *, timeout: float = 10.0) -> None:
        """Wait until what the script asks is so."""
        last = monotonic() + timeout
        while not self.run(script):
            assert monotonic() < last, f"still not so: {script}\n{self.items()}"
            self.page.wait_for_timeout(40)

    def until(self, status: str) -> None:
        """Wait until the sending stands so."""
        self.page.wait_for_function(
            "(status) => window.field.sync.state().status === status", arg=status
        )

    @contextmanager
    def away(self) -> Iterator[None]:
        """Without a signal, and then with one again."""
        self.context.set_offline(True)
        try:
            yield
        finally:
            self.context.set_offline(False)

    def kept(self) -> dict[str, int]:
        """How much lies on the phone."""
        counts: dict[str, int] = self.run(
            "const found = {}; for (const each of ['records', 'photos', 'outbox', 'rows'])"
            " found[each] = await field.store.count(each); return found;"
        )
        return counts

    def on_server(self, read: Callable[[Any], Any]) -> Any:
        """What `read` makes of a session on the server's database."""
        with self.live.app.app_context(), reading() as session:
            return read(session)


def uuid(text: str) -> UUID:
    """An id as the database has it."""
    return UUID(text)

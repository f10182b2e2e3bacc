"""What lies on the phone: sealed, one person's, never half written, and carried into new versions.

The modules, the IndexedDB and the ciphers are those of a real browser; the server only hands the
modules out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.journeys.test_rules_in_the_browser import NOWHERE, RULES

pytestmark = pytest.mark.journey

SCRIPTS = RULES.parent
WAYAN = "0b9d0c3e-8a54-4f0e-9b57-2f1b6f3f0001"
MADE = "0b9d0c3e-8a54-4f0e-9b57-2f1b6f3f0002"
PIN = "271828"

HOUSE = """
window.house = async () => {
  const names = ["store", "vault", "records", "migrations", "quota"];
  const found = {};
  for (const name of names) found[name] = await import(`/phone/${name}.js`);
  const escrow = async () => {
    const pair = await crypto.subtle.generateKey(
      { name: "RSA-OAEP", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]),
        hash: "SHA-256" }, true, ["encrypt", "decrypt"]);
    const spki = await crypto.subtle.exportKey("spki", pair.publicKey);
    return { id: "escrow", publicKey: found.vault.base64(spki) };
  };
  return {
    ...found,
    escrow,
    async open(user, pin, options) {
      const store = await found.store.openStore(user, options);
      const vault = (await found.vault.hasVault(store))
        ? await found.vault.openVault(store, pin)
        : await found.vault.makeVault(store, pin, await escrow(), { rounds: 1000 });
      const records = found.records.openRecords(store, vault);
      return { store, vault, records };
    },
    photo: (text, size = 3000) => {
      const bytes = new Uint8Array(size).fill(7);
      bytes.set([0xff, 0xd8, 0xff]);
      bytes.set(new TextEncoder().encode(text), 3);
      return new Blob([bytes], { type: "image/jpeg" });
    },
    code: (promise) => promise.then(() => "done", (error) => error.code ?? String(error)),
  };
};
"""

# Every byte of every database of the phone, as text.
EVERYTHING = """
const spelled = (value, depth = 0) => {
  if (value === null || value === undefined || depth > 12) return "";
  if (value instanceof CryptoKey) return `key ${value.extractable}`;
  if (value instanceof ArrayBuffer) value = new Uint8Array(value);
  if (ArrayBuffer.isView(value)) return new TextDecoder("latin1").decode(value);
  if (Array.isArray(value)) return value.map((each) => spelled(each, depth + 1)).join(" ");
  if (typeof value === "object") {
    return Object.entries(value).map(([k, v]) => `${k}=${spelled(v, depth + 1)}`).join(" ");
  }
  return String(value);
};
const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
const everything = async () => {
  let text = "";
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const table of database.objectStoreNames) {
      const rows = database.transaction(table).objectStore(table);
      text += ` [${name} ${table}] ${spelled(await done(rows.getAll()))}`;
    }
    database.close();
  }
  return text;
};
"""


def answer(route: Route) -> None:
    name = route.request.url.removeprefix(f"{NOWHERE}/")
    if name:
        route.fulfill(body=(SCRIPTS / name).read_text("utf-8"), content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html><title>Phone</title>", content_type="text/html")


class Phone:
    """A browser of its own, with as many tabs as a test opens."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        context.route("**/*", answer)
        context.add_init_script(HOUSE)
        self.page = self.tab()

    def tab(self) -> Page:
        page = self.context.new_page()
        page.goto(f"{NOWHERE}/")
        return page

    def run(self, script: str, given: Any = None, *, page: Page | None = None) -> Any:
        """What the body of an async function of `given` returns; `house` has the modules."""
        body = f"async (given) => {{ const house = await window.house(); {script} }}"
        return (page or self.page).evaluate(body, given)


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Phone]:
    context = chromium.new_context()
    yield Phone(context)
    context.close()


OPEN = f"const {{ store, vault, records }} = await house.open('{WAYAN}', '{PIN}');"


def test_nothing_of_a_worker_can_be_read_on_the_phone_without_the_pin(phone):
    found = phone.run(
        f"""
        {OPEN}
        {EVERYTHING}
        await house.store.addAccount({{ id: "{WAYAN}", name: "I Wayan Sudiarta", agency: "Perumda",
          language: "id", role: "coordinator" }});
        const record = await records.begin();
        record.fields = {{ name: "Sudarma", nik: "5171 0112 0585 0003",
          mother_name: "Ni Wayan Rasmi", family: [{{ relation: "spouse", name: "Sukerti" }}] }};
        await records.save(record);
        await records.putPhoto(record.id, "ktp", house.photo("EXIF Sudarma di Sesetan"));
        await records.finish(record.id);
        await records.save({{ ...await records.get(record.id), fields: {{ name: "Sudarmi" }} }});
        return [record.id, await everything()];
        """
    )

    record_id, text = found
    plain = ("Sudarm", "5171 0112", "517101120585", "Rasmi", "Sukerti", "EXIF", "spouse")
    assert [each for each in plain if each in text] == []
    assert text.count(record_id) >= 3, "the tables were looked into: ids are no secret"
    assert "I Wayan Sudiarta" in text, "who has a store here is told, to choose from"
    assert "key false" in text
    assert "key true" not in text, "no key that a script could read out"


def test_what_was_kept_comes_back_with_the_pin_after_the_page_is_gone(phone):
    before = phone.run(
        f"""
        {OPEN}
        const {{ id }} = await records.begin();
        await records.save({{ ...await records.get(id), fields: {{ name: "Sudarma" }} }});
        return [id, await records.putPhoto(id, "face", house.photo("wajah"))];
        """
    )
    phone.page.close()
    phone.page = phone.tab()

    after = phone.run(
        f"""
        {OPEN}
        const [record] = await records.list();
        const photo = await records.photo(record.parts.face);
        return [record.id, record.parts.face, record.fields.name, photo.type, photo.size];
        """
    )

    assert after == [*before, "Sudarma", "image/jpeg", 3000]


def test_two_people_on_one_phone_see_nothing_of_each_other(phone):
    found = phone.run(
        f"""
        const one = await house.open("{WAYAN}", "{PIN}");
        const other = await house.open("{MADE}", "{PIN}");
        const {{ id }} = await one.records.begin();
        await one.records.save({{ ...await one.records.get(id), fields: {{ name: "Sudarma" }} }});
        const row = await one.store.get("records", id);
        await other.store.write(["records"], (tx) => tx.put("records", row));
        return [
          (await other.store.all("outbox")).length,
          await house.code(other.records.get(id)),
          await house.code(one.records.get(id)),
        ];
        """
    )

    assert found == [0, "damaged", "done"]


def test_a_sealed_value_opens_in_its_own_place_only(phone):
    found = phone.run(
        f"""
        {OPEN}
        const sealed = await vault.seal({{ name: "Sudarma" }}, "records:1");
        const changed = {{ iv: sealed.iv, data: sealed.data.slice() }};
        new Uint8Array(changed.data)[3] ^= 1;
        return [await vault.open(sealed, "records:1"),
          await house.code(vault.open(sealed, "records:2")),
          await house.code(vault.open(changed, "records:1"))];
        """
    )

    assert found == [{"name": "Sudarma"}, "damaged", "damaged"]


def test_wrong_pins_slow_down_and_a_reload_does_not_help(phone):
    phone.context.clock.install()
    phone.page.reload()
    phone.run(OPEN)
    wrong = f"""
        const store = await house.store.openStore("{WAYAN}");
        const tried = async (pin) => house.vault.openVault(store, pin).then(
          () => "open", ({{ code, wait }}) => [code, Math.round(wait / 1000)]);
    """

    first = phone.run(
        f"{wrong} const all = [];"
        "for (let n = 0; n < 5; n += 1) all.push(await tried(`93715${n}`)); return all;"
    )
    phone.page.reload()
    after_reload = phone.run(f"{wrong} return tried('{PIN}');")
    phone.context.clock.run_for(31_000)
    sixth = phone.run(f"{wrong} return tried('937156');")
    phone.context.clock.run_for(61_000)
    right = phone.run(f"{wrong} return [await tried('{PIN}'), await store.get('meta', 'tries')];")

    assert first == [["wrong_pin", 0]] * 4 + [["wrong_pin", 30]]
    assert after_reload[0] == "wait", "the right PIN has to wait, too"
    assert 25 <= after_reload[1] <= 30
    assert sixth == ["wrong_pin", 60]
    assert right == ["open", None], "and then nothing is held against its owner"


def test_a_clock_that_is_put_back_starts_the_pause_anew(phone):
    found = phone.run(
        f"""
        {OPEN}
        const ahead = Date.now() + 86_400_000;
        const tries = {{ key: "tries", count: 7, at: ahead }};
        await store.write(["meta"], (tx) => tx.put("meta", tries));
        const tried = () => house.vault.openVault(store, "{PIN}").catch((error) => error.wait);
        return [await tried(), await tried()];
        """
    )

    assert all(110_000 < wait <= 120_000 for wait in found), "two minutes, not a day and not none"


@pytest.mark.parametrize("pin", ["", "12345", "111111", "123456", "987654", "121212", "000001"])
def test_a_pin_that_anybody_would_try_first_is_refused(phone, pin):
    assert phone.run("return house.vault.isWeak(given);", pin) is True


def test_a_changed_pin_opens_the_same_and_the_old_one_nothing(phone):
    found = phone.run(
        f"""
        {OPEN}
        const {{ id }} = await records.begin();
        await house.vault.changePin(store, vault, "{PIN}", "314159");
        const again = await house.vault.openVault(store, "314159");
        const seen = await house.records.openRecords(store, again).get(id);
        return [seen.id === id, await house.code(house.vault.openVault(store, "{PIN}")),
          await house.code(house.vault.changePin(store, again, "271828", "161803")),
          (await store.get("meta", "vault")).pin.rounds];
        """
    )

    assert found == [True, "wrong_pin", "wrong_pin", 600_000]


def test_a_photo_that_was_on_its_way_when_the_lock_came_is_kept(phone):
    found = phone.run(
        f"""
        {OPEN}
        const {{ id }} = await records.begin();
        const photo = records.putPhoto(id, "ktp", house.photo("KTP"));
        const shut = vault.close();
        await photo;
        await shut;
        return [await house.code(records.begin()), await house.code(records.get(id)),
          await store.count("photos")];
        """
    )

    assert found == ["locked", "locked", 1]


def test_what_is_finished_is_frozen_and_typing_on_makes_the_next_revision(phone):
    found = phone.run(
        f"""
        {OPEN}
        const {{ id }} = await records.begin();
        await records.save({{ ...await records.get(id), fields: {{ name: "Sudarma" }} }});
        await records.finish(id);
        await records.finish(id);
        const waiting = await records.get(id);
        await records.save({{ ...waiting, fields: {{ name: "I Sudarma" }} }});
        const [item] = await store.all("outbox");
        const {{ name, body }} = await vault.open(item.sealed, "outbox:1");
        const typed = await records.get(id);
        await records.finish(id);
        return {{ waiting: [waiting.state, waiting.revision],
          item: [item.sequence, item.kind, item.revision, item.state], name, body,
          typed: [typed.state, typed.revision, typed.fields.name],
          numbers: (await store.all("outbox")).map((row) => [row.sequence, row.revision]) }};
        """
    )

    assert found["waiting"] == ["waiting", 1]
    assert found["item"] == [1, "registration", 1, "waiting"]
    assert found["name"] == "Sudarma"
    assert found["body"]["fields"] == {"name": "Sudarma"}
    assert (found["body"]["sequence"], found["body"]["minted"], found["body"]["base"]) == (1, 1, 0)
    assert found["typed"] == ["draft", 2, "I Sudarma"]
    assert found["numbers"] == [[1, 1], [2, 2]]


def test_what_follows_a_refused_item_takes_over_its_number(phone):
    found = phone.run(
        f"""
        {OPEN}
        const {{ id }} = await records.begin();
        await records.finish(id);
        const [item] = await store.all("outbox");
        await store.write(["outbox"], (tx) => tx.put("outbox", {{ ...item, state: "attention" }}));
        await records.mark(id, {{ state: "attention", error: {{ code: "body_wrong" }} }});
        const refused = await records.get(id);
        await records.save({{ ...refused, fields: {{ name: "Sudarma" }} }});
        await records.finish(id);
        const rows = await store.all("outbox");
        const {{ body }} = await vault.open(rows[0].sealed, "outbox:1");
        return [refused.state, rows.map((row) => [row.sequence, row.revision, row.state]),
          body.sequence, (await store.get("meta", "device")).last];
        """
    )

    assert found == ["attention", [[1, 2, "waiting"]], 1, 1]


def test_two_tabs_that_type_at_once_lose_nothing_of_each_other(phone):
    record_id = phone.run(f"{OPEN} return (await records.begin()).id;")
    other = phone.tab()
    type_in = f"""
        {OPEN}
        for (let n = 0; n < 12; n += 1) {{
          const record = await records.get(given.id);
          const fields = {{ ...record.fields, [given.name + n]: "kept" }};
          await records.save({{ ...record, fields }});
        }}
    """
    start = "async (given) => { window.typed = window.typing(given); }"
    for page in (phone.page, other):
        page.evaluate(
            f"() => {{ window.typing = async (given) => {{ const house = await window.house();"
            f" {type_in} }}; }}"
        )
    phone.page.evaluate(start, {"id": record_id, "name": "here"})
    other.evaluate(start, {"id": record_id, "name": "there"})
    for page in (phone.page, other):
        page.evaluate("() => window.typed")

    fields = phone.run(f"{OPEN} return (await records.get(given)).fields;", record_id)

    assert sorted(fields) == sorted(f"{place}{n}" for place in ("here", "there") for n in range(12))


def test_a_form_that_was_open_for_long_puts_nothing_back(phone):
    """While somebody types, an answer of the server moves the base; the form has the old one."""
    found = phone.run(
        f"""
        {OPEN}
        const {{ id }} = await records.begin();
        const inForm = await records.get(id);
        await records.putPhoto(id, "ktp", house.photo("KTP"));
        const newer = await records.get(id);
        await records.save({{ ...newer, base: 5 }});
        const kept = await records.save({{ ...inForm, fields: {{ name: "Sudarma" }} }});
        return [kept.base, Boolean(kept.parts.ktp), kept.fields.name];
        """
    )

    assert found == [5, True, "Sudarma"]


def test_typing_on_after_the_receipt_goes_on_from_what_the_server_holds(phone):
    """The record was let go of while its form was open: nothing typed after that is lost."""
    found = phone.run(
        f"""
        {OPEN}
        const {{ id }} = await records.begin();
        await records.putPhoto(id, "ktp", house.photo("KTP"));
        const first = {{ name: "Sudarma", banjar: "" }};
        await records.save({{ ...await records.get(id), fields: first }});
        const inForm = await records.finish(id);
        const told = {{ id, revision: 5, received_revision: 1, stage: "draft" }};
        const row = {{ id, stage: "draft", sealed: await vault.seal(told, `rows:${{id}}`) }};
        await store.write(["records", "photos", "outbox", "rows"], async (tx) => {{
          await tx.remove("records", id);
          await tx.remove("photos", inForm.parts.ktp);
          await tx.remove("outbox", 1);
          await tx.put("rows", row);
        }});
        const typed = {{ ...inForm, fields: {{ ...inForm.fields, banjar: "Br. Kaja" }} }};
        const kept = await records.save(typed);
        await records.finish(id);
        const {{ body }} = await vault.open((await store.get("outbox", 2)).sealed, "outbox:2");
        return [kept.state, kept.base, kept.revision, body.fields, body.parts];
        """
    )

    assert found == ["draft", 5, 2, {"name": "Sudarma", "banjar": "Br. Kaja"}, {}]


def test_two_tabs_that_finish_at_once_give_each_number_once(phone):
    other = phone.tab()
    finish = f"""
        {OPEN}
        for (let n = 0; n < 8; n += 1) await records.finish((await records.begin()).id);
    """
    pages = (phone.page, other)
    phone.run(OPEN)
    for page in pages:
        page.evaluate(
            "() => { window.done = (async () => { const house = await window.house();"
            f" {finish} }})(); }}"
        )
    for page in pages:
        page.evaluate("() => window.done")

    numbers = phone.run(
        f"""
        {OPEN}
        const rows = await store.all("outbox");
        const bodies = await Promise.all(
          rows.map((row) => vault.open(row.sealed, `outbox:${{row.sequence}}`)));
        return [rows.map((row) => row.sequence), bodies.map(({{ body }}) => body.sequence),
          new Set(rows.map((row) => row.id)).size];
        """
    )

    assert numbers == [list(range(1, 17)), list(range(1, 17)), 16]


def test_one_tab_at_a_time_holds_a_record_and_a_closed_one_lets_go(phone):
    record_id = phone.run(f"{OPEN} return (await records.begin()).id;")
    other = phone.tab()
    hold = f"{OPEN} window.release = await records.hold(given); return window.release !== null;"

    first = phone.run(hold, record_id, page=other)
    second = phone.run(hold, record_id)
    other.close()
    third = phone.run(hold, record_id)

    assert (first, second, third) == (True, False, True)


def test_another_tab_hears_of_what_changed(phone):
    other = phone.tab()
    phone.run(OPEN)
    phone.run(
        f"{OPEN} window.heard = []; records.onChange(({{ id }}) => window.heard.push(id));",
        page=other,
    )

    record_id = phone.run(f"{OPEN} return (await records.begin()).id;")

    other.wait_for_function("(id) => window.heard.includes(id)", arg=record_id)


def test_a_removed_record_takes_its_photos_along_and_what_waits_is_not_removed(phone):
    found = phone.run(
        f"""
        {OPEN}
        const draft = await records.begin();
        const shared = house.photo("sama");
        await records.putPhoto(draft.id, "ktp", shared);
        await records.putPhoto(draft.id, "face", house.photo("wajah"));
        const waiting = await records.begin();
        await records.putPhoto(waiting.id, "ktp", shared);
        await records.finish(waiting.id);
        const refused = await house.code(records.remove(waiting.id));
        await records.remove(draft.id);
        return [refused, (await records.list()).map(({{ id }}) => id === waiting.id),
          (await store.all("photos")).map(({{ records: ids }}) => ids.length)];
        """
    )

    assert found == ["unsent", [True], [1]]


@pytest.fixture
def small(phone: Phone) -> Iterator[Phone]:
    """A phone with room for eight million bytes."""
    session = phone.context.new_cdp_session(phone.page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": NOWHERE, "quotaSize": 8_000_000})
    yield phone
    session.detach()


FILL = """
  // Photos until no more are taken; a megabyte of random bytes each, which nothing can pack.
  const fill = async (records, id) => {
    for (let taken = 0; taken < 20; taken += 1) {
      const bytes = new Uint8Array(1_000_000);
      for (let at = 0; at < bytes.length; at += 50_000) {
        crypto.getRandomValues(bytes.subarray(at, at + 50_000));
      }
      bytes.set([0xff, 0xd8, 0xff]);
      const record = await records.begin();
      const code = await house.code(records.putPhoto(record.id, "ktp", new Blob([bytes])));
      if (code !== "done") return [taken, code, record.id];
    }
    return [20, "done", ""];
  };
"""


def test_photos_stop_before_the_phone_is_full_and_typing_goes_on(small):
    """Typing, finishing and sending go on in the room that was kept for them."""
    found = small.run(
        f"""
        {OPEN} {FILL}
        await house.quota.keepReserve(store);
        const [taken, code] = await fill(records);
        // Something else takes what is left.
        const other = (n) => store.write(["reference"], (tx) => tx.put("reference", {{
          name: `x${{n}}`, bytes: crypto.getRandomValues(new Uint8Array(60_000)),
        }}), {{ spare: false }});
        for (let n = 0; n < 100 && (await house.code(other(n))) === "done"; n += 1);
        const names = [];
        for (let n = 0; n < 120; n += 1) {{
          const record = await records.begin();
          const fields = {{ name: `Sudarma ${{n}}`, street: "Jalan Raya Sesetan ".repeat(90) }};
          await records.save({{ ...record, fields }});
          names.push((await records.finish(record.id)).fields.name);
        }}
        const whole = await Promise.all((await records.list()).filter((each) => each.parts.ktp)
          .map(async (each) => (await records.photo(each.parts.ktp)).size));
        return {{ taken, code, names: names.length, whole,
          waiting: await store.count("outbox"),
          reserve: await store.count("meta", {{ range: "reserve" }}) }};
        """
    )

    assert found["code"] == "full"
    assert found["taken"] >= 2
    assert found["whole"] == [1_000_000] * found["taken"], "every photo that was taken is there"
    assert found["names"] == found["waiting"] == 120
    assert found["reserve"] == 0, "it was given up for them"


def test_when_there_is_room_again_photos_are_taken_again(small):
    found = small.run(
        f"""
        {OPEN} {FILL}
        await house.quota.keepReserve(store);
        const [taken, code, id] = await fill(records);
        await store.write(["meta"], (tx) => tx.remove("meta", "reserve"));
        await store.write(["meta"], (tx) => tx.put("meta", {{ key: "x",
          bytes: crypto.getRandomValues(new Uint8Array(60_000)) }}));
        for (const row of await records.list()) if (row.id !== id) await records.remove(row.id);
        return [code, await house.code(records.putPhoto(id, "ktp", house.photo("KTP"))),
          await store.count("meta", {{ range: "reserve" }})];
        """
    )

    assert found == ["full", "done", 1]


def test_when_writing_fails_for_want_of_room_nothing_is_half_written(small):
    found = small.run(
        f"""
        {OPEN}
        const {{ id }} = await records.begin();
        await records.save({{ ...await records.get(id), fields: {{ name: "Sudarma" }} }});
        await records.putPhoto(id, "ktp", house.photo("KTP"));
        await store.write(["meta"], (tx) => tx.remove("meta", "reserve"));
        const big = crypto.getRandomValues(new Uint8Array(60_000));
        const code = await house.code(store.write(["records", "photos"], async (tx) => {{
          await tx.remove("records", id);
          for (let n = 0; n < 300; n += 1) {{
            await tx.put("photos", {{ sha256: `big ${{n}}`, records: [], sealed: big.slice() }});
          }}
        }}));
        const [after] = await records.list();
        return [code, after.fields.name, (await store.all("photos")).length,
          (await records.photo(after.parts.ktp)).size];
        """
    )

    assert found == ["full", "Sudarma", 1, 3000]


@pytest.mark.parametrize(
    ("usage", "level"),
    [(0, "plenty"), (79, "plenty"), (80, "tight"), (94, "tight"), (95, "full"), (100, "full")],
)
def test_what_the_browser_says_of_its_room_is_told_at_80_per_cent(phone, usage, level):
    assert phone.run("return house.quota.levelOf(given, 100);", usage) == level


OLD_APP = """
  // A full outbox as an app of that version left it.
  const fill = async ({ store, vault }, version) => {
    const device = crypto.randomUUID();
    const at = Date.now() - 86_400_000;
    for (let n = 1; n <= 40; n += 1) {
      const id = crypto.randomUUID();
      const sha256 = String(n).padStart(64, "0");
      const record = { id, state: "waiting", base: 0, revision: 1, fields: { name: `Sudarma ${n}` },
        consent: null, parts: { ktp: sha256 }, confirmations: {}, findings: [], error: null,
        createdAt: at, changedAt: at };
      const body = { device, sequence: n, minted: n, base: 0, fields: record.fields,
        parts: record.parts, confirmations: {} };
      const sealed = {
        record: await vault.seal(record, `records:${id}`),
        item: await vault.seal({ name: record.fields.name, body }, `outbox:${n}`),
        photo: await vault.sealBytes(new Uint8Array(60_000).fill(n), `photos:${sha256}`),
      };
      await store.write(["records", "outbox", "photos"], async (tx) => {
        const row = { id, state: "waiting", changed_at: at + n, sealed: sealed.record };
        await tx.put("records", row);
        await tx.put("photos", { sha256, size: 60_000, records: [id], sealed: sealed.photo,
          ...(version > 1 ? { sent_at: n } : {}) });
        await tx.put("outbox", { sequence: n, id, revision: 1,
          state: n % 5 ? "waiting" : "attention", tries: n % 3, next_at: 0, error: null,
          sealed: sealed.item,
          ...(version > 1 ? { kind: "registration", made_at: at, exported_at: null }
            : { kind: "record" }) });
      });
    }
    await store.write(["meta"], async (tx) => {
      if (version > 1) await tx.put("meta", { key: "device", id: device, last: 40 });
      else {
        await tx.put("meta", { key: "device", id: device });
        await tx.put("meta", { key: "sequence", value: 40 });
      }
    });
    return device;
  };
"""


def versions() -> list[int]:
    """Every version before the newest."""
    steps = (SCRIPTS / "phone" / "migrations.js").read_text("utf-8").count("\n  // ")
    assert steps >= 3
    return list(range(1, steps))


@pytest.mark.parametrize("version", versions())
def test_a_full_outbox_of_every_earlier_version_is_carried_over_without_a_loss(phone, version):
    device = phone.run(
        f"""
        {OLD_APP}
        const steps = house.migrations.STEPS.slice(0, given);
        const old = await house.open("{WAYAN}", "{PIN}", {{ steps }});
        const device = await fill(old, given);
        old.store.close();
        return device;
        """,
        version,
    )
    phone.page.reload()

    found = phone.run(
        f"""
        {OPEN}
        const rows = await store.all("outbox");
        const opened = await Promise.all(
          rows.map((row) => vault.open(row.sealed, `outbox:${{row.sequence}}`)));
        const photos = await store.all("photos");
        const bytes = await Promise.all(
          photos.map((row) => vault.openBytes(row.sealed, `photos:${{row.sha256}}`)));
        const people = await records.list();
        await records.finish((await records.begin()).id);
        const last = (await store.all("outbox")).at(-1);
        return {{
          rows: rows.map(({{ sealed, id, made_at, ...row }}) => ({{ ...row, old: made_at > 0 }})),
          names: opened.map(({{ name }}) => name),
          bodies: opened.map(({{ body }}) => body.sequence),
          people: people.map((record) => record.fields.name),
          photos: bytes.map((each) => [each.byteLength, new Uint8Array(each)[59_999]]),
          sent: photos.map(({{ sent_at }}) => sent_at),
          byRecord: (await store.all("outbox", {{ index: "id", range: rows[6].id }})).length,
          next: [last.sequence, (await vault.open(last.sealed, "outbox:41")).body.device],
        }};
        """
    )

    numbers = list(range(1, 41))
    assert [row["sequence"] for row in found["rows"]] == numbers == found["bodies"]
    assert found["rows"][4] == {
        "sequence": 5, "kind": "registration", "revision": 1, "state": "attention", "tries": 2,
        "next_at": 0, "error": None, "exported_at": None, "old": True,
    }  # fmt: skip
    assert found["names"] == [f"Sudarma {n}" for n in numbers] == found["people"]
    assert found["photos"] == [[60_000, n] for n in numbers]
    assert found["sent"] == ([None] * 40 if version == 1 else numbers)
    assert found["byRecord"] == 1
    assert found["next"] == [41, device], "the numbers of the phone go on where they were"


def test_an_upgrade_that_breaks_off_leaves_everything_as_it_was(phone):
    found = phone.run(
        f"""
        {OLD_APP}
        const [first] = house.migrations.STEPS;
        const old = await house.open("{WAYAN}", "{PIN}", {{ steps: [first] }});
        await fill(old, 1);
        old.store.close();
        const broken = (database, tables) => {{
          tables("outbox").clear();
          throw new Error("broken");
        }};
        const failed = await house.store.openStore("{WAYAN}", {{ steps: [first, broken] }})
          .then(() => "open", () => "failed");
        const again = await house.store.openStore("{WAYAN}", {{ steps: [first] }});
        return [failed, await again.count("outbox"), await again.count("records")];
        """
    )

    assert found == ["failed", 40, 40]


def test_a_tab_of_an_older_version_lets_go_and_says_so(phone):
    other = phone.tab()
    phone.run(
        f"""
        addEventListener("store-outdated", () => {{ window.told = true; }});
        const steps = house.migrations.STEPS.slice(0, 1);
        window.old = await house.open("{WAYAN}", "{PIN}", {{ steps }});
        """,
        page=other,
    )

    phone.run(OPEN)
    after = phone.run("return house.code(window.old.store.count('outbox'));", page=other)

    assert other.evaluate("() => window.told") is True
    assert after == "outdated"


def test_two_tabs_that_set_a_pin_at_once_do_not_lock_each_other_out(phone):
    other = phone.tab()
    make = f"""
        const store = await house.store.openStore("{WAYAN}");
        return house.code(house.vault.makeVault(store, given, await house.escrow()));
    """

    first = phone.run(make, "314159")
    second = phone.run(make, "161803", page=other)
    opened = phone.run(
        f"""
        const store = await house.store.openStore("{WAYAN}");
        return house.code(house.vault.openVault(store, "314159"));
        """
    )

    assert (first, second, opened) == ("done", "has_vault", "done")


def test_a_persons_store_is_not_taken_away_while_something_in_it_waits(phone):
    found = phone.run(
        f"""
        const account = {{ id: "{WAYAN}", name: "I Wayan Sudiarta", agency: "Perumda" }};
        await house.store.addAccount(account);
        {OPEN}
        const {{ id }} = await records.begin();
        const kept = await house.code(house.store.removeAccount("{WAYAN}"));
        await records.remove(id);
        store.close();
        const gone = await house.code(house.store.removeAccount("{WAYAN}"));
        const names = (await indexedDB.databases()).map(({{ name }}) => name);
        return [kept, gone, names, await house.store.accounts()];
        """
    )

    assert found == ["unsent", "done", ["fieldapp-accounts"], []]

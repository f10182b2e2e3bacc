"""Two phones change one record, or a supervisor sends it back: nobody's words are lost."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select

from fieldapp.clock import now_utc
from fieldapp.database import transaction
from fieldapp.domain.registrations import Stage
from fieldapp.models.batches import Batch, BatchState
from fieldapp.models.registrations import Registration
from fieldapp.services import decisions
from tests.journeys.conftest import Live
from tests.journeys.field import Field, uuid
from tests.world import World

pytestmark = pytest.mark.journey


@pytest.fixture
def phone(live: Live) -> Field:
    """The phone in Wayan's pocket."""
    return Field(live, "wayan")


@pytest.fixture
def tablet(live: Live, phone: Field) -> Field:
    """Wayan's other one, at home, with what the server told it this morning."""
    phone.finish()
    phone.sent()
    tablet = Field(live, "wayan", sending=False)
    tablet.run("field.start();")
    tablet.wait_for("return (await field.rows.list()).length === 1;")
    return tablet


def row(field: Field) -> Registration:
    def read(session):
        found = session.scalars(select(Registration)).one()
        session.expunge(found)
        return found

    return field.on_server(read)


def take_up(field: Field, **typed: str) -> str:
    """Mend the one row that the server told of, without a signal or with one."""
    record_id: str = field.run(
        "const [row] = await field.rows.list();"
        "await field.rows.takeUp(field.records, row.id);"
        "await field.type(row.id, given); await field.records.finish(row.id); return row.id;",
        typed,
    )
    return record_id


@pytest.fixture
def refused(phone: Field, tablet: Field) -> str:
    """The tablet was faster, and the phone did not know."""
    with phone.away(), tablet.away():
        take_up(tablet, name="I Wayan Sudarma", street="Jalan Raya Sesetan 12")
        record_id = take_up(phone, name="I Sudarma", banjar="Br. Gaduh")
        tablet.context.set_offline(False)
        tablet.sent()
    phone.wait_for("return (await field.outbox.list())[0]?.state === 'both';")
    return record_id


def test_two_phones_and_one_record_nothing_is_overwritten_in_silence(phone, refused):
    record = phone.run("return field.records.get(given);", refused)

    assert row(phone).name == "I Wayan Sudarma", "who was first has it"
    assert record["fields"]["name"] == "I Sudarma", "and the other still has theirs"
    assert record["error"]["differing"]["name"] == {
        "yours": "I Sudarma", "theirs": "I Wayan Sudarma",
    }  # fmt: skip


def test_both_values_are_shown_and_the_choice_is_a_new_revision(phone, refused):
    page = phone.unlock("#/outbox")
    item = page.locator("[data-item='2']")
    item.get_by_role("link", name="Lihat kedua versi").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dua versi")
    name = page.get_by_role("group", name="Nama")
    banjar = page.get_by_role("group", name="Banjar")
    expect(name).to_contain_text("I Sudarma")
    expect(name).to_contain_text("I Wayan Sudarma")
    assert Axe().run(page).violations_count == 0

    page.get_by_role("button", name="Kirim pilihan saya").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dua versi")  # nothing is chosen yet
    name.get_by_label("Di server").check()
    banjar.get_by_label("Di ponsel ini").check()
    page.locator("input[name=street][value=theirs]").check()
    page.get_by_role("button", name="Kirim pilihan saya").click()
    expect(page.get_by_text("Tidak ada yang menunggu")).to_be_visible()

    kept = row(phone)
    assert (kept.name, kept.banjar, kept.street) == (
        "I Wayan Sudarma", "Br. Gaduh", "Jalan Raya Sesetan 12",
    )  # fmt: skip


def test_what_was_typed_on_after_the_refusal_is_what_is_compared(phone, refused):
    phone.run("await field.type(given, { name: 'Sudarma Putra' });", refused)

    page = phone.unlock(f"#/registrations/{refused}/both")

    expect(page.get_by_role("group", name="Nama")).to_contain_text("Sudarma Putra")


def test_typing_the_same_on_both_is_no_conflict(phone, tablet):
    with phone.away(), tablet.away():
        take_up(phone, name="I Sudarma")
        take_up(tablet, name="I Sudarma")
        tablet.context.set_offline(False)
        tablet.sent()

    phone.sent()

    assert row(phone).name == "I Sudarma"


def test_a_returned_row_is_mended_without_a_signal_and_goes_back_in_a_batch(live, phone):
    phone.finish()
    phone.sent()
    record_id = str(row(phone).id)
    send_batch(phone, record_id)
    give_back(live, record_id, "Alamat belum lengkap")
    phone.flush()

    with phone.away():
        [told] = phone.run("return field.rows.list({ stages: ['returned'] });")
        take_up(phone, street="Jalan Raya Sesetan No. 12, Gang III")
        phone.run("await field.outbox.addBatch({ registrations: [given], note: '' });", record_id)
        assert [each["kind"] for each in phone.items()] == [
            "registration", "batch",
        ]  # fmt: skip

    phone.sent()

    assert (told["reason"], told["id"]) == ("Alamat belum lengkap", record_id)
    assert row(phone).street == "Jalan Raya Sesetan No. 12, Gang III"
    assert row(phone).stage is Stage.SUBMITTED


def test_a_batch_made_without_a_signal_goes_after_its_workers(phone):
    with phone.away():
        ids = phone.finish(3)
        phone.run(
            "await field.outbox.addBatch({ registrations: given, note: 'Pasar Badung' });", ids
        )
        [*_workers, batch] = phone.items()

    phone.sent()

    assert (batch["kind"], batch["sequence"]) == ("batch", 4)
    made = phone.on_server(lambda session: session.execute(select(Batch.note, Batch.state)).one())
    assert (made.note, made.state) == ("Pasar Badung", BatchState.SUBMITTED)
    stages = phone.on_server(lambda session: list(session.scalars(select(Registration.stage))))
    assert stages == [Stage.SUBMITTED] * 3
    told = phone.run("return field.store.count('batches');")
    assert told == 1
    assert phone.flush()["held"] == {"last": 4, "missing": []}


def test_a_batch_is_put_together_on_the_screen(phone):
    with phone.away():
        phone.finish(2)
        page = phone.unlock("#/batches/new")
        expect(page.get_by_role("checkbox")).to_have_count(2)
        expect(page.get_by_role("checkbox").first).to_be_checked()
        assert Axe().run(page).violations_count == 0
        page.get_by_role("button", name="Masukkan 2 pekerja ke berkas").click()
        expect(page.get_by_role("heading", name="Di ponsel ini")).to_be_visible()
        page.get_by_role("link", name="Buat berkas").click()
        expect(page.get_by_text("Belum ada yang bisa dikirim")).to_be_visible()

    page.evaluate("location.hash = '#/outbox'")
    expect(page.get_by_text("Tidak ada yang menunggu")).to_be_visible(timeout=20_000)
    assert phone.on_server(lambda session: session.scalars(select(Batch.state)).all()) == [
        BatchState.SUBMITTED
    ]


def send_batch(phone: Field, record_id: str) -> None:
    phone.run("await field.outbox.addBatch({ registrations: [given], note: '' });", record_id)
    phone.sent()


def give_back(live: Live, record_id: str, reason: str) -> None:
    """Ketut returns it."""
    with live.app.app_context(), transaction() as session:
        batch = session.scalars(select(Batch)).one()
        verdict = decisions.RowVerdict(uuid(record_id), decisions.Verdict.RETURN, reason)
        decisions.decide(
            session, actor=World(session).ketut, batch=batch, verdicts=[verdict], now=now_utc()
        )

"""The press room on pages: started once, told how far it is, stopped, and held by few hands."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from uuid import UUID

import pikepdf
import pytest
from sqlalchemy import delete, func, select

from fieldapp.database import reading, transaction
from fieldapp.domain.permissions import Role
from fieldapp.domain.press import DocumentKind, Duplex, PressOrder, Shifts
from fieldapp.domain.wita import day_of
from fieldapp.jobs import press
from fieldapp.jobs.worker import Worker
from fieldapp.models.audit import AuditEntry
from fieldapp.models.batches import Verdict
from fieldapp.models.cards import Card
from fieldapp.models.documents import Document, DocumentRow
from fieldapp.models.jobs import Job, JobState
from fieldapp.models.photos import Photo
from fieldapp.models.registrations import Registration
from fieldapp.models.users import User
from fieldapp.services import cards, decisions
from tests.conftest import NOW
from tests.documents.reading import codes_on, drawn_text_of, opened, pictures_on, sizes_mm
from tests.filing import register, send
from tests.printing import approved_batch, give_faces
from tests.web.browser import Browser
from tests.world import World


@pytest.fixture
def kept(app):
    """The database, for a moment: a context left open would keep the first visitor of all."""

    @contextmanager
    def open_for_a_moment():
        with app.app_context(), transaction() as session:
            yield session

    return open_for_a_moment


@pytest.fixture
def work(app):
    """The worker does what waits."""

    def work_once() -> None:
        with app.app_context():
            Worker(app.extensions["fieldapp.house"], lease_seconds=30).work_once()

    return work_once


@pytest.fixture
def print_one(app):
    """One document at request, by somebody; its id."""

    def made(username: str, kind: DocumentKind, row_id: UUID) -> UUID:
        with app.app_context():
            with reading() as session:
                actor = getattr(World(session), username)
            house = app.extensions["fieldapp.house"]
            return press.print_one(
                house, actor=actor, kind=kind, registration_id=row_id, now=NOW
            ).document_id

    return made


@pytest.fixture
def approved(kept) -> tuple[UUID, UUID]:
    """A batch of Wayan's with one approved row, and that row."""
    with kept() as session:
        world = World(session)
        row = register(session, world.wayan, NOW, serial=1)
        batch, _ = send(session, world.wayan, [row], NOW)
        verdict = decisions.RowVerdict(row.id, Verdict.APPROVE)
        decisions.decide(session, actor=world.ketut, batch=batch, verdicts=[verdict], now=NOW)
        return batch.id, row.id


@pytest.fixture
def putu(app) -> Browser:
    browser = Browser(app)
    browser.sign_in("putu")
    return browser


def start(browser: Browser, batch_id: UUID, kind: str = "card_sheet", **fields: str):
    """Choose a batch, look at what that would be, and print it."""
    choose(browser, batch=str(batch_id), kind=kind)
    return browser.submit("print", **fields)


def choose(browser: Browser, **asked: str):
    """The page of a choice."""
    browser.get("/press/")
    return browser.submit("/press/choice", **{"printed": "all", **asked})


def count(kept, of) -> int:
    with kept() as session:
        return session.scalar(select(func.count()).select_from(of)) or 0


def status(browser: Browser, address: str) -> int:
    answer = browser.client.get(address)
    answer.close()
    return answer.status_code


def test_a_print_is_started_done_and_downloaded_with_an_entry_for_it(kept, work, putu, approved):
    page = start(putu, approved[0])
    assert "Menunggu giliran" in page.text

    work()
    page = putu.get(page.path)
    file = putu.get(page.links["Buka file"])

    assert page.path.startswith("/press/documents/")
    assert (file.mimetype, file.body[:5]) == ("application/pdf", b"%PDF-")
    with kept() as session:
        assert session.scalars(select(Document.size)).one() == len(file.body)
        entries = select(func.count()).where(AuditEntry.action == "document.download")
        assert session.scalar(entries) == 1


def test_the_second_clerk_is_told_who_is_printing_the_same(app, kept, putu, approved):
    other = Browser(app)
    other.sign_in("putu")
    choose(other, batch=str(approved[0]))
    first = start(putu, approved[0])

    told = other.submit("print")

    assert "Ni Putu Ayu Lestari sedang mencetak" in told.messages
    assert "sedang mencetak yang sama" in told.text
    assert told.links["Lihat sudah sampai mana"] == first.path
    assert count(kept, Job) == 1


def test_who_was_told_may_print_all_the_same(kept, putu, approved):
    start(putu, approved[0])

    start(putu, approved[0])

    assert count(kept, Job) == 2


def test_other_paper_of_the_same_people_is_no_double(kept, putu, approved):
    start(putu, approved[0])

    page = choose(putu, batch=str(approved[0]), kind="enrolment_form")

    assert "sedang mencetak yang sama" not in page.text


def test_a_batch_without_an_approved_row_has_nothing_to_print(kept, putu):
    with kept() as session:
        wayan = World(session).wayan
        batch, _ = send(session, wayan, [register(session, wayan, NOW, serial=2)], NOW)
        waiting = batch.id

    token = putu.get("/account/sessions").forms[0].fields["csrf_token"]
    asked = f"kind=card_sheet&printed=all&batch={waiting}"
    page = putu.get(f"/press/choice?{asked}")
    forged = putu.post(f"/press/jobs?{asked}", {"csrf_token": token})

    assert "Tidak ada yang dicetak" in page.text
    assert "Belum ada baris" in forged.messages
    assert count(kept, Job) == 0


def test_a_stopped_print_leaves_nothing_in_the_ledger(kept, work, putu, approved):
    page = start(putu, approved[0])

    putu.submit(f"{page.path}/cancel")
    work()

    with kept() as session:
        assert session.scalars(select(Job.state)).one() is JobState.CANCELLED
    assert count(kept, Document) == 0


def test_how_far_a_print_is_can_be_asked_by_a_script(putu, approved):
    page = start(putu, approved[0])

    told = putu.client.get(f"{page.path}.json").get_json()

    assert (told["state"], told["done"], told["total"], told["ended"]) == ("waiting", 0, 1, False)


@pytest.mark.parametrize("username", ["wayan", "ketut", "made"])
def test_official_paper_is_for_those_who_may_print_it(app, print_one, approved, username):
    document_id = print_one("putu", DocumentKind.CARD, approved[1])
    browser = Browser(app)
    browser.sign_in(username)

    found = {status(browser, f"/press/documents/{document_id}{form}") for form in ("", ".pdf")}

    assert found == {404}


def test_a_draft_is_for_who_made_it(app, kept, print_one):
    with kept() as session:
        row_id = register(session, World(session).wayan, NOW, serial=3).id
    document_id = print_one("wayan", DocumentKind.ENROLMENT_FORM, row_id)

    answers = {}
    for username in ("wayan", "ketut", "putu", "made"):
        browser = Browser(app)
        browser.sign_in(username)
        answers[username] = status(browser, f"/press/documents/{document_id}.pdf")

    assert answers == {"wayan": 200, "ketut": 404, "putu": 404, "made": 404}


def test_a_coordinator_prints_the_draft_of_a_list_from_the_page_of_the_batch(app, kept):
    with kept() as session:
        wayan = World(session).wayan
        batch, _ = send(session, wayan, [register(session, wayan, NOW, serial=4)], NOW)
        batch_id = batch.id
    browser = Browser(app)
    browser.sign_in("wayan")

    browser.get(f"/batches/{batch_id}")
    file = browser.submit(f"/batches/{batch_id}/list.pdf")

    assert (file.mimetype, file.body[:5]) == ("application/pdf", b"%PDF-")
    with kept() as session:
        assert session.scalars(select(Document.draft)).one()


@pytest.fixture
def many(app) -> UUID:
    """A batch of twenty-three approved people."""
    return approved_batch(app, NOW, 23)


def test_a_choice_says_how_many_and_on_how_many_sheets_before_anything_is_made(kept, putu, many):
    page = choose(putu, batch=str(many), kind="card_sheet", printed="never", sorting="name")

    assert "23 Lembar A4 3 6 halaman" in page.text
    assert "printed=never" in page.url
    assert "Menurut nama" in page.text
    assert count(kept, Job) == count(kept, Document) == 0


def test_who_was_printed_is_not_offered_again_among_the_never_printed(kept, work, putu, many):
    start(putu, many, lacking="blanks")
    work()

    page = choose(putu, batch=str(many), printed="never")

    assert "Tidak ada yang dicetak" in page.text
    assert "23 Kartu" in choose(putu, batch=str(many), printed="all", kind="card").text


def test_only_the_card_that_is_ordered_again_is_printed_again(kept, work, putu, many):
    start(putu, many, lacking="blanks")
    work()
    with kept() as session:
        actor = World(session).putu
        card = session.scalars(select(Card).order_by(Card.serial)).first()
        cards.spoil(session, actor=actor, card=card, reason="Macet", now=NOW)
        cards.reprint(session, actor=actor, card=card, reason="Macet", now=NOW)

    page = choose(putu, batch=str(many), printed="again", kind="card")

    assert page.tree.xpath("//dd[contains(@class,'stat-value')]/text()") == ["1", "1"]
    assert "Foto wajah" in page.text
    putu.submit("print", lacking="blanks")
    work()
    with kept() as session:
        newest = session.scalars(select(Document).order_by(Document.created_at.desc())).first()
        assert (newest.kind, newest.rows) == (DocumentKind.CARD, 1)
        assert session.scalar(
            select(func.count()).where(Card.copy == 2, Card.document_id == newest.id)
        )


def test_days_of_approval_choose_too(putu, many):
    day = day_of(NOW).isoformat()

    on_it = choose(putu, kind="card", approved_from=day, approved_to=day)
    before = choose(putu, kind="card", approved_to="2020-01-01")
    wrong = choose(putu, kind="card", approved_from=day, approved_to="2020-01-01")

    assert "23 Kartu" in on_it.text
    assert "Tidak ada yang dicetak" in before.text
    assert (wrong.status, wrong.errors.keys()) == (422, {"approved_to"})


def test_a_list_is_of_one_batch(putu, many):
    page = choose(putu, kind="batch_list")

    assert "Berkas yang mana?" in page.text
    page = putu.get(next(href for said, href in page.links.items() if said.startswith("B-")))
    assert "Cetak untuk 23 pekerja" in page.tree.text_content()


def test_who_lacks_a_photo_is_named_left_out_and_told_beside_the_print(app, kept, work, putu, many):
    give_faces(app, many, NOW)
    with kept() as session:
        poor = session.scalars(select(Registration).where(Registration.name == "Sudarma 9")).one()
        session.execute(delete(Photo).where(Photo.registration_id == poor.id))
        poor_id = poor.id

    page = choose(putu, batch=str(many))
    assert "1 pekerja masih kurang datanya" in page.text
    assert page.links["Sudarma 9"] == f"/registrations/{poor_id}"
    assert "22 Lembar" in page.text
    started = putu.submit("print", lacking="out")
    work()
    page = putu.get(started.path)

    assert "Tidak ikut tercetak" in page.text
    assert "Foto wajah" in page.text
    assert page.links["Sudarma 9"] == f"/registrations/{poor_id}"
    with kept() as session:
        assert session.scalars(select(Document.rows)).one() == 22


def test_they_are_printed_too_if_the_clerk_wants_blanks(app, kept, work, putu, many):
    page = start(putu, many, kind="enrolment_form", lacking="blanks")
    work()

    assert "Tidak ikut tercetak" not in putu.get(page.path).text
    with kept() as session:
        assert session.scalars(select(Document.rows)).one() == 23


def test_a_text_that_fits_at_no_size_is_never_printed(app, kept, work, putu, many):
    give_faces(app, many, NOW)
    with kept() as session:
        long = session.scalars(select(Registration).where(Registration.name == "Sudarma 9")).one()
        long.name = "WIDYAWATI " * 12

    page = choose(putu, batch=str(many))
    assert "Tulisan terlalu panjang" in page.text
    putu.submit("print", lacking="blanks")
    work()

    with kept() as session:
        assert session.scalars(select(Document.rows)).one() == 22


def test_a_row_that_loses_its_photo_after_the_choice_is_left_out_and_named(
    app, kept, work, putu, many
):
    give_faces(app, many, NOW)
    page = start(putu, many)
    with kept() as session:
        session.execute(
            delete(Photo).where(
                Photo.registration_id
                == select(Registration.id).where(Registration.name == "Sudarma 9").scalar_subquery()
            )
        )
    work()

    page = putu.get(page.path)

    assert "Tidak ikut tercetak" in page.text
    assert "Sudarma 9" in page.links


@pytest.mark.parametrize(
    ("kind", "pages"),
    [
        ("card_sheet", 2),
        ("card", 2),
        ("enrolment_form", 1),
        ("batch_list", 1),
        ("handover_list", 1),
    ],
)
def test_the_first_sheet_is_shown_as_a_specimen_that_proves_nothing(
    kept, putu, many, tmp_path, kind, pages
):
    file = putu.get(
        f"/press/preview.pdf?kind={kind}&batch={many}&printed=all&lacking=blanks&sorting=batch"
    )

    assert file.mimetype == "application/pdf", file
    with opened(file.body) as pdf:
        assert len(pdf.pages) == pages
    text = drawn_text_of(file.body, tmp_path)
    assert "BUKAN CETAKAN RESMI" in text
    assert "Sudarma" in text
    with kept() as session:
        numbers = session.scalars(select(Registration.number)).all()
    assert not [number for number in numbers if number in text]
    assert count(kept, Document) == count(kept, Card) == 0
    assert all("/V/" not in code for code in codes_on(file.body, tmp_path))


def test_after_a_jam_a_file_begins_at_the_sheet_that_is_missing(app, kept, work, putu, many):
    give_faces(app, many, NOW)
    page = start(putu, many)
    work()
    page = putu.get(page.path)
    whole = putu.get(page.links["Buka file"]).body
    with kept() as session:
        before = session.scalars(select(Card.code).order_by(Card.id)).all()
        names = session.scalars(
            select(Registration.name)
            .join(DocumentRow, DocumentRow.registration_id == Registration.id)
            .where(DocumentRow.page == 3)
            .order_by(Registration.sort_name)
        ).all()

    page = putu.get(f"{page.path}?from=2")
    assert f"Lembar 2 dimulai dengan {names[0]}." in page.text
    forms = [form for form in page.forms if form.fields.get("first") == "2"]
    rest = putu.post(forms[0].action, forms[0].fields)

    with opened(rest.body) as part, opened(whole) as all_of_it:
        assert len(part.pages) == 4
        for mine, theirs in zip(part.pages, list(all_of_it.pages)[2:], strict=True):
            assert drawn_on(mine) == drawn_on(theirs)
            assert len(pictures_on(mine)) == len(pictures_on(theirs))
    assert len(rest.body) < len(whole)
    with kept() as session:
        assert session.scalars(select(Card.code).order_by(Card.id)).all() == before
        excerpt = session.scalars(select(Document).where(Document.whole_id.is_not(None))).one()
        assert (excerpt.first_sheet, excerpt.pages, excerpt.rows) == (2, 4, 13)
        assert excerpt.sha256 == hashlib.sha256(rest.body).digest()
        assert {card.document_id for card in session.scalars(select(Card))} == {excerpt.whole_id}


def test_a_print_is_split_into_files_of_as_many_sheets_as_fit(kept, work, putu, many):
    page = start(putu, many, kind="enrolment_form", lacking="blanks")
    work()

    page = putu.get(f"{putu.get(page.path).path}?each=10")
    forms = [form for form in page.forms if form.action.endswith("/excerpts")]
    files = [putu.post(form.action, form.fields).body for form in forms]
    again = putu.post(forms[0].action, forms[0].fields).body

    assert [pages_of(each) for each in files] == [10, 10, 3]
    assert again == files[0]
    assert count(kept, Document) == 4


def test_sheets_that_a_print_does_not_have_are_refused(kept, work, putu, many):
    page = start(putu, many, lacking="blanks")
    work()
    page = putu.get(page.path)
    fields = {"csrf_token": page.form("/sign-out").fields["csrf_token"], "first": "4"}

    answer = putu.post(f"{page.path}/excerpts", fields)

    assert answer.status == 422
    assert "3 lembar" in answer.text
    assert "3 lembar" in putu.get(f"{page.path}?from=4").text


def test_the_printer_beside_a_browser_is_remembered_and_used(kept, work, putu, many):
    putu.get("/press/printer")

    page = putu.submit("printer", duplex="short_edge", back_right="0,5", back_down="−0.3 mm")
    sheet = putu.get("/press/calibration.pdf")
    start(putu, many, lacking="blanks")

    assert "Tersimpan di peramban ini" in page.text
    assert sizes_mm(sheet.body) == [pytest.approx((210, 297), abs=0.1)] * 2
    with kept() as session:
        args = session.scalars(select(Job.args)).one()
    order = PressOrder.from_args(args)
    assert (order.duplex, order.shifts) == (Duplex.SHORT_EDGE, Shifts(0, 0, 5, -3))


@pytest.mark.parametrize("typed", ["10,1", "0,25", "jauh", "1e3", "nan"])
def test_a_shift_that_no_printer_needs_is_refused(putu, typed):
    putu.get("/press/printer")

    page = putu.submit("printer", back_right=typed)

    assert (page.status, page.errors.keys()) == (422, {"back_right"})


def test_a_clerk_of_another_agency_finds_nothing_of_this_batch(app, kept, many):
    with kept() as session:
        made = World(session).made
        user = session.scalars(select(User).where(User.username == "made")).one()
        user.role = Role.CLERK
        assert user.agency_id == made.agency_id
        wayans = World(session).wayan.agency_id
    clerk = Browser(app)
    clerk.sign_in("made")

    assert status(clerk, f"/press/choice?kind=card&printed=all&batch={many}") == 404
    assert status(clerk, f"/press/choice?kind=card&printed=all&agency={wayans}") == 404
    assert status(clerk, f"/press/preview.pdf?kind=card&printed=all&batch={many}") == 404
    assert str(many) not in clerk.get("/press/").body.decode()
    assert "Tidak ada yang dicetak" in clerk.get("/press/choice?kind=card&printed=all").text


def drawn_on(page: pikepdf.Page) -> bytes:
    return pikepdf.unparse_content_stream(pikepdf.parse_content_stream(page))


def pages_of(pdf: bytes) -> int:
    with opened(pdf) as found:
        return len(found.pages)

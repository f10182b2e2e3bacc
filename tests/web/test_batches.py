"""Pages on which batches are made, sent and decided."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from fieldapp.database import db, reading, transaction
from fieldapp.domain.registrations import Stage
from fieldapp.models.audit import AuditEntry
from fieldapp.models.batches import Batch, Verdict
from fieldapp.models.registrations import Registration
from fieldapp.services import decisions
from fieldapp.services.decisions import RowVerdict
from tests.conftest import NOW
from tests.filing import collect, register, send
from tests.web.browser import Browser
from tests.world import World

REASON = "Foto KTP tidak terbaca"


class Filed:
    """What stands in the database, by ids."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def drafts(self, *names: str, who: str = "wayan", **typed: object) -> list[UUID]:
        with self._app.app_context(), transaction() as session:
            actor = getattr(World(session), who)
            rows = [
                register(session, actor, NOW, serial=serial, name=name, **typed)
                for serial, name in enumerate(names, start=1)
            ]
            return [row.id for row in rows]

    def collected(self, ids: list[UUID], who: str = "wayan") -> UUID:
        with self._app.app_context(), transaction() as session:
            rows = [session.get(Registration, each) for each in ids]
            return collect(session, getattr(World(session), who), rows, NOW).id

    def sent(
        self, ids: list[UUID], who: str = "wayan", *, clean: bool = True, later: int = 0
    ) -> UUID:
        """later: so many minutes after the others."""
        with self._app.app_context(), transaction() as session:
            rows = [session.get(Registration, each) for each in ids]
            batch, _sending = send(
                session, getattr(World(session), who), rows, NOW + timedelta(minutes=later)
            )
            for row in rows:
                row.worst = None if clean else row.worst
                row.findings = [] if clean else row.findings
            return batch.id

    def decided(self, batch_id: UUID, **verdicts: str) -> None:
        """Ketut's colleague decides meanwhile: id → verdict."""
        with self._app.app_context(), transaction() as session:
            decisions.decide(
                session,
                actor=World(session).ketut,
                batch=session.get(Batch, batch_id),
                verdicts=[
                    RowVerdict(UUID(each), Verdict(verdict), REASON)
                    for each, verdict in verdicts.items()
                ],
                now=NOW,
            )

    def stages(self, ids: list[UUID]) -> list[Stage]:
        with self._app.app_context(), reading() as session:
            return [session.get(Registration, each).stage for each in ids]

    def views(self, action: str) -> list[dict[str, object]]:
        with self._app.app_context(), reading() as session:
            return list(
                session.scalars(select(AuditEntry.facts).where(AuditEntry.action == action))
            )


@pytest.fixture
def filed(app: Flask) -> Filed:
    yield Filed(app)
    with app.app_context():
        db.session.remove()


@pytest.fixture
def wayan(app: Flask) -> Browser:
    return Browser(app).sign_in("wayan").browser


@pytest.fixture
def ketut(app: Flask) -> Browser:
    return Browser(app).sign_in("ketut").browser


# The coordinator.


def test_nobody_registered_yet_is_told_what_to_do_first(wayan):
    assert "Daftarkan pekerja" in wayan.get("/batches/new").text
    assert "Belum ada berkas" in wayan.get("/batches").text


def test_complete_drafts_are_ticked_and_blocked_ones_say_why(wayan, filed):
    fit, old = filed.drafts("Sudarma"), filed.drafts("Pak Tua", birth_date="01-12-1950", nik="")

    page = wayan.get("/batches/new")

    ticked = {box.get("value") for box in page.tree.xpath("//*[@name='rows'][@checked]")}
    assert ticked == {str(fit[0])}
    assert "65 tahun" in page.text
    assert str(old[0]) in {box.get("value") for box in page.tree.xpath("//*[@name='rows']")}
    assert "5171" not in page.text, "a NIK is masked in lists"


def test_a_coordinator_makes_a_batch_sends_it_and_sees_who_was_held_back(wayan, filed):
    ids = filed.drafts("Sudarma", "Suastika")
    page = wayan.get("/batches/new")
    page = wayan.submit("new-batch", note="Pasar Badung")
    assert "Kirim 2 pekerja" in page.text
    with filed._app.app_context(), transaction() as session:
        register_late = session.get(Registration, ids[1])
        register_late.consent_version = None

    page = wayan.submit("send")

    assert filed.stages(ids) == [Stage.SUBMITTED, Stage.DRAFT]
    assert "1 pekerja dikirim" in page.text
    assert "1 tertahan" in page.text
    assert page.tree.xpath(f'//a[@href="/registrations/{ids[1]}/form"]')


def test_a_batch_with_nothing_to_send_is_kept_and_says_why(wayan, filed):
    ids = filed.drafts("Sudarma", mother_name="")
    batch_id = filed.collected(ids)

    page = wayan.get(f"/batches/{batch_id}")
    page = wayan.submit("send")

    assert page.status == 422
    assert "Belum ada yang bisa dikirim" in page.text
    assert filed.stages(ids) == [Stage.DRAFT]


def test_sending_twice_says_the_same_both_times(wayan, filed):
    batch_id = filed.collected(filed.drafts("Sudarma"))
    page = wayan.get(f"/batches/{batch_id}")
    form = page.form("send").filled({}, None)

    first = wayan.post(f"/batches/{batch_id}/send", form)
    again = wayan.post(f"/batches/{batch_id}/send", form)

    assert "1 pekerja dikirim" in first.text
    assert "1 pekerja dikirim" in again.text


def test_a_row_is_taken_out_of_an_open_batch(wayan, filed):
    ids = filed.drafts("Sudarma", "Suastika")
    batch_id = filed.collected(ids)
    wayan.get(f"/batches/{batch_id}")

    page = wayan.submit(f"/batches/{batch_id}/rows/{ids[0]}/remove")

    assert "Kirim 1 pekerja" in page.text


def test_what_came_back_stands_first_with_the_supervisors_reason(wayan, filed):
    ids = filed.drafts("Sudarma")
    batch_id = filed.sent(ids)
    filed.decided(batch_id, **{str(ids[0]): "return"})

    page = wayan.get("/batches/new")

    assert REASON in page.text
    assert REASON in wayan.get(f"/batches/{batch_id}").text
    assert REASON in wayan.get("/").text


def test_nothing_ticked_is_told(wayan, filed):
    filed.drafts("Sudarma")
    wayan.get("/batches/new")

    page = wayan.submit("new-batch", rows=[])

    assert page.status == 422
    assert "Centang paling sedikit satu" in page.text


def test_more_drafts_than_a_page_shows_can_all_go_together(wayan, filed, monkeypatch):
    monkeypatch.setattr("fieldapp.web.views.batches.LISTED", 2)
    ids = filed.drafts("Sudarma", "Suastika", "Sukadana", "Sumerta")
    old = filed.drafts("Sutama", mother_name="", nik="5171011305850001")
    page = wayan.get("/batches/new")
    assert "Dan 2 pekerja lain yang sudah lengkap" in page.text

    kept, left_out = (box.get("value") for box in page.tree.xpath("//*[@name='rows']"))
    page = wayan.submit("new-batch", rows=[kept])

    assert "Kirim 3 pekerja" in page.text, "one ticked above, two by the line below, none blocked"
    assert left_out not in page.body.decode()
    assert filed.stages([*ids, *old]) == ["draft"] * 5


def test_a_long_batch_comes_in_pages(wayan, filed, app):
    ids = filed.drafts(*[f"Sudarma {chr(97 + n)}" for n in range(7)])
    app.extensions["fieldapp.settings"] = _with(app, page_rows=5)
    batch_id = filed.collected(ids)

    page = wayan.get(f"/batches/{batch_id}")
    assert len(page.tree.xpath("//tr[@data-row]")) == 5
    page = wayan.get(f"/batches/{batch_id}?after=5")
    assert len(page.tree.xpath("//tr[@data-row]")) == 2
    page = wayan.get(f"/batches/{batch_id}?before=6")
    assert len(page.tree.xpath("//tr[@data-row]")) == 5


def _with(app: Flask, **changes: object):
    from dataclasses import replace

    return replace(app.extensions["fieldapp.settings"], **changes)


# The supervisor.


def test_the_queue_has_the_longest_waiting_first_and_leads_to_the_decision(ketut, filed):
    first = filed.sent(filed.drafts("Sudarma"))
    others = filed.drafts("Suastika", birth_date="13-05-1985", nik="5171011305850001")
    second = filed.sent(others, later=5)

    page = ketut.get("/batches")

    links = [a.get("href") for a in page.tree.xpath("//tr[@data-row]//a")]
    assert links == [f"/batches/{first}/decide", f"/batches/{second}/decide"]


def test_each_marked_row_is_decided_and_the_others_wait(ketut, filed):
    ids = filed.drafts("Sudarma", "Suastika", "Sukadana", "Sumerta")
    batch_id = filed.sent(ids)
    ketut.get(f"/batches/{batch_id}/decide")

    page = ketut.submit(
        "decide",
        **{
            f"verdict-{ids[0]}": "approve",
            f"verdict-{ids[1]}": "return",
            f"reason-{ids[1]}": REASON,
            f"verdict-{ids[2]}": "reject",
            f"reason-{ids[2]}": "Bukan juru parkir",
        },
    )

    assert filed.stages(ids) == ["approved", "returned", "rejected", "submitted"]
    assert "1 baris disetujui, 1 baris dikembalikan, 1 baris ditolak." in page.text
    assert [card.get("data-review") for card in page.tree.xpath("//*[@data-review]")] == [
        str(ids[3])
    ]


def test_a_row_without_its_reason_stops_all_and_keeps_the_marks(ketut, filed):
    ids = filed.drafts("Sudarma", "Suastika")
    batch_id = filed.sent(ids)
    ketut.get(f"/batches/{batch_id}/decide")

    page = ketut.submit("decide", **{f"verdict-{ids[0]}": "approve", f"verdict-{ids[1]}": "reject"})

    assert page.status == 422
    assert filed.stages(ids) == ["submitted", "submitted"]
    kept = {
        box.get("name"): box.get("value") for box in page.tree.xpath("//*[@checked][@value!='']")
    }
    assert kept == {f"verdict-{ids[0]}": "approve", f"verdict-{ids[1]}": "reject"}
    assert "Tulis alasannya" in page.text


def test_a_stale_page_tells_row_by_row_what_changed_and_keeps_the_rest(ketut, filed):
    ids = filed.drafts("Sudarma", "Suastika", "Sukadana")
    batch_id = filed.sent(ids)
    ketut.get(f"/batches/{batch_id}/decide")
    filed.decided(batch_id, **{str(ids[0]): "return"})

    page = ketut.submit(
        "decide",
        **{
            f"verdict-{ids[0]}": "approve",
            f"verdict-{ids[1]}": "reject",
            f"reason-{ids[1]}": "Bukan juru parkir",
        },
    )

    assert page.status == 409
    assert "Sudarma : Dikembalikan" in page.text
    assert f"Ni Ketut Suryani, 22 November 2026 10.24 WITA ({REASON})" in page.text
    assert filed.stages(ids) == ["returned", "submitted", "submitted"]
    page = ketut.submit("decide")
    assert filed.stages(ids) == ["returned", "rejected", "submitted"]


def test_all_rows_without_findings_are_approved_at_once(ketut, filed):
    clean = filed.drafts("Sudarma", "Suastika")
    batch_id = filed.sent(clean)
    page = ketut.get(f"/batches/{batch_id}/decide")
    assert "Setujui 2 baris tanpa temuan" in page.text

    page = ketut.submit(f"/batches/{batch_id}/approve-clean")

    assert filed.stages(clean) == ["approved", "approved"]
    assert "2 baris disetujui." in page.text


def test_a_bulk_approval_on_a_stale_page_does_nothing_and_says_so(ketut, filed):
    ids = filed.drafts("Sudarma", "Suastika")
    batch_id = filed.sent(ids)
    ketut.get(f"/batches/{batch_id}/decide")
    filed.decided(batch_id, **{str(ids[0]): "return"})

    page = ketut.submit(f"/batches/{batch_id}/approve-clean")

    assert page.status == 409
    assert filed.stages(ids) == ["returned", "submitted"]


def test_findings_stand_above_with_the_coordinators_reason(ketut, filed, app):
    ids = filed.drafts("Sudarma", income="20.000.000")
    with app.app_context(), transaction() as session:
        from fieldapp.services.registrations import confirm_finding

        confirm_finding(
            session,
            actor=World(session).wayan,
            row=session.get(Registration, ids[0]),
            key="income_high:income",
            reason="Juga punya toko",
            now=NOW,
        )
    batch_id = filed.sent(ids, clean=False)

    page = ketut.get(f"/batches/{batch_id}/decide")

    assert "Juga punya toko" in page.text
    assert "5171 0112 0585 0001" in page.text or "5171 0112 0585 0003" in page.text


def test_every_look_at_people_is_noted_with_their_ids(wayan, ketut, filed):
    ids = filed.drafts("Sudarma", "Suastika")
    wayan.get("/batches/new")
    batch_id = filed.sent(ids)

    ketut.get(f"/batches/{batch_id}/decide")
    ketut.get(f"/batches/{batch_id}")

    wanted = [{"ids": [str(each) for each in ids]}]
    assert filed.views("batch.review") == wanted
    assert filed.views("batch.view") == wanted
    assert len(filed.views("batch.choose")) == 1


def test_a_supervisor_who_changed_a_row_sees_that_somebody_else_decides(ketut, filed, app):
    ids = filed.drafts("Sudarma", "Suastika")
    with app.app_context(), transaction() as session:
        from fieldapp.services.registrations import lay_hand

        lay_hand(session, World(session).ketut, [ids[0]])
    batch_id = filed.sent(ids)

    page = ketut.get(f"/batches/{batch_id}/decide")
    assert "orang lain yang memutuskannya" in page.text
    assert not page.tree.xpath(f'//*[@name="verdict-{ids[0]}"]')

    forged = page.form("decide").filled({}, None)
    forged[f"verdict-{ids[0]}"] = "approve"
    assert ketut.post(f"/batches/{batch_id}/decide", forged).status == 403
    assert filed.stages(ids) == ["submitted", "submitted"]


# Who may not.

ADDRESSES = [
    ("get", "/batches/{batch}"),
    ("post", "/batches/{batch}/send"),
    ("post", "/batches/{batch}/rows/{row}/remove"),
    ("get", "/batches/{batch}/decide"),
    ("post", "/batches/{batch}/decide"),
    ("post", "/batches/{batch}/approve-clean"),
]


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
@pytest.mark.parametrize("of", ["another agency", "nobody"])
def test_what_is_out_of_reach_does_not_exist(app, filed, method, address, of):
    ids = filed.drafts("Sudarma")
    batch_id = filed.collected(ids) if "send" in address or "rows" in address else filed.sent(ids)
    deciding = "decide" in address or "approve" in address
    stranger = Browser(app).sign_in("nyoman" if deciding else "made").browser
    token = stranger.page.tree.xpath("//*[@name='csrf_token']")[0].get("value")
    where = address.format(batch=batch_id if of == "another agency" else uuid4(), row=ids[0])

    data = {"csrf_token": token, f"verdict-{ids[0]}": "approve", "seen": "1"}
    page = stranger.get(where) if method == "get" else stranger.post(where, data)

    assert page.status == 404
    assert "Sudarma" not in page.text


def test_another_agencys_draft_in_a_forged_form_does_not_exist(app, filed):
    ids = filed.drafts("Sudarma")
    made = Browser(app).sign_in("made").browser
    token = made.page.tree.xpath("//*[@name='csrf_token']")[0].get("value")

    page = made.post("/batches/new", {"csrf_token": token, "rows": str(ids[0]), "note": ""})

    assert page.status == 404


def test_another_agencys_row_in_a_forged_decision_does_not_exist(ketut, filed):
    mine = filed.drafts("Sudarma")
    theirs = filed.drafts("Suastika", who="made", birth_date="13-05-1985", nik="5171011305850001")
    batch_id = filed.sent(mine)
    filed.sent(theirs, who="made")
    page = ketut.get(f"/batches/{batch_id}/decide")
    forged = page.form("decide").filled({}, None)
    forged[f"verdict-{theirs[0]}"] = "approve"

    assert ketut.post(f"/batches/{batch_id}/decide", forged).status == 404
    assert filed.stages(theirs) == ["submitted"]


@pytest.mark.parametrize("who", ["wayan", "putu", "komang", "gede", "luh"])
@pytest.mark.parametrize("deed", ["decide", "approve-clean"])
def test_only_a_supervisor_decides_here(app, filed, who, deed):
    ids = filed.drafts("Sudarma")
    batch_id = filed.sent(ids)
    somebody = Browser(app).sign_in(who).browser
    token = somebody.page.tree.xpath("//*[@name='csrf_token']")[0].get("value")

    page = somebody.post(
        f"/batches/{batch_id}/{deed}", {"csrf_token": token, f"verdict-{ids[0]}": "approve"}
    )

    assert page.status == 403
    assert filed.stages(ids) == ["submitted"]

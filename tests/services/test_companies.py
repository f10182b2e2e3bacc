"""Companies are kept, found, merged; their papers are harmless, sealed and seen by two."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from fieldapp.adapters.keys import Keyring
from fieldapp.adapters.sealing import Sealer
from fieldapp.adapters.storage import LocalStorage
from fieldapp.domain.companies import (
    CompanyMergedError,
    NibTakenError,
    OneCompanyError,
    OwnPaperError,
    PaperJudgedError,
    read_company,
)
from fieldapp.domain.errors import (
    ForbiddenError,
    OutOfReachError,
    ReasonMissingError,
    StaleError,
)
from fieldapp.domain.permits import Demands, PermitType
from fieldapp.models.audit import AuditEntry
from fieldapp.models.companies import Company, PaperKind, PaperState
from fieldapp.queries import companies as queries
from fieldapp.queries import permits as permit_queries
from fieldapp.services import companies, permits
from tests.companies import a_company, attach, in_order, typed


@pytest.fixture
def storage(tmp_path):
    keyring = Keyring.open(tmp_path / "keys.json")
    return LocalStorage(tmp_path / "files", Sealer(keyring), keyring.name_key)


@pytest.fixture
def clerk(world):
    """Putu keeps the companies."""
    return world.putu


def test_what_could_not_be_read_is_kept_beside_what_could(session, clerk, now):
    row = a_company(session, clerk, now=now, nib="9.12E+12", workers_declared="dua belas")

    session.expire_all()
    assert row.name == "PT Sanur Bahari Mandiri"
    assert row.nib is None
    assert row.unread == {"nib": "9.12E+12", "workers_declared": "dua belas"}
    assert row.contact_phone == "+6281234567890"
    assert b"81234567890" not in row.contact_phone_sealed


def test_a_nib_is_kept_once(session, clerk, now):
    first = a_company(session, clerk, now=now)

    with pytest.raises(NibTakenError) as refusal:
        a_company(session, clerk, now=now, name="CV Lain")

    assert refusal.value.facts["company_id"] == first.id


def test_of_a_company_out_of_reach_it_is_only_said_that_its_nib_is_in_use(session, world, now):
    a_company(session, world.putu, now=now)
    clerk_of_parking = world.putu.__class__(
        id=world.wayan.id,
        name="Petugas",
        role=world.putu.role,
        agency_id=world.wayan.agency_id,
        agency_name="",
    )

    with pytest.raises(NibTakenError) as refusal:
        a_company(session, clerk_of_parking, now=now)

    assert refusal.value.facts["company_id"] == ""
    assert not queries.search(session, clerk_of_parking, "Sanur Bahari", limit=5)


def test_an_older_page_does_not_overwrite_a_newer_one(session, clerk, now):
    row = a_company(session, clerk, now=now)
    seen = row.revision
    companies.change(
        session,
        actor=clerk,
        row=row,
        revision=seen,
        entries=read_company(typed(workers_declared="15")),
        now=now,
    )

    with pytest.raises(StaleError):
        companies.change(
            session, actor=clerk, row=row, revision=seen, entries=read_company(typed()), now=now
        )
    assert row.workers_declared == 15


@pytest.mark.parametrize("username", ["wayan", "ketut", "komang", "gede"])
def test_only_clerks_and_administrators_keep_companies(session, world, username, now):
    with pytest.raises(ForbiddenError):
        a_company(session, getattr(world, username), now=now)


@pytest.mark.parametrize(
    "asked",
    [
        "sanur bahari",
        "PT. SANUR BAHARI MANDIRI, Tbk",
        "sanur bahri mandri",
        "9120106481234",
        "9120 1064 81234",
        "ab123456",
        "AB123456-000",
        "01.234.567.8-901.000",
    ],
)
def test_a_company_is_found_by_what_people_know_of_it(session, clerk, now, asked):
    row = a_company(session, clerk, now=now)
    a_company(session, clerk, now=now, name="UD Tirta Empul", nib="", npwp="", npp="CD222222")

    assert [found.id for found in queries.search(session, clerk, asked, limit=5)][:1] == [row.id]


def test_the_list_goes_on_after_its_last_row(session, clerk, now):
    for number in range(7):
        a_company(
            session, clerk, now=now, name=f"PT Contoh {number}", nib=f"912010648000{number}", npp=""
        )

    first, more = queries.page(session, clerk, queries.Criteria(), after=None, rows=5)
    rest, end = queries.page(session, clerk, queries.Criteria(), after=first[-1].id, rows=5)

    assert [row.name[-1] for row in (*first, *rest)] == list("0123456")
    assert (more, end) == (True, False)


def test_two_that_are_one_are_merged_and_nothing_is_lost(session, clerk, world, storage, now):
    kept = a_company(session, clerk, now=now, npwp="", street="")
    twin = a_company(
        session,
        clerk,
        now=now,
        name="Sanur Bahari Mandri",
        nib="9120106489999",
        npp="ZZ999999",
        street="Jalan Bypass No. 1",
    )
    in_order(session, storage, keeper=clerk, verifier=world.komang, row=twin, now=now)
    permits.check(
        session,
        actor=world.komang,
        company=twin,
        permit_type=PermitType.BUSINESS,
        application="A-1",
        demands=Demands(),
        valid_days=30,
        now=now,
    )

    entry = companies.merge(
        session, actor=clerk, kept=kept, merged=twin, reason="Kantor yang sama", now=now
    )

    for nib in ("9120106481234", "9120106489999"):
        assert queries.search(session, clerk, nib, limit=5) == [kept]
    assert queries.search(session, clerk, "Sanur Bahari Mandri", limit=5)[0] is kept
    assert (kept.npwp, kept.street, kept.npp) == (
        "012345678901000",
        "Jalan Bypass No. 1",
        "AB123456",
    )
    assert permit_queries.facts_of(session, kept, today=date(2026, 11, 22)).certificate_number
    ids = queries.family_ids(session, kept.id)
    assert len(permit_queries.checks_of(session, clerk, ids, limit=9)) == 1
    assert entry.before["merged"]["nib"] == "9120106489999"
    assert entry.before["kept"]["street"] == ""


def test_a_merged_company_is_not_changed_any_more(session, clerk, now):
    kept = a_company(session, clerk, now=now)
    twin = a_company(session, clerk, now=now, nib="9120106489999")
    third = a_company(session, clerk, now=now, nib="9120106487777")
    companies.merge(session, actor=clerk, kept=kept, merged=twin, reason="Sama", now=now)

    with pytest.raises(CompanyMergedError):
        companies.merge(session, actor=clerk, kept=twin, merged=third, reason="Sama", now=now)
    with pytest.raises(OneCompanyError):
        companies.merge(session, actor=clerk, kept=third, merged=third, reason="Sama", now=now)
    with pytest.raises(ReasonMissingError):
        companies.merge(session, actor=clerk, kept=kept, merged=third, reason=" ", now=now)


def test_a_chain_of_merges_stays_one_step_deep(session, clerk, now):
    one, two, three = (
        a_company(session, clerk, now=now, nib=f"912010648000{n}", npp="") for n in range(3)
    )
    companies.merge(session, actor=clerk, kept=two, merged=one, reason="Sama", now=now)
    companies.merge(session, actor=clerk, kept=three, merged=two, reason="Sama", now=now)
    session.expire_all()

    assert one.merged_into_id == three.id
    assert queries.search(session, clerk, "9120106480000", limit=5) == [three]


def test_what_was_merged_stays_written_down(session, clerk, now):
    kept = a_company(session, clerk, now=now)
    twin = a_company(session, clerk, now=now, nib="9120106489999")
    companies.merge(session, actor=clerk, kept=kept, merged=twin, reason="Sama", now=now)

    for statement in ("UPDATE company_merge SET reason = 'x'", "DELETE FROM company_merge"):
        with pytest.raises(DBAPIError, match="never"), session.begin_nested():
            session.execute(text(statement))


def test_a_paper_is_sealed_and_waits_for_somebody_else(session, clerk, world, storage, now):
    row = a_company(session, clerk, now=now)
    paper = attach(session, storage, clerk, row, PaperKind.CERTIFICATE, now=now)

    path = next((storage._folder / "company_paper").glob("??/*"))
    assert b"%PDF" not in path.read_bytes()
    assert storage.get(paper.file).startswith(b"%PDF")
    with pytest.raises(OwnPaperError):
        companies.judge_paper(session, actor=clerk, paper=paper, verified=True, reason="", now=now)
    with pytest.raises(ReasonMissingError):
        companies.judge_paper(
            session, actor=world.komang, paper=paper, verified=False, reason="", now=now
        )
    companies.judge_paper(
        session, actor=world.komang, paper=paper, verified=True, reason="", now=now
    )
    assert (paper.state, paper.judged_by, paper.judged_at) == (
        PaperState.VERIFIED,
        world.komang.id,
        now,
    )
    with pytest.raises(PaperJudgedError):
        companies.judge_paper(
            session, actor=world.komang, paper=paper, verified=False, reason="Salah", now=now
        )


def test_the_database_too_asks_for_two_pairs_of_eyes(session, clerk, storage, now):
    row = a_company(session, clerk, now=now)
    paper = attach(session, storage, clerk, row, PaperKind.RECEIPT, now=now)
    paper.state, paper.judged_by, paper.judged_at = PaperState.VERIFIED, clerk.id, now

    with pytest.raises(IntegrityError, match="four_eyes"):
        session.flush()


def test_a_refused_paper_counts_for_nothing(session, clerk, world, storage, now):
    row = a_company(session, clerk, now=now)
    paper = attach(session, storage, clerk, row, PaperKind.RECEIPT, now=now)
    companies.judge_paper(
        session, actor=world.komang, paper=paper, verified=False, reason="Buram", now=now
    )

    facts = permit_queries.facts_of(session, row, today=date(2026, 11, 22))
    assert (facts.receipt, facts.paid_until) == ("missing", None)


def test_companies_of_another_agency_do_not_exist(session, world, now):
    theirs = a_company(session, world.putu, now=now)
    stranger = world.ketut

    assert queries.company(session, stranger, theirs.id) is None
    assert not queries.by_number(session, stranger, theirs.nib)
    with pytest.raises(OutOfReachError):
        permits.check(
            session,
            actor=world.komang.__class__(
                id=world.komang.id,
                name="",
                role=world.komang.role,
                agency_id=stranger.agency_id,
                agency_name="",
            ),
            company=theirs,
            permit_type=PermitType.BUSINESS,
            application="",
            demands=Demands(),
            valid_days=30,
            now=now,
        )


def test_every_deed_leaves_an_entry_without_names_or_numbers(session, clerk, world, storage, now):
    row = a_company(session, clerk, now=now)
    in_order(session, storage, keeper=clerk, verifier=world.komang, row=row, now=now)

    entries = session.scalars(select(AuditEntry).where(AuditEntry.subject == "company")).all()
    assert [entry.action for entry in entries] == [
        "company.add",
        *["company.paper", "company.paper_verify"] * 2,
    ]
    assert "9120106481234" not in str([entry.facts for entry in entries])
    assert session.scalar(select(Company.name)) == row.name

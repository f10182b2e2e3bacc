"""A check is recorded for ever; a supervisor may let pass, but never after their own check."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fieldapp.adapters.keys import Keyring
from fieldapp.adapters.sealing import Sealer
from fieldapp.adapters.signing import is_signed
from fieldapp.adapters.storage import LocalStorage
from fieldapp.domain.errors import ForbiddenError, ReasonMissingError
from fieldapp.domain.permissions import Role
from fieldapp.domain.permit_codes import (
    BODY_BYTES,
    PURPOSE,
    PermitClaims,
    PermitCodeError,
    address,
    nib_mark,
    read_code,
    read_number,
)
from fieldapp.domain.permits import Demands, Outcome, OverrideError, OwnCheckError, PermitType
from fieldapp.models.cards import SigningKey
from fieldapp.queries import permits as queries
from fieldapp.services import permits
from tests.companies import a_company, in_order


@pytest.fixture
def storage(tmp_path):
    keyring = Keyring.open(tmp_path / "keys.json")
    return LocalStorage(tmp_path / "files", Sealer(keyring), keyring.name_key)


@pytest.fixture
def company(session, world, now):
    return a_company(session, world.putu, now=now)


@pytest.fixture
def ask(session, world, company, now):
    def check(**changes):
        return permits.check(
            session,
            **{
                "actor": world.komang,
                "company": company,
                "permit_type": PermitType.BUSINESS,
                "application": " OSS  2026/11/0042 ",
                "demands": Demands(),
                "valid_days": 30,
                "now": now,
                **changes,
            },
        )

    return check


def test_a_company_without_papers_is_never_passed_in_silence(ask):
    made = ask()

    assert made.outcome is Outcome.NOT_FIT
    assert [reason["code"] for reason in made.reasons] == ["certificate_missing", "receipt_missing"]
    assert made.application == "OSS 2026/11/0042"


def test_a_company_in_order_is_fit_and_the_facts_are_written_down(
    session, world, storage, company, ask, now
):
    in_order(session, storage, keeper=world.putu, verifier=world.komang, row=company, now=now)

    made = ask()

    assert made.outcome is Outcome.FIT
    assert made.number == "IZ-2026-000001"
    assert made.rule_version == "2026-01"
    assert made.facts["paid_until"] == "2026-10-01"
    assert made.facts["programmes"] == ["jht", "jkk", "jkm"]
    assert made.facts["demands"] == {"paid_within": 2, "workers_over": 0}
    assert (made.valid_until - now.date()).days == 30


def test_what_is_known_later_does_not_change_what_was_said(
    session, world, storage, company, ask, now
):
    before = ask()
    in_order(session, storage, keeper=world.putu, verifier=world.komang, row=company, now=now)
    after = ask(now=now + timedelta(minutes=5))

    assert (before.outcome, after.outcome) == (Outcome.NOT_FIT, Outcome.FIT)
    assert [one.number for one in queries.checks_of(session, world.komang, [company.id], limit=9)] \
        == ["IZ-2026-000002", "IZ-2026-000001"]  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE permit_check SET outcome = 'fit'",
        "DELETE FROM permit_check",
        "UPDATE permit_override SET reason = 'x'",
        "DELETE FROM permit_override",
    ],
)
def test_the_database_itself_keeps_checks_and_overrides(session, world, ask, now, statement):
    made = ask()
    permits.override(session, actor=chief(world), check=made, reason="Mendesak", now=now)

    with pytest.raises(DBAPIError, match="never"), session.begin_nested():
        session.execute(text(statement))


def chief(world):
    """A supervisor of the branch, who reaches every agency."""
    return replace(world.ketut, agency_id=world.komang.agency_id, reaches_all=True)


def test_a_supervisor_lets_pass_with_a_reason(session, world, ask, now):
    made = ask()

    permits.override(session, actor=chief(world), check=made, reason=" Sudah bayar ", now=now)

    assert made.outcome is Outcome.NOT_FIT
    assert made.fit
    assert made.override.reason == "Sudah bayar"
    with pytest.raises(OverrideError):
        permits.override(session, actor=chief(world), check=made, reason="Lagi", now=now)


def test_nobody_overrides_their_own_check(session, world, ask, now):
    both = replace(world.komang, role=Role.SUPERVISOR)
    made = ask()

    with pytest.raises(OwnCheckError):
        permits.override(session, actor=both, check=made, reason="Teman", now=now)
    with pytest.raises(ForbiddenError):
        permits.override(session, actor=world.komang, check=made, reason="Teman", now=now)
    with pytest.raises(ReasonMissingError):
        permits.override(session, actor=chief(world), check=made, reason="  ", now=now)


def test_a_company_that_is_fit_needs_no_override(session, world, storage, company, ask, now):
    in_order(session, storage, keeper=world.putu, verifier=world.komang, row=company, now=now)

    with pytest.raises(OverrideError):
        permits.override(session, actor=chief(world), check=ask(), reason="Perlu", now=now)


def test_the_code_on_the_paper_is_signed_and_says_what_the_paper_says(session, company, ask):
    made = ask()

    code = read_code(address("https://contoh.id", made.code))
    claims = PermitClaims.of(code)

    assert code == made.code
    assert claims.text == made.number
    assert claims.outcome is made.outcome
    assert claims.valid_until == made.valid_until
    assert claims.nib_mark == nib_mark(company.nib)
    key = session.get(SigningKey, claims.key_id)
    assert is_signed(code[:BODY_BYTES], code[BODY_BYTES:], public=key.public, purpose=PURPOSE)
    forged = bytearray(code)
    forged[7] = 1
    assert not is_signed(
        bytes(forged[:BODY_BYTES]), code[BODY_BYTES:], public=key.public, purpose=PURPOSE
    )


@pytest.mark.parametrize("typed", ["iz-2026-000042", "IZ 2026 42", "iz202642"])
def test_a_number_is_read_as_people_type_it(typed):
    assert read_number(typed) == "IZ-2026-000042"


@pytest.mark.parametrize("typed", ["", "2026-000042", "https://contoh.id/V/ABC", "A" * 128])
def test_a_foreign_code_is_refused(typed):
    assert read_number(typed) is None
    with pytest.raises(PermitCodeError):
        read_code(typed)

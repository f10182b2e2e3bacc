"""The licensing system asks with a token: refused in every way, answered once for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.api_tokens import Scope, TokenTermsError
from fieldapp.models.audit import AuditEntry
from fieldapp.models.permits import ApiAnswer, PermitCheck
from fieldapp.models.tokens import ApiToken
from fieldapp.models.users import User
from fieldapp.services import api_tokens
from tests.companies import a_company
from tests.web.browser import Browser
from tests.world import World

PATH = "/api/v1/permit-checks"
ASKED = {"nib": "9120106481234", "permit_type": "business", "application": "OSS/2026/0042"}


@pytest.fixture
def house(app):
    """A company without papers, and nothing else."""
    with app.app_context():
        with transaction() as session:
            a_company(session, World(session).putu, now=now_utc())
        yield app


@pytest.fixture
def token(house):
    """Both scopes, a year, in the name of Komang."""
    return minted()


def minted(*scopes, days=365, now=None):
    with transaction() as session:
        komang = session.scalars(select(User).where(User.username == "komang")).one()
        _row, text = api_tokens.add(
            session,
            actor=None,
            name="Sistem perizinan",
            scopes=scopes or tuple(Scope),
            user=komang,
            days=days,
            now=now or now_utc(),
        )
    return text


def ask(house, token, *, key="sistem-0001", asked=None, **headers):
    sent = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, **headers}
    return house.test_client().post(PATH, json=ASKED if asked is None else asked, headers=sent)


def test_a_check_is_made_recorded_and_answered(house, token):
    answer = ask(house, token)

    assert answer.status_code == 201
    assert answer.json["outcome"] == "not_fit"
    assert [each["code"] for each in answer.json["reasons"]] == [
        "certificate_missing",
        "receipt_missing",
    ]
    assert answer.json["reasons"][0]["text"] == "Belum ada sertifikat kepesertaan."
    with reading() as session:
        made = session.scalars(select(PermitCheck)).one()
        assert (made.number, made.via, made.application) == (
            answer.json["number"],
            "api",
            "OSS/2026/0042",
        )
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "permit.check")).one()
        assert entry.facts["token"] == str(made.token_id)
        assert session.scalars(select(ApiToken)).one().last_used_at is not None


def test_the_same_key_gets_the_same_answer_and_one_check(house, token):
    first = ask(house, token)
    again = ask(house, token)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    with reading() as session:
        assert session.scalar(select(func.count(PermitCheck.id))) == 1
        assert session.scalar(select(func.count()).select_from(ApiAnswer)) == 1


def test_a_key_that_came_with_another_request_is_refused(house, token):
    ask(house, token)

    answer = ask(house, token, asked={**ASKED, "application": "OSS/2026/0043"})

    assert (answer.status_code, answer.json["code"]) == (409, "idempotency_key_reused")


def test_two_systems_may_use_one_key(house, token):
    first, other = ask(house, token), ask(house, minted())

    assert (first.status_code, other.status_code) == (201, 201)
    assert first.json["number"] != other.json["number"]


def test_a_refused_request_does_not_use_its_key_up(house, token):
    refused = ask(house, token, asked={**ASKED, "nib": "9999999999999"})
    made = ask(house, token)

    assert (refused.status_code, refused.json["code"]) == (404, "out_of_reach")
    assert made.status_code == 201


def test_a_revoked_token_opens_nothing(house, token):
    with transaction() as session:
        row = session.scalars(select(ApiToken)).one()
        api_tokens.revoke(session, actor=None, row=row, now=now_utc())

    answer = ask(house, token)

    assert (answer.status_code, answer.json["code"]) == (401, "token_revoked")
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_expired_token_opens_nothing(house):
    old = minted(days=1, now=now_utc() - timedelta(days=2))

    answer = ask(house, old)

    assert (answer.status_code, answer.json["code"]) == (401, "token_expired")


@pytest.mark.parametrize(
    ("scope", "status_code", "check_code"),
    [(Scope.COMPANY_STATUS, 200, 403), (Scope.PERMIT_CHECK, 403, 201)],
)
def test_a_token_does_what_its_scope_says_and_nothing_else(house, scope, status_code, check_code):
    text = minted(scope)

    status = house.test_client().get(
        f"{PATH}?nib=9120106481234", headers={"Authorization": f"Bearer {text}"}
    )
    check = ask(house, text)

    assert (status.status_code, check.status_code) == (status_code, check_code)
    refused = status if status_code == 403 else check
    assert refused.json["code"] == "scope_missing"


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer fieldapp_guess", "Basic a2V5"])
def test_without_a_token_of_ours_nothing_is_told(house, header):
    answer = house.test_client().get(f"{PATH}?nib=9120106481234", headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.json["code"] in ("token_missing", "token_unknown")
    assert "Sanur" not in answer.text


def test_a_session_of_the_pages_is_no_token(house):
    browser = Browser(house)
    browser.sign_in("komang")

    assert browser.client.get(f"{PATH}?nib=9120106481234").status_code == 401
    assert browser.client.post(PATH, json=ASKED).status_code == 401


def test_a_token_ends_with_the_account_that_it_acts_for(house, token):
    with transaction() as session:
        session.scalars(select(User).where(User.username == "komang")).one().active = False

    assert ask(house, token).json["code"] == "token_unknown"


def test_a_token_reaches_no_further_than_its_person(house, token):
    with transaction() as session:
        komang = session.scalars(select(User).where(User.username == "komang")).one()
        komang.agency_id = World(session).agency("parking").id

    assert ask(house, token).json["code"] == "out_of_reach"


@pytest.mark.parametrize(
    ("asked", "member"),
    [
        ([], ""),
        ({**ASKED, "extra": "1"}, ""),
        ({**ASKED, "permit_type": "fishing"}, "permit_type"),
        ({**ASKED, "application": " "}, "application"),
        ({**ASKED, "application": "x" * 61}, "application"),
        ({**ASKED, "nib": 9120106481234}, "nib"),
        ({**ASKED, "npp": "AB123456"}, "nib"),
        ({"permit_type": "business", "application": "1"}, "nib"),
    ],
)
def test_a_request_that_cannot_be_understood_names_the_member(house, token, asked, member):
    answer = ask(house, token, asked=asked)

    assert (answer.status_code, answer.json["code"]) == (422, "permit_request")
    assert answer.json["facts"]["member"] == member


@pytest.mark.parametrize("key", ["", "short", "with space 1", "x" * 81])
def test_a_check_needs_a_key(house, token, key):
    answer = ask(house, token, key=key)

    assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key_missing")


def test_a_check_is_shown_again_with_what_a_supervisor_decided(house, token):
    number = ask(house, token).json["number"]

    answer = house.test_client().get(
        f"{PATH}/{number}", headers={"Authorization": f"Bearer {token}"}
    )

    assert answer.json["number"] == number
    assert answer.json["override"] is None


def test_a_token_is_kept_as_its_hash_alone(house, token):
    with reading() as session:
        row = session.scalars(select(ApiToken)).one()
        assert token.encode() not in row.token_hash
        assert len(row.token_hash) == 32
        with pytest.raises(TokenTermsError):
            api_tokens.add(
                session, actor=None, name="x", scopes=[], user=row.user, days=1, now=now_utc()
            )


def test_the_document_describes_these_addresses(house):
    described = house.test_client().get("/api/v1/openapi.json").json

    assert {"get", "post"} == set(described["paths"][PATH])
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_tokens_are_made_listed_and_revoked_from_the_command_line(house):
    runner = house.test_cli_runner()

    made = runner.invoke(
        args=["tokens", "add", "Uji", "--user", "komang", "--scope", "permit.check"]
    )
    assert made.exit_code == 0, made.output
    text = next(line for line in made.output.splitlines() if line.startswith("fieldapp_"))
    assert ask(house, text).status_code == 201
    listed = runner.invoke(args=["tokens", "list"]).output
    assert "valid" in listed
    assert text not in listed
    token_id = listed.split()[0]
    assert runner.invoke(args=["tokens", "revoke", token_id]).exit_code == 0
    assert ask(house, text, key="sistem-0002").json["code"] == "token_revoked"

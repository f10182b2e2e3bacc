"""What the licensing system asks: how does a company stand, and is it fit for this permit?

A token acts for a person and carries scopes. A check is made once for an Idempotency-Key, for ever:
the same key gets the same answer. Every refusal is `application/problem+json` with a code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from sqlalchemy.orm import Session

from config import Settings
from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import transaction
from fieldapp.domain.actors import Actor
from fieldapp.domain.api_tokens import KeyMissingError, Scope, TokenMissingError
from fieldapp.domain.errors import OutOfReachError
from fieldapp.domain.permissions import Permission
from fieldapp.domain.permit_codes import address, read_number
from fieldapp.domain.permits import PermitRequestError, PermitType, Shortfall, judge
from fieldapp.domain.wita import day_of
from fieldapp.models.companies import Company
from fieldapp.models.permits import PermitCheck
from fieldapp.models.tokens import ApiToken
from fieldapp.queries import companies as company_queries
from fieldapp.queries import permits as queries
from fieldapp.services import api_tokens, audit
from fieldapp.services import permits as services
from fieldapp.web.demands import demands
from fieldapp.web.gate import needs
from fieldapp.web.limits import check_rate, limiter

bp = Blueprint("api_permit_checks", __name__, url_prefix="/api/v1/permit-checks")

LARGEST: Final = 10_000
_KEY: Final = re.compile(r"[A-Za-z0-9._:-]{8,80}")


@bp.get("")
@needs(Permission.PUBLIC)
@limiter.limit(check_rate)
def status() -> ResponseReturnValue:
    """How the company of a NIB or NPP stands now. Nothing is recorded as a check."""
    now = now_utc()
    with transaction() as session:
        token, actor = _let_in(session, Scope.COMPANY_STATUS)
        row = _company(session, actor, request.args)
        facts = queries.facts_of(session, row, today=day_of(now))
        judgement = judge(facts, demands())
        api_tokens.touch(token, now=now)
        audit.record(
            session,
            actor=actor,
            action="company.status",
            subject="company",
            subject_id=row.id,
            now=now,
            token=token.id,
        )
        return jsonify(
            company=_of_company(row),
            outcome=judgement.outcome,
            reasons=_reasons(judgement.shortfalls),
            facts=facts.as_row(),
            rule_version=judgement.version,
        )


@bp.post("")
@needs(Permission.PUBLIC)
@limiter.limit(check_rate)
def check() -> ResponseReturnValue:
    """Make and record a check, once for an Idempotency-Key."""
    now = now_utc()
    settings: Settings = current_app.extensions["fieldapp.settings"]
    with transaction() as session:
        token, actor = _let_in(session, Scope.PERMIT_CHECK)
        key = request.headers.get("Idempotency-Key", "")
        if not _KEY.fullmatch(key):
            raise KeyMissingError
        asked = _asked()

        def make() -> tuple[PermitCheck, Mapping[str, Any]]:
            made = services.check(
                session,
                actor=actor,
                company=_company(session, actor, asked),
                permit_type=PermitType(asked["permit_type"]),
                application=asked["application"],
                demands=demands(),
                valid_days=settings.permit_valid_days,
                now=now,
                token=token,
            )
            return made, _of_check(made)

        body, again = services.answer_once(
            session, token=token, key=key, request=asked, make=make, now=now
        )
        api_tokens.touch(token, now=now)
    answer = jsonify(body)
    answer.status_code = HTTPStatus.OK if again else HTTPStatus.CREATED
    if again:
        answer.headers["Idempotent-Replayed"] = "true"
    return answer


@bp.get("/<number>")
@needs(Permission.PUBLIC)
@limiter.limit(check_rate)
def show(number: str) -> ResponseReturnValue:
    """A check as it was recorded, and whether a supervisor has let the company pass since."""
    now = now_utc()
    with transaction() as session:
        token, actor = _let_in(session, Scope.PERMIT_CHECK)
        row = queries.check_by_number(session, actor, read_number(number) or "")
        if row is None:
            raise OutOfReachError(subject="permit_check", id=None)
        api_tokens.touch(token, now=now)
        return jsonify(_of_check(row))


@bp.after_request
def _how_to_come_in(answer: Response) -> Response:
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="fieldapp"'
    return answer


def _let_in(session: Session, scope: Scope) -> tuple[ApiToken, Actor]:
    kind, _space, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise TokenMissingError
    token = api_tokens.open_with(session, text=text.strip(), wanted=scope, now=now_utc())
    actor = token.user.as_actor()
    actor.must(Permission.COMPANY_CHECK)
    return token, actor


def _asked() -> dict[str, str]:
    """The members of a request for a check, as texts. Raises PermitRequestError."""
    if (request.content_length or 0) > LARGEST:
        raise PermitRequestError(member="")
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict) or set(sent) - {"nib", "npp", "permit_type", "application"}:
        raise PermitRequestError(member="")
    for name, value in sent.items():
        if not isinstance(value, str) or len(value) > services.LONGEST_APPLICATION:
            raise PermitRequestError(member=name)
    if sent.get("permit_type") not in set(PermitType):
        raise PermitRequestError(member="permit_type")
    if not sent.get("application", "").strip():
        raise PermitRequestError(member="application")
    return {name: str(value).strip() for name, value in sent.items()}


def _company(session: Session, actor: Actor, asked: Mapping[str, str]) -> Company:
    """The one company of a NIB, or of an NPP. Raises PermitRequestError, OutOfReachError."""
    number = asked.get("nib") or asked.get("npp") or ""
    if not number or (asked.get("nib") and asked.get("npp")):
        raise PermitRequestError(member="nib")
    found = company_queries.by_number(session, actor, number)
    if len(found) != 1:
        raise OutOfReachError(subject="company", id=None)
    return found[0]


def _of_company(row: Company) -> dict[str, Any]:
    return {"nib": row.nib, "npp": row.npp, "division": row.division, "name": row.name}


def _reasons(found: tuple[Shortfall, ...]) -> list[dict[str, Any]]:
    """Codes with their facts, and a sentence in Indonesian: an answer has one language for ever."""
    with force_locale("id"):
        return [{**each.as_row(), "text": words.reason_words(each)} for each in found]


def _of_check(row: PermitCheck) -> dict[str, Any]:
    settings: Settings = current_app.extensions["fieldapp.settings"]
    override = row.override
    return {
        "number": row.number,
        "company": {"nib": row.nib, "name": row.company_name},
        "permit_type": row.permit_type.value,
        "application": row.application,
        "outcome": row.outcome.value,
        "reasons": _reasons(tuple(Shortfall.from_row(each) for each in row.reasons)),
        "facts": row.facts,
        "rule_version": row.rule_version,
        "checked_at": row.checked_at.isoformat(),
        "valid_until": row.valid_until.isoformat(),
        "verify_at": address(settings.card_url or request.host_url, row.code),
        "override": override
        and {"reason": override.reason, "at": override.overridden_at.isoformat()},
    }

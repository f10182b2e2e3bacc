"""Deeds at the permit counter: a company is checked, a supervisor lets it pass."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.api_tokens import KeyReusedError
from fieldapp.domain.companies import CompanyDeed
from fieldapp.domain.errors import OutOfReachError, ReasonMissingError
from fieldapp.domain.permissions import Permission
from fieldapp.domain.permit_codes import PURPOSE, PermitClaims, nib_mark, number_text
from fieldapp.domain.permits import (
    Demands,
    Outcome,
    OverrideError,
    OwnCheckError,
    PermitType,
    judge,
)
from fieldapp.domain.wita import day_of
from fieldapp.models.companies import Company
from fieldapp.models.permits import ApiAnswer, CheckedVia, PermitCheck, PermitOverride
from fieldapp.models.tokens import ApiToken
from fieldapp.queries import companies
from fieldapp.queries import permits as queries
from fieldapp.services import audit, numbers, signing_keys

LONGEST_APPLICATION: Final = 60


def check(
    session: Session,
    *,
    actor: Actor,
    company: Company,
    permit_type: PermitType,
    application: str,
    demands: Demands,
    valid_days: int,
    now: datetime,
    token: ApiToken | None = None,
) -> PermitCheck:
    """Judge a company by what is known now, and record that for ever.

    valid_days: so long may a permit be issued on the strength of it.
    Raises ForbiddenError, OutOfReachError, NoRulesError.
    """
    actor.must(Permission.COMPANY_CHECK)
    company = companies.living(session, company)
    if not (actor.reaches_all or company.agency_id == actor.agency_id):
        raise OutOfReachError(subject="company", id=company.id)
    today = day_of(now)
    facts = queries.facts_of(session, company, today=today)
    judgement = judge(facts, demands)
    key = signing_keys.signing_key(session, actor=actor, now=now)
    number = numbers.take(session, f"permit-{today.year}")
    valid_until = today + timedelta(days=valid_days)
    claims = PermitClaims(
        key_id=key.id,
        year=today.year,
        number=number,
        outcome=judgement.outcome,
        checked_on=today,
        valid_until=valid_until,
        nib_mark=nib_mark(company.nib),
    )
    body = claims.body()
    row = PermitCheck(
        id=uuid4(),
        number=number_text(today.year, number),
        company_id=company.id,
        agency_id=company.agency_id,
        company_name=company.name,
        nib=company.nib,
        permit_type=permit_type,
        application=" ".join(application.split())[:LONGEST_APPLICATION],
        outcome=judgement.outcome,
        reasons=[short.as_row() for short in judgement.shortfalls],
        facts={**facts.as_row(), "demands": asdict(demands)},
        rule_version=judgement.version,
        valid_until=valid_until,
        code=body + signing_keys.hands(key).sign(body, purpose=PURPOSE),
        via=CheckedVia.API if token else CheckedVia.COUNTER,
        token_id=token.id if token else None,
        checked_by=actor.id,
        checked_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="permit.check",
        subject="permit_check",
        subject_id=row.id,
        now=now,
        company=company.id,
        outcome=row.outcome,
        rules=row.rule_version,
        **({"token": token.id} if token else {}),
    )
    return row


def override(
    session: Session, *, actor: Actor, check: PermitCheck, reason: str, now: datetime
) -> PermitOverride:
    """Let a company pass that was not fit.

    Raises ForbiddenError, OutOfReachError, OwnCheckError, OverrideError, ReasonMissingError.
    """
    actor.must(Permission.PERMIT_OVERRIDE)
    if not (actor.reaches_all or check.agency_id == actor.agency_id):
        raise OutOfReachError(subject="permit_check", id=check.id)
    if check.checked_by == actor.id:
        raise OwnCheckError
    if check.outcome is Outcome.FIT or check.override is not None:
        raise OverrideError
    if not reason.strip():
        raise ReasonMissingError(move=CompanyDeed.OVERRIDE)
    row = PermitOverride(
        check_id=check.id,
        reason=reason.strip()[:500],
        checked_by=check.checked_by,
        overridden_by=actor.id,
        overridden_at=now,
    )
    session.add(row)
    session.flush()
    session.refresh(check, ["override"])
    audit.record(
        session,
        actor=actor,
        action="permit.override",
        subject="permit_check",
        subject_id=check.id,
        now=now,
        company=check.company_id,
    )
    return row


def answer_once(
    session: Session,
    *,
    token: ApiToken,
    key: str,
    request: Mapping[str, Any],
    make: Callable[[], tuple[PermitCheck, Mapping[str, Any]]],
    now: datetime,
) -> tuple[Mapping[str, Any], bool]:
    """What `make` answers, once for a key of a token, and the same ever after.

    Returns the answer and whether it was given before. Raises KeyReusedError when the key came
    with another request, and whatever `make` raises: a refusal is not remembered, so that the
    same key can be tried again when its cause is gone.
    """
    digest = sha256(json.dumps(request, sort_keys=True).encode()).digest()
    numbers.hold(session, f"answer-{token.id.hex[:32]}"[:40])  # the same key twice at once waits
    known = queries.answer_of(session, token.id, key)
    if known is not None:
        if known.request_hash != digest:
            raise KeyReusedError
        return known.body, True
    check, body = make()
    session.add(
        ApiAnswer(
            token_id=token.id,
            key=key,
            request_hash=digest,
            check_id=check.id,
            body=dict(body),
            created_at=now,
        )
    )
    session.flush()
    return body, False


def printed(
    session: Session, *, actor: Actor, check_id: UUID, digest: bytes, now: datetime
) -> None:
    """Note that the result was put on paper, with the hash of its bytes."""
    audit.record(
        session,
        actor=actor,
        action="permit.print",
        subject="permit_check",
        subject_id=check_id,
        now=now,
        sha256=digest.hex(),
    )

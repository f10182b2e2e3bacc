"""The figures of a batch's cards are put down and signed; checked again from their code."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import uuid4

from sqlalchemy.orm import Session

from fieldapp.adapters.signing import is_signed
from fieldapp.domain.actors import Actor
from fieldapp.domain.card_codes import BODY_BYTES
from fieldapp.domain.errors import OutOfReachError
from fieldapp.domain.permissions import Permission
from fieldapp.domain.reconciliation import (
    PURPOSE,
    ReconciliationClaims,
    ReconciliationCodeError,
    mark_of,
    number_text,
    read_code,
)
from fieldapp.domain.wita import day_of
from fieldapp.models.batches import Batch
from fieldapp.models.cards import SigningKey
from fieldapp.models.reconciliations import Reconciliation
from fieldapp.queries import cards as card_queries
from fieldapp.queries import reconciliations as queries
from fieldapp.services import audit, numbers, signing_keys
from fieldapp.services.turns import wait_for_turn

MOST_SET_ASIDE: Final = 40
"""Spoiled and void cards that a sheet names one by one."""


def reconcile(session: Session, *, actor: Actor, batch: Batch, now: datetime) -> Reconciliation:
    """Put down where the cards of a batch are, signed; whether it adds up or not.

    The same person again on the same day, with nothing changed, gets the same sheet.
    """
    actor.must(Permission.DOCUMENT_PRINT)
    if not (actor.reaches_all or batch.agency_id == actor.agency_id):
        raise OutOfReachError(subject="batch", id=batch.id)
    today = day_of(now)
    wait_for_turn(session, f"reconcile {batch.id}")  # of two clicks, the second finds the first
    figures = card_queries.reconciliation(session, actor, batch.id)
    aside = queries.set_aside(session, actor, batch.id, most=MOST_SET_ASIDE)
    last = queries.last_of(session, batch.id)
    if (
        last is not None
        and (last.figures, last.set_aside) == (figures.as_row(), aside)
        and (last.made_by, day_of(last.made_at)) == (actor.id, today)
    ):
        return last
    key = signing_keys.signing_key(session, actor=actor, now=now)
    number = numbers.take(session, f"reconciliation-{today.year}")
    body = ReconciliationClaims(
        key_id=key.id,
        year=today.year,
        number=number,
        made_on=today,
        mark=mark_of(batch.number, figures, aside),
    ).body()
    row = Reconciliation(
        id=uuid4(),
        number=number_text(today.year, number),
        batch_id=batch.id,
        agency_id=batch.agency_id,
        figures=figures.as_row(),
        set_aside=aside,
        code=body + signing_keys.hands(key).sign(body, purpose=PURPOSE),
        made_by=actor.id,
        made_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="batch.reconcile",
        subject="batch",
        subject_id=batch.id,
        now=now,
        number=row.number,
        adds_up=figures.adds_up,
    )
    return row


def genuine(session: Session, text: str) -> Reconciliation | None:
    """The sheet of a code or address; None when it was not signed by us, or says something else.

    The signature is looked at first; the figures shown are those that were signed.
    """
    try:
        code = read_code(text)
    except ReconciliationCodeError:
        return None
    claims = ReconciliationClaims.of(code)
    key = session.get(SigningKey, claims.key_id)
    body, signature = code[:BODY_BYTES], code[BODY_BYTES:]
    if key is None or not is_signed(body, signature, public=key.public, purpose=PURPOSE):
        return None
    return queries.by_code(session, code)

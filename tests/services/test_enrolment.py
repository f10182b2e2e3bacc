"""What BPJS's answer does to a registration, and to the card that is already in somebody's hand."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select

from fieldapp.domain.card_codes import ISSUE, spell
from fieldapp.domain.card_life import LIVE, CardState, CardVerdict
from fieldapp.domain.errors import ForbiddenError, ReasonMissingError, WrongMoveError
from fieldapp.domain.press import DocumentKind
from fieldapp.domain.registrations import Stage
from fieldapp.models.cards import Card
from fieldapp.queries import cards as queries
from fieldapp.services import batches, card_checks, cards, decisions, enrolment, registrations
from fieldapp.services.documents import Print, enter
from tests.world import filled_form

REFUSAL = "Usia di atas 64 tahun"


@pytest.fixture
def sent(session, world, now):
    """Sudarma has his card in his hand, and his row is with BPJS."""
    row = registrations.save(
        session,
        actor=world.wayan,
        registration_id=uuid4(),
        typed=filled_form(world.category("juru parkir")),
        seen=None,
        now=now,
        consented=True,
    )
    approve(session, world, row, now)
    card = print_card(session, world, row, now)
    cards.hand_over(session, actor=world.wayan, cards=[card], now=now)
    enrolment.mark_sent(session, actor=world.putu, rows=[row], now=now)
    return row


def approve(session, world, row, now):
    batch = batches.create_batch(
        session, actor=world.wayan, registration_ids=[row.id], note="", most=9, now=now
    )
    batches.submit_batch(session, actor=world.wayan, batch=batch, seen=None, now=now)
    verdict = decisions.RowVerdict(row.id, decisions.Verdict.APPROVE)
    decisions.decide(session, actor=world.ketut, batch=batch, verdicts=[verdict], now=now)
    session.refresh(row)
    return batch


def print_card(session, world, row, now):
    cards.issue(session, actor=world.putu, registration_ids=[row.id], now=now)
    card_id = cards.ready_to_print(session, [row.id])[row.id]
    made = Print(
        kind=DocumentKind.CARD,
        draft=False,
        template="x",
        sha256=uuid4().bytes * 2,
        size=1,
        pages=2,
        file="document/0",
        agency_id=row.agency_id,
        registration_ids=[row.id],
        batch_id=row.batch_id,
        card_ids=[card_id],
    )
    enter(session, actor=world.putu, made=made, now=now)
    return session.get_one(Card, card_id)


def cards_of(session, row):
    asked = select(Card).where(Card.registration_id == row.id).order_by(Card.serial, Card.copy)
    return session.scalars(asked.execution_options(populate_existing=True)).all()


def refuse(session, world, row, now):
    enrolment.refuse(session, actor=world.putu, row=row, reason=REFUSAL, now=now)


def test_what_bpjs_refuses_comes_back_and_its_card_counts_no_more(session, world, sent, now):
    refuse(session, world, sent, now)

    (card,) = cards_of(session, sent)
    assert (sent.stage, sent.number) == (Stage.RETURNED, None)
    assert (card.state, card.reason) == (CardState.VOID, REFUSAL)
    assert card_checks.check(session, spell(card.code), now=now).verdict is CardVerdict.VOID
    assert card.code[ISSUE] in card_checks.void_list(session, now=now).issues


def test_a_refusal_without_a_reason_or_by_a_supervisor_changes_nothing(session, world, sent, now):
    with pytest.raises(ReasonMissingError):
        enrolment.refuse(session, actor=world.putu, row=sent, reason=" ", now=now)
    with pytest.raises(ForbiddenError):
        enrolment.refuse(session, actor=world.ketut, row=sent, reason=REFUSAL, now=now)

    (card,) = cards_of(session, sent)
    assert (sent.stage, card.state) == (Stage.SENT, CardState.HANDED_OVER)


def test_who_is_approved_anew_gets_a_card_of_the_new_number_and_the_old_one_stays_void(
    session, world, sent, now
):
    old_number, old_batch = sent.number, sent.batch_id
    refuse(session, world, sent, now)

    batch = approve(session, world, sent, now)
    waiting = queries.reconciliation(session, world.putu, batch.id)
    print_card(session, world, sent, now)

    old, new = cards_of(session, sent)
    assert (old.serial, old.state) == (old_number, CardState.VOID)
    assert (new.serial, new.copy, new.state) == (sent.number, 1, CardState.PRINTED)
    assert old.serial != new.serial
    said = {each: card_checks.check(session, spell(each.code), now=now) for each in (old, new)}
    assert [said[each].verdict for each in (old, new)] == [CardVerdict.VOID, CardVerdict.VALID]
    assert (waiting.approved, waiting.without, waiting.lost) == (1, 1, 0)
    for batch_id in (old_batch, batch.id):
        assert queries.reconciliation(session, world.putu, batch_id).adds_up


def test_a_card_of_a_number_that_was_taken_away_is_not_printed_again(session, world, sent, now):
    refuse(session, world, sent, now)
    approve(session, world, sent, now)
    (old,) = cards_of(session, sent)

    with pytest.raises(WrongMoveError):
        cards.reprint(session, actor=world.putu, card=old, reason="Hilang", now=now)


def test_who_withdraws_after_a_refusal_leaves_no_card_behind(session, world, sent, now):
    refuse(session, world, sent, now)

    registrations.withdraw(session, actor=world.wayan, row=sent, now=now)

    assert not [each for each in cards_of(session, sent) if each.state in LIVE]
    assert sent.stage is Stage.WITHDRAWN


@pytest.mark.parametrize("state", [CardState.ISSUED, CardState.PRINTED, CardState.HANDED_OVER])
def test_a_card_ends_with_its_registration_wherever_it_is(session, world, sent, now, state):
    (card,) = cards_of(session, sent)
    card.state = state
    session.flush()

    registrations.end(
        session,
        actor=world.ketut,
        row=sent,
        reason="Pindah kerja",
        ended_on=now.date(),
        now=now,
    )

    (card,) = cards_of(session, sent)
    assert (card.state, card.reason) == (CardState.VOID, "Pindah kerja")

"""Deeds on cards: Putu prints and voids, Ketut is the second person, Wayan hands over."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from fieldapp.adapters.signing import CARD, is_signed
from fieldapp.domain.card_codes import BODY_BYTES, Claims
from fieldapp.domain.card_life import CardState
from fieldapp.domain.errors import (
    ForbiddenError,
    FourEyesError,
    NoKeyError,
    OutOfReachError,
    ReasonMissingError,
    StaleError,
    WrongMoveError,
)
from fieldapp.domain.press import DocumentKind
from fieldapp.models.audit import AuditEntry
from fieldapp.models.cards import Card, SigningKey
from fieldapp.models.documents import Document
from fieldapp.models.registrations import Registration
from fieldapp.services import batches, cards, decisions, registrations, signing_keys
from fieldapp.services.documents import Print, enter
from tests.world import filled_form

NIK = "517101120585{:04d}"


@pytest.fixture
def approved(session, world, now):
    """Two workers of Wayan's, approved by Ketut; another one waits."""
    ids = []
    for number, name in ((1, "Sudarma"), (2, "I Wayan Sukerta"), (3, "Ni Luh Sari")):
        row = registrations.save(
            session,
            actor=world.wayan,
            registration_id=uuid4(),
            typed=filled_form(world.category("juru parkir"), nik=NIK.format(number), name=name),
            seen=None,
            now=now,
            consented=True,
        )
        ids.append(row.id)
    batch = batches.create_batch(
        session, actor=world.wayan, registration_ids=ids, note="", most=5000, now=now
    )
    batches.submit_batch(session, actor=world.wayan, batch=batch, seen=None, now=now)
    verdicts = [decisions.RowVerdict(each, decisions.Verdict.APPROVE) for each in ids[:2]]
    decisions.decide(session, actor=world.ketut, batch=batch, verdicts=verdicts, now=now)
    return ids


def printed(session, world, now, ids):
    """The cards of these registrations, once a file holds them."""
    cards.issue(session, actor=world.putu, registration_ids=ids, now=now)
    ready = cards.ready_to_print(session, ids)
    document = enter(
        session,
        actor=world.putu,
        made=Print(
            kind=DocumentKind.CARD_SHEET,
            draft=False,
            template="x",
            sha256=bytes(32),
            size=1,
            pages=2,
            file="document/0",
            agency_id=world.wayan.agency_id,
            registration_ids=ids,
            card_ids=list(ready.values()),
        ),
        now=now,
    )
    assert document.rows == len(ids)
    return [session.get_one(Card, ready[each]) for each in ids if each in ready]


def test_only_approved_workers_get_a_card_and_only_one(session, world, approved, now):
    first = cards.issue(session, actor=world.putu, registration_ids=approved, now=now)
    again = cards.issue(session, actor=world.putu, registration_ids=approved, now=now)

    assert (first, again) == (2, 0)
    assert set(cards.ready_to_print(session, approved)) == set(approved[:2])


def test_the_code_of_a_card_says_what_the_registration_says_and_is_signed(
    session, world, approved, now
):
    cards.issue(session, actor=world.putu, registration_ids=approved, now=now)

    row = session.get_one(Registration, approved[1])
    card = row.cards[0]
    said = Claims.of(card.code)
    assert (said.serial, said.copy, said.initials) == (row.number, 1, "IWS")
    assert said.valid_until == card.valid_until
    key = session.get_one(SigningKey, card.key_id)
    body, signature = card.code[:BODY_BYTES], card.code[BODY_BYTES:]
    assert is_signed(body, signature, public=key.public, purpose=CARD)
    assert row.nik.encode() not in card.code


def test_the_private_key_is_unreadable_where_it_lies(session, world, approved, now):
    row = signing_keys.signing_key(session, actor=world.luh, now=now)

    assert bytes.fromhex(row.private) not in row.private_sealed
    assert row.private.encode() not in row.private_sealed
    assert signing_keys.hands(row).public_bytes == row.public


def test_a_card_is_printed_when_its_file_is_in_the_ledger_and_not_before(
    session, world, approved, now
):
    cards.issue(session, actor=world.putu, registration_ids=approved, now=now)
    assert set(session.scalars(select(Card.state))) == {CardState.ISSUED}

    printed(session, world, now, approved[:2])

    assert set(session.scalars(select(Card.state))) == {CardState.PRINTED}


def test_a_file_with_a_card_that_became_void_meanwhile_is_no_print(session, world, approved, now):
    cards.issue(session, actor=world.putu, registration_ids=approved, now=now)
    card = session.get_one(Registration, approved[0]).cards[0]
    cards.void(session, actor=world.putu, card=card, reason="Nama salah", now=now)

    with pytest.raises(StaleError):
        cards.mark_printed(
            session, actor=world.putu, card_ids=[card.id], document_id=uuid4(), now=now
        )


def test_the_database_knows_no_printed_card_without_a_file(session, world, approved, now):
    cards.issue(session, actor=world.putu, registration_ids=approved, now=now)
    card = session.get_one(Registration, approved[0]).cards[0]

    card.state = CardState.PRINTED

    with pytest.raises(IntegrityError), session.begin_nested():
        session.flush()


def test_a_spoiled_card_is_printed_again_under_another_number_and_the_old_one_is_done(
    session, world, approved, now
):
    card, _other = printed(session, world, now, approved[:2])

    cards.spoil(session, actor=world.putu, card=card, reason="Macet di printer", now=now)
    again = cards.reprint(session, actor=world.putu, card=card, reason="Macet", now=now)

    assert (card.state, again.state) == (CardState.SPOILED, CardState.ISSUED)
    assert again.printed_serial == f"{card.serial}/2"
    assert again.code != card.code
    assert Claims.of(again.code).copy == 2


def test_a_second_reprint_waits_for_somebody_else(session, world, approved, now):
    card = printed(session, world, now, approved[:1])[0]
    for _ in range(2):
        if card.state is not CardState.PRINTED:
            card = printed(session, world, now, approved[:1])[0]
        cards.void(session, actor=world.putu, card=card, reason="Hilang", now=now)
        card = cards.reprint(session, actor=world.putu, card=card, reason="Hilang", now=now)

    assert (card.state, card.code, card.copy) == (CardState.ASKED, None, 3)
    assert cards.ready_to_print(session, approved[:1]) == {}
    with pytest.raises(FourEyesError):
        cards.confirm(session, actor=world.putu, card=card, now=now)
    cards.confirm(session, actor=world.ketut, card=card, now=now)
    assert (card.state, card.confirmed_by) == (CardState.ISSUED, world.ketut.id)


def test_the_database_itself_refuses_a_third_copy_that_nobody_confirmed(
    session, world, approved, now
):
    card = printed(session, world, now, approved[:1])[0]

    card.copy, card.asked_reason = 3, "Hilang"

    with pytest.raises(IntegrityError), session.begin_nested():
        session.flush()


def test_no_reprint_while_a_card_is_in_force(session, world, approved, now):
    card = printed(session, world, now, approved[:1])[0]

    with pytest.raises(WrongMoveError):
        cards.reprint(session, actor=world.putu, card=card, reason="Ingin dua", now=now)


def test_the_coordinator_hands_over_and_makes_nothing_void(session, world, approved, now):
    both = printed(session, world, now, approved[:2])

    cards.hand_over(session, actor=world.wayan, cards=both, now=now)

    assert {card.state for card in both} == {CardState.HANDED_OVER}
    with pytest.raises(ForbiddenError):
        cards.void(session, actor=world.wayan, card=both[0], reason="Hilang", now=now)


def test_a_card_of_another_agency_does_not_exist(session, world, approved, now):
    both = printed(session, world, now, approved[:2])

    with pytest.raises(OutOfReachError):
        cards.hand_over(session, actor=world.made, cards=both, now=now)


def test_a_card_becomes_void_with_a_reason_only(session, world, approved, now):
    card = printed(session, world, now, approved[:1])[0]

    with pytest.raises(ReasonMissingError):
        cards.void(session, actor=world.putu, card=card, reason=" ", now=now)


def test_a_card_ends_with_its_registration_and_is_not_printed_again(session, world, approved, now):
    card = printed(session, world, now, approved[:1])[0]
    row = session.get_one(Registration, approved[0])

    registrations.end(
        session,
        actor=world.ketut,
        row=row,
        reason="Masa jabatan habis",
        ended_on=now.date(),
        now=now,
    )

    session.refresh(card)
    assert (card.state, card.reason) == (CardState.VOID, "Masa jabatan habis")
    with pytest.raises(WrongMoveError):
        cards.reprint(session, actor=world.putu, card=card, reason="Hilang", now=now)


def test_every_deed_on_a_card_is_in_the_trail(session, world, approved, now):
    card = printed(session, world, now, approved[:1])[0]
    cards.void(session, actor=world.putu, card=card, reason="Hilang", now=now)
    cards.reprint(session, actor=world.putu, card=card, reason="Hilang", now=now)

    found = session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject == "card").order_by(AuditEntry.seq)
    ).all()
    assert found == ["card.issue", "card.void", "card.reprint"]


def test_a_new_key_signs_from_now_on_and_a_retired_one_forgets_its_private_half(
    session, world, approved, now
):
    cards.issue(session, actor=world.putu, registration_ids=approved[:1], now=now)
    old = signing_keys.signing_key(session, actor=None, now=now)
    later = now + timedelta(days=365)

    new = signing_keys.new_key(session, actor=world.luh, now=later)
    signing_keys.retire_key(session, actor=world.luh, key_id=old.id, leaked=False, now=later)
    cards.issue(session, actor=world.putu, registration_ids=approved[1:2], now=later)

    keys = [session.get_one(Registration, each).cards[0].key_id for each in approved[:2]]
    assert keys == [old.id, new.id]
    assert old.private is None
    with pytest.raises(NoKeyError):
        signing_keys.hands(old)
    with pytest.raises(NoKeyError):
        signing_keys.retire_key(session, actor=world.luh, key_id=old.id, leaked=False, now=later)


def test_all_cards_of_an_agency_share_its_small_number(session, world, approved, now):
    cards.issue(session, actor=world.putu, registration_ids=approved, now=now)

    codes = session.scalars(select(Card.code)).all()
    assert {Claims.of(code).agency for code in codes} == {1}
    assert session.scalar(select(func.count(Document.id))) == 0

"""Signing in: proof, brake and what is left behind; without HTTP."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from fieldapp.domain.errors import OutOfReachError, TooManyAttemptsError
from fieldapp.models.audit import AuditEntry
from fieldapp.models.users import Brake, User, UserSession
from fieldapp.services import sessions, users
from tests.world import PASSWORD

LIMITS = sessions.Limits(idle=timedelta(minutes=60), whole=timedelta(hours=12))


@pytest.fixture
def sign_in(session, now):
    """Try to sign in, from an address of one's own unless told otherwise."""

    def once(username="wayan", password=PASSWORD, *, at=now, last=None, address=None, demo=True):
        tried = sessions.attempt(
            session,
            username=username,
            address=address or f"10.0.0.{uuid4().int % 250}",
            last_session_id=last,
            demo_allowed=demo,
            now=at,
        )
        return sessions.conclude(
            session,
            tried=tried,
            proof=sessions.prove(tried, password),
            token=uuid4().hex,
            address="10.1.1.1",
            agent="a phone",
            now=at,
        )

    return once


def fail(sign_in, times, **more):
    for _ in range(times):
        assert sign_in(password="wrong password", **more) is None


def test_wayan_signs_in_whatever_the_case_of_his_name(sign_in, session, world):
    opened = sign_in("  Wayan ")

    assert opened.user_id == world.wayan.id
    assert last_entry(session).action == "session.open"


def test_the_token_is_not_kept(sign_in, session):
    opened = sign_in()

    assert len(opened.token_hash) == 32
    assert session.scalars(select(UserSession.token_hash)).all() == [opened.token_hash]


def test_a_hash_of_older_parameters_is_made_anew(sign_in, session, world):
    before = session.get(User, world.wayan.id).password_hash

    sign_in()

    after = session.scalar(select(User.password_hash).where(User.id == world.wayan.id))
    assert "m=8," in before
    assert "m=19456,t=2,p=1" in after
    assert sign_in() is not None


@pytest.mark.parametrize("username", ["wayan", "nobody", "closed", "demo"])
def test_the_unknown_the_closed_and_the_wrong_are_refused_alike(
    sign_in, session, world, now, username
):
    world_user(session, "made", username="closed", active=False)
    world_user(session, "nyoman", username="demo", demo=True)
    password = "wrong password" if username == "wayan" else PASSWORD

    refused = [sign_in(username, password, demo=False) for _ in range(3)]
    assert refused == [None] * 3
    entry = last_entry(session)
    assert (entry.action, entry.actor_id, entry.facts) == ("session.refused", None, {})
    fail(sign_in, 1, username=username, at=now)
    with pytest.raises(TooManyAttemptsError) as waited:
        sign_in(username, PASSWORD)

    assert waited.value.facts == {"wait": 1}


def test_demo_accounts_sign_in_outside_of_production(sign_in, session, world):
    world_user(session, "wayan", demo=True)

    assert sign_in(demo=True) is not None


def test_while_a_name_waits_the_right_password_is_not_even_tried(sign_in, now):
    for number in range(7):
        sign_in(password="wrong password", at=now + timedelta(minutes=number))

    with pytest.raises(TooManyAttemptsError):
        sign_in(at=now + timedelta(minutes=6, seconds=1))
    assert sign_in(at=now + timedelta(minutes=7)) is not None


def test_success_takes_the_failures_of_the_name_back(sign_in, session):
    fail(sign_in, 3, address="10.9.9.9")

    sign_in(address="10.9.9.9")

    brakes = session.scalars(select(Brake)).all()
    assert [brake.failures for brake in brakes] == [3], "the address keeps its own count"


def test_many_names_from_one_address_are_braked_too(sign_in):
    for number in range(21):
        sign_in(f"guess{number}", address="10.9.9.9")

    with pytest.raises(TooManyAttemptsError):
        sign_in("wayan", address="10.9.9.9")
    assert sign_in("wayan", address="10.8.8.8") is not None


def test_strangers_cannot_lock_the_owner_out_of_his_own_phone(sign_in, now):
    last = sign_in().id
    fail(sign_in, 4)

    with pytest.raises(TooManyAttemptsError):
        sign_in()
    assert sign_in(last=last) is not None


def test_a_known_browser_has_a_brake_of_its_own(sign_in):
    last = sign_in().id
    fail(sign_in, 4, last=last)

    with pytest.raises(TooManyAttemptsError):
        sign_in(last=last)


def test_a_browser_known_for_one_name_is_a_stranger_to_another(sign_in):
    last = sign_in("made").id
    fail(sign_in, 4, username="wayan", last=last)

    with pytest.raises(TooManyAttemptsError):
        sign_in("wayan")


def test_knocking_while_it_waits_does_not_make_the_wait_longer(sign_in, now):
    fail(sign_in, 4, at=now)
    for _ in range(50):
        with pytest.raises(TooManyAttemptsError):
            sign_in(password="wrong password", at=now)

    assert sign_in(at=now + timedelta(seconds=1)) is not None


def test_names_do_not_stand_in_the_brakes(sign_in, session):
    fail(sign_in, 1, username="wayan")

    assert all(b"wayan" not in key for key in session.scalars(select(Brake.key)))


def test_a_password_changed_while_it_was_proved_opens_nothing(session, world, now):
    tried = sessions.attempt(
        session,
        username="wayan",
        address="10.1.1.1",
        last_session_id=None,
        demo_allowed=True,
        now=now,
    )
    proof = sessions.prove(tried, PASSWORD)
    user = session.get(User, world.wayan.id)
    users.reset_password(
        session, actor=world.luh, user=user, password="kembang kopi bangli", now=now
    )

    opened = sessions.conclude(
        session, tried=tried, proof=proof, token="t", address="", agent="", now=now
    )

    assert opened is None


def test_a_session_ends_after_an_hour_without_use_and_after_twelve_in_any_case(sign_in, now):
    row = sign_in()

    row.seen_at = now + timedelta(hours=11, minutes=30)
    assert sessions.alive(row, limits=LIMITS, now=now + timedelta(hours=11, minutes=59))
    assert not sessions.alive(row, limits=LIMITS, now=now + timedelta(hours=12))
    row.seen_at = now
    assert sessions.alive(row, limits=LIMITS, now=now + timedelta(minutes=59))
    assert not sessions.alive(row, limits=LIMITS, now=now + timedelta(minutes=60))


def test_a_closed_account_has_no_session_that_counts(sign_in, session, world, now):
    row = sign_in()

    users.close(session, actor=world.luh, user=session.get(User, world.wayan.id), now=now)

    session.refresh(row)
    assert row.revoked_at == now
    assert not sessions.alive(row, limits=LIMITS, now=now)


def test_sessions_of_others_cannot_be_ended(sign_in, session, world, now):
    of_made = sign_in("made")

    with pytest.raises(OutOfReachError):
        sessions.close_session(session, actor=world.wayan, session_id=of_made.id, now=now)


def test_all_other_sessions_end_at_once(sign_in, session, world, now):
    kept, one, two = sign_in(), sign_in(), sign_in()

    ended = sessions.close_others(session, actor=world.wayan, kept_id=kept.id, now=now)

    assert ended == 2
    assert [row.revoked_at for row in (kept, one, two)] == [None, now, now]


def test_sessions_older_than_half_a_year_are_forgotten(sign_in, session, now):
    sign_in(at=now - timedelta(days=181))

    row = sign_in()

    assert session.scalars(select(UserSession.id)).all() == [row.id]


def last_entry(session) -> AuditEntry:
    return session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()


def world_user(session, name, **changes) -> None:
    user = session.scalars(select(User).where(User.username == name)).one()
    for attribute, value in changes.items():
        setattr(user, attribute, value)
    session.flush()

"""Accounts: who may make, change and close whose."""

import pytest
from sqlalchemy import func, select

from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import (
    AgencyClosedError,
    AgencyInUseError,
    ForbiddenError,
    LastAdminError,
    NameTakenError,
    OneBranchError,
    OutOfReachError,
    OwnAccountError,
    PasswordRefusedError,
    StaleError,
    TermsError,
    WrongPasswordError,
)
from fieldapp.domain.passwords import PasswordFault
from fieldapp.domain.permissions import Role
from fieldapp.domain.vocabulary import Payer, RiskClass, Segment
from fieldapp.models.agencies import AgencyKind
from fieldapp.models.audit import AuditEntry
from fieldapp.models.users import User, UserSession
from fieldapp.queries import users as queries
from fieldapp.queries.users import UserFilter
from fieldapp.services import agencies, categories, sessions, users
from tests.world import PASSWORD

FIRST = "kembang kopi bangli"


@pytest.fixture
def add(session, world, now):
    """Make an account, as Luh of the branch unless told otherwise."""

    def make(username="kadek", *, actor=None, role=Role.COORDINATOR, agency="parking"):
        return users.add(
            session,
            actor=actor or world.luh,
            username=username,
            name="Ni  Kadek Ayu",
            role=role,
            agency=world.agency(agency),
            password=FIRST,
            now=now,
        )

    return make


@pytest.fixture
def agung(add) -> Actor:
    """Agung administers the culture agency alone."""
    return add("agung", role=Role.ADMIN, agency="culture").as_actor()


def test_a_new_user_has_a_first_password_to_change(add, session):
    user = add("  Kadek ")

    assert (user.username, user.name) == ("kadek", "Ni Kadek Ayu")
    assert user.must_change_password
    assert FIRST not in user.password_hash
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert (entry.action, entry.subject_id) == ("user.add", str(user.id))
    assert entry.facts == {"role": "coordinator", "agency_id": str(user.agency_id)}


def test_a_user_name_is_given_once(add):
    with pytest.raises(NameTakenError):
        add("Wayan")


def test_an_agencys_administrator_manages_its_own_people_alone(add, agung, session, world, now):
    add("sari", actor=agung, agency="culture")

    with pytest.raises(OutOfReachError):
        add("ratna", actor=agung, agency="parking")
    with pytest.raises(OutOfReachError):
        users.close(session, actor=agung, user=account(session, "wayan"), now=now)
    with pytest.raises(OutOfReachError):
        change(session, agung, "made", now, agency=world.agency("parking"))
    assert queries.user_within_reach(session, agung, world.wayan.id) is None
    found, _more = queries.users_page(session, agung, UserFilter(), after=None, rows=50)
    assert {user.username for user in found} == {"agung", "made", "nyoman", "sari"}


def test_who_does_not_administer_manages_nobody(add, session, world, now):
    with pytest.raises(ForbiddenError):
        add(actor=world.ketut)
    with pytest.raises(ForbiddenError):
        users.close(session, actor=world.gede, user=account(session, "wayan"), now=now)


def test_an_older_page_does_not_overwrite_a_newer_change(session, world, now):
    seen = account(session, "wayan").revision
    change(session, world.luh, "wayan", now, name="I Wayan Sudiarta Putra")

    with pytest.raises(StaleError):
        change(session, world.luh, "wayan", now, revision=seen, name="Wayan")

    assert account(session, "wayan").name == "I Wayan Sudiarta Putra"


def test_nobody_closes_or_demotes_themselves(session, world, now):
    with pytest.raises(OwnAccountError):
        users.close(session, actor=world.luh, user=account(session, "luh"), now=now)
    with pytest.raises(OwnAccountError):
        change(session, world.luh, "luh", now, role=Role.MANAGER)
    change(session, world.luh, "luh", now, name="Ni Luh Sari Dewi")


def test_the_last_administrator_of_the_branch_stays(add, agung, session, world, now):
    dewi = add("dewi", role=Role.ADMIN, agency="branch").as_actor()
    users.close(session, actor=dewi, user=account(session, "luh"), now=now)

    with pytest.raises(LastAdminError):
        users.close(session, actor=None, user=account(session, "dewi"), now=now)
    with pytest.raises(LastAdminError):
        change(session, world.luh, "dewi", now, role=Role.CLERK)
    with pytest.raises(LastAdminError):
        change(session, world.luh, "dewi", now, agency=world.agency("parking"))


def test_a_closed_account_is_opened_again(session, world, now):
    wayan = account(session, "wayan")
    users.close(session, actor=world.luh, user=wayan, now=now)

    users.reopen(session, actor=world.luh, user=wayan, now=now)

    assert wayan.active


def test_a_new_first_password_ends_every_session(session, world, now):
    wayan = account(session, "wayan")
    sessions.open_session(session, user=wayan, token="t", address="", agent="", now=now)

    users.reset_password(session, actor=world.luh, user=wayan, password=FIRST, now=now)

    assert wayan.must_change_password
    assert session.scalars(select(UserSession.revoked_at)).all() == [now]


def test_a_password_of_ones_own_ends_the_sessions_elsewhere(session, world, now):
    wayan = account(session, "wayan")
    here, there = (
        sessions.open_session(session, user=wayan, token=t, address="", agent="", now=now)
        for t in ("here", "there")
    )

    choose(session, world.wayan, PASSWORD, FIRST, here, now)

    session.refresh(wayan)
    assert not wayan.must_change_password
    assert (here.revoked_at, there.revoked_at) == (None, now)


@pytest.mark.parametrize(
    ("present", "new", "error"),
    [
        ("wrong password", FIRST, WrongPasswordError),
        (PASSWORD, PASSWORD, PasswordRefusedError),
        (PASSWORD, "rahasia2026", PasswordRefusedError),
    ],
)
def test_a_password_is_changed_by_the_rules_alone(session, world, now, present, new, error):
    row = sessions.open_session(
        session, user=account(session, "wayan"), token="t", address="", agent="", now=now
    )
    before = account(session, "wayan").password_hash

    with pytest.raises(error):
        choose(session, world.wayan, present, new, row, now)

    assert account(session, "wayan").password_hash == before


def test_the_password_in_use_is_no_new_one(session, world, now):
    row = sessions.open_session(
        session, user=account(session, "wayan"), token="t", address="", agent="", now=now
    )

    with pytest.raises(PasswordRefusedError) as refused:
        choose(session, world.wayan, PASSWORD, PASSWORD, row, now)

    assert refused.value.facts == {"fault": PasswordFault.SAME}


def test_an_agency_with_people_in_it_is_not_closed(session, world, now):
    with pytest.raises(AgencyInUseError) as refused:
        agencies.close(session, actor=world.luh, agency=world.agency("parking"), now=now)

    assert refused.value.facts == {"users": 2}


def test_nobody_is_added_to_a_closed_agency(add, session, world, now):
    agencies.close(session, actor=world.luh, agency=world.agency("cooperatives"), now=now)

    with pytest.raises(AgencyClosedError):
        add(agency="cooperatives")
    agencies.reopen(session, actor=world.luh, agency=world.agency("cooperatives"), now=now)
    add(agency="cooperatives")


def test_nothing_else_becomes_the_branch(session, world, now):
    parking, branch = world.agency("parking"), world.agency("branch")

    with pytest.raises(OneBranchError):
        agencies.add(session, actor=world.luh, name="Second", kind=AgencyKind.BRANCH, now=now)
    with pytest.raises(OneBranchError):
        change_agency(session, world.luh, parking, now, kind=AgencyKind.BRANCH)
    with pytest.raises(OneBranchError):
        change_agency(session, world.luh, branch, now, kind=AgencyKind.OPD)
    with pytest.raises(OneBranchError):
        agencies.close(session, actor=world.luh, agency=branch, now=now)


def test_an_agencys_administrator_changes_no_agency_and_no_terms(agung, session, world, now):
    culture = world.agency("culture")

    with pytest.raises(ForbiddenError):
        change_agency(session, agung, culture, now, name="Ours")
    with pytest.raises(ForbiddenError):
        set_terms(session, agung, world, now, categories.Terms(Segment.BPU))
    with pytest.raises(ForbiddenError):
        categories.add(session, actor=agung, name="penari", now=now)


def test_names_of_agencies_are_given_once_whatever_their_case(session, world, now):
    with pytest.raises(NameTakenError):
        agencies.add(
            session, actor=world.luh, name="dinas  kebudayaan", kind=AgencyKind.OPD, now=now
        )


def test_terms_of_pu_need_a_risk_class(session, world, now):
    with pytest.raises(TermsError):
        set_terms(session, world.luh, world, now, categories.Terms(Segment.PU))

    set_terms(
        session,
        world.luh,
        world,
        now,
        categories.Terms(Segment.PU, risk_class=RiskClass.LOW, payer=Payer.COMPANY),
    )


def test_terms_changed_by_two_at_once_are_changed_by_the_first(session, world, now):
    seen = world.agency("culture").revision
    set_terms(session, world.luh, world, now, categories.Terms(Segment.BPU, payer=Payer.APBDES))

    with pytest.raises(StaleError):
        set_terms(session, world.luh, world, now, categories.Terms(Segment.BPU), revision=seen)


def test_a_category_renamed_meanwhile_is_not_renamed_again(session, world, now):
    category = world.category("kelian adat")
    seen = categories.face(category)
    rename(session, world, category, "kelian banjar adat", seen, now)

    with pytest.raises(StaleError):
        rename(session, world, category, "kelian desa adat", seen, now)

    assert category.name == "kelian banjar adat"


def test_users_are_found_by_part_of_their_name_and_paged_by_it(session, world):
    found, more = queries.users_page(session, world.luh, UserFilter(), after=None, rows=5)
    rest, end = queries.users_page(session, world.luh, UserFilter(), after=found[-1].id, rows=5)
    named, _more = queries.users_page(
        session, world.luh, UserFilter(text="luh SARI"), after=None, rows=5
    )

    assert (more, end) == (True, False)
    assert len({user.id for user in [*found, *rest]}) == session.scalar(select(func.count(User.id)))
    assert [user.username for user in named] == ["luh"]


@pytest.mark.parametrize("text", ["%", "_", "\\", "%%%"])
def test_a_search_takes_no_wildcards(session, world, text):
    found, _more = queries.users_page(session, world.luh, UserFilter(text=text), after=None, rows=9)

    assert found == []


def account(session, username) -> User:
    return session.scalars(select(User).where(User.username == username)).one()


def change(session, actor, username, now, *, revision=None, **changes):
    user = account(session, username)
    wanted = {"name": user.name, "role": user.role, "agency": user.agency, **changes}
    revision = user.revision if revision is None else revision
    users.change(session, actor=actor, user=user, revision=revision, **wanted, now=now)


def choose(session, actor, present, new, row, now):
    users.choose_password(
        session, actor=actor, present=present, new=new, session_id=row.id, now=now
    )


def change_agency(session, actor, agency, now, **changes):
    wanted = {"name": agency.name, "kind": agency.kind, **changes}
    agencies.change(
        session, actor=actor, agency=agency, revision=agency.revision, **wanted, now=now
    )


def set_terms(session, actor, world, now, terms, revision=None):
    agency = world.agency("culture")
    categories.set_terms(
        session,
        actor=actor,
        agency=agency,
        category=world.category("kelian adat"),
        revision=agency.revision if revision is None else revision,
        terms=terms,
        now=now,
    )


def rename(session, world, category, name, seen, now):
    categories.change(
        session, actor=world.luh, category=category, seen=seen, name=name, active=True, now=now
    )

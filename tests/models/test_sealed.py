"""Sealed columns on a model of their own: sealed in the file, plain in Python, findable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Index, LargeBinary, create_engine, event, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, mapped_column

from fieldapp.adapters.keys import Keyring
from fieldapp.adapters.sealing import Sealer, SealError
from fieldapp.models import sealed
from fieldapp.models.sealed import sealed_int, sealed_json, sealed_text

NIK = "5171012501850003"
OTHER_NIK = "5171016512900012"


class Base(DeclarativeBase):
    pass


class Person(Base):
    __tablename__ = "person"
    __table_args__ = (Index("uq_person_nik", "nik_index", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(default="")
    nik_sealed: Mapped[bytes | None]
    nik_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    nik_tail: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    nik = sealed_text("nik_sealed", index="nik_index", tail="nik_tail")
    phone_sealed: Mapped[bytes | None]
    phone = sealed_text("phone_sealed")
    income_sealed: Mapped[bytes | None]
    income = sealed_int("income_sealed")
    family_sealed: Mapped[bytes | None]
    family = sealed_json("family_sealed")


@pytest.fixture
def keyring() -> Keyring:
    return Keyring.in_memory()


@pytest.fixture(autouse=True)
def sealer(keyring: Keyring) -> Iterator[Sealer]:
    sealer = Sealer(keyring)
    before = sealed.use(sealer)
    yield sealer
    sealed.use(before)


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def raw(session: Session, person_id: UUID) -> dict[str, Any]:
    row = session.execute(text("SELECT * FROM person WHERE id = :id"), {"id": person_id.hex})
    return dict(row.mappings().one())


def test_what_is_set_is_read_back_and_unreadable_in_the_file(session: Session) -> None:
    family = [{"relation": "spouse", "name": "Ni Luh Sari", "birth_date": "1987-02-01"}]
    wayan = Person(name="I Wayan Sudarma", nik=NIK, income=1_500_000, family=family)
    session.add(wayan)
    session.commit()
    session.expire_all()

    again = session.get_one(Person, wayan.id)

    assert (again.nik, again.income, again.family) == (NIK, 1_500_000, family)
    stored = b"".join(v for v in raw(session, wayan.id).values() if isinstance(v, bytes))
    for secret in (b"5171", b"1500000", b"Luh"):
        assert secret not in stored


def test_an_id_given_after_the_nik_is_still_the_one_it_is_sealed_for(session: Session) -> None:
    person_id = uuid4()
    session.add(Person(nik=NIK, id=person_id))
    session.commit()
    session.expire_all()

    assert session.get_one(Person, person_id).nik == NIK


def test_a_new_row_has_its_id_before_it_is_flushed() -> None:
    assert isinstance(Person(nik=NIK).id, UUID)
    assert Person().id != Person().id


def test_nothing_stays_null_and_an_empty_text_is_nothing(session: Session) -> None:
    sudarma = Person(name="Sudarma", nik=None, phone="", family=None)
    session.add_all([sudarma, Person(name="Ketut", nik="")])
    session.commit()

    row = raw(session, sudarma.id)
    assert {name: row[name] for name in row if name not in ("id", "name")} == dict.fromkeys(
        ["nik_sealed", "nik_index", "nik_tail", "phone_sealed", "income_sealed", "family_sealed"]
    )
    assert (sudarma.nik, sudarma.phone, sudarma.income, sudarma.family) == (None,) * 4


def test_zero_and_an_empty_list_are_values(session: Session) -> None:
    sudarma = Person(income=0, family=[])
    session.add(sudarma)
    session.commit()

    assert (sudarma.income, sudarma.family) == (0, [])


def test_taking_a_value_away_takes_its_indexes_away(session: Session) -> None:
    wayan = Person(nik=NIK)
    session.add(wayan)
    session.commit()

    wayan.nik = None
    session.commit()

    row = raw(session, wayan.id)
    assert (row["nik_sealed"], row["nik_index"], row["nik_tail"]) == (None, None, None)


def test_the_sealed_columns_of_two_rows_swapped_in_the_file_are_detected(session: Session) -> None:
    wayan, made = Person(nik=NIK), Person(nik=OTHER_NIK)
    session.add_all([wayan, made])
    session.commit()
    of_wayan, of_made = raw(session, wayan.id), raw(session, made.id)

    for person_id, stored in ((wayan.id, of_made), (made.id, of_wayan)):
        session.execute(
            text("UPDATE person SET nik_sealed = :sealed WHERE id = :id"),
            {"sealed": stored["nik_sealed"], "id": person_id.hex},
        )
    session.commit()

    for person in (wayan, made):
        with pytest.raises(SealError) as refused:
            _ = person.nik
        assert refused.value.facts["context"] == f"person.nik_sealed.{person.id}"


def test_a_value_copied_to_another_column_of_its_row_is_detected(session: Session) -> None:
    wayan = Person(nik=NIK)
    session.add(wayan)
    session.commit()

    wayan.phone_sealed = wayan.nik_sealed

    with pytest.raises(SealError):
        _ = wayan.phone


def test_the_blind_index_finds_a_nik_and_its_tail(session: Session) -> None:
    wayan, made = Person(nik=NIK), Person(nik=OTHER_NIK)
    session.add_all([wayan, made, Person()])
    session.commit()

    assert session.scalars(select(Person).where(Person.nik.equals(NIK))).all() == [wayan]
    assert session.scalars(select(Person).where(Person.nik.ends_with("0012"))).all() == [made]
    assert session.scalars(select(Person).where(Person.nik.ends_with("9999"))).all() == []
    known = session.scalars(select(Person.id).where(Person.nik.is_known())).all()
    assert set(known) == {wayan.id, made.id}


def test_an_alias_asks_about_its_own_columns(session: Session) -> None:
    other = aliased(Person)
    session.add_all([Person(nik=NIK), Person(nik=OTHER_NIK)])
    session.commit()

    question = (
        select(Person.id).join(other, other.id != Person.id).where(other.nik.equals(OTHER_NIK))
    )

    assert "person_1.nik_index =" in str(question)
    assert len(session.scalars(question).all()) == 1


def test_two_rows_with_one_nik_meet_the_unique_index(session: Session) -> None:
    session.add_all([Person(nik=NIK), Person(nik=NIK)])

    with pytest.raises(IntegrityError):
        session.commit()


def test_an_attribute_without_an_index_cannot_be_searched_by_mistake() -> None:
    with pytest.raises(TypeError, match="phone keeps no index"):
        Person.phone.equals("081338000111")


def test_rows_inserted_in_bulk_read_like_any_other(session: Session) -> None:
    ids = [uuid4() for _ in range(3)]
    rows = [
        {
            "id": person_id,
            "name": "Made",
            **sealed.encode(Person, person_id, nik=f"517101250185000{n}", income=n, phone=None),
        }
        for n, person_id in enumerate(ids)
    ]

    session.execute(insert(Person), rows)
    session.commit()

    found = session.scalars(select(Person).where(Person.nik.equals("5171012501850002"))).one()
    assert (found.id, found.income, found.phone) == (ids[2], 2, None)


def test_a_bulk_insert_of_an_unknown_attribute_is_refused() -> None:
    with pytest.raises(TypeError, match="no sealed attribute 'name'"):
        sealed.encode(Person, uuid4(), name="Made")


def test_a_row_read_as_columns_is_opened_with_its_id(session: Session) -> None:
    session.add(Person(nik=NIK))
    session.commit()

    person_id, stored = session.execute(select(Person.id, Person.nik_sealed)).one()

    assert Person.nik.unseal(stored, person_id) == NIK


def test_setting_the_same_value_again_changes_no_row(session: Session) -> None:
    wayan = Person(nik=NIK, family=[{"name": "Sari"}])
    session.add(wayan)
    session.commit()
    updates: list[str] = []
    assert session.bind is not None
    event.listen(session.bind, "before_cursor_execute", lambda *a: updates.append(a[2]))

    wayan.nik = NIK
    wayan.family = [{"name": "Sari"}]
    session.commit()

    assert not any(statement.startswith("UPDATE") for statement in updates)


def test_after_rotation_rows_are_sealed_again_under_the_new_key(
    session: Session, keyring: Keyring, sealer: Sealer
) -> None:
    wayan = Person(nik=NIK, income=900_000)
    session.add(wayan)
    session.commit()
    index = wayan.nik_index

    keyring.add_data_key()
    first, second = sealed.reseal(wayan), sealed.reseal(wayan)
    session.commit()
    session.expire_all()

    assert (first, second) == (True, False)
    assert wayan.nik_sealed is not None
    assert sealer.is_current(wayan.nik_sealed)
    assert (wayan.nik, wayan.income, wayan.nik_index) == (NIK, 900_000, index)


def test_without_a_sealer_nothing_is_stored_in_the_open() -> None:
    sealed.use(None)

    with pytest.raises(sealed.SealingUnsetError, match=r"sealed\.use"):
        Person(nik=NIK)

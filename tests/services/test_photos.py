"""Pictures of a registration: attached, replaced, and never lost or left behind."""

from __future__ import annotations

import errno
import os
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import func, select

from fieldapp.adapters.keys import Keyring
from fieldapp.adapters.photos import normalise, signature
from fieldapp.adapters.sealing import Sealer
from fieldapp.adapters.storage import LocalStorage, StorageFullError
from fieldapp.domain.errors import OutOfReachError, WrongMoveError
from fieldapp.domain.photos import PhotoKind
from fieldapp.models.photos import Photo
from fieldapp.services import photos, registrations
from tests.world import filled_form


def drawing(seed: int) -> bytes:
    picture = Image.new("RGB", (900, 1200), (200, 190, 170))
    brush = ImageDraw.Draw(picture)
    for step in range(0, 900, 30):
        brush.line([(step, 0), (900 - step, 1200)], fill=(step % 255, seed * 40 % 255, 60), width=9)
    out = BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def storage(tmp_path):
    keyring = Keyring.open(tmp_path / "keys.json")
    return LocalStorage(tmp_path / "files", Sealer(keyring), keyring.name_key)


@pytest.fixture
def row(session, world, now):
    return registrations.save(
        session,
        actor=world.wayan,
        registration_id=uuid4(),
        typed=filled_form(world.category("juru parkir")),
        seen=None,
        now=now,
        consented=True,
    )


@pytest.fixture
def attach(session, world, storage, now):
    def attach(row, seed=1, kind=PhotoKind.FACE, actor=None):
        return photos.attach(
            session,
            storage=storage,
            actor=actor or world.wayan,
            row=row,
            kind=kind,
            picture=normalise(drawing(seed), kind=kind),
            now=now,
        )

    return attach


def test_a_photo_ends_the_finding_that_it_is_missing(session, row, attach):
    assert "face_photo" in {f["field"] for f in row.findings if f["code"] == "photo_missing"}

    attach(row)

    assert "face_photo" not in {f["field"] for f in row.findings if f["code"] == "photo_missing"}
    assert session.scalars(select(Photo)).one().print_file


def test_a_photo_that_arrives_while_somebody_types_does_not_make_the_form_stale(
    session, world, row, attach, now
):
    seen = row.revision

    attach(row)
    registrations.save(
        session,
        actor=world.wayan,
        registration_id=row.id,
        typed={"banjar": "Br. Pegok"},
        seen=seen,
        now=now,
    )

    assert row.banjar == "Br. Pegok"


def test_a_second_photo_takes_the_place_of_the_first_and_its_file_goes(
    session, world, storage, row, attach, now
):
    attach(row, seed=1)
    first = session.scalars(select(Photo.file)).one()

    left = attach(row, seed=2)
    photos.forget(
        session, storage=storage, actor=world.wayan, registration_id=row.id, keys=left, now=now
    )

    assert session.scalar(select(func.count(Photo.id))) == 1
    assert not storage.exists(first)
    assert storage.exists(session.scalars(select(Photo.file)).one())


def test_a_file_that_another_registration_names_stays(session, world, storage, row, attach, now):
    other = registrations.save(
        session, actor=world.wayan, registration_id=uuid4(), typed={"name": "Sudarma"}, seen=None,
        now=now,
    )  # fmt: skip
    attach(row, seed=1)
    attach(other, seed=1)

    left = attach(row, seed=2)
    photos.forget(
        session, storage=storage, actor=world.wayan, registration_id=row.id, keys=left, now=now
    )

    assert all(storage.exists(key) for key in session.scalars(select(Photo.file)))


def test_the_same_photo_again_leaves_nothing_to_delete(row, attach):
    attach(row, seed=1)

    assert attach(row, seed=1) == []


def test_a_full_disk_is_said_and_keeps_nothing(session, row, attach, monkeypatch):
    def no_room(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(StorageFullError), session.begin_nested():
        attach(row)

    assert session.scalar(select(func.count(Photo.id))) == 0


def test_nobody_changes_the_photos_of_another_agency(world, row, attach):
    with pytest.raises(OutOfReachError):
        attach(row, actor=world.made)


def test_the_photo_of_a_withdrawn_registration_stays_as_it_is(session, world, row, attach, now):
    registrations.withdraw(session, actor=world.wayan, row=row, now=now)

    with pytest.raises(WrongMoveError):
        attach(row)


def test_a_signature_is_kept_and_can_be_taken_back(session, world, storage, row, now):
    ink = Image.new("RGBA", (600, 240))
    ImageDraw.Draw(ink).line([(40, 200), (300, 40), (560, 180)], fill=(20, 20, 90, 255), width=6)
    out = BytesIO()
    ink.save(out, "PNG")
    deed = {"storage": storage, "actor": world.wayan, "row": row, "now": now}

    assert photos.sign(session, drawn=signature(out.getvalue()), **deed) == []
    drawn = row.signature_file
    left = photos.sign(session, drawn=None, **deed)

    assert left == [drawn]
    assert row.signature_file is None

"""Builds Denpasar: its agencies, categories, a person a role, and workers in every state.

Everything goes through the services that people use; nothing here writes a state by hand. The
figures are the city's own (`fieldapp/data/agencies-denpasar.csv`); the people are invented and
their faces drawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldapp.adapters import photos as photo_adapter
from fieldapp.adapters.passwords import hashed
from fieldapp.adapters.storage import Storage
from fieldapp.adapters.tables import Supervision, agencies, regions
from fieldapp.demo.companies import load_companies
from fieldapp.demo.faces import draw_card, draw_signature, face_pool
from fieldapp.demo.people import DemoPerson, People
from fieldapp.demo.targets import load_targets
from fieldapp.domain import consent
from fieldapp.domain.ages import age_on
from fieldapp.domain.intake import Agreement
from fieldapp.domain.permissions import Role
from fieldapp.domain.photos import PhotoKind
from fieldapp.domain.vocabulary import Payer, RiskClass, Sector, Segment, Sex
from fieldapp.domain.wita import day_of
from fieldapp.models.agencies import Agency, AgencyCategory, AgencyKind, Category
from fieldapp.models.batches import Verdict
from fieldapp.models.photos import Photo
from fieldapp.models.registrations import Registration
from fieldapp.models.users import User
from fieldapp.services import batches, decisions, enrolment, registrations
from fieldapp.services.findings import judge_all
from fieldapp.services.photos import PHOTO, PRINT, SIGNATURE
from fieldapp.services.reference import reference
from fieldapp.services.regions import load_regions

PASSWORD: Final = "denpasar-2026"  # noqa: S105  # said aloud by `flask demo accounts`
SEED: Final = 20180711
EACH: Final = 18
"""How many of each category, when no number is asked for."""

CITY_LIST: Final = "bali.tribunnews.com 2025-02-05"
"""The source whose twelve figures add up to the 10,717 whom the city pays for."""

SAMPLES: Final = 300
"""How many have a card drawn for them alone; the others share a pool of samples."""

FACES: Final = 32
SIGNATURES: Final = 12
PART: Final = 1_000
BRANCH: Final = "BPJS Ketenagakerjaan Kantor Cabang Denpasar"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in to the demo, with a reason to."""

    username: str
    name: str
    role: Role
    agency: str


ACCOUNTS: Final = (
    Account("wayan", "I Wayan Sudiarta", Role.COORDINATOR, "Perumda Bhukti Praja Sewakadarma"),
    Account("ketut", "Ni Ketut Suryani", Role.SUPERVISOR, "Perumda Bhukti Praja Sewakadarma"),
    Account("made", "I Made Artana", Role.COORDINATOR, "Dinas Kebudayaan"),
    Account("nyoman", "Ni Nyoman Rai", Role.SUPERVISOR, "Dinas Kebudayaan"),
    Account("putu", "Ni Putu Ayu Lestari", Role.CLERK, BRANCH),
    Account("komang", "I Komang Adi", Role.PERMIT_OFFICER, BRANCH),
    Account("gede", "I Gede Mahendra", Role.MANAGER, BRANCH),
    Account("luh", "Ni Luh Sari", Role.ADMIN, BRANCH),
)

PAYERS: Final[Mapping[str, Payer]] = {
    "juru parkir": Payer.OWN,
    "petugas koperasi": Payer.COMPANY,
}
"""Whose money it is; the city pays for all others."""


def load(
    session: Session,
    *,
    storage: Storage,
    people: int | None,
    now: datetime,
    progress: Callable[[int], None] = lambda _done: None,
) -> int:
    """Build the demo in an empty database; return how many workers there are."""
    random = Random(SEED)
    load_regions(session)
    house = _House(session, now)
    maker = People(random, places=regions(), today=day_of(now))
    pictures = _Pictures(session, storage, random)
    done = 0
    for supervision, count in shares(agencies(), people).items():
        group = list(maker.group(supervision.category, count, past_65=min(1, count // 15)))
        for start in range(0, len(group), PART):
            part = group[start : start + PART]
            _register(house, supervision, part, pictures, random, now)
            done += len(part)
            progress(done)
    _partners(house, storage, now)
    load_targets(session, people=done, now=now)
    return done


def _partners(house: _House, storage: Storage, now: datetime) -> None:
    """Partner companies of the city's parking company, kept by the branch's clerk."""
    parking = "Perumda Bhukti Praja Sewakadarma"
    people = (
        house.user(Role.CLERK, BRANCH),
        house.user(Role.PERMIT_OFFICER, BRANCH),
        house.user(Role.SUPERVISOR, parking),
    )
    keeper, officer, supervisor = (user.as_actor() for user in people if user is not None)
    load_companies(
        house.session,
        storage=storage,
        keeper=keeper,
        officer=officer,
        supervisor=supervisor,
        now=now,
    )


def shares(table: Sequence[Supervision], people: int | None) -> dict[Supervision, int]:
    """How many of which group: EACH of all, or so many of the city's list, by its proportions.

    With 10717 they are the city's own figures of 2025.
    """
    if people is None:
        return dict.fromkeys(table, EACH)
    groups = [row for row in table if row.people and row.source == CITY_LIST]
    whole = sum(row.people for row in groups)
    exact = {row: row.people * people / whole for row in groups}
    found = {row: int(share) for row, share in exact.items()}
    by_rest = sorted(groups, key=lambda row: found[row] - exact[row])
    for row in by_rest[: people - sum(found.values())]:
        found[row] += 1
    return {row: count for row, count in found.items() if count}


class _House:
    """Agencies, categories and accounts of the demo."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self._now = now
        self._password = hashed(PASSWORD)
        self.named: set[str] = set()
        """Agencies of which somebody lacks a face photo."""
        self.agencies = {BRANCH: self._agency(BRANCH, AgencyKind.BRANCH)}
        self.categories: dict[str, Category] = {}
        for row in agencies():
            if row.agency not in self.agencies:
                kind = AgencyKind.CITY_COMPANY if row.kind == "city company" else AgencyKind.OPD
                self.agencies[row.agency] = self._agency(row.agency, kind)
            self._supervise(row)
        for account in ACCOUNTS:
            self._user(account.username, account.name, account.role, account.agency)
        for number, name in enumerate(self.agencies):
            for role, title in (
                (Role.COORDINATOR, "Koordinator"),
                (Role.SUPERVISOR, "Penyelia"),
            ):
                if name != BRANCH and self.user(role, name) is None:
                    self._user(f"{role}{number}", f"{title} {name}", role, name)

    def user(self, role: Role, agency: str) -> User | None:
        return self.session.scalar(
            select(User).where(User.role == role, User.agency_id == self.agencies[agency].id)
        )

    def _agency(self, name: str, kind: AgencyKind) -> Agency:
        agency = Agency(kind=kind, name=name)
        self.session.add(agency)
        self.session.flush()
        return agency

    def _supervise(self, row: Supervision) -> None:
        category = Category(name=row.category)
        self.session.add(category)
        self.session.flush()
        self.categories[row.category] = category
        self.session.add(
            AgencyCategory(
                agency_id=self.agencies[row.agency].id,
                category_id=category.id,
                segment=row.segment,
                sector=Sector.OTHER,
                risk_class=RiskClass.VERY_LOW if row.segment is Segment.PU else None,
                payer=PAYERS.get(row.category, Payer.APBD),
                usual_income_from=500_000,
                usual_income_to=6_000_000,
            )
        )
        self.session.flush()

    def _user(self, username: str, name: str, role: Role, agency: str) -> None:
        self.session.add(
            User(
                username=username,
                name=name[:80],
                role=role,
                agency_id=self.agencies[agency].id,
                password_hash=self._password,
                must_change_password=False,
                demo=True,
                created_at=self._now,
            )
        )
        self.session.flush()


@dataclass(frozen=True, slots=True)
class _Face:
    """A drawn face, and where it lies."""

    drawn: bytes
    photo: photo_adapter.Photo
    file: str
    print_file: str


class _Pictures:
    """Drawn faces, sample cards and signatures, made once and shared."""

    def __init__(self, session: Session, storage: Storage, random: Random) -> None:
        self._session = session
        self._storage = storage
        self._random = random
        self._faces: dict[tuple[Sex, bool], list[_Face]] = defaultdict(list)
        for looks, jpeg in face_pool(random, FACES):
            photo = photo_adapter.normalise(jpeg, kind=PhotoKind.FACE)
            self._faces[(looks.sex, looks.elder)].append(
                _Face(
                    drawn=jpeg,
                    photo=photo,
                    file=storage.put(photo.jpeg, PHOTO),
                    print_file=storage.put(photo_adapter.print_size(photo.jpeg), PRINT),
                )
            )
        self._signatures = [
            storage.put(photo_adapter.signature(draw_signature(random)).png, SIGNATURE)
            for _ in range(SIGNATURES)
        ]
        self._cards: list[tuple[photo_adapter.Photo, str]] = []

    def attach(
        self,
        row: Registration,
        person: DemoPerson,
        now: datetime,
        today: date,
        *,
        with_face: bool = True,
    ) -> None:
        """Give a registration its photos and signature; a face photo may still be missing."""
        elder = age_on(person.birth_date, today) >= 55
        pool = self._faces[(person.sex, elder)] or self._faces[(person.sex, False)]
        face = self._random.choice(pool)
        if len(self._cards) < SAMPLES:
            card = photo_adapter.normalise(draw_card(person, face.drawn), kind=PhotoKind.KTP)
            self._cards.append((card, self._storage.put(card.jpeg, PHOTO)))
            ktp, ktp_key = self._cards[-1]
        else:
            ktp, ktp_key = self._random.choice(self._cards)
        for kind, photo, file, print_file in (
            (PhotoKind.FACE, face.photo, face.file, face.print_file),
            (PhotoKind.KTP, ktp, ktp_key, None),
        ):
            if kind is PhotoKind.FACE and not with_face:
                continue
            self._session.add(
                Photo(
                    registration_id=row.id,
                    kind=kind,
                    file=file,
                    print_file=print_file,
                    sha256=photo.sha256,
                    width=photo.width,
                    height=photo.height,
                    mean_luma=photo.quality.mean_luma,
                    sharpness=photo.quality.sharpness,
                    glare=photo.quality.glare,
                    created_by=row.created_by,
                    created_at=now,
                )
            )
        row.signature_file = self._random.choice(self._signatures)


def _register(
    house: _House,
    supervision: Supervision,
    group: Sequence[DemoPerson],
    pictures: _Pictures,
    random: Random,
    now: datetime,
) -> None:
    """Register a group and carry it as far as the real year would have: some still wait."""
    session = house.session
    coordinator = house.user(Role.COORDINATOR, supervision.agency)
    supervisor = house.user(Role.SUPERVISOR, supervision.agency)
    clerk = house.user(Role.CLERK, BRANCH)
    assert coordinator is not None
    assert supervisor is not None
    assert clerk is not None
    category = house.categories[supervision.category]
    began = now - timedelta(days=random.randint(20, 40))
    first = (day_of(now).replace(day=1) + timedelta(days=32)).replace(day=1)
    said = Agreement(given=True, version=consent.CURRENT, at=began)
    forms = [
        registrations.Form(
            UUID(int=random.getrandbits(128), version=4), entries(person, category.id, first), said
        )
        for person in group
    ]
    rows = registrations.start_all(session, actor=coordinator.as_actor(), forms=forms, now=began)
    without = max(1, len(rows) // 20)
    drafts, waiting = max(2, len(rows) // 8), max(3, len(rows) // 4)
    # One of each agency is approved without a face: the press room has somebody to name.
    faceless = None if supervision.agency in house.named else len(rows) - waiting - 2
    house.named.add(supervision.agency)
    for number in range(without, len(rows)):
        pictures.attach(
            rows[number],
            group[number],
            began,
            day_of(now),
            with_face=number != faceless,
        )
    session.flush()
    judge_all(session, rows, reference=reference(day_of(now)))
    session.flush()

    sent = rows[drafts:]
    for note, part, decided in (
        ("Gelombang pertama", sent[:-waiting], True),
        ("Gelombang kedua", sent[-waiting:], False),
    ):
        if not part:
            continue
        batch = batches.create_batch(
            session,
            actor=coordinator.as_actor(),
            registration_ids=[row.id for row in part],
            note=note,
            most=len(part),
            now=began + timedelta(days=3),
        )
        sending = batches.submit_batch(
            session,
            actor=coordinator.as_actor(),
            batch=batch,
            seen=None,
            now=began + timedelta(days=4),
        )
        if decided:
            _decide(session, supervisor, batch, list(sending.sent), began + timedelta(days=9))
            approved = [row for row in part if row.stage == "approved"]
            _answer(session, clerk, supervisor, approved, began + timedelta(days=14))


def _decide(session: Session, supervisor: User, batch: Any, ids: list[UUID], now: datetime) -> None:
    verdicts = [decisions.RowVerdict(each, Verdict.APPROVE) for each in ids]
    if len(ids) > 3:
        verdicts[0] = decisions.RowVerdict(
            ids[0], Verdict.RETURN, "Foto KTP buram; mohon foto ulang di tempat terang."
        )
        verdicts[1] = decisions.RowVerdict(
            ids[1], Verdict.REJECT, "Sudah dilindungi lewat perusahaan tempat bekerja."
        )
    decisions.decide(session, actor=supervisor.as_actor(), batch=batch, verdicts=verdicts, now=now)


def _answer(
    session: Session,
    clerk: User,
    supervisor: User,
    approved: Sequence[Registration],
    now: datetime,
) -> None:
    """A part has gone to BPJS, and of that a part has come back with a number (marked DEMO)."""
    if len(approved) < 6:
        return
    sent = approved[: len(approved) // 3]
    enrolment.mark_sent(session, actor=clerk.as_actor(), rows=sent, now=now)
    for row in sent[: len(sent) // 2]:
        kpj = f"DEMO{int(row.number.partition('-')[2]):07}" if row.number else ""
        enrolment.enrol(session, actor=clerk.as_actor(), row=row, kpj=kpj, now=now)
    registrations.end(
        session,
        actor=supervisor.as_actor(),
        row=approved[-1],
        reason="Masa jabatan berakhir.",
        ended_on=day_of(now),
        now=now,
    )


def entries(person: DemoPerson, category_id: UUID, starts_on: date) -> dict[str, Any]:
    """What somebody would type for this person."""
    return {
        "nik": person.nik,
        "kk": person.kk,
        "name": person.name,
        "birth_place": person.birth_place,
        "birth_date": person.birth_date.isoformat(),
        "sex": person.sex.value,
        "marital_status": person.marital_status.value,
        "blood_type": person.blood_type.value if person.blood_type else "",
        "mother_name": person.mother_name,
        "phone": person.phone,
        "street": person.street,
        "banjar": person.banjar,
        "customary_village": person.customary_village,
        "rt": person.rt,
        "rw": person.rw,
        "village_code": person.village_code,
        "postal_code": person.postal_code,
        "category_id": str(category_id),
        "workplace": person.workplace,
        "work_hours": person.work_hours,
        "second_job": person.second_job,
        "income": str(person.income),
        "months": "3",
        "starts_on": starts_on.isoformat(),
        "family": [
            {
                "relation": each.relation.value,
                "name": each.name,
                "birth_date": each.birth_date.isoformat(),
                "sex": each.sex.value,
            }
            for each in person.family
        ],
    }

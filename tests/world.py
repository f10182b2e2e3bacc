"""The people of the tests, each with a reason to be there.

Wayan registers parking attendants over a bad line; Ketut, in a hurry, decides on them. Made and
Nyoman do the same for the customary officers of another agency. Putu prints for the branch,
Komang stands at the permit counter, Gede steers, Luh administers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.permissions import Role
from fieldapp.domain.vocabulary import Payer, RiskClass, Sector, Segment
from fieldapp.models.agencies import Agency, AgencyCategory, AgencyKind, Category
from fieldapp.models.users import User
from fieldapp.services.regions import load_regions

PASSWORD: Final = "pasar-badung-1958"

AGENCIES: Final = {
    "branch": (AgencyKind.BRANCH, "BPJS Ketenagakerjaan Kantor Cabang Denpasar"),
    "parking": (AgencyKind.CITY_COMPANY, "Perumda Bhukti Praja Sewakadarma"),
    "culture": (AgencyKind.OPD, "Dinas Kebudayaan"),
    "cooperatives": (AgencyKind.OPD, "Dinas Koperasi dan UMKM"),
}
CATEGORIES: Final = {
    "juru parkir": ("parking", Segment.BPU, None, Payer.OWN),
    "kelian adat": ("culture", Segment.BPU, None, Payer.APBD),
    "pekaseh subak": ("culture", Segment.BPU, None, Payer.APBD),
    "petugas koperasi": ("cooperatives", Segment.PU, RiskClass.VERY_LOW, Payer.COMPANY),
}
PEOPLE: Final = {
    "wayan": ("I Wayan Sudiarta", Role.COORDINATOR, "parking"),
    "ketut": ("Ni Ketut Suryani", Role.SUPERVISOR, "parking"),
    "made": ("I Made Artana", Role.COORDINATOR, "culture"),
    "nyoman": ("Ni Nyoman Rai", Role.SUPERVISOR, "culture"),
    "putu": ("Ni Putu Ayu Lestari", Role.CLERK, "branch"),
    "komang": ("I Komang Adi", Role.PERMIT_OFFICER, "branch"),
    "gede": ("I Gede Mahendra", Role.MANAGER, "branch"),
    "luh": ("Ni Luh Sari", Role.ADMIN, "branch"),
}


def build_world(session: Session, *, now: datetime) -> None:
    """Put agencies, categories, people and regions into an empty database."""
    load_regions(session)
    agencies = {
        key: Agency(kind=kind, name=name, active=True) for key, (kind, name) in AGENCIES.items()
    }
    session.add_all(agencies.values())
    session.flush()
    for name, (agency, segment, risk_class, payer) in CATEGORIES.items():
        category = Category(name=name)
        session.add(category)
        session.flush()
        session.add(
            AgencyCategory(
                agency_id=agencies[agency].id,
                category_id=category.id,
                segment=segment,
                sector=Sector.OTHER,
                risk_class=risk_class,
                payer=payer,
                usual_income_from=500_000,
                usual_income_to=6_000_000,
            )
        )
    password = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    for username, (name, role, agency) in PEOPLE.items():
        session.add(
            User(
                username=username,
                name=name,
                role=role,
                agency_id=agencies[agency].id,
                password_hash=password,
                must_change_password=False,
                created_at=now,
            )
        )
    session.flush()


class World:
    """The same people, looked up by their first names: `world.wayan` is an Actor."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getattr__(self, username: str) -> Actor:
        return self._session.scalars(select(User).where(User.username == username)).one().as_actor()

    def category(self, name: str) -> Category:
        return self._session.scalars(select(Category).where(Category.name == name)).one()

    def agency(self, key: str) -> Agency:
        return self._session.scalars(select(Agency).where(Agency.name == AGENCIES[key][1])).one()


def filled_form(category: Category, **changes: Any) -> Mapping[str, Any]:
    """What somebody types for a worker called just "Sudarma", who parks cars in Sesetan."""
    typed: dict[str, Any] = {
        "nik": "5171 0112 0585 0003",
        "name": "Sudarma",
        "birth_place": "Denpasar",
        "birth_date": "12-05-1985",
        "sex": "male",
        "marital_status": "married",
        "mother_name": "Ni Wayan Rasmi",
        "phone": "0812 3456 7890",
        "street": "Jalan Raya Sesetan No. 12",
        "banjar": "Br. Kaja",
        "village_code": "51.71.01.1003",
        "category_id": str(category.id),
        "workplace": "Pasar Badung",
        "income": "1.500.000",
        "payer": "own",
        "months": "1",
        "starts_on": "01-12-2026",
        "family": [{"relation": "spouse", "name": "Ni Made Sukerti", "birth_date": "", "sex": ""}],
    }
    return {**typed, **changes}

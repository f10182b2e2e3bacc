"""From rows to the frozen facts that paper is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from fieldapp.adapters.storage import Storage
from fieldapp.adapters.tables import brackets, consent_statement
from fieldapp.documents.batch_list import BatchListFacts, BatchRow
from fieldapp.documents.cards import CardFacts
from fieldapp.documents.enrolment_form import (
    Consent,
    Contribution,
    EnrolmentFormFacts,
    FamilyMember,
    ProgrammeLine,
)
from fieldapp.documents.handover_list import HandoverListFacts, HandoverRow
from fieldapp.domain.card_life import LIVE
from fieldapp.domain.cards import valid_until
from fieldapp.domain.contributions import (
    JHT_OF_PU,
    JKK_OF_PU,
    JKM_OF_PU,
    JP_OF_PU,
    Month,
    bracket_for,
)
from fieldapp.domain.coverage import Thresholds
from fieldapp.domain.phones import shown
from fieldapp.domain.photos import PhotoKind
from fieldapp.domain.registrations import PRINTABLE
from fieldapp.domain.vocabulary import MaritalStatus, Relation, Segment, Sex
from fieldapp.domain.wita import day_of
from fieldapp.models.batches import Batch, Decision, Verdict
from fieldapp.models.registrations import Registration
from fieldapp.services.contributions import contribution_of
from fieldapp.services.reference import villages

Verifier = Callable[[Registration, date], str | None]
"""The address that a card's QR carries, for an approved registration valid until a day."""

MIXED: Final = "beragam"
"""What a list says where its rows differ."""

SPOUSE: Final = {Sex.MALE.value: "Suami", Sex.FEMALE.value: "Istri", "": "Suami/Istri"}
RELATIONS: Final = {
    Relation.CHILD: "Anak",
    Relation.PARENT: "Orang tua",
    Relation.GRANDCHILD: "Cucu",
    Relation.GRANDPARENT: "Kakek/Nenek",
    Relation.SIBLING: "Saudara",
    Relation.PARENT_IN_LAW: "Mertua",
    Relation.OTHER: "Lainnya",
}
MARITAL: Final = {
    MaritalStatus.SINGLE: "Belum kawin",
    MaritalStatus.MARRIED: "Kawin",
    MaritalStatus.DIVORCED: "Cerai hidup",
    MaritalStatus.WIDOWED: "Cerai mati",
}
PROGRAMMES: Final = (
    ("jkk", "JKK", "Jaminan Kecelakaan Kerja"),
    ("jkm", "JKM", "Jaminan Kematian"),
    ("jht", "JHT", "Jaminan Hari Tua"),
    ("jp", "JP", "Jaminan Pensiun"),
)


@dataclass(frozen=True, slots=True)
class House:
    """What is the same on every sheet: who issues it, for which branch, and where files lie."""

    issuer: str
    branch: str
    storage: Storage
    verifier: Verifier = lambda _row, _until: None
    thresholds: Thresholds = field(default_factory=Thresholds)


def enrolment_form_facts(house: House, row: Registration) -> EnrolmentFormFacts:
    """The facts of one form; a draft's carry no number."""
    approved = row.stage in PRINTABLE
    village = villages()[row.village_code] if row.village_code else None
    decision = _approval(row) if approved else None
    return EnrolmentFormFacts(
        approved=approved,
        made_at=_made_at(row),
        issuer=house.issuer,
        branch=house.branch,
        agency=row.agency.name,
        category=row.category.name if row.category else "",
        segment=row.segment or Segment.BPU,
        nik=row.nik or "",
        name=row.name,
        birth_place=row.birth_place,
        born_on=row.birth_date,
        sex=row.sex or "",
        address=row.street,
        village=village.name if village else "",
        district=village.district if village else "",
        regency=village.regency if village else "",
        start_on=row.starts_on or day_of(row.created_at),
        coordinator=row.creator.name,
        number=row.number,
        earlier_kpj=row.former_kpj or None,
        family_card=row.kk,
        mother_name=row.mother_name,
        blood_type=row.blood_type.upper() if row.blood_type else None,
        marital_status=MARITAL[row.marital_status] if row.marital_status else None,
        npwp=row.npwp or None,
        banjar=row.banjar or None,
        customary_village=row.customary_village or None,
        rt_rw=f"{row.rt or '000'}/{row.rw or '000'}" if row.rt or row.rw else None,
        postal_code=row.postal_code or None,
        phone=shown(row.phone) if row.phone else None,
        email=row.email or None,
        job=row.category.name if row.category else None,
        second_job=row.second_job or None,
        workplace=row.workplace or None,
        working_hours=row.work_hours or None,
        working_since=row.term_from,
        income=row.income,
        family=tuple(_member(each) for each in row.family or ()),
        contribution=_contribution(row),
        consent=_consent(row),
        face_photo=_photo(house, row, PhotoKind.FACE),
        signature=house.storage.get(row.signature_file) if row.signature_file else None,
        signed_on=day_of(row.consent_at) if row.consent_at else None,
        approved_by=decision.decider.name if decision else None,
        approved_on=day_of(decision.decided_at) if decision else None,
        kpj=row.kpj,
    )


def card_facts(house: House, row: Registration) -> CardFacts:
    """The facts of one card; a draft's carry neither serial nor QR."""
    approved = row.stage in PRINTABLE
    decision = _approval(row) if approved else None
    until = valid_until(day_of(decision.decided_at), row.term_to) if decision else None
    return CardFacts(
        approved=approved,
        made_at=_made_at(row),
        issuer=house.issuer,
        name=row.name,
        category=row.category.name if row.category else "",
        agency=row.agency.name,
        return_to=row.agency.name,
        serial=_serial(row),
        valid_until=until,
        verification_url=house.verifier(row, until) if until else None,
        kpj=row.kpj,
        face_photo=_photo(house, row, PhotoKind.FACE),
    )


def batch_list_facts(
    house: House, batch: Batch, rows: Sequence[Registration], *, approved: bool
) -> BatchListFacts:
    """The facts of a batch list, over the rows handed in and in their order."""
    decisions = [decision for row in rows if (decision := _approval(row))]
    last = max(decisions, key=lambda each: each.decided_at, default=None)
    return BatchListFacts(
        approved=approved,
        made_at=_latest(rows),
        issuer=house.issuer,
        branch=house.branch,
        agency=batch.agency.name,
        batch=batch.number,
        segment=_same(row.segment or "" for row in rows),
        payer=_same(row.payer or "" for row in rows),
        first_month=min(row.starts_on or day_of(row.created_at) for row in rows).replace(day=1),
        coordinator=batch.creator.name,
        number=batch.number if approved else None,
        approved_by=last.decider.name if approved and last else None,
        approved_on=day_of(last.decided_at) if approved and last else None,
        rows=tuple(_batch_row(row) for row in rows),
    )


def handover_list_facts(
    house: House, batch: Batch, rows: Sequence[Registration]
) -> HandoverListFacts:
    """The facts of a hand-over list of the cards of these rows."""
    return HandoverListFacts(
        made_at=_latest(rows),
        issuer=house.issuer,
        agency=batch.agency.name,
        batch=batch.number,
        number=batch.number,
        coordinator=batch.creator.name,
        rows=tuple(
            HandoverRow(name=row.name, banjar=row.banjar or None, serial=_serial(row) or "")
            for row in rows
        ),
    )


def _serial(row: Registration) -> str | None:
    """The number of the card in force, or of the registration while it has none."""
    card = next((each for each in row.cards if each.state in LIVE), None)
    return card.printed_serial if card else row.number


def _made_at(row: Registration) -> datetime:
    """The moment written into the file: that of the facts, so that the same make the same bytes."""
    return row.changed_at


def _latest(rows: Sequence[Registration]) -> datetime:
    return max(row.changed_at for row in rows)


def _approval(row: Registration) -> Decision | None:
    approvals = [each for each in row.decisions if each.verdict is Verdict.APPROVE]
    return approvals[-1] if approvals else None


def _same(values: Iterable[str]) -> str:
    found = set(values)
    return found.pop() if len(found) == 1 else MIXED


def _member(member: dict[str, str]) -> FamilyMember:
    relation = Relation(member["relation"])
    return FamilyMember(
        name=member["name"],
        relation=SPOUSE[member["sex"]] if relation is Relation.SPOUSE else RELATIONS[relation],
        born_on=date.fromisoformat(member["birth_date"]) if member["birth_date"] else None,
        sex=member["sex"] or None,
    )


def _batch_row(row: Registration) -> BatchRow:
    due = contribution_of(row)
    return BatchRow(
        name=row.name,
        nik=row.nik or "",
        category=row.category.name if row.category else "",
        banjar=row.banjar or None,
        basis=due.basis if due else 0,
        months=row.months,
        contribution=due.total if due else 0,
    )


def _contribution(row: Registration) -> Contribution | None:
    due = contribution_of(row)
    if due is None or row.income is None or row.starts_on is None or row.payer is None:
        return None
    # A discount that starts or ends within the period makes months differ; each programme's line
    # is over the whole period. PP 50/2025 takes its share off JKK and JKM alike.
    lines = []
    for code, short, name in PROGRAMMES:
        monthly = getattr(due.first, code)
        if not monthly:
            continue
        full = sum(getattr(month, code) for month in due.lines)
        discount = sum(_discount(month, code) for month in due.lines)
        rate = _rate(row, code)
        lines.append(ProgrammeLine(short, name, rate, monthly, discount, full - discount))
    return Contribution(
        basis=due.basis,
        **_bounds(row),
        programmes=tuple(lines),
        first_month=row.starts_on.replace(day=1),
        months=row.months,
        payer=row.payer,
        total=due.total,
    )


def _discount(month: Month, code: str) -> int:
    """A programme's part of a month's discount: JKM's is rounded down, JKK takes the rest."""
    jkm = month.jkm * month.discount // (month.jkk + month.jkm)
    return {"jkk": month.discount - jkm, "jkm": jkm}.get(code, 0)


def _rate(row: Registration, code: str) -> str:
    """The rate as it is printed: a share of the wage for PU, the bracket's for BPU."""
    if row.segment is Segment.PU and row.risk_class:
        shares = {
            "jkk": JKK_OF_PU[row.risk_class],
            "jkm": JKM_OF_PU,
            "jht": JHT_OF_PU,
            "jp": JP_OF_PU,
        }
        share = shares[code]
        return f"{(share.employer + share.worker) / 100:.2f}%".replace(".", ",")
    return {"jkk": "1%", "jkm": "tetap", "jht": "2%"}[code]


def _bounds(row: Registration) -> dict[str, int | None]:
    """The bracket that the income fell into; open at its ends, and for PU altogether."""
    if row.segment is Segment.PU or row.income is None:
        return {"lowest": row.income, "highest": row.income}
    table = brackets()
    found = bracket_for(row.income, table)
    after = next((each for each in table if each.income_from > found.income_from), None)
    return {
        "lowest": found.income_from or None,
        "highest": after.income_from - 1 if after else None,
    }


def _consent(row: Registration) -> Consent | None:
    if row.consent_version is None or row.consent_at is None:
        return None
    return Consent(
        text=consent_statement(row.consent_version),
        version=row.consent_version,
        given_on=day_of(row.consent_at),
        taken_by=row.consent_taker.name if row.consent_taker else row.creator.name,
    )


def _photo(house: House, row: Registration, kind: PhotoKind) -> bytes | None:
    photo = next((each for each in row.photos if each.kind is kind), None)
    return house.storage.get(photo.print_file or photo.file) if photo else None

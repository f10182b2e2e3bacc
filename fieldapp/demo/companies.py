"""Invented partner companies, one for each thing that can be lacking.

Names, numbers and people are made up; their papers are drawn and say that they are samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Final
from uuid import UUID

from PIL import Image, ImageDraw, ImageFont
from sqlalchemy.orm import Session

from fieldapp.adapters import papers
from fieldapp.adapters.storage import Storage
from fieldapp.domain.actors import Actor
from fieldapp.domain.companies import read_company
from fieldapp.domain.contributions import month_after
from fieldapp.domain.permits import Demands, PermitType
from fieldapp.domain.vocabulary import Programme
from fieldapp.domain.wita import day_of
from fieldapp.models.companies import Company, PaperKind
from fieldapp.services import companies, permits

_P = Programme
_BASIC: Final = (_P.JKK, _P.JKM)


@dataclass(frozen=True, slots=True)
class Sample:
    """A company and how far it has come.

    programmes: on its certificate; None for no certificate. paid: the months since the last one
    that was paid; None for no receipt. verified: whether somebody has looked at its papers.
    """

    name: str
    scale: str
    declared: int | None
    enrolled: int | None
    programmes: tuple[Programme, ...] | None = None
    paid: int | None = None
    verified: bool = True
    typed: Mapping[str, str] = field(default_factory=dict)


SAMPLES: Final = (
    Sample("PT Contoh Sanur Bahari", "small", 12, 12, (*_BASIC, _P.JHT), 1),
    Sample("CV Contoh Tirta Renon", "small", 9, 9, (*_BASIC, _P.JHT), 5),
    Sample("PT Contoh Boga Nusa, Tbk", "large", 240, 236, tuple(Programme), 1),
    Sample("UD Contoh Sari Sesetan", "micro", 3, 3, None, None),
    Sample("PT Contoh Graha Ubung", "medium", 61, 61, (*_BASIC, _P.JHT), 1),
    Sample("Koperasi Contoh Kerta Raharja", "small", 18, 18, (*_BASIC, _P.JHT), 1, verified=False),
    Sample("CV Contoh Warung Pemogan", "micro", 4, 4, _BASIC, 2),
    Sample("PT Contoh Jimbaran Wisata", "", None, None, None, None, typed={"nib": "9.12011E+12"}),
    Sample("Contoh Sanur Bahri", "small", 12, None, None, None),
)
"""Fit; in arrears; workers left out; no papers; a programme missing; papers to be verified; fit;
nothing known and a NIB that a spreadsheet spoilt; and the first one once more, misspelt."""


def load_companies(
    session: Session,
    *,
    storage: Storage,
    keeper: Actor,
    officer: Actor,
    supervisor: Actor,
    now: datetime,
) -> int:
    """Keep the samples at the supervisor's agency, check two, let one pass; return how many."""
    rows = [
        _keep(session, storage, sample, number, keeper, officer, supervisor.agency_id, now)
        for number, sample in enumerate(SAMPLES, start=1)
    ]
    for number, row in enumerate(rows[:3], start=1):
        made = permits.check(
            session,
            actor=officer,
            company=row,
            permit_type=PermitType.BUSINESS,
            application=f"CONTOH/{number:04}",
            demands=Demands(),
            valid_days=30,
            now=now - timedelta(days=4 - number),
        )
        if number == 2:
            permits.override(
                session,
                actor=supervisor,
                check=made,
                reason="Tunggakan dilunasi hari ini; bukti bayar menyusul besok pagi.",
                now=now - timedelta(days=1),
            )
    return len(rows)


def _keep(
    session: Session,
    storage: Storage,
    sample: Sample,
    number: int,
    keeper: Actor,
    officer: Actor,
    agency_id: UUID,
    now: datetime,
) -> Company:
    began = now - timedelta(days=20)
    row = companies.add(
        session,
        actor=keeper,
        agency_id=agency_id,
        entries=read_company(
            {
                "name": sample.name,
                "nib": f"00000000{number:05}",
                "npp": f"ZZ{number:06}",
                "scale": sample.scale,
                "area_code": "51.71",
                "street": f"Jalan Contoh No. {number}, Denpasar",
                "workers_declared": "" if sample.declared is None else str(sample.declared),
                "workers_enrolled": "" if sample.enrolled is None else str(sample.enrolled),
                "contact_name": "Ni Made Contoh",
                "contact_phone": "0361 000 000",
                **sample.typed,
            }
        ),
        now=began,
        via="demo",
    )
    today = day_of(now)
    handed_in: list[tuple[PaperKind, tuple[Programme, ...], date | None]] = []
    if sample.programmes is not None:
        handed_in.append((PaperKind.CERTIFICATE, sample.programmes, None))
    if sample.paid is not None:
        month = month_after(today.replace(day=1), -sample.paid)
        handed_in.append((PaperKind.RECEIPT, (), month))
    for kind, programmes, paid_until in handed_in:
        paper = companies.attach(
            session,
            storage=storage,
            actor=keeper,
            row=row,
            kind=kind,
            cleaned=papers.clean(_drawn(kind, sample.name, paid_until)),
            number=f"CONTOH-{number:04}",
            issued_on=date(2024, 3, 1),
            paid_until=paid_until,
            programmes=programmes,
            now=began,
        )
        if sample.verified:
            companies.judge_paper(
                session, actor=officer, paper=paper, verified=True, reason="", now=began
            )
    return row


def _drawn(kind: PaperKind, name: str, month: date | None) -> bytes:
    """A picture of a paper that can be taken for nothing else than a sample."""
    said = {PaperKind.CERTIFICATE: "SERTIFIKAT (CONTOH)", PaperKind.RECEIPT: "BUKTI BAYAR (CONTOH)"}
    picture = Image.new("RGB", (1000, 700), "#fbfaf5")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((24, 24, 976, 676), outline="#0b5d4e", width=4)
    large, plain = ImageFont.load_default(44), ImageFont.load_default(28)
    draw.text((80, 90), said[kind], fill="#17211d", font=large)
    draw.text((80, 200), name, fill="#17211d", font=plain)
    if month:
        draw.text((80, 260), f"Sampai bulan {month:%m-%Y}", fill="#17211d", font=plain)
    draw.text((80, 590), "Bukan dokumen BPJS Ketenagakerjaan", fill="#434e48", font=plain)
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()

"""Companies of the tests, with a reason to be there: Sanur Bahari is in order, others are not."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from typing import Any

import pikepdf
from sqlalchemy.orm import Session

from fieldapp.adapters import papers
from fieldapp.adapters.storage import Storage
from fieldapp.domain.actors import Actor
from fieldapp.domain.companies import read_company
from fieldapp.domain.vocabulary import Programme
from fieldapp.models.companies import Company, CompanyPaper, PaperKind
from fieldapp.services import companies

SMALL = (Programme.JKK, Programme.JKM, Programme.JHT)


def typed(**changes: str) -> dict[str, str]:
    """What somebody types for PT Sanur Bahari Mandiri, a small company of twelve."""
    return {
        "name": "PT Sanur Bahari Mandiri",
        "nib": "9120106481234",
        "npwp": "01.234.567.8-901.000",
        "npp": "AB123456",
        "division": "000",
        "scale": "small",
        "area_code": "51.71",
        "street": "Jalan Danau Tamblingan No. 8",
        "workers_declared": "12",
        "workers_enrolled": "12",
        "contact_name": "Ni Wayan Sri",
        "contact_phone": "0812 3456 7890",
        "contact_email": "kantor@sanurbahari.example",
        **changes,
    }


def a_company(session: Session, actor: Actor, *, now: datetime, **changes: str) -> Company:
    """A company of the actor's agency."""
    return companies.add(
        session,
        actor=actor,
        agency_id=actor.agency_id,
        entries=read_company(typed(**changes)),
        now=now,
    )


def a_pdf(*, pages: int = 1, text: str = "") -> bytes:
    """A PDF with a square on each page."""
    with pikepdf.new() as pdf:
        for _ in range(pages):
            page = pdf.add_blank_page(page_size=(595, 842))
            page.obj.Contents = pdf.make_stream(b"0 0 100 100 re f %" + text.encode())
        out = BytesIO()
        pdf.save(out)
    return out.getvalue()


def attach(
    session: Session,
    storage: Storage,
    actor: Actor,
    row: Company,
    kind: PaperKind,
    *,
    now: datetime,
    **changes: Any,
) -> CompanyPaper:
    """A certificate that names what a small company must hold, or a receipt for October 2026."""
    facts: dict[str, Any] = {
        "number": "1600000012345",
        "issued_on": date(2024, 3, 1),
        "paid_until": date(2026, 10, 1) if kind is PaperKind.RECEIPT else None,
        "programmes": SMALL if kind is PaperKind.CERTIFICATE else (),
        **changes,
    }
    return companies.attach(
        session,
        storage=storage,
        actor=actor,
        row=row,
        kind=kind,
        cleaned=papers.clean(a_pdf(text=f"{row.id} {kind} {facts['number']}")),
        now=now,
        **facts,
    )


def in_order(
    session: Session,
    storage: Storage,
    *,
    keeper: Actor,
    verifier: Actor,
    row: Company,
    now: datetime,
) -> None:
    """Certificate and receipt handed in by one person and verified by another."""
    for kind in PaperKind:
        paper = attach(session, storage, keeper, row, kind, now=now)
        companies.judge_paper(
            session, actor=verifier, paper=paper, verified=True, reason="", now=now
        )

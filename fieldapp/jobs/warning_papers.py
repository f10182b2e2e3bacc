"""From rows to paper: a written warning."""

from __future__ import annotations

from fieldapp.documents import warning_letter as paper
from fieldapp.domain.permits import Shortfall
from fieldapp.models.warning_letters import WarningLetter


def warning_letter(row: WarningLetter, *, issuer: str) -> bytes:
    """The letter as it was issued; the same row gives the same bytes. Raises DocumentError."""
    company = row.company
    return paper.warning_letter(
        paper.WarningLetterFacts(
            made_at=row.issued_at,
            issuer=issuer,
            agency=company.agency.name,
            number=row.number,
            step=row.step,
            issued_on=row.issued_on,
            company=company.name,
            street=company.street,
            nib=company.nib,
            npp=company.npp and f"{company.npp}-{company.division}",
            reasons=tuple(Shortfall.from_row(each) for each in row.reasons),
            signer=row.issuer.name,
        )
    )

"""From rows to paper: the result of a permit check."""

from __future__ import annotations

from fieldapp.documents import permit_result as paper
from fieldapp.domain.permit_codes import address
from fieldapp.domain.permits import Outcome, Shortfall
from fieldapp.domain.wita import day_of
from fieldapp.models.permits import CheckedVia, PermitCheck, PermitOverride


def permit_result(row: PermitCheck, *, issuer: str, base: str) -> bytes:
    """The result as it was recorded; the same row gives the same bytes.

    issuer: who issues paper. base: `https://host` that the QR leads to. Raises DocumentError.
    """
    return paper.permit_result(
        paper.PermitResultFacts(
            made_at=row.checked_at,
            issuer=issuer,
            number=row.number,
            company=row.company_name,
            nib=row.nib,
            npp=row.company.npp and f"{row.company.npp}-{row.company.division}",
            permit=row.permit_type,
            application=row.application,
            fit=row.outcome is Outcome.FIT,
            reasons=tuple(Shortfall.from_row(each) for each in row.reasons),
            known=dict(row.facts),
            rule_version=row.rule_version,
            checked_on=day_of(row.checked_at),
            checker=row.checker.name,
            via_system=row.via is CheckedVia.API,
            valid_until=row.valid_until,
            address=address(base, row.code),
            waiver=_waiver(row.override) if row.override else None,
        )
    )


def _waiver(override: PermitOverride) -> paper.Waiver:
    return paper.Waiver(override.supervisor.name, override.reason, day_of(override.overridden_at))

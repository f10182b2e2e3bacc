"""The reasons for warnings: how the form names them, and which of those that came count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fieldapp.domain.findings import Finding, Weight
from fieldapp.models.registrations import Registration

PREFIX: Final = "reason:"
"""How they are named in the form: `reason:birth_date_differs:birth_date`."""


def warned(row: Registration) -> set[str]:
    """The keys of the warnings that the row has now."""
    found = map(Finding.from_row, row.findings)
    return {finding.key for finding in found if finding.weight is Weight.WARN}


def given(row: Registration, sent: Mapping[str, str]) -> dict[str, str]:
    """The reasons that were typed, by finding key, for the warnings that the row has now."""
    keys = warned(row)
    return {
        name.removeprefix(PREFIX): " ".join(text.split())[:300]
        for name, text in sent.items()
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) in keys
    }


def as_sent(sent: Mapping[str, str]) -> dict[str, str]:
    """The inputs that hold a reason, to be sent once more with the same form."""
    return {name: text for name, text in sent.items() if name.startswith(PREFIX) and text}

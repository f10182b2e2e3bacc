"""What can be printed, and what a clerk asks the press for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self
from uuid import UUID


class DocumentKind(StrEnum):
    """What a document is."""

    ENROLMENT_FORM = "enrolment_form"
    BATCH_LIST = "batch_list"
    CARD_SHEET = "card_sheet"
    CARD = "card"
    HANDOVER_LIST = "handover_list"
    COVERAGE_REPORT = "coverage_report"


@dataclass(frozen=True, slots=True)
class PressOrder:
    """One print as it is asked for: the kind of paper, of whom, and in which order.

    It is kept as the `args` of a job; what an older job does not say has its default.
    """

    kind: DocumentKind
    batch_id: UUID
    by_banjar: bool = False

    @classmethod
    def from_args(cls, args: Mapping[str, Any]) -> Self:
        """Read back what `as_args` gave."""
        return cls(
            kind=DocumentKind(args["kind"]),
            batch_id=UUID(args["batch_id"]),
            by_banjar=bool(args.get("by_banjar")),
        )

    def as_args(self) -> dict[str, Any]:
        """As JSON holds it; two orders are the same when these are."""
        return {
            "kind": self.kind.value,
            "batch_id": str(self.batch_id),
            "by_banjar": self.by_banjar,
        }

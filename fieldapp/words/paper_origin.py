"""What is told of a printed file that was handed in: where it comes from, or that it does not."""

from __future__ import annotations

from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fieldapp.domain.paper_origin import OtherPaper
from fieldapp.domain.wita import WITA
from fieldapp.queries.paper_origin import Origin
from fieldapp.words.labels import label

NO_ORIGIN = _l(
    "This file is none of ours: it was never printed here, or it was changed since, be it by a "
    "single letter. Do not accept it."
)


def origin_words(origin: Origin) -> list[tuple[str, Any]]:
    """What the ledger says of a file, line by line: numbers and ids, never a name of a worker."""
    at = f"{format_datetime(origin.made_at.astimezone(WITA), 'd MMMM yyyy HH.mm', rebase=False)}"
    lines: list[tuple[str, Any]] = [(_("Kind"), label(origin.kind))]
    if not isinstance(origin.kind, OtherPaper):
        lines += [
            (_("Standing"), _("Draft, not official") if origin.draft else _("Official paper")),
            (_("Template"), origin.template),
        ]
    if origin.workers:
        lines.append((_("Workers in it"), origin.workers))
    lines += [
        (_("Printed on"), f"{at} WITA"),
        (_("Printed by"), origin.made_by),
        (_("Times printed"), origin.times),
    ]
    if origin.batch:
        lines.append((_("Batch"), origin.batch))
    if origin.registration_id:
        lines.append((_("Registration"), str(origin.registration_id)))
    if origin.numbers:
        lines.append((_("Numbers"), ", ".join(origin.numbers)))
    return [*lines, (_("Entry in the ledger"), str(origin.id))]

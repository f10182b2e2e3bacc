"""What is shown, as Excel or CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import (
    Response,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fieldapp import words
from fieldapp.adapters.workbooks import Cell, Table, csv_file, workbook
from fieldapp.clock import now_utc
from fieldapp.database import transaction
from fieldapp.domain.coverage import Indicator, percent
from fieldapp.domain.permissions import Permission
from fieldapp.queries.coverage import Bar, Picture
from fieldapp.services import audit
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.views.coverage.asked import address_of, picture_asked
from fieldapp.web.views.coverage.blueprint import bp

TYPES: Final = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@bp.get("/figures.<any(csv, xlsx):form>")
@needs(Permission.COVERAGE_VIEW)
def export(form: str) -> ResponseReturnValue:
    """The figures of the page as a file; it holds no person but coordinators by name."""
    actor, now = current_actor(), now_utc()
    with transaction() as session:
        picture = picture_asked(session)
        audit.record(
            session,
            actor=actor,
            action="coverage.export",
            subject="coverage",
            subject_id=picture.ask.as_of.isoformat(),
            now=now,
            form=form,
            **{name: value for name, value in address_of(picture.ask).items() if name != "as_of"},
        )
    tables = _tables(picture)
    body = workbook(tables, made_at=now) if form == "xlsx" else csv_file(_flat(tables))
    name = f"capaian-{picture.ask.as_of.isoformat()}.{form}"
    return Response(
        body,
        mimetype=TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _tables(picture: Picture) -> list[Table]:
    """What the page shows, as tables."""
    head = [
        _("Indicator"), _("Area"), _("As of"), _("Realised"), _("Official"),
        _("Official figure of"),
        _("Enrolled by this system"), _("Target"), _("Percent"), _("Still missing"),
        _("Linear path, percent"), _("Status"), _("Needed per working day"), _("Forecast"),
        _("Source"),
    ]  # fmt: skip
    standings: list[Sequence[Cell]] = [
        (
            str(words.label(each.indicator)),
            each.area.code,
            each.as_of,
            each.realised,
            each.official.value if each.official else None,
            each.official.day if each.official else None,
            each.own,
            each.target,
            each.percent,
            each.gap,
            each.expected_percent,
            str(words.label(each.status)) if each.status else None,
            each.needed,
            each.forecast.middle if each.forecast else None,
            each.official.source if each.official else None,
        )
        for each in picture.standings
    ]
    compared = [_("Name"), _("Enrolled"), _("Target"), _("Percent")]
    return [
        Table(_("Targets"), head, standings),
        *(
            Table(title, compared, [_row(bar) for bar in bars])
            for title, bars in (
                (_("Areas"), picture.areas),
                (_("Agencies"), picture.agencies),
                (_("Kinds of work"), picture.categories),
                (_("Coordinators"), picture.coordinators),
            )
        ),
        Table(
            _("Progress"),
            [_("By the end of"), str(words.label(Indicator.NEW_WORKERS))],
            [(point.day, point.value) for point in picture.path],
        ),
    ]


def _row(bar: Bar) -> Sequence[Cell]:
    share = percent(bar.value, bar.target) if bar.target else None
    return (bar.name or _("Elsewhere"), bar.value, bar.target, share)


def _flat(tables: Sequence[Table]) -> Table:
    """All tables under each other: which one, which line, which figure, how many."""
    return Table(
        "",
        [_("Table"), _("Name"), _("Figure"), _("Value")],
        [
            (table.name, row[0], column, cell)
            for table in tables
            for row in table.rows
            for column, cell in zip(table.columns[1:], row[1:], strict=True)
            if cell is not None
        ],
    )

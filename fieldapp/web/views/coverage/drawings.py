"""The charts of the page, each with the words around it."""

from __future__ import annotations

from typing import Any

from flask import (
    url_for,
)
from flask_babel import format_date
from flask_babel import gettext as _

from fieldapp.domain.charts import path_chart
from fieldapp.queries import coverage as queries
from fieldapp.queries.coverage import Ask, Bar, Picture
from fieldapp.web.filters import day as said_day
from fieldapp.web.filters import number
from fieldapp.web.views.coverage.asked import address_of


def path_drawn(picture: Picture) -> dict[str, Any] | None:
    """The progress of the new workers, in words and lines; None without target or figure."""
    standing = picture.new_workers
    if standing is None or standing.target is None or not picture.path:
        return None
    foretold = standing.forecast
    drawn = path_chart(standing.period, picture.path, target=standing.target, forecast=foretold)
    day = format_date(drawn.last.day, "d MMM")
    return {
        "title": _("New workers against the linear path"),
        "note": _("Dashed: the linear path. Dotted: the forecast at the pace so far."),
        "chart": drawn,
        "said": {
            "target": _("Target %(number)s", number=number(standing.target)),
            "path": _("path %(number)s", number=number(drawn.path.value)),
            "realised": f"{number(drawn.last.value)}, {day}",
            "forecast": _("forecast %(number)s", number=number(foretold.middle))
            if foretold and drawn.last.x < 90
            else None,
        },
        "months": [
            (x, format_date(first, "MMM"))
            for place, (x, first) in enumerate(drawn.months)
            if place % 3 == 0
        ],
        "rows": [(said_day(point.day), number(point.value)) for point in picture.path],
    }


def charts_drawn(picture: Picture) -> list[dict[str, Any]]:
    """The comparisons; each line leads to the same page, asked more narrowly."""
    ask = picture.ask
    found = []
    for title, bars, note, link in (
        (_("Areas"), picture.areas, _("by where the workers live"), "area"),
        (
            _("Agencies"),
            picture.agencies,
            _("those furthest ahead of their target first"),
            "agency",
        ),
        (_("Kinds of work"), picture.categories, None, "category"),
        (
            _("Coordinators"),
            picture.coordinators,
            _("workers sent for approval or further in the last %(days)s days",
              days=queries.PACE_DAYS),
            None,
        ),
    ):  # fmt: skip
        shown = [bar for bar in bars if bar.value or bar.target]
        if shown:
            found.append(
                {
                    "title": title,
                    "note": note,
                    "value_label": _("Workers") if link is None else _("Enrolled"),
                    "target_label": _("Target") if any(bar.target for bar in shown) else None,
                    "rows": [_line(bar, ask, link) for bar in shown],
                }
            )
    return found


def _line(bar: Bar, ask: Ask, link: str | None) -> dict[str, Any]:
    href = url_for(".index", **address_of(ask, **{link: bar.key})) if link and bar.key else None
    return {
        "label": bar.name or _("Elsewhere"),
        "value": bar.value,
        "text": number(bar.value),
        "target": bar.target,
        "target_text": number(bar.target) if bar.target else "–",
        "href": href,
    }

"""What the address asks for, and the address of what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import (
    abort,
    current_app,
    request,
)
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from config import Settings
from fieldapp import words
from fieldapp.adapters.tables import place_names
from fieldapp.clock import now_utc
from fieldapp.domain.coverage import Area, AreaUnknownError, Period, Thresholds
from fieldapp.domain.vocabulary import Segment
from fieldapp.domain.wita import day_of
from fieldapp.models.registrations import Registration
from fieldapp.queries import coverage as queries
from fieldapp.queries.coverage import Ask, Picture
from fieldapp.services.work_calendar import work_calendar
from fieldapp.web import arguments
from fieldapp.web.gate import current_actor


def settings_of_app() -> Settings:
    """The settings that this app was started with."""
    settings: Settings = current_app.extensions["fieldapp.settings"]
    return settings


def ask_of_address(session: Session) -> Ask:
    """What the address asks for; what is out of reach or unknown does not exist."""
    today = day_of(now_utc())
    as_of = arguments.day(request.args.get("as_of"))
    try:
        area = Area.parse(request.args.get("area") or queries.BRANCH.code)
    except AreaUnknownError:
        abort(404)
    agency = arguments.uuid(request.args.get("agency"))
    category = arguments.uuid(request.args.get("category"))
    actor = current_actor()
    if agency is not None and not (actor.reaches_all or agency == actor.agency_id):
        abort(404)
    if any(part not in place_names() for part in area.parts):
        abort(404)
    return Ask(
        as_of=min(as_of, today) if as_of else queries.day_to_show(session, today),
        area=area,
        agency_id=agency or (None if actor.reaches_all else actor.agency_id),
        category_id=category,
        segment=arguments.member(Segment, request.args.get("segment")),
    )


def picture_asked(session: Session) -> Picture:
    """The picture that the address asks for."""
    ask = ask_of_address(session)
    settings = settings_of_app()
    year = Period.year(ask.as_of.year)
    return queries.picture(
        session,
        current_actor(),
        ask,
        work=work_calendar(session, year.first, year.last),
        thresholds=Thresholds(settings.coverage_on_track, settings.coverage_at_risk),
    )


def row_before(session: Session) -> Registration | None:
    """The last row of the page before, if the address names one."""
    after = arguments.uuid(request.args.get("after"))
    return session.get(Registration, after) if after else None


def address_of(ask: Ask, **changes: str) -> dict[str, Any]:
    """The question as parts of an address."""
    asked = {
        "as_of": ask.as_of.isoformat(),
        "area": "" if ask.area == queries.BRANCH else ask.area.code,
        "agency": str(ask.agency_id or ""),
        "category": str(ask.category_id or ""),
        "segment": ask.segment or "",
        **changes,
    }
    return {name: value for name, value in asked.items() if value}


def address_of_rows(ask: Ask) -> dict[str, Any]:
    """The same for the list of rows, which is always of today."""
    return {name: value for name, value in address_of(ask).items() if name != "as_of"}


def area_names(areas: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Areas by code; the branch says what it is, and districts are set off from regencies."""
    return {
        code: _("Branch %(name)s (five areas)", name=name)
        if code.startswith("branch:")
        else name
        if len(code) == 5
        else _("District %(name)s", name=name)
        for code, name in areas
    }


def scope_name(
    ask: Ask, areas: Mapping[str, str], agencies: Mapping[Any, str], categories: Mapping[Any, str]
) -> str:
    """Whom the page is about, in words."""
    parts = [areas.get(ask.area.code) or place_names().get(ask.area.code, ask.area.code)]
    if ask.agency_id in agencies:
        parts.append(agencies[ask.agency_id])
    if ask.category_id in categories:
        parts.append(categories[ask.category_id])
    if ask.segment:
        parts.append(str(words.label(ask.segment)))
    return ", ".join(parts)

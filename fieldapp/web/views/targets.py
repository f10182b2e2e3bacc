"""Targets, official figures and local days off: entered with their source, never overwritten."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fieldapp.adapters.tables import place_names
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.permissions import Permission
from fieldapp.domain.wita import day_of
from fieldapp.queries import coverage as queries
from fieldapp.queries.holidays import local_holidays
from fieldapp.services import coverage, work_calendar
from fieldapp.web import arguments
from fieldapp.web.forms.targets import TARGET, FigureForm, HolidayForm
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.unit import unit_of_work

bp = Blueprint("targets", __name__, url_prefix="/targets")

HISTORY: Final = 20


@bp.get("/")
@needs(Permission.TARGET_MANAGE)
def index() -> ResponseReturnValue:
    """What stands now, and what it was before."""
    with reading() as session:
        return render_template(
            "targets/index.html",
            targets=queries.present_targets(session),
            figures=queries.present_figures(session),
            history=queries.superseded(session, limit=HISTORY),
            holidays=local_holidays(session),
            holiday_form=HolidayForm(),
            area_name=_area_name,
        )


@bp.route("/new", methods=["GET", "POST"])
@needs(Permission.TARGET_MANAGE)
def new() -> ResponseReturnValue:
    """Enter a target or an official figure; another number for the same supersedes the last."""
    form, actor, now = FigureForm(), current_actor(), now_utc()
    with unit_of_work() as session:
        _offer(session, form)
        if not form.is_submitted():
            year = day_of(now).year
            form.first.data = day_of(now).replace(year=year, month=1, day=1)
            form.last.data = day_of(now).replace(year=year, month=12, day=31)
        if not form.validate_on_submit():
            return render_template("targets/new.html", form=form)
        number, source = form.number or 0, " ".join((form.source.data or "").split())
        if form.what.data == TARGET:
            done = coverage.enter_target(
                session,
                actor=actor,
                indicator=form.chosen_indicator,
                scope=coverage.Scope(
                    form.chosen_area, form.agency_id, form.category_id, form.chosen_segment
                ),
                period=form.period,
                value=number,
                source=source,
                now=now,
            )
        else:
            done = coverage.enter_figure(
                session,
                actor=actor,
                indicator=form.chosen_indicator,
                area=form.chosen_area,
                period=form.period,
                value=number,
                source=source,
                now=now,
            )
    said = {
        coverage.Entered.NEW: _("Entered."),
        coverage.Entered.CHANGED: _("Entered. The number before is kept in the history."),
        coverage.Entered.SAME: _("This stands there already; nothing was changed."),
    }
    flash(said[done], "info" if done is coverage.Entered.SAME else "good")
    return redirect(url_for(".index"), 303)


@bp.post("/holidays")
@needs(Permission.TARGET_MANAGE)
def add_holiday() -> ResponseReturnValue:
    """Enter a local day off."""
    form = HolidayForm()
    if not form.validate_on_submit():
        flash(_("Choose a day and say what day it is. Nothing was changed."), "error")
        return redirect(url_for(".index"), 303)
    with transaction() as session:
        work_calendar.add_local_holiday(
            session,
            actor=current_actor(),
            day=form.day.data,
            name=" ".join(form.name.data.split()),
            now=now_utc(),
        )
    flash(_("The day off is entered; working days are counted without it."), "good")
    return redirect(url_for(".index"), 303)


@bp.post("/holidays/<day>/remove")
@needs(Permission.TARGET_MANAGE)
def remove_holiday(day: str) -> ResponseReturnValue:
    """Take a local day off away again."""
    found = arguments.day(day) or abort(404)
    with transaction() as session:
        work_calendar.remove_local_holiday(session, actor=current_actor(), day=found, now=now_utc())
    flash(_("The day off is taken away."), "good")
    return redirect(url_for(".index"), 303)


def _offer(session: Session, form: FigureForm) -> None:
    agencies, categories, areas = queries.choices(session, current_actor())
    form.offer(
        areas=[(code, _area_name(code)) for code, _name in areas],
        agencies=agencies,
        categories=categories,
    )


def _area_name(code: str) -> str:
    if code.startswith("branch:"):
        return str(_("Branch %(name)s (five areas)", name=code.removeprefix("branch:")))
    name = place_names().get(code, code)
    return name if len(code) == 5 else str(_("District %(name)s", name=name))

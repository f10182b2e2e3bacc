"""Companies from a spreadsheet: looked at first, entered after."""

from __future__ import annotations

from http import HTTPStatus

from flask import (
    Response,
    abort,
    flash,
    redirect,
    render_template,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fieldapp import words
from fieldapp.adapters.workbooks import Table, workbook
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.permissions import Permission
from fieldapp.domain.sheets import SheetError
from fieldapp.queries import agencies as agency_queries
from fieldapp.services import company_imports as imports
from fieldapp.services.company_imports import Outcome
from fieldapp.web.forms.companies import ImportForm
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.views.companies.blueprint import (
    bp,
    open_agencies,
    storage,
)

ROWS_SHOWN = 200


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.route("/import", methods=["GET", "POST"], endpoint="import")
@needs(Permission.COMPANY_EDIT)
def import_sheet() -> ResponseReturnValue:
    """Hand in a sheet of companies; nothing is entered yet."""
    now, form = now_utc(), ImportForm()
    with reading() as session:
        form.offer(open_agencies(session))
    status = HTTPStatus.OK
    if form.validate_on_submit():
        content = form.file.data.read()
        try:
            imports.read(content)
        except SheetError as error:
            form.file.errors = [words.error_words(error)]
            status = HTTPStatus(error.status)
        else:
            imports.sweep(storage(), now=now)
            sheet_id = imports.hold(
                storage(),
                actor=current_actor(),
                agency_id=form.chosen_agency_id,
                content=content,
                now=now,
            )
            target = url_for(".import_result", sheet_id=sheet_id)
            return redirect(target, code=HTTPStatus.SEE_OTHER)
    columns = [names[0] for names in imports.NAMES.values()]
    return render_template("companies/import.html", form=form, columns=columns), status


@bp.get("/import/<sheet_id>")
@needs(Permission.COMPANY_EDIT)
def import_result(sheet_id: str) -> ResponseReturnValue:
    """What entering the sheet would do."""
    kept = _held(sheet_id)
    sheet = imports.read(kept.content)
    with reading() as session:
        agency = agency_queries.agency_within_reach(session, current_actor(), kept.agency_id)
        results = imports.look(
            session, actor=current_actor(), agency_id=kept.agency_id, rows=sheet.rows
        )
        return render_template(
            "companies/import_result.html",
            sheet_id=sheet_id,
            agency=agency or abort(404),
            unknown=sheet.unknown,
            counts=imports.counts(results),
            parts=[
                (outcome, [each for each in results if each.outcome is outcome])
                for outcome in (Outcome.BAD, Outcome.ADDED, Outcome.CHANGED)
            ],
            shown=ROWS_SHOWN,
            reasons=_reasons,
            field_label=words.company_field_label,
        )


@bp.post("/import/<sheet_id>")
@needs(Permission.COMPANY_EDIT)
def import_enter(sheet_id: str) -> ResponseReturnValue:
    """Enter the sheet; bad rows are left out, and can be fetched for mending."""
    kept, now = _held(sheet_id), now_utc()
    with transaction() as session:
        results = imports.enter(
            session,
            actor=current_actor(),
            agency_id=kept.agency_id,
            rows=imports.read(kept.content).rows,
            now=now,
        )
    done = imports.counts(results)
    flash(
        _(
            "Entered: %(added)s new, %(changed)s changed.",
            added=done[Outcome.ADDED],
            changed=done[Outcome.CHANGED],
        ),
        "good",
    )
    if done[Outcome.BAD]:
        target = url_for(".import_result", sheet_id=sheet_id)
        return redirect(target, code=HTTPStatus.SEE_OTHER)
    imports.let_go(storage(), sheet_id=sheet_id)
    return redirect(url_for(".index"), code=HTTPStatus.SEE_OTHER)


@bp.get("/import/<sheet_id>/bad-rows.xlsx")
@needs(Permission.COMPANY_EDIT)
def import_bad_rows(sheet_id: str) -> ResponseReturnValue:
    """The rows that cannot be entered, as they came, with the reasons in a column behind."""
    kept = _held(sheet_id)
    sheet = imports.read(kept.content)
    with reading() as session:
        results = imports.look(
            session, actor=current_actor(), agency_id=kept.agency_id, rows=sheet.rows
        )
    table = Table(
        _("Cannot be entered"),
        (*sheet.head, _("Reasons")),
        [
            (*each.row.cells, " ".join(_reasons(each)))
            for each in results
            if each.outcome is Outcome.BAD
        ],
    )
    answer = Response(workbook([table], made_at=now_utc()), mimetype=XLSX)
    answer.headers["Content-Disposition"] = 'attachment; filename="bad-rows.xlsx"'
    return answer


def _held(sheet_id: str) -> imports.HeldSheet:
    kept = imports.held(storage(), actor=current_actor(), sheet_id=sheet_id, now=now_utc())
    return kept or abort(404)


def _reasons(result: imports.RowResult) -> list[str]:
    """Why a row cannot be entered, each with the name of its column."""
    return [
        f"{words.company_field_label(name)}: {words.error_words(error)}"
        if name
        else words.error_words(error)
        for name, error in result.errors.items()
    ]

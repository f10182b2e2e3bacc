"""Partner companies: found, kept, merged; their papers handed in, looked at and verified."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from config import Settings
from fieldapp import words
from fieldapp.adapters import papers
from fieldapp.adapters.photos import PhotoError
from fieldapp.adapters.storage import Storage
from fieldapp.adapters.workbooks import Table, workbook
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.companies import AREAS, NibTakenError, read_company
from fieldapp.domain.contributions import REQUIRED_OF_PU
from fieldapp.domain.errors import FieldError, StaleError
from fieldapp.domain.permissions import Permission
from fieldapp.domain.permits import judge
from fieldapp.domain.sheets import SheetError
from fieldapp.domain.vocabulary import Scale
from fieldapp.domain.wita import day_of
from fieldapp.models.agencies import Agency
from fieldapp.models.companies import Company, PaperKind
from fieldapp.queries import agencies as agency_queries
from fieldapp.queries import companies as queries
from fieldapp.queries import permits as permit_queries
from fieldapp.queries import warning_letters as letter_queries
from fieldapp.services import audit
from fieldapp.services import companies as services
from fieldapp.services import company_imports as imports
from fieldapp.services.company_imports import Outcome
from fieldapp.web.arguments import member, uuid
from fieldapp.web.demands import demands
from fieldapp.web.forms.companies import CompanyForm, ImportForm, JudgeForm, MergeForm, PaperForm
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.unit import unit_of_work

bp = Blueprint("companies", __name__, url_prefix="/companies")

SHOWN = 20
ROWS_SHOWN = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/")
@needs(Permission.COMPANY_VIEW)
def index() -> ResponseReturnValue:
    """List and search companies; papers that wait for this reader stand above."""
    settings: Settings = current_app.extensions["fieldapp.settings"]
    actor = current_actor()
    wanted = queries.Criteria(
        text=request.args.get("q", "").strip()[:120],
        area_code=request.args.get("area", "") if request.args.get("area") in AREAS else "",
        scale=member(Scale, request.args.get("scale")),
        agency_id=uuid(request.args.get("agency")),
    )
    after = uuid(request.args.get("after"))
    with reading() as session:
        rows, more = queries.page(session, actor, wanted, after=after, rows=settings.page_rows)
        waiting = (
            queries.waiting_papers(session, actor, limit=SHOWN)
            if actor.may(Permission.COMPANY_VERIFY) and not after and not wanted.text
            else ()
        )
        return render_template(
            "companies/index.html",
            rows=rows,
            wanted=wanted,
            waiting=waiting,
            areas=[(code, words.area_name(code)) for code in AREAS],
            scales=list(Scale),
            agencies=agency_queries.agencies_within_reach(session, actor),
            area_name=words.area_name,
            first=url_for(".index", **_kept()) if after else None,
            next=url_for(".index", **_kept(), after=rows[-1].id) if more else None,
        )


@bp.route("/new", methods=["GET", "POST"])
@needs(Permission.COMPANY_EDIT)
def new() -> ResponseReturnValue:
    """Keep a company; those that look alike are shown first, and saving again is meant."""
    actor, form = current_actor(), CompanyForm()
    with unit_of_work() as session:
        form.offer(_open_agencies(session))
        if not form.validate_on_submit():
            return render_template("companies/edit.html", form=form, row=None, alike=())
        entries = read_company(form.typed())
        if "name" in entries.errors:
            form.tell(form.typed())
            return render_template("companies/edit.html", form=form, row=None, alike=()), 422
        if form.revision.data != "seen":
            alike = queries.look_alikes(
                session,
                actor,
                name=entries.values["name"],
                npp=entries.values["npp"],
                besides=None,
            )
            if alike:
                form.revision.data = "seen"
                return render_template("companies/edit.html", form=form, row=None, alike=alike)
        try:
            row = services.add(
                session,
                actor=actor,
                agency_id=form.chosen_agency_id,
                entries=entries,
                now=now_utc(),
            )
        except NibTakenError as error:
            return _nib_taken(form, None, error)
        flash(_("%(name)s is saved.", name=row.name), "good")
        target = url_for(".edit" if entries.unread else ".show", company_id=row.id)
    return redirect(target, code=HTTPStatus.SEE_OTHER)


@bp.route("/import", methods=["GET", "POST"], endpoint="import")
@needs(Permission.COMPANY_EDIT)
def import_sheet() -> ResponseReturnValue:
    """Hand in a sheet of companies; nothing is entered yet."""
    now, form = now_utc(), ImportForm()
    with reading() as session:
        form.offer(_open_agencies(session))
    status = HTTPStatus.OK
    if form.validate_on_submit():
        content = form.file.data.read()
        try:
            imports.read(content)
        except SheetError as error:
            form.file.errors = [words.error_words(error)]
            status = HTTPStatus(error.status)
        else:
            imports.sweep(_storage(), now=now)
            sheet_id = imports.hold(
                _storage(),
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
    imports.let_go(_storage(), sheet_id=sheet_id)
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


@bp.get("/<uuid:company_id>")
@needs(Permission.COMPANY_VIEW)
def show(company_id: UUID) -> ResponseReturnValue:
    """A company: what is known, what is missing, its papers, checks and letters."""
    actor, now = current_actor(), now_utc()
    with reading() as session:
        row = _within_reach(session, company_id)
        if row.merged_into_id is not None:
            return redirect(url_for(".show", company_id=row.merged_into_id))
        ids = queries.family_ids(session, row.id)
        facts = permit_queries.facts_of(session, row, today=day_of(now))
        return render_template(
            "companies/show.html",
            row=row,
            facts=facts,
            judgement=judge(facts, demands()),
            reason_words=words.reason_words,
            required=words.programme_words(REQUIRED_OF_PU[row.scale]) if row.scale else "",
            held=words.programme_words(facts.programmes) if facts.programmes else "",
            area=words.area_name(row.area_code),
            unread=[words.company_field_label(name) for name in row.unread or ()],
            papers=queries.papers(session, ids),
            merges=queries.merges(session, row.id),
            checks=permit_queries.checks_of(session, actor, ids, limit=SHOWN)
            if actor.may(Permission.PERMIT_VIEW)
            else (),
            letters=letter_queries.letters_of(session, row.id),
            judge_form=JudgeForm(),
        )


@bp.route("/<uuid:company_id>/edit", methods=["GET", "POST"])
@needs(Permission.COMPANY_EDIT)
def edit(company_id: UUID) -> ResponseReturnValue:
    """Change what is known of a company."""
    actor, form = current_actor(), CompanyForm()
    del form.agency_id
    with unit_of_work() as session:
        row = _within_reach(session, company_id)
        if row.merged_into_id is not None:
            return redirect(url_for(".show", company_id=row.merged_into_id))
        form.offer_lists()
        if not form.is_submitted():
            form.sees(row.revision)
            form.show(row)
        if not form.validate_on_submit():
            return render_template("companies/edit.html", form=form, row=row, alike=())
        entries = read_company(form.typed())
        if "name" in entries.errors:
            form.tell(form.typed())
            return render_template("companies/edit.html", form=form, row=row, alike=()), 422
        try:
            services.change(
                session,
                actor=actor,
                row=row,
                revision=form.seen_revision,
                entries=entries,
                now=now_utc(),
            )
        except StaleError as error:
            form.sees(row.revision)
            page = render_template("companies/edit.html", form=form, row=row, alike=(), stale=True)
            return page, error.status
        except NibTakenError as error:
            return _nib_taken(form, row, error)
        if entries.unread:
            form.sees(row.revision)
            form.tell(entries.unread)
            flash(_("Saved. What is marked below could not be read and is kept as typed."), "warn")
            return render_template("companies/edit.html", form=form, row=row, alike=())
        flash(_("%(name)s is saved.", name=row.name), "good")
    return redirect(url_for(".show", company_id=company_id), code=HTTPStatus.SEE_OTHER)


@bp.route("/<uuid:company_id>/merge", methods=["GET", "POST"])
@needs(Permission.COMPANY_EDIT)
def merge(company_id: UUID) -> ResponseReturnValue:
    """Choose the company that this one really is, and merge the two."""
    actor, form = current_actor(), MergeForm()
    with unit_of_work() as session:
        row = _within_reach(session, company_id)
        if row.merged_into_id is not None:
            return redirect(url_for(".show", company_id=row.merged_into_id))
        text = request.args.get("q", "").strip()[:120]
        found: Sequence[Company] = (
            queries.search(session, actor, text, limit=SHOWN)
            if text
            else queries.look_alikes(session, actor, name=row.name, npp=row.npp, besides=row.id)
        )
        others = [one for one in found if one.id != row.id]
        if form.validate_on_submit():
            other = _within_reach(session, uuid(form.other.data) or abort(404))
            services.merge(
                session,
                actor=actor,
                kept=other,
                merged=row,
                reason=form.reason.data,
                now=now_utc(),
            )
            flash(_("Merged. Both NIBs lead to %(name)s.", name=other.name), "good")
            return redirect(url_for(".show", company_id=other.id), code=HTTPStatus.SEE_OTHER)
        return render_template("companies/merge.html", row=row, others=others, form=form, text=text)


@bp.route("/<uuid:company_id>/papers/<any(certificate,receipt):kind>", methods=["GET", "POST"])
@needs(Permission.COMPANY_EDIT)
def attach(company_id: UUID, kind: str) -> ResponseReturnValue:
    """Hand in a certificate or a receipt."""
    now, form = now_utc(), PaperForm()
    form.prepare(PaperKind(kind), today=day_of(now))
    with unit_of_work() as session:
        row = _within_reach(session, company_id)
        status = HTTPStatus.OK
        if form.validate_on_submit() and form.read():
            try:
                services.attach(
                    session,
                    storage=_storage(),
                    actor=current_actor(),
                    row=row,
                    kind=PaperKind(kind),
                    cleaned=papers.clean(form.file.data.read()),
                    number=form.number.data,
                    issued_on=form.issued,
                    paid_until=form.month,
                    programmes=form.chosen_programmes,
                    now=now,
                )
            except (papers.PaperError, PhotoError) as error:
                form.file.errors = [words.error_words(error)]
                status = HTTPStatus(error.status)
            else:
                flash(_("The paper is kept. Somebody else has to verify it now."), "good")
                return redirect(url_for(".show", company_id=row.id), code=HTTPStatus.SEE_OTHER)
        return (
            render_template("companies/paper.html", row=row, form=form, kind=PaperKind(kind)),
            status,
        )


@bp.get("/papers/<uuid:paper_id>")
@needs(Permission.COMPANY_VIEW)
def paper(paper_id: UUID) -> ResponseReturnValue:
    """The file itself; every look leaves an entry."""
    actor = current_actor()
    with transaction() as session:
        row = queries.paper(session, actor, paper_id) or abort(404)
        audit.record(
            session,
            actor=actor,
            action="company.paper_view",
            subject="company",
            subject_id=row.company_id,
            now=now_utc(),
            paper=row.id,
        )
        file, media_type, kind = row.file, row.media_type, row.kind
    ending = "pdf" if media_type == "application/pdf" else "jpg"
    answer = Response(_storage().get(file), mimetype=media_type)
    # Shown alone and without rights, whatever may still hide in it.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Content-Disposition"] = f'inline; filename="{kind}.{ending}"'
    return answer


@bp.post("/papers/<uuid:paper_id>/judge")
@needs(Permission.COMPANY_VERIFY)
def judge_paper(paper_id: UUID) -> ResponseReturnValue:
    """Verify a paper, or refuse it with a reason."""
    form = JudgeForm()
    with transaction() as session:
        row = queries.paper(session, current_actor(), paper_id) or abort(404)
        target = url_for(".show", company_id=row.company_id)
        if not form.validate_on_submit():
            abort(HTTPStatus.BAD_REQUEST)
        verified = request.form.get("verdict") == "verified"
        try:
            services.judge_paper(
                session,
                actor=current_actor(),
                paper=row,
                verified=verified,
                reason=form.reason.data or "",
                now=now_utc(),
            )
        except FieldError as error:
            flash(str(words.error_words(error)), "error")
        else:
            flash(_("The paper is verified.") if verified else _("The paper is refused."), "good")
    return redirect(target, code=HTTPStatus.SEE_OTHER)


def _storage() -> Storage:
    storage: Storage = current_app.extensions["fieldapp.storage"]
    return storage


def _held(sheet_id: str) -> imports.HeldSheet:
    kept = imports.held(_storage(), actor=current_actor(), sheet_id=sheet_id, now=now_utc())
    return kept or abort(404)


def _reasons(result: imports.RowResult) -> list[str]:
    """Why a row cannot be entered, each with the name of its column."""
    return [
        f"{words.company_field_label(name)}: {words.error_words(error)}"
        if name
        else words.error_words(error)
        for name, error in result.errors.items()
    ]


def _within_reach(session: Session, company_id: UUID) -> Company:
    return queries.company(session, current_actor(), company_id) or abort(404)


def _open_agencies(session: Session) -> list[Agency]:
    found = agency_queries.agencies_within_reach(session, current_actor())
    return [agency for agency in found if agency.active]


def _nib_taken(form: CompanyForm, row: Company | None, error: NibTakenError) -> ResponseReturnValue:
    form.nib.errors = [words.error_words(error)]
    other = error.facts["company_id"]
    page = render_template("companies/edit.html", form=form, row=row, alike=(), taken=other)
    return page, error.status


def _kept() -> dict[str, Any]:
    names = ("q", "area", "scale", "agency")
    return {name: request.args[name] for name in names if request.args.get(name)}

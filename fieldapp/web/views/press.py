"""The press room: choose what to print, see what it would be, print it as a job, take the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.documents.calibration import calibration_sheet
from fieldapp.documents.enrolment_form import LARGEST_ON_ONE_PAGE
from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import BeingPrintedError, NobodyLeftError, NoCardsLeftError
from fieldapp.domain.permissions import Permission
from fieldapp.domain.press import CARDS, LISTS, REFUSED, DocumentKind, Duplex, PressOrder
from fieldapp.jobs.paper_facts import House
from fieldapp.jobs.press_excerpts import excerpt
from fieldapp.jobs.press_lacks import Lacking, lacking
from fieldapp.jobs.press_preview import preview
from fieldapp.jobs.press_sheets import pages, sheets
from fieldapp.models.documents import Document
from fieldapp.models.jobs import Job, JobState
from fieldapp.queries import batches as batch_queries
from fieldapp.queries import documents as queries
from fieldapp.queries import press as press_queries
from fieldapp.services import jobs
from fieldapp.services import press as services
from fieldapp.web import arguments
from fieldapp.web.downloads import downloaded
from fieldapp.web.forms.press import (
    KIND_WORDS,
    ChoiceForm,
    PrinterForm,
    SheetForm,
    StartForm,
    shown,
)
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.pace import pace
from fieldapp.web.printers import printer_of_request, remember
from fieldapp.web.targets import safe_target

bp = Blueprint("press", __name__, url_prefix="/press")

SHOWN = 30
BATCHES = 200
"""So many batches are offered; an older one is reached from its own page."""
LACKING = 50
"""So many of those who lack something stand on a page."""
EACH = 50
"""Sheets in a file, until somebody asks for another number."""
MOST_FILES = 200


@dataclass(frozen=True, slots=True)
class Size:
    """How large a print is."""

    rows: int
    sheets: int
    pages: int


@bp.get("/")
@needs(Permission.DOCUMENT_PRINT)
def index() -> ResponseReturnValue:
    """Choose what to print; what is being printed, what was printed."""
    actor = current_actor()
    with reading() as session:
        return _index(session, actor, _choice(session, actor))


@bp.get("/choice")
@needs(Permission.DOCUMENT_PRINT)
def choice() -> ResponseReturnValue:
    """What a print would be: how many, who lacks what, who is printing the same."""
    actor = current_actor()
    with reading() as session:
        form = _choice(session, actor)
        if not form.validate():
            return _index(session, actor, form), 422
        order = form.order(*printer_of_request())
        _must_reach(session, actor, order)
        return _told(session, actor, order)


@bp.get("/preview.pdf")
@needs(Permission.DOCUMENT_PRINT)
def show_preview() -> ResponseReturnValue:
    """The first sheet, as it would come out, and marked as a specimen."""
    actor = current_actor()
    with reading() as session:
        order = _asked(session, actor)
    order = replace(order, leave_out=request.args.get("lacking") != "blanks")
    return _pdf(preview(_house(), actor=actor, order=order, now=now_utc()), "contoh-cetakan")


@bp.post("/jobs")
@needs(Permission.DOCUMENT_PRINT)
def start() -> ResponseReturnValue:
    """Put a print into the queue; a print of the same that runs already is told first."""
    actor, form = current_actor(), StartForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        with transaction() as session:
            order = replace(_asked(session, actor), leave_out=form.leave_out)
            if order.kind in LISTS and order.batch_id is None:
                abort(400)
            size = _size(session, actor, order, lacking(session, actor, order))
            if not size.rows:
                flash(_nothing(session, actor, order), "warn")
                return redirect(_choice_url(request.args.to_dict()), code=303)
            job = services.start(
                session,
                actor=actor,
                order=order,
                rows=size.rows,
                pages=size.pages,
                told=form.told,
                now=now_utc(),
            )
            return redirect(url_for(".job", job_id=job.id), code=303)
    except BeingPrintedError as error:
        flash(words.error_words(error), "warn")
        return redirect(_choice_url(request.args.to_dict()), code=303)


@bp.route("/printer", methods=["GET", "POST"])
@needs(Permission.DOCUMENT_PRINT)
def printer() -> ResponseReturnValue:
    """How the printer beside this browser turns sheets, and how far it is off."""
    duplex, shifts = printer_of_request()
    form = PrinterForm(duplex, shifts)
    back = safe_target(request.values.get("back")) or url_for(".index")
    if form.validate_on_submit():
        answer = redirect(url_for(".printer", back=back, saved="y"), code=303)
        remember(answer, Duplex(form.duplex.data), form.shifts)
        return answer
    page = render_template(
        "press/printer.html", form=form, back=back, saved=request.args.get("saved") == "y"
    )
    return page, 422 if form.errors else 200


@bp.get("/calibration.pdf")
@needs(Permission.DOCUMENT_PRINT)
def calibration() -> ResponseReturnValue:
    """Rulers and lines that show how far the printer is off, as it is set now."""
    duplex, shifts = printer_of_request()
    return _pdf(calibration_sheet(duplex, shifts, made_at=now_utc()), "lembar-kalibrasi")


@bp.get("/jobs/<uuid:job_id>")
@needs(Permission.DOCUMENT_PRINT)
def job(job_id: UUID) -> ResponseReturnValue:
    """How far a print is."""
    actor = current_actor()
    with reading() as session:
        found = queries.job(session, actor, job_id) or abort(404)
        if found.state is JobState.DONE and found.document_id:
            return redirect(url_for(".document", document_id=found.document_id))
        order = PressOrder.from_args(found.args)
        return render_template(
            "press/job.html",
            job=found,
            kind=order.kind,
            by=queries.ordered_by(session, found),
            said=_said(session, order),
            pace=pace(found, now=now_utc()),
            problem=words.problem_words(found.problem) if found.problem else "",
            again=_choice_url(_address(order)),
        )


@bp.get("/jobs/<uuid:job_id>.json")
@needs(Permission.DOCUMENT_PRINT)
def job_state(job_id: UUID) -> ResponseReturnValue:
    """The same for the script that moves the bar."""
    actor = current_actor()
    with reading() as session:
        found = queries.job(session, actor, job_id) or abort(404)
        return jsonify(_state(found))


@bp.post("/jobs/<uuid:job_id>/cancel")
@needs(Permission.DOCUMENT_PRINT)
def cancel(job_id: UUID) -> ResponseReturnValue:
    """Stop a print; nothing of it is marked printed."""
    actor = current_actor()
    with transaction() as session:
        found = queries.job(session, actor, job_id) or abort(404)
        jobs.cancel(session, actor=actor, job=found, now=now_utc())
    flash(_("Stopped. Nothing was marked as printed."), "info")
    return redirect(url_for(".index"), code=303)


@bp.get("/documents/<uuid:document_id>")
@needs(Permission.DOCUMENT_DRAFT)
def document(document_id: UUID) -> ResponseReturnValue:
    """One print of the ledger: what it is, who made it, who was left out, its sheets."""
    actor = current_actor()
    with reading() as session:
        found = queries.document(session, actor, document_id) or abort(404)
        whole = (
            found if found.whole_id is None else queries.document(session, actor, found.whole_id)
        )
        ordered = queries.ordered(session, found)
        order = PressOrder.from_args(ordered.args) if ordered else None
        tray = queries.sheets(session, found) if actor.may(Permission.DOCUMENT_PRINT) else []
        first = arguments.whole(request.args.get("from"))
        each = min(max(arguments.whole(request.args.get("each")) or EACH, 1), len(tray) or 1)
        each = max(each, -(-len(tray) // MOST_FILES))
        resumed = tray[first - 1] if first and first <= len(tray) else None
        rest = [row for sheet in tray[(first or 1) - 1 :] for row in sheet.rows] if resumed else []
        return render_template(
            "press/document.html",
            document=found,
            whole=whole,
            by=queries.made_by(session, found),
            said=_said(session, order) if order else "",
            last_sheet=_last_sheet(session, found, whole),
            omitted=queries.omissions(session, found),
            gone=max(ordered.total - found.rows, 0) if ordered else 0,
            sheets=tray,
            first=first,
            resumed=resumed,
            changed=queries.changed_cards(session, found, rest) if found.kind in CARDS else 0,
            each=each,
            files=[(a, min(a + each - 1, len(tray))) for a in range(1, len(tray) + 1, each)],
            excerpts=queries.excerpts(session, found),
            form=SheetForm(),
            on_cards=found.kind in CARDS,
        )


@bp.post("/documents/<uuid:document_id>/excerpts")
@needs(Permission.DOCUMENT_PRINT)
def cut(document_id: UUID) -> ResponseReturnValue:
    """Some sheets of a print as a file of their own."""
    actor, form = current_actor(), SheetForm()
    with reading() as session:
        queries.document(session, actor, document_id) or abort(404)
    if not form.validate_on_submit():
        abort(400)
    made = excerpt(
        _house(),
        actor=actor,
        document_id=document_id,
        first=form.first.data,
        last=form.last.data,
        now=now_utc(),
    )
    return redirect(url_for(".download", document_id=made), code=303)


@bp.get("/documents/<uuid:document_id>.pdf")
@needs(Permission.DOCUMENT_DRAFT)
def download(document_id: UUID) -> ResponseReturnValue:
    """The bytes themselves; every download leaves an entry."""
    actor = current_actor()
    with transaction() as session:
        found = queries.document(session, actor, document_id) or abort(404)
        return downloaded(session, actor, found, name=_file_name(session, actor, found))


def _index(session: Session, actor: Actor, form: ChoiceForm) -> str:
    return render_template(
        "press/index.html",
        form=form,
        nothing=not form.batch.choices[1:],
        underway=[
            (each, _said(session, each.order)) for each in press_queries.underway(session, actor)
        ],
        ended=queries.ended_jobs(session, actor, limit=5),
        documents=queries.recent_documents(session, actor, limit=SHOWN),
    )


def _told(session: Session, actor: Actor, order: PressOrder) -> str:
    """The page of a choice."""
    lacks = lacking(session, actor, order)
    whole = press_queries.count(session, actor, order, family=LARGEST_ON_ONE_PAGE)
    start = arguments.whole(request.args.get("lacks_from")) or 0
    asked = request.args.to_dict()
    refused = [each for each in lacks if not REFUSED.isdisjoint(each.lacks)]
    return render_template(
        "press/choice.html",
        order=order,
        heading=KIND_WORDS[order.kind],
        said=_said(session, order),
        size=_size(session, actor, replace(order, leave_out=True), lacks),
        with_blanks=_size(session, actor, order, lacks),
        unready=whole.unready,
        lacks=lacks[start : start + LACKING],
        lacks_from=start,
        lacks_all=len(lacks),
        refused=len(refused),
        lacks_kinds=_kinds(lacks),
        previous=_choice_url({**asked, "lacks_from": str(max(start - LACKING, 0))})
        if start
        else None,
        next=_choice_url({**asked, "lacks_from": str(start + LACKING)})
        if start + LACKING < len(lacks)
        else None,
        same=press_queries.printing_the_same(session, actor, order),
        batches=press_queries.batches_of(session, actor, order)
        if order.kind in LISTS and order.batch_id is None
        else None,
        form=StartForm(),
        asked={name: value for name, value in asked.items() if name != "lacks_from"},
        on_sheets=order.kind is DocumentKind.CARD_SHEET,
        printer=_printer_words(order),
    )


def _kinds(lacks: list[Lacking]) -> Mapping[Any, int]:
    """How many lack what, the most frequent first."""
    found: dict[Any, int] = {}
    for each in lacks:
        for lack in each.lacks:
            found[lack] = found.get(lack, 0) + 1
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _size(session: Session, actor: Actor, order: PressOrder, lacks: list[Lacking]) -> Size:
    """How large the print is without those who are left out."""
    found = press_queries.count(session, actor, order, family=LARGEST_ON_ONE_PAGE)
    out = {each.registration_id for each in lacks if order.leaves_out(each.lacks)}
    rows, long = found.rows - len(out), len(found.long_families - out)
    return Size(rows, sheets(order.kind, rows, long=long), pages(order.kind, rows, long=long))


def _choice(session: Session, actor: Actor) -> ChoiceForm:
    return ChoiceForm(press_queries.offer(session, actor, batches=BATCHES))


def _asked(session: Session, actor: Actor) -> PressOrder:
    """What the address asks for; 400 for what no page of ours would ask."""
    form = _choice(session, actor)
    if not form.validate():
        abort(400)
    order = form.order(*printer_of_request())
    _must_reach(session, actor, order)
    return order


def _choice_url(asked: Mapping[str, str]) -> str:
    return f"{url_for('.choice')}?{urlencode(asked)}"


def _must_reach(session: Session, actor: Actor, order: PressOrder) -> None:
    """What is out of reach does not exist."""
    if order.batch_id and batch_queries.batch(session, actor, order.batch_id) is None:
        abort(404)
    if order.agency_id and not (actor.reaches_all or actor.agency_id == order.agency_id):
        abort(404)


def _said(session: Session, order: PressOrder) -> str:
    """The filters in words."""
    found = [
        *press_queries.filter_names(session, order),
        _days(order),
        str(words.label(order.printed)) if order.kind not in LISTS else "",
        str(words.label(order.sorting)),
    ]
    return " · ".join(filter(None, found))


def _days(order: PressOrder) -> str:
    day = current_app.jinja_env.filters["date"]
    match order.approved_from, order.approved_to:
        case None, None:
            return ""
        case first, None:
            return str(_("Approved since %(day)s", day=day(first)))
        case None, last:
            return str(_("Approved until %(day)s", day=day(last)))
        case first, last:
            return str(_("Approved %(first)s – %(last)s", first=day(first), last=day(last)))


def _printer_words(order: PressOrder) -> str:
    """The printer in one line."""
    moved = order.shifts
    found = [str(words.label(order.duplex))]
    for side, right, down in (
        (_("front"), moved.front_right, moved.front_down),
        (_("back"), moved.back_right, moved.back_down),
    ):
        if right or down:
            found.append(
                _(
                    "%(side)s moved %(right)s mm to the right and %(down)s mm down",
                    side=side,
                    right=shown(right),
                    down=shown(down),
                )
            )
    return "; ".join(found)


def _address(order: PressOrder) -> dict[str, str]:
    """The filters of an order as an address of ours has them."""
    told = order.as_args()
    names = {"batch_id": "batch", "agency_id": "agency", "category_id": "category"}
    kept = ("kind", "approved_from", "approved_to", "printed", "sorting", *names)
    return {names.get(name, name): str(told[name]) for name in kept if name in told}


def _nothing(session: Session, actor: Actor, order: PressOrder) -> str:
    """Why there is nothing to print."""
    found = press_queries.count(session, actor, order, family=LARGEST_ON_ONE_PAGE)
    if found.rows:
        return words.error_words(NobodyLeftError(rows=found.rows))
    if found.unready:
        return words.error_words(NoCardsLeftError(rows=found.unready))
    return str(_("No row of this choice is approved yet: there is nothing to print."))


def _last_sheet(session: Session, found: Document, whole: Document | None) -> int | None:
    """Of an excerpt, the last sheet of the whole that is in it."""
    if found.first_sheet is None or whole is None:
        return None
    tray = queries.sheets(session, whole)
    end = tray[found.first_sheet - 1].page + found.pages
    return next((n for n, sheet in enumerate(tray) if sheet.page >= end), len(tray))


def _file_name(session: Session, actor: Actor, found: Document) -> str:
    name = found.kind.replace("_", "-")
    if found.whole_id is None:
        return name
    whole = queries.document(session, actor, found.whole_id)
    return f"{name}-lembar-{found.first_sheet}-{_last_sheet(session, found, whole)}"


def _state(found: Job) -> dict[str, object]:
    told = pace(found, now=now_utc())
    return {
        "state": found.state,
        "done": found.done,
        "total": found.total,
        "line": told.line,
        "left": told.left,
        "speed": told.speed,
        "ended": found.state not in (JobState.WAITING, JobState.RUNNING),
    }


def _pdf(content: bytes, name: str) -> Response:
    answer = make_response(content)
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer


def _house() -> House:
    house: House = current_app.extensions["fieldapp.house"]
    return house

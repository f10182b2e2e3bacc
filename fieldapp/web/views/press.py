"""The press room: choose a batch, print it as a job, watch it, download what came out."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import (
    Blueprint,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import NoCardsLeftError
from fieldapp.domain.permissions import Permission
from fieldapp.domain.press import DocumentKind, PressOrder
from fieldapp.models.jobs import Job, JobState
from fieldapp.queries import batches as batch_queries
from fieldapp.queries import documents as queries
from fieldapp.queries import press as press_queries
from fieldapp.services import jobs
from fieldapp.web.downloads import downloaded
from fieldapp.web.forms.press import PrintForm
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.pace import pace

bp = Blueprint("press", __name__, url_prefix="/press")

SHOWN = 30


@bp.get("/")
@needs(Permission.DOCUMENT_PRINT)
def index() -> ResponseReturnValue:
    """What can be printed, what is being printed, what was printed."""
    actor = current_actor()
    with reading() as session:
        return render_template(
            "press/index.html",
            form=PrintForm(),
            batches=queries.printable_batches(session, actor, limit=SHOWN),
            jobs=queries.open_jobs(session, actor),
            ended=queries.ended_jobs(session, actor, limit=5),
            documents=queries.recent_documents(session, actor, limit=SHOWN),
        )


@bp.post("/jobs")
@needs(Permission.DOCUMENT_PRINT)
def start() -> ResponseReturnValue:
    """Put a print into the queue; a print of the same that runs already is shown instead."""
    actor, form = current_actor(), PrintForm()
    if not form.validate_on_submit():
        abort(400)
    with transaction() as session:
        batch = batch_queries.batch(session, actor, form.batch) or abort(404)
        order = form.order(batch.id)
        args = order.as_args()
        same = next((j for j in queries.open_jobs(session, actor) if j.args == args), None)
        if same is not None:
            flash(_("This is being printed already; here is how far it is."), "info")
            return redirect(url_for(".job", job_id=same.id), code=303)
        total = len(press_queries.chosen_ids(session, actor, order))
        if not total:
            flash(_nothing(session, actor, order), "warn")
            return redirect(url_for(".index"), code=303)
        job = jobs.enqueue(
            session,
            actor=actor,
            kind="print_batch",
            args=args,
            total=total,
            agency_id=batch.agency_id,
            now=now_utc(),
        )
        return redirect(url_for(".job", job_id=job.id), code=303)


@bp.get("/jobs/<uuid:job_id>")
@needs(Permission.DOCUMENT_PRINT)
def job(job_id: UUID) -> ResponseReturnValue:
    """How far a print is."""
    actor = current_actor()
    with reading() as session:
        found = queries.job(session, actor, job_id) or abort(404)
        if found.state is JobState.DONE and found.document_id:
            return redirect(url_for(".document", document_id=found.document_id))
        return render_template(
            "press/job.html",
            job=found,
            kind=DocumentKind(found.args["kind"]),
            pace=pace(found, now=now_utc()),
            problem=words.problem_words(found.problem) if found.problem else "",
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
    """One print of the ledger: what it is, who made it, its hash."""
    actor = current_actor()
    with reading() as session:
        found = queries.document(session, actor, document_id) or abort(404)
        return render_template("press/document.html", document=found)


@bp.get("/documents/<uuid:document_id>.pdf")
@needs(Permission.DOCUMENT_DRAFT)
def download(document_id: UUID) -> ResponseReturnValue:
    """The bytes themselves; every download leaves an entry."""
    actor = current_actor()
    with transaction() as session:
        found = queries.document(session, actor, document_id) or abort(404)
        return downloaded(session, actor, found, name=found.kind.replace("_", "-"))


def _nothing(session: Session, actor: Actor, order: PressOrder) -> str:
    """Why there is nothing to print."""
    approved = press_queries.chosen_ids(
        session, actor, replace(order, kind=DocumentKind.BATCH_LIST)
    )
    if approved:
        return words.error_words(NoCardsLeftError(rows=len(approved)))
    return str(_("No row of this batch is approved yet: there is nothing to print."))


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

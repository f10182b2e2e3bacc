"""Monthly reports: ordered, listed, downloaded."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from flask import (
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.permissions import Permission
from fieldapp.domain.wita import day_of
from fieldapp.jobs.coverage_report import KIND, report_args
from fieldapp.queries import coverage as queries
from fieldapp.queries.coverage import Ask
from fieldapp.services import jobs
from fieldapp.web import arguments
from fieldapp.web.downloads import downloaded
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.views.coverage.blueprint import bp

REPORTS: Final = 24


@bp.get("/reports")
@needs(Permission.COVERAGE_VIEW)
def reports() -> ResponseReturnValue:
    """Reports that were made, that are being made, and a form for the next."""
    actor, today = current_actor(), day_of(now_utc())
    with reading() as session:
        waiting, failed = queries.report_jobs(session, actor, kind=KIND)
        agencies, _categories, _areas = queries.choices(session, actor)
        return render_template(
            "coverage/reports.html",
            jobs=waiting,
            job_days={job.id: date.fromisoformat(job.args["as_of"]) for job in waiting},
            failed=failed,
            problems={job.id: words.problem_words(job.problem or {}) for job in failed},
            documents=[
                (document, date.fromisoformat(args["as_of"]))
                for document, args in queries.report_documents(session, actor, limit=REPORTS)
            ],
            agencies=agencies,
            as_of=queries.day_to_show(session, today),
            today=today,
        )


@bp.post("/reports")
@needs(Permission.COVERAGE_VIEW)
def order_report() -> ResponseReturnValue:
    """Put a report into the queue; one of the same that waits already is shown instead."""
    actor, now = current_actor(), now_utc()
    with transaction() as session:
        chosen = arguments.uuid(request.form.get("agency"))
        agencies = dict(queries.choices(session, actor)[0])
        if chosen is not None and chosen not in agencies:
            abort(404)
        as_of = arguments.day(request.form.get("as_of")) or queries.day_to_show(
            session, day_of(now)
        )
        ask = Ask(
            min(as_of, day_of(now)),
            agency_id=chosen or (None if actor.reaches_all else actor.agency_id),
        )
        args = report_args(ask, asked_at=now)
        waiting, _failed = queries.report_jobs(session, actor, kind=KIND)
        same = {"as_of": args["as_of"], "agency_id": args["agency_id"]}
        if not any(same.items() <= job.args.items() for job in waiting):
            jobs.enqueue(
                session,
                actor=actor,
                kind=KIND,
                args=args,
                total=1,
                agency_id=ask.agency_id or actor.agency_id,
                now=now,
            )
    flash(_("The report is being made. It stands here in a moment."), "info")
    return redirect(url_for(".reports"), 303)


@bp.get("/reports/<uuid:document_id>.pdf")
@needs(Permission.COVERAGE_VIEW)
def download_report(document_id: UUID) -> ResponseReturnValue:
    """The report itself; every download leaves an entry."""
    actor = current_actor()
    with transaction() as session:
        found = queries.report_document(session, actor, document_id) or abort(404)
        return downloaded(session, actor, found, name="laporan-capaian")

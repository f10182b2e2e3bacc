"""Papers of a company: handed in, looked at, verified by somebody else."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from flask import (
    Response,
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
from fieldapp.adapters import papers
from fieldapp.adapters.photos import PhotoError
from fieldapp.clock import now_utc
from fieldapp.database import transaction
from fieldapp.domain.errors import FieldError
from fieldapp.domain.permissions import Permission
from fieldapp.domain.wita import day_of
from fieldapp.models.companies import PaperKind
from fieldapp.queries import companies as queries
from fieldapp.services import audit
from fieldapp.services import companies as services
from fieldapp.web.forms.companies import JudgeForm, PaperForm
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.unit import unit_of_work
from fieldapp.web.views.companies.blueprint import (
    bp,
    company_within_reach,
    storage,
)


@bp.route("/<uuid:company_id>/papers/<any(certificate,receipt):kind>", methods=["GET", "POST"])
@needs(Permission.COMPANY_EDIT)
def attach(company_id: UUID, kind: str) -> ResponseReturnValue:
    """Hand in a certificate or a receipt."""
    now, form = now_utc(), PaperForm()
    form.prepare(PaperKind(kind), today=day_of(now))
    with unit_of_work() as session:
        row = company_within_reach(session, company_id)
        status = HTTPStatus.OK
        if form.validate_on_submit() and form.read():
            try:
                services.attach(
                    session,
                    storage=storage(),
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
    answer = Response(storage().get(file), mimetype=media_type)
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

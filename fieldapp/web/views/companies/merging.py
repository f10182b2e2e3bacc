"""Two entries of one company become one."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
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

from fieldapp.clock import now_utc
from fieldapp.domain.permissions import Permission
from fieldapp.models.companies import Company
from fieldapp.queries import companies as queries
from fieldapp.services import companies as services
from fieldapp.web.arguments import uuid
from fieldapp.web.forms.companies import MergeForm
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.unit import unit_of_work
from fieldapp.web.views.companies.blueprint import (
    SHOWN,
    bp,
    company_within_reach,
)


@bp.route("/<uuid:company_id>/merge", methods=["GET", "POST"])
@needs(Permission.COMPANY_EDIT)
def merge(company_id: UUID) -> ResponseReturnValue:
    """Choose the company that this one really is, and merge the two."""
    actor, form = current_actor(), MergeForm()
    with unit_of_work() as session:
        row = company_within_reach(session, company_id)
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
            other = company_within_reach(session, uuid(form.other.data) or abort(404))
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

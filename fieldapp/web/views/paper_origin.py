"""Which print is this file? For clerks; what is handed in is hashed and forgotten."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import transaction
from fieldapp.domain.permissions import Permission
from fieldapp.services import paper_origin as services
from fieldapp.web.forms.paper_origin import OriginForm
from fieldapp.web.gate import current_actor, needs

bp = Blueprint("paper_origin", __name__, url_prefix="/documents")


@bp.route("/verify", methods=["GET", "POST"])
@needs(Permission.DOCUMENT_PRINT)
def verify() -> ResponseReturnValue:
    """Ask for a file, and say where it comes from."""
    form = OriginForm()
    if not form.validate_on_submit() or form.digest is None:
        return _page(form, asked=False)
    with transaction() as session:
        found = services.trace(session, actor=current_actor(), digest=form.digest, now=now_utc())
        told = words.origin_words(found) if found else None
    return _page(form, asked=True, told=told)


def _page(
    form: OriginForm, *, asked: bool, told: list[tuple[str, object]] | None = None
) -> ResponseReturnValue:
    return render_template(
        "paper_origin/verify.html", form=form, asked=asked, told=told, no_origin=words.NO_ORIGIN
    )

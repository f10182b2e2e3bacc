"""The list: the workers within reach, to look through and to find one among them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldapp.clock import now_utc
from fieldapp.database import transaction
from fieldapp.domain.permissions import Permission
from fieldapp.domain.registrations import Stage
from fieldapp.queries import registrations as queries
from fieldapp.services import registrations
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.views.registrations.blueprint import bp


@bp.get("/")
@needs(Permission.REGISTRATION_VIEW)
def index() -> ResponseReturnValue:
    """The workers within reach, to look through and to find one among them."""
    actor = current_actor()
    criteria = _criteria()
    with transaction() as session:
        page = queries.search(
            session,
            actor,
            criteria,
            size=current_app.extensions["fieldapp.settings"].page_rows,
            key=request.args.get("key", ""),
        )
        registrations.note_seen(
            session, actor=actor, ids=[row.id for row in page.rows], what="list", now=now_utc()
        )
        session.flush()
        return render_template(
            "registrations/index.html",
            page=page,
            criteria=criteria,
            asked=bool(criteria.text or criteria.stage or criteria.category_id
                       or criteria.agency_id or criteria.own_only),
            stages=[each for each in Stage if _sees(each)],
            categories=queries.categories_within_reach(session, actor),
            agencies=queries.agencies_within_reach(session, actor) if actor.reaches_all else [],
            address=_address,
        )  # fmt: skip


def _criteria() -> queries.Criteria:
    stage = request.args.get("stage", "")
    return queries.Criteria(
        text=request.args.get("q", "")[:80],
        stage=Stage(stage) if stage in set(Stage) else None,
        category_id=_id(request.args.get("category", "")),
        agency_id=_id(request.args.get("agency", "")),
        own_only=request.args.get("whose") == "own",
        by_name=request.args.get("order") == "name",
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _sees(stage: Stage) -> bool:
    unsent = stage in (Stage.DRAFT, Stage.WITHDRAWN)
    return current_actor().may(Permission.REGISTRATION_EDIT) or not unsent


def _address(**changes: str | None) -> str:
    """This list with something of its question changed; a change of question begins anew."""
    kept = {name: value for name, value in request.args.items() if name != "key"}
    asked: dict[str, Any] = {name: v for name, v in {**kept, **changes}.items() if v}
    return url_for(".index", **asked)

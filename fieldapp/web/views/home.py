"""Home: what waits for the person who looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from sqlalchemy.orm import Session

from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.actors import Actor
from fieldapp.domain.permissions import Permission, Role
from fieldapp.domain.registrations import PRINTABLE, Stage
from fieldapp.models.batches import BatchState
from fieldapp.queries import batches, companies, permits
from fieldapp.queries import home as queries
from fieldapp.services import audit
from fieldapp.web.gate import current_actor, needs

bp = Blueprint("home", __name__)

SHOWN: Final = 5
"""How many of a kind stand on a home page; the lists behind it have them all."""


@bp.get("/")
@needs(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    """Say what waits."""
    actor = current_actor()
    with reading() as session:
        gathered = GATHER[actor.role](session, actor)
        seen = [row.id for row in gathered.get("returned", ())]
        page = render_template(
            f"home/{actor.role.value}.html", now=now_utc(), up_to=_up_to, **gathered
        )
    if seen:
        _note_view(actor, seen)
    return page


def _note_view(actor: Actor, seen: Sequence[UUID]) -> None:
    with transaction() as session:
        audit.record(
            session,
            actor=actor,
            action="home.view",
            subject="user",
            subject_id=actor.id,
            now=now_utc(),
            ids=[str(each) for each in seen],
        )


def _coordinator(session: Session, actor: Actor) -> Mapping[str, Any]:
    sent = batches.newest(session, actor, [BatchState.SUBMITTED, BatchState.DECIDED], size=SHOWN)
    filling = batches.open_batches(session, actor, size=SHOWN)
    return {
        "returned": queries.returned(session, actor, size=SHOWN),
        "returned_count": queries.stage_count(session, actor, Stage.RETURNED),
        "drafts": queries.drafts(session, actor),
        "filling": filling,
        "sent": sent.batches,
        "tallies": batches.tallies(session, [each.id for each in (*filling, *sent.batches)]),
    }


def _supervisor(session: Session, actor: Actor) -> Mapping[str, Any]:
    waiting = batches.waiting(session, actor, size=SHOWN)
    decided = batches.newest(session, actor, [BatchState.DECIDED], size=SHOWN)
    shown = [each.id for each in (*waiting, *decided.batches)]
    return {
        "waiting": waiting,
        "rows": queries.stage_count(session, actor, Stage.SUBMITTED),
        "decided": decided.batches,
        "tallies": batches.tallies(session, shown),
        "everywhere": actor.reaches_all,
    }


def _clerk(session: Session, actor: Actor) -> Mapping[str, Any]:
    return {
        "unprinted": queries.unprinted(session, actor),
        "jobs": queries.jobs(session, actor, size=SHOWN),
    }


def _permit_officer(session: Session, actor: Actor) -> Mapping[str, Any]:
    month_ago = now_utc() - timedelta(days=30)
    return {
        "papers": companies.waiting_papers(session, actor, limit=100),
        "not_fit": permits.unsettled_count(session, actor, since=month_ago, most=queries.MOST),
    }


def _manager(session: Session, actor: Actor) -> Mapping[str, Any]:
    figures = queries.by_agency(session, actor)
    enrolling = {
        name: sum(counts.get(stage, 0) for stage in PRINTABLE) for name, counts in figures.items()
    }
    return {
        "figures": figures,
        "stages": [
            stage for stage in Stage if any(counts.get(stage) for counts in figures.values())
        ],
        "bars": [
            {
                "label": name,
                "value": count,
                "text": format_decimal(count),
                "target": None,
                "target_text": "",
            }
            for name, count in sorted(enrolling.items(), key=lambda pair: (-pair[1], pair[0]))
        ],
        "total": sum(enrolling.values()),
        "stage_words": {stage: words.label(stage) for stage in Stage},
    }


def _admin(session: Session, actor: Actor) -> Mapping[str, Any]:
    return {"house": queries.furnishing(session, actor, size=SHOWN)}


GATHER: Final[Mapping[Role, Callable[[Session, Actor], Mapping[str, Any]]]] = {
    Role.COORDINATOR: _coordinator,
    Role.SUPERVISOR: _supervisor,
    Role.CLERK: _clerk,
    Role.PERMIT_OFFICER: _permit_officer,
    Role.MANAGER: _manager,
    Role.ADMIN: _admin,
}


def _up_to(count: int) -> str:
    """A count as far as it was counted: 1.000+ when it stopped there."""
    said = str(format_decimal(count))
    return f"{said}+" if count >= queries.MOST else said

"""Whose rows an actor reaches. Every query of personal data passes through here."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, and_, true
from sqlalchemy.orm import InstrumentedAttribute

from fieldapp.domain.actors import Actor
from fieldapp.domain.permissions import Role
from fieldapp.domain.registrations import Stage
from fieldapp.models.registrations import Registration

UNSENT = (Stage.DRAFT, Stage.WITHDRAWN)
"""Only coordinators see what has not been sent: nobody else has a task with it."""


def of_agency(actor: Actor, column: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Rows of the actor's agency; of every agency for the branch."""
    return true() if actor.reaches_all else column == actor.agency_id


def of_registrations(actor: Actor) -> ColumnElement[bool]:
    """The registrations that exist for this actor."""
    agency = of_agency(actor, Registration.agency_id)
    if actor.role is Role.COORDINATOR:
        return agency
    return and_(agency, Registration.stage.not_in(UNSENT))

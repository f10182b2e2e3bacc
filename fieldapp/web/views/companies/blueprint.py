"""Where every page about partner companies stands, and what they share."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import (
    Blueprint,
    abort,
    current_app,
)
from sqlalchemy.orm import Session

from fieldapp.adapters.storage import Storage
from fieldapp.models.agencies import Agency
from fieldapp.models.companies import Company
from fieldapp.queries import agencies as agency_queries
from fieldapp.queries import companies as queries
from fieldapp.web.gate import current_actor

bp: Final = Blueprint("companies", __name__, url_prefix="/companies")

SHOWN: Final = 20


def storage() -> Storage:
    """Where papers and sheets lie."""
    kept: Storage = current_app.extensions["fieldapp.storage"]
    return kept


def company_within_reach(session: Session, company_id: UUID) -> Company:
    """The company; 404 when it is out of reach."""
    return queries.company(session, current_actor(), company_id) or abort(404)


def open_agencies(session: Session) -> list[Agency]:
    """Agencies within reach that may be chosen."""
    found = agency_queries.agencies_within_reach(session, current_actor())
    return [agency for agency in found if agency.active]

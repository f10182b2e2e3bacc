"""Every table, imported once, so that the metadata is whole."""

from fieldapp.models import (
    agencies,
    audit,
    batches,
    cards,
    coverage,
    documents,
    holidays,
    jobs,
    keys,
    photos,
    regions,
    registrations,
    users,
)
from fieldapp.models.base import Base

__all__ = [
    "Base",
    "agencies",
    "audit",
    "batches",
    "cards",
    "coverage",
    "documents",
    "holidays",
    "jobs",
    "keys",
    "photos",
    "regions",
    "registrations",
    "users",
]

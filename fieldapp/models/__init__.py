"""Every table, imported once, so that the metadata is whole."""

from fieldapp.models import (
    agencies,
    audit,
    batches,
    cards,
    companies,
    coverage,
    documents,
    holidays,
    jobs,
    keys,
    permits,
    photos,
    regions,
    registrations,
    tokens,
    users,
    warning_letters,
)
from fieldapp.models.base import Base

__all__ = [
    "Base",
    "agencies",
    "audit",
    "batches",
    "cards",
    "companies",
    "coverage",
    "documents",
    "holidays",
    "jobs",
    "keys",
    "permits",
    "photos",
    "regions",
    "registrations",
    "tokens",
    "users",
    "warning_letters",
]

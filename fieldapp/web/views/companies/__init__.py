"""Partner companies: found, kept, merged; their papers handed in, looked at and verified."""

from fieldapp.web.views.companies import directory, merging, papers, sheets
from fieldapp.web.views.companies.blueprint import bp

__all__ = ["bp", "directory", "merging", "papers", "sheets"]

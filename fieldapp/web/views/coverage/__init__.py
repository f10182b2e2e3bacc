"""Coverage: how targets stand, compared by area, agency, kind of work and coordinator."""

from fieldapp.web.views.coverage import dashboard, files, reports
from fieldapp.web.views.coverage.blueprint import bp

__all__ = ["bp", "dashboard", "files", "reports"]

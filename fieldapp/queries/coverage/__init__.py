"""Questions about coverage, each scoped by who asks: figures, targets, and what was enrolled."""

from fieldapp.queries.coverage.asks import BRANCH, PACE_DAYS, Ask, Bar, Picture
from fieldapp.queries.coverage.figures import (
    choices,
    present_figures,
    present_targets,
    superseded,
)
from fieldapp.queries.coverage.pictures import day_to_show, picture
from fieldapp.queries.coverage.reports import report_document, report_documents, report_jobs
from fieldapp.queries.coverage.rows import STAGES, RowAsk, RowPage, rows
from fieldapp.queries.coverage.standings import standings

__all__ = [
    "BRANCH",
    "PACE_DAYS",
    "STAGES",
    "Ask",
    "Bar",
    "Picture",
    "RowAsk",
    "RowPage",
    "choices",
    "day_to_show",
    "picture",
    "present_figures",
    "present_targets",
    "report_document",
    "report_documents",
    "report_jobs",
    "rows",
    "standings",
    "superseded",
]

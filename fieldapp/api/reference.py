"""What a phone knows by heart: places, categories, tables, the consent text, and words."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response
from flask_babel import force_locale

from fieldapp.adapters.tables import brackets, consent_statement
from fieldapp.api.answers import kept_answer, most_rows
from fieldapp.api.openapi import (
    BY_SESSION,
    ID,
    TEXT,
    WHOLE,
    Part,
    by_name,
    gives,
    inside,
    maybe,
    some,
    thing,
)
from fieldapp.database import reading
from fieldapp.domain import consent
from fieldapp.domain.contributions import JKM_OF_BPU, PERIODS, PP_50_2025
from fieldapp.domain.dates import DateFault
from fieldapp.domain.findings import REQUIRED
from fieldapp.domain.forms import FIELDS, MOST_FAMILY, EntryFault
from fieldapp.domain.money import MoneyFault
from fieldapp.domain.names import NameFault
from fieldapp.domain.nik import KkFault, NikFault
from fieldapp.domain.permissions import Permission
from fieldapp.domain.phones import PhoneFault
from fieldapp.domain.registrations import Stage
from fieldapp.queries import registrations as queries
from fieldapp.services.reference import villages
from fieldapp.web.gate import current_actor, needs
from fieldapp.words.faults import FAULTS
from fieldapp.words.findings import FINDINGS
from fieldapp.words.labels import LABELS, field_label

bp = Blueprint("reference", __name__)

TYPED: Final = (NikFault, KkFault, NameFault, PhoneFault, MoneyFault, DateFault, EntryFault)
"""In which ways what is typed into the form cannot be read. A problem brings its own words."""


@bp.get("/reference")
@needs(Permission.REGISTRATION_EDIT)
def tables() -> Response:
    """Everything that forms are filled in with, as this agency has it."""
    actor = current_actor()
    with reading() as session:
        categories = [
            {
                "id": str(each.category_id),
                "name": each.category.name,
                "segment": each.segment.value,
                "sector": each.sector.value,
                "risk_class": each.risk_class.value if each.risk_class else None,
                "payer": each.payer.value,
                "usual_income_from": each.usual_income_from,
                "usual_income_to": each.usual_income_to,
            }
            for each in queries.terms_of_agency(session, actor.agency_id)
        ]
    return kept_answer(
        {
            "villages": _villages(),
            "categories": categories,
            "brackets": [[row.income_from, row.basis, row.jkk, row.jht] for row in brackets()],
            "jkm": JKM_OF_BPU,
            "discounts": [
                {
                    "rule": each.rule,
                    "sector": each.sector.value,
                    "first": each.first.isoformat(),
                    "last": each.last.isoformat(),
                    "per_cent": each.per_cent,
                    "not_paid_by": sorted(payer.value for payer in each.not_paid_by),
                }
                for each in PP_50_2025
            ],
            "consent": {"version": consent.CURRENT, "text": consent_statement(consent.CURRENT)},
            "required": ["nik", *REQUIRED],
            "most": {"batch_rows": most_rows(), "family": MOST_FAMILY},
            "months": list(PERIODS),
        }
    )


@bp.get("/words/<any(id, en):language>")
@needs(Permission.PUBLIC)
def words(language: str) -> Response:
    """What is said of fields, findings and problems; `%(name)s` stands for a fact."""
    with force_locale(language):
        told: dict[str, Any] = {
            "language": language,
            "fields": {
                name: str(field_label(name)) for name in (*FIELDS, "ktp_photo", "face_photo")
            },
            "findings": {code.value: str(text) for code, text in FINDINGS.items()},
            "faults": {fault.value: str(FAULTS[fault]) for kind in TYPED for fault in kind},
            "stages": {str(stage): str(text) for stage, text in LABELS[Stage].items()},
        }
    return kept_answer(told)


def _villages() -> list[Any]:
    """Every village of Bali by regency and district, with its code."""
    tree: dict[str, dict[str, list[list[str]]]] = {}
    for each in villages().values():
        district = tree.setdefault(each.regency, {}).setdefault(each.district, [])
        district.append([each.code, each.name])
    return [[regency, list(map(list, parts.items()))] for regency, parts in tree.items()]


_ANYTHING: Final = {"type": "array"}

PART = Part(
    paths={
        "/reference": {
            "get": {
                "summary": "What forms are filled in with",
                "security": BY_SESSION,
                "responses": gives(
                    "Places, categories, tables and the consent text",
                    thing(
                        {
                            "villages": some(_ANYTHING),
                            "categories": some(
                                thing(
                                    {
                                        "id": ID,
                                        "name": TEXT,
                                        "segment": {"enum": ["BPU", "PU"]},
                                        "sector": TEXT,
                                        "risk_class": maybe(TEXT),
                                        "payer": TEXT,
                                        "usual_income_from": WHOLE,
                                        "usual_income_to": WHOLE,
                                    }
                                )
                            ),
                            "brackets": some(some(WHOLE)),
                            "jkm": WHOLE,
                            "discounts": some(
                                thing(
                                    {
                                        "rule": TEXT,
                                        "sector": TEXT,
                                        "first": TEXT,
                                        "last": TEXT,
                                        "per_cent": WHOLE,
                                        "not_paid_by": some(TEXT),
                                    }
                                )
                            ),
                            "consent": thing({"version": TEXT, "text": TEXT}),
                            "required": some(TEXT),
                            "most": thing({"batch_rows": WHOLE, "family": WHOLE}),
                            "months": some(WHOLE),
                        }
                    ),
                    etag=True,
                ),
            }
        },
        "/words/{language}": {
            "get": {
                "summary": "Words of a language",
                "parameters": [inside("language", {"enum": ["id", "en"]})],
                "responses": gives(
                    "Templates by code",
                    thing(
                        {
                            "language": TEXT,
                            "fields": by_name(TEXT),
                            "findings": by_name(TEXT),
                            "faults": by_name(TEXT),
                            "stages": by_name(TEXT),
                        }
                    ),
                    etag=True,
                ),
            }
        },
    }
)

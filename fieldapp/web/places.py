"""Where each role can go: the bars at the top and at the bottom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Flask, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_login import current_user

from fieldapp.domain.permissions import Permission


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table below."""

    endpoint: str
    label: LazyString
    icon: str
    permission: Permission


@dataclass(frozen=True, slots=True)
class Place:
    """A place as templates show it."""

    endpoint: str
    url: str
    label: str
    icon: str
    current: bool
    count: int | None = None


ENTRIES: Final = (
    Entry("home.index", _l("Home"), "home", Permission.SIGNED_IN),
    Entry("registrations.new", _l("Register"), "add", Permission.REGISTRATION_EDIT),
    Entry("registrations.index", _l("Workers"), "users", Permission.REGISTRATION_VIEW),
    Entry("batches.index", _l("Batches"), "batch", Permission.BATCH_VIEW),
    Entry("press.index", _l("Press room"), "printer", Permission.DOCUMENT_PRINT),
    Entry("cards.check", _l("Check a card"), "shield", Permission.CARD_CHECK),
    Entry("coverage.index", _l("Coverage"), "chart", Permission.COVERAGE_VIEW),
    Entry("permits.index", _l("Permit check"), "shield", Permission.PERMIT_VIEW),
    Entry("companies.index", _l("Partners"), "building", Permission.COMPANY_VIEW),
    Entry("warning_letters.index", _l("Warnings"), "warn", Permission.COMPANY_WARN),
    Entry("agencies.index", _l("Agencies"), "building", Permission.AGENCY_MANAGE),
    Entry("categories.index", _l("Categories"), "card", Permission.CATEGORY_MANAGE),
    Entry("users.index", _l("Users"), "users", Permission.USER_MANAGE),
    Entry("regions.index", _l("Regions"), "search", Permission.REGION_VIEW),
    Entry("targets.index", _l("Targets"), "chart", Permission.TARGET_MANAGE),
    Entry("tokens.index", _l("API tokens"), "key", Permission.API_TOKEN_MANAGE),
    Entry("devices.index", _l("Phones"), "phone", Permission.DEVICE_VIEW),
    Entry("recoveries.index", _l("Forgotten PINs"), "key", Permission.DEVICE_RECOVER),
    Entry("audit.index", _l("Audit trail"), "shield", Permission.AUDIT_VIEW),
)


def places_of_request() -> list[Place]:
    """The places of the signed-in person, the current one marked; empty for the public."""
    if not current_user.is_authenticated:
        return []
    here = (request.endpoint or "").partition(".")[0]
    found = [
        Place(
            endpoint=entry.endpoint,
            url=url_for(entry.endpoint),
            label=str(entry.label),
            icon=entry.icon,
            current=request.endpoint == entry.endpoint,
        )
        for entry in ENTRIES
        if current_user.may(entry.permission)
    ]
    if any(place.current for place in found):
        return found
    # Other pages of a feature belong to its list, not to what begins a new one.
    return [
        Place(p.endpoint, p.url, p.label, p.icon, p.endpoint == f"{here}.index", p.count)
        for p in found
    ]


def install(app: Flask) -> None:
    """Hand the places to every template."""
    app.context_processor(lambda: {"places": places_of_request()})

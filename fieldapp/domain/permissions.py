"""Who may do what: the whole policy, on one page.

A permission is named `<thing>.<deed>`. Reach (which agency's rows) is not here: every query
takes the actor, and what is out of reach does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a person comes to do (product: Who uses it)."""

    COORDINATOR = "coordinator"
    SUPERVISOR = "supervisor"
    CLERK = "clerk"
    PERMIT_OFFICER = "permit_officer"
    MANAGER = "manager"
    ADMIN = "admin"


class Permission(StrEnum):
    """A deed that an endpoint, a service or a command asks for."""

    PUBLIC = "public"  # anybody, signed in or not
    SIGNED_IN = "signed_in"  # anybody with a session
    REGISTRATION_VIEW = "registration.view"
    REGISTRATION_EDIT = "registration.edit"
    REGISTRATION_END = "registration.end"
    REGISTRATION_RESCUE = "registration.rescue"
    BATCH_VIEW = "batch.view"
    BATCH_EDIT = "batch.edit"
    BATCH_DECIDE = "batch.decide"
    DOCUMENT_PRINT = "document.print"
    DOCUMENT_DRAFT = "document.draft"
    CARD_VIEW = "card.view"
    CARD_CHECK = "card.check"
    CARD_CONFIRM = "card.confirm"
    CARD_HAND_OVER = "card.hand_over"
    COVERAGE_VIEW = "coverage.view"
    TARGET_MANAGE = "target.manage"
    COMPANY_VIEW = "company.view"
    COMPANY_EDIT = "company.edit"
    COMPANY_VERIFY = "company.verify"
    COMPANY_CHECK = "company.check"
    COMPANY_WARN = "company.warn"
    PERMIT_VIEW = "permit.view"
    PERMIT_OVERRIDE = "permit.override"
    API_TOKEN_MANAGE = "api_token.manage"  # noqa: S105
    AGENCY_MANAGE = "agency.manage"
    CATEGORY_MANAGE = "category.manage"
    USER_MANAGE = "user.manage"
    REGION_VIEW = "region.view"
    AUDIT_VIEW = "audit.view"
    DEVICE_VIEW = "device.view"
    DEVICE_RECOVER = "device.recover"
    PHONE_KEEP = "phone.keep"


P = Permission
_EVERYBODY: Final = frozenset({P.PUBLIC, P.SIGNED_IN})

POLICY: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.COORDINATOR: _EVERYBODY
    | {P.REGISTRATION_VIEW, P.REGISTRATION_EDIT, P.BATCH_VIEW, P.BATCH_EDIT, P.DOCUMENT_DRAFT}
    | {P.CARD_VIEW, P.CARD_HAND_OVER, P.REGISTRATION_RESCUE, P.PHONE_KEEP},
    Role.SUPERVISOR: _EVERYBODY
    | {P.REGISTRATION_VIEW, P.REGISTRATION_END, P.BATCH_VIEW, P.BATCH_DECIDE, P.DOCUMENT_DRAFT}
    | {P.REGISTRATION_RESCUE, P.PHONE_KEEP, P.DEVICE_RECOVER}
    | {P.CARD_VIEW, P.CARD_CHECK, P.CARD_CONFIRM}
    | {P.COMPANY_VIEW, P.PERMIT_VIEW, P.PERMIT_OVERRIDE},
    Role.CLERK: _EVERYBODY
    | {P.REGISTRATION_VIEW, P.BATCH_VIEW, P.DOCUMENT_PRINT, P.DOCUMENT_DRAFT}
    | {P.CARD_VIEW, P.CARD_CHECK, P.CARD_CONFIRM, P.CARD_HAND_OVER}
    | {P.COMPANY_VIEW, P.COMPANY_EDIT, P.COMPANY_VERIFY, P.COMPANY_WARN},
    Role.PERMIT_OFFICER: _EVERYBODY
    | {P.COMPANY_VIEW, P.COMPANY_VERIFY, P.COMPANY_CHECK, P.PERMIT_VIEW, P.CARD_CHECK},
    Role.MANAGER: _EVERYBODY | {P.COVERAGE_VIEW},
    Role.ADMIN: _EVERYBODY
    | {
        P.AGENCY_MANAGE,
        P.CATEGORY_MANAGE,
        P.USER_MANAGE,
        P.REGION_VIEW,
        P.AUDIT_VIEW,
        P.DEVICE_VIEW,
        P.TARGET_MANAGE,
        P.COMPANY_VIEW,
        P.COMPANY_EDIT,
        P.PERMIT_VIEW,
        P.API_TOKEN_MANAGE,
    },
}


def allows(role: Role, permission: Permission) -> bool:
    """Whether the role holds the permission."""
    return permission in POLICY[role]

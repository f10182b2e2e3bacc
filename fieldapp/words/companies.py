"""The words of partner companies, permit checks, warnings and the API's tokens."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

from flask_babel import format_date
from flask_babel import lazy_gettext as _l

from fieldapp.adapters.tables import place_names
from fieldapp.domain.api_tokens import Scope
from fieldapp.domain.companies import CompanyDeed, CompanyFault
from fieldapp.domain.permit_codes import PermitCodeFault
from fieldapp.domain.permits import Outcome, Paper, PermitType, Reason, Shortfall
from fieldapp.domain.sheets import SheetFault
from fieldapp.domain.vocabulary import Programme, Scale
from fieldapp.domain.warning_letters import LetterState, NextStep
from fieldapp.models.companies import PaperKind, PaperState
from fieldapp.models.permits import CheckedVia
from fieldapp.services.company_imports import Outcome as ImportOutcome

ERRORS: Final[Mapping[str, Any]] = {
    "nib_taken": _l("This NIB is already in use by another company. Nothing was saved twice."),
    "sheet_twice": _l("Row %(row)s of the sheet is the same company already."),
    "sheet_name_shared": _l(
        "%(count)s companies have this name. Write the NIB or NPP, so that it is clear which."
    ),
    "company_merged": _l(
        "This company was merged into another one. Go on with the one that it was merged into."
    ),
    "one_company": _l("A company cannot be merged with itself. Choose another one."),
    "own_paper": _l("You put this paper in yourself. Somebody else must verify it."),
    "paper_judged": _l("Somebody has judged this paper already: %(state)s. Nothing was changed."),
    "paper_refused": _l("This file cannot be kept. Choose a PDF, JPG or PNG."),
    "paper_too_large": _l("This file is too large. It may have %(most)s MB; scan it in grey."),
    "paper_kind": _l("This is neither a PDF nor a picture. Choose a PDF, JPG or PNG."),
    "paper_broken": _l("This PDF is damaged. Print it to PDF once more, or take a photo of it."),
    "paper_locked": _l("This PDF has a password. Save it without one, or take a photo of it."),
    "paper_pages": _l("This PDF has %(pages)s pages; 1 to %(most)s can be kept."),
    "paper_active": _l(
        "This PDF carries a program or an attachment and is not kept. Take a photo of the paper."
    ),
    "no_rules": _l("There are no rules for so early a day. Nothing was checked."),
    "permit_request": _l("The request cannot be understood; look at “%(member)s”."),
    "own_check": _l("You made this check yourself. Another supervisor must decide on it."),
    "override": _l("There is nothing to override: this company may pass already."),
    "letter_step": _l("This is not what follows now: %(step)s."),
    "letter_date": _l("Choose a day from the issue of the letter until today."),
    "nothing_to_warn": _l("This company has met its duties. There is nothing to warn of."),
    "token_missing": _l("The request carries no token. Send it as “Authorization: Bearer …”."),
    "token_unknown": _l("This token is not known, or its account is closed."),
    "token_expired": _l("This token has expired. Ask the administrator for a new one."),
    "token_revoked": _l("This token was taken back. Ask the administrator for a new one."),
    "scope_missing": _l("This token may not do this; it lacks the scope “%(scope)s”."),
    "token_terms": _l("A token needs a name, a scope, and 1 to %(longest)s days."),
    "idempotency_key_missing": _l(
        "Send a header “Idempotency-Key” of 8 to 80 letters, digits, hyphens, underscores, dots "
        "or colons."
    ),
    "idempotency_key_reused": _l(
        "This Idempotency-Key came before with another request. Use a new key for a new check."
    ),
}

FAULTS: Final[Mapping[str, Any]] = {
    CompanyFault.NAME: _l("Write the name of the company."),
    CompanyFault.NIB: _l("A NIB has 13 digits. Copy it from the OSS letter."),
    CompanyFault.NPWP: _l("The NPWP of a company has 15 or 16 digits."),
    CompanyFault.NPP: _l(
        "An NPP has 6 to 12 letters and digits. It stands on the membership certificate."
    ),
    CompanyFault.DIVISION: _l("A division has up to three digits, for example 000."),
    CompanyFault.SPREADSHEET: _l(
        "A spreadsheet has shortened this number, and its last digits are lost. Format the column "
        "as text and type the number again."
    ),
    CompanyFault.CHOICE: _l("This is not in the list. Choose one of those offered."),
    CompanyFault.COUNT: _l("Write a whole number from 0 to %(most)s."),
    CompanyFault.LONG: _l("This has %(length)s signs; at most %(longest)s fit."),
    CompanyFault.EMAIL: _l("This is no e-mail address. Write it like nama@contoh.co.id."),
    CompanyFault.MONTH: _l("Write month and year, for example 06-2026."),
    CompanyFault.FUTURE: _l("This lies too far in the future. Check the year."),
    SheetFault.NOT_XLSX: _l(
        "This is not an Excel file (.xlsx), or it is damaged. Open it and save it as .xlsx again."
    ),
    SheetFault.TOO_LARGE: _l("This file is too large; at most %(most)s MB. Split it in two."),
    SheetFault.BOMB: _l(
        "This file unpacks to far more than a list of companies needs, and was not opened. Copy "
        "the rows into a new sheet and save that."
    ),
    SheetFault.ROWS: _l(
        "A sheet may have %(most)s rows. Split it; other sheets go into a file of their own."
    ),
    SheetFault.COLUMNS: _l("Something stands beyond column %(most)s. Clear what is to the right."),
    SheetFault.NO_HEAD: _l("There is no column “%(wanted)s” in the first rows of the first sheet."),
    SheetFault.EMPTY: _l("There are no rows below the names of the columns."),
    PermitCodeFault.NOT_OURS: _l("This is not the code of a permit check."),
}

LABELS: Final[Mapping[type[StrEnum], Mapping[str, Any]]] = {
    PermitType: {
        PermitType.BUSINESS: _l("Business permit"),
        PermitType.TENDER: _l("Permit to tender for a project"),
        PermitType.FOREIGN_WORKERS: _l("Permit to employ foreigners"),
        PermitType.LABOUR_SUPPLY: _l("Permit to supply labour"),
        PermitType.BUILDING: _l("Building approval (PBG)"),
    },
    Outcome: {
        Outcome.FIT: _l("Fit"),
        Outcome.NOT_FIT: _l("Not fit"),
    },
    Paper: {
        Paper.MISSING: _l("Missing"),
        Paper.WAITING: _l("Waits for verification"),
        Paper.VERIFIED: _l("Verified"),
    },
    PaperKind: {
        PaperKind.CERTIFICATE: _l("Membership certificate"),
        PaperKind.RECEIPT: _l("Contribution receipt"),
    },
    PaperState: {
        PaperState.WAITING: _l("Waits for verification"),
        PaperState.VERIFIED: _l("Verified"),
        PaperState.REFUSED: _l("Refused"),
    },
    CheckedVia: {
        CheckedVia.COUNTER: _l("At the counter"),
        CheckedVia.API: _l("By the licensing system"),
    },
    LetterState: {
        LetterState.ISSUED: _l("Issued, not delivered yet"),
        LetterState.RUNNING: _l("Delivered, its days are running"),
        LetterState.RUN_OUT: _l("Run out without an answer"),
        LetterState.ANSWERED: _l("Answered"),
    },
    NextStep: {
        NextStep.FIRST_LETTER: _l("issue the first letter"),
        NextStep.DELIVER: _l("note the delivery"),
        NextStep.WAIT: _l("wait for the answer"),
        NextStep.SECOND_LETTER: _l("issue the second letter"),
        NextStep.NOTIFY: _l("give notice to BPJS"),
        NextStep.NOTIFIED: _l("BPJS has been given notice"),
    },
    ImportOutcome: {
        ImportOutcome.ADDED: _l("New"),
        ImportOutcome.CHANGED: _l("Changes"),
        ImportOutcome.UNCHANGED: _l("Stays as it is"),
        ImportOutcome.BAD: _l("Cannot be entered"),
    },
    CompanyDeed: {
        CompanyDeed.MERGE: _l("Merge"),
        CompanyDeed.REFUSE: _l("Refuse"),
        CompanyDeed.OVERRIDE: _l("Let pass"),
        CompanyDeed.DELIVER: _l("Note the delivery"),
        CompanyDeed.ANSWER: _l("Note the answer"),
    },
    Scope: {
        Scope.COMPANY_STATUS: _l("Ask how a company stands"),
        Scope.PERMIT_CHECK: _l("Make and record permit checks"),
    },
}

FIELDS: Final[Mapping[str, Any]] = {
    "name": _l("Name of the company"),
    "nib": _l("NIB"),
    "npwp": _l("NPWP"),
    "npp": _l("NPP"),
    "division": _l("Division"),
    "scale": _l("Scale"),
    "area_code": _l("Area"),
    "street": _l("Address"),
    "workers_declared": _l("Workers declared"),
    "workers_enrolled": _l("Workers enrolled"),
    "contact_name": _l("Contact person"),
    "contact_phone": _l("Contact's telephone"),
    "contact_email": _l("Contact's e-mail"),
}

REASONS: Final[Mapping[Reason, Any]] = {
    Reason.CERTIFICATE_MISSING: _l("There is no membership certificate."),
    Reason.CERTIFICATE_UNVERIFIED: _l("Nobody has verified the membership certificate yet."),
    Reason.RECEIPT_MISSING: _l("There is no receipt of the last contribution."),
    Reason.RECEIPT_UNVERIFIED: _l("Nobody has verified the contribution receipt yet."),
    Reason.UNPAID: _l(
        "Contributions are paid until %(paid_until)s; they must be paid until %(wanted_month)s."
    ),
    Reason.SCALE_UNKNOWN: _l("The scale of the company is not known."),
    Reason.PROGRAMMES_UNKNOWN: _l("The certificate does not say which programmes are held."),
    Reason.PROGRAMMES_MISSING: _l(
        "A company of the scale “%(scale)s” must hold these programmes too: %(programmes)s."
    ),
    Reason.WORKERS_UNKNOWN: _l("It is not known how many workers are declared and enrolled."),
    Reason.WORKERS_LEFT_OUT: _l(
        "%(declared)s workers are declared and %(enrolled)s enrolled: %(left_out)s are left out."
    ),
}


def reason_words(reason: Shortfall) -> str:
    """Why a company is not fit, in the reader's language."""
    told = {name: _told(name, value) for name, value in reason.facts.items()}
    return str(REASONS[reason.reason]) % told


def company_field_label(name: str) -> Any:
    """What a field of a company is called. Raises KeyError for a field without words."""
    return FIELDS[name]


def area_name(code: str | None) -> str:
    """An area of the branch by name; empty for none."""
    return place_names().get(code, code) if code else ""


def programme_words(held: list[Programme] | frozenset[Programme]) -> str:
    """JKK, JKM, JHT: in the order of the law."""
    return ", ".join(each.upper() for each in Programme if each in held)


def _told(name: str, value: Any) -> str:
    match name:
        case "paid_until" | "wanted_month":
            return str(format_date(date.fromisoformat(value), "MMMM yyyy"))
        case "programmes":
            return programme_words(frozenset(Programme(each) for each in value))
        case "scale":
            return str(SCALES[Scale(value)])
        case _:
            return str(value)


SCALES: Final[Mapping[Scale, Any]] = {
    Scale.MICRO: _l("micro"),
    Scale.SMALL: _l("small"),
    Scale.MEDIUM: _l("medium"),
    Scale.LARGE: _l("large"),
}

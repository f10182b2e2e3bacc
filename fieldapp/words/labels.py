"""The words of lists to choose from, and of the form's fields."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from fieldapp.domain.card_life import CardMove, CardState, CardVerdict
from fieldapp.domain.coverage import Indicator, Kind, Side, Status
from fieldapp.domain.findings import Weight
from fieldapp.domain.heirs import HeirRank
from fieldapp.domain.paper_origin import OtherPaper
from fieldapp.domain.passwords import PasswordFault, Strength
from fieldapp.domain.permissions import Permission, Role
from fieldapp.domain.photos import PhotoFault, PhotoKind
from fieldapp.domain.press import DocumentKind, Duplex, Lack, Printed, Sorting
from fieldapp.domain.recoveries import RecoveryState
from fieldapp.domain.regions import Level
from fieldapp.domain.registrations import Move, Stage
from fieldapp.domain.vocabulary import (
    BloodType,
    MaritalStatus,
    Payer,
    Programme,
    Relation,
    RiskClass,
    Scale,
    Sector,
    Segment,
    Sex,
)
from fieldapp.models.agencies import AgencyKind
from fieldapp.models.batches import BatchState, Verdict
from fieldapp.models.jobs import JobState
from fieldapp.words import companies

LABELS: Final[Mapping[type[StrEnum], Mapping[str, Any]]] = {
    **companies.LABELS,
    Sex: {
        Sex.MALE: _l("Man"),
        Sex.FEMALE: _l("Woman"),
    },
    MaritalStatus: {
        MaritalStatus.SINGLE: _l("Single"),
        MaritalStatus.MARRIED: _l("Married"),
        MaritalStatus.DIVORCED: _l("Divorced"),
        MaritalStatus.WIDOWED: _l("Widowed"),
    },
    BloodType: {
        BloodType.A: "A",
        BloodType.B: "B",
        BloodType.AB: "AB",
        BloodType.O: "O",
    },
    Relation: {
        Relation.SPOUSE: _l("Husband or wife"),
        Relation.CHILD: _l("Child"),
        Relation.PARENT: _l("Father or mother"),
        Relation.GRANDCHILD: _l("Grandchild"),
        Relation.GRANDPARENT: _l("Grandparent"),
        Relation.SIBLING: _l("Brother or sister"),
        Relation.PARENT_IN_LAW: _l("Parent-in-law"),
        Relation.OTHER: _l("Somebody else"),
    },
    HeirRank: {
        HeirRank.SPOUSE_OR_CHILDREN: _l("Husband, wife and children"),
        HeirRank.PARENTS_OR_GRANDS: _l("Parents, grandchildren and grandparents"),
        HeirRank.SIBLINGS: _l("Brothers and sisters"),
        HeirRank.PARENTS_IN_LAW: _l("Parents-in-law"),
        HeirRank.NAMED_IN_A_WILL: _l("Whoever a will names"),
        HeirRank.ESTATE_OFFICE: _l("The state's estate office (Balai Harta Peninggalan)"),
    },
    Segment: {
        Segment.BPU: _l("BPU (without an employer)"),
        Segment.PU: _l("PU (earns a wage)"),
    },
    Sector: {
        Sector.TRANSPORT: _l("Transport"),
        Sector.OTHER: _l("Other work"),
    },
    Payer: {
        Payer.APBN: _l("State budget (APBN)"),
        Payer.APBD: _l("Regional budget (APBD)"),
        Payer.APBDES: _l("Village budget (APBDes)"),
        Payer.OWN: _l("The worker"),
        Payer.DEDUCTED: _l("Deducted from the worker's share"),
        Payer.COMPANY: _l("The company"),
    },
    RiskClass: {
        RiskClass.VERY_LOW: _l("Very low risk"),
        RiskClass.LOW: _l("Low risk"),
        RiskClass.MEDIUM: _l("Medium risk"),
        RiskClass.HIGH: _l("High risk"),
        RiskClass.VERY_HIGH: _l("Very high risk"),
    },
    Programme: {
        Programme.JKK: _l("Work accident (JKK)"),
        Programme.JKM: _l("Death (JKM)"),
        Programme.JHT: _l("Old-age savings (JHT)"),
        Programme.JP: _l("Pension (JP)"),
    },
    Scale: {
        Scale.MICRO: _l("Micro business"),
        Scale.SMALL: _l("Small business"),
        Scale.MEDIUM: _l("Medium business"),
        Scale.LARGE: _l("Large business"),
    },
    Level: {
        Level.PROVINCE: _l("Province"),
        Level.REGENCY: _l("Regency or city"),
        Level.DISTRICT: _l("District"),
        Level.VILLAGE: _l("Village"),
    },
    Role: {
        Role.COORDINATOR: _l("Coordinator"),
        Role.SUPERVISOR: _l("Supervisor"),
        Role.CLERK: _l("Print clerk"),
        Role.PERMIT_OFFICER: _l("Permit officer"),
        Role.MANAGER: _l("Manager"),
        Role.ADMIN: _l("Administrator"),
    },
    Stage: {
        Stage.DRAFT: _l("Draft"),
        Stage.SUBMITTED: _l("Submitted"),
        Stage.RETURNED: _l("Returned"),
        Stage.APPROVED: _l("Approved"),
        Stage.REJECTED: _l("Rejected"),
        Stage.SENT: _l("Sent to BPJS"),
        Stage.ENROLLED: _l("Enrolled"),
        Stage.ENDED: _l("Ended"),
        Stage.WITHDRAWN: _l("Withdrawn"),
    },
    Move: {
        Move.EDIT: _l("Change"),
        Move.SUBMIT: _l("Send for approval"),
        Move.APPROVE: _l("Approve"),
        Move.RETURN: _l("Return"),
        Move.REJECT: _l("Reject"),
        Move.SEND: _l("Send to BPJS"),
        Move.ENROL: _l("Enrol"),
        Move.REFUSE: _l("Refused by BPJS"),
        Move.END: _l("End"),
        Move.WITHDRAW: _l("Withdraw"),
    },
    Verdict: {
        Verdict.APPROVE: _l("Approve"),
        Verdict.RETURN: _l("Return"),
        Verdict.REJECT: _l("Reject"),
    },
    BatchState: {
        BatchState.OPEN: _l("Being filled"),
        BatchState.SUBMITTED: _l("Waiting for a decision"),
        BatchState.DECIDED: _l("Decided"),
    },
    Weight: {
        Weight.BLOCK: _l("Cannot be sent"),
        Weight.WARN: _l("Please check"),
        Weight.NOTE: _l("Note"),
    },
    PhotoKind: {
        PhotoKind.KTP: _l("Photo of the KTP"),
        PhotoKind.FACE: _l("Photo of the face"),
    },
    PhotoFault: {
        PhotoFault.TOO_SMALL: _l("too small"),
        PhotoFault.TOO_DARK: _l("too dark"),
        PhotoFault.TOO_BRIGHT: _l("too bright"),
        PhotoFault.BLURRED: _l("blurred"),
        PhotoFault.GLARE: _l("with a glare on it"),
    },
    Permission: {
        Permission.PUBLIC: _l("See public pages"),
        Permission.SIGNED_IN: _l("Look after one's own account"),
        Permission.REGISTRATION_VIEW: _l("See registrations"),
        Permission.REGISTRATION_EDIT: _l("Register workers and correct what came back"),
        Permission.REGISTRATION_END: _l("End a registration"),
        Permission.REGISTRATION_RESCUE: _l("Send what another phone could not, for its owner"),
        Permission.BATCH_VIEW: _l("See batches"),
        Permission.BATCH_EDIT: _l("Put batches together and send them"),
        Permission.BATCH_DECIDE: _l("Decide on batches, never on one's own registrations"),
        Permission.DOCUMENT_PRINT: _l("Print official documents and whole batches"),
        Permission.DOCUMENT_DRAFT: _l("Print single documents, drafts with a watermark"),
        Permission.CARD_VIEW: _l("See which cards are printed, void and handed over"),
        Permission.CARD_CHECK: _l("Check cards"),
        Permission.CARD_CONFIRM: _l("Allow a further reprint that somebody else asked for"),
        Permission.CARD_HAND_OVER: _l("Hand over cards"),
        Permission.COVERAGE_VIEW: _l("See targets and figures"),
        Permission.TARGET_MANAGE: _l("Enter targets, official figures and days off"),
        Permission.COMPANY_VIEW: _l("See partner companies"),
        Permission.COMPANY_EDIT: _l("Keep partner companies and their papers"),
        Permission.COMPANY_VERIFY: _l("Verify papers that somebody else put in"),
        Permission.COMPANY_CHECK: _l("Check the membership of companies"),
        Permission.COMPANY_WARN: _l("Issue written warnings to companies"),
        Permission.PERMIT_VIEW: _l("See permit checks"),
        Permission.PERMIT_OVERRIDE: _l("Let a company pass, never after one's own check"),
        Permission.API_TOKEN_MANAGE: _l("Look after tokens of the API"),
        Permission.AGENCY_MANAGE: _l("Look after agencies"),
        Permission.CATEGORY_MANAGE: _l("Look after categories"),
        Permission.USER_MANAGE: _l("Look after users"),
        Permission.REGION_VIEW: _l("See regions"),
        Permission.AUDIT_VIEW: _l("Read the audit trail"),
        Permission.DEVICE_VIEW: _l("See which phones are behind"),
        Permission.DEVICE_RECOVER: _l("Let a phone open again whose PIN is forgotten"),
        Permission.PHONE_KEEP: _l("Keep work on one's own phone"),
    },
    RecoveryState: {
        RecoveryState.WAITING: _l("Waiting"),
        RecoveryState.APPROVED: _l("Allowed, not opened yet"),
        RecoveryState.REFUSED: _l("Refused"),
        RecoveryState.REPLACED: _l("Asked again"),
        RecoveryState.EXPIRED: _l("Expired"),
        RecoveryState.TAKEN: _l("Opened again"),
    },
    PasswordFault: {
        PasswordFault.TOO_SHORT: _l(
            "This password is too short. Use at least 10 characters, three words for example."
        ),
        PasswordFault.TOO_LONG: _l("This password is too long. Use 200 characters at most."),
        PasswordFault.USERNAME: _l(
            "This password is hardly more than the user name. Add something only you know."
        ),
        PasswordFault.COMMON: _l(
            "Many people use this password, so it is guessed first. Choose another one."
        ),
        PasswordFault.SAME: _l("This is the password you have now. Choose a new one."),
    },
    Strength: {
        Strength.FAIR: _l("fair"),
        Strength.GOOD: _l("good"),
        Strength.STRONG: _l("strong"),
    },
    AgencyKind: {
        AgencyKind.OPD: _l("City department (OPD)"),
        AgencyKind.CITY_COMPANY: _l("City-owned company"),
        AgencyKind.BRANCH: _l("Branch office"),
    },
    DocumentKind: {
        DocumentKind.ENROLMENT_FORM: _l("Enrolment form"),
        DocumentKind.BATCH_LIST: _l("Batch list"),
        DocumentKind.CARD_SHEET: _l("Card sheet"),
        DocumentKind.CARD: _l("Card"),
        DocumentKind.HANDOVER_LIST: _l("Hand-over list"),
        DocumentKind.COVERAGE_REPORT: _l("Coverage report"),
        DocumentKind.RECONCILIATION: _l("Reconciliation of cards"),
    },
    Printed: {
        Printed.NEVER: _l("Never printed yet"),
        Printed.ALL: _l("All approved"),
        Printed.AGAIN: _l("Cards ordered again in place of spoiled or void ones"),
    },
    Sorting: {
        Sorting.BANJAR: _l("By banjar, then by name"),
        Sorting.NAME: _l("By name"),
        Sorting.BATCH: _l("As in the batch"),
    },
    Duplex: {
        Duplex.LONG_EDGE: _l("About the long edge, like a book"),
        Duplex.SHORT_EDGE: _l("About the short edge, like a wall calendar"),
    },
    Lack: {
        Lack.FACE_PHOTO: _l("Face photo"),
        Lack.VILLAGE: _l("Village"),
        Lack.MOTHER_NAME: _l("Mother's name"),
        Lack.CONSENT: _l("Consent"),
        Lack.CONTRIBUTION: _l("Income or payer"),
        Lack.TOO_LONG: _l("A text that is too long for its box"),
        Lack.UNPRINTABLE: _l("A letter that our paper cannot show"),
    },
    OtherPaper: {
        OtherPaper.PERMIT_RESULT: _l("Result of a permit check"),
        OtherPaper.WARNING_LETTER: _l("Warning letter"),
    },
    Indicator: {
        Indicator.ACTIVE_PARTICIPANTS: _l("Active participants"),
        Indicator.NEW_WORKERS: _l("New workers"),
        Indicator.NEW_COMPANIES: _l("New companies"),
        Indicator.GROUPS: _l("Groups"),
        Indicator.LABOUR_FORCE: _l("Labour force"),
    },
    Kind: {
        Kind.STOCK: _l("Number on a day"),
        Kind.FLOW: _l("Number in a period"),
    },
    Status: {
        Status.ON_TRACK: _l("On track"),
        Status.AT_RISK: _l("At risk of missing"),
        Status.BEHIND: _l("Behind"),
    },
    Side: {
        Side.AHEAD: _l("On or ahead of the linear path"),
        Side.BEHIND: _l("Behind the linear path"),
    },
    CardState: {
        CardState.ASKED: _l("Waits for a second person"),
        CardState.ISSUED: _l("Not printed yet"),
        CardState.PRINTED: _l("Printed"),
        CardState.SPOILED: _l("Spoiled"),
        CardState.VOID: _l("Void"),
        CardState.HANDED_OVER: _l("Handed over"),
    },
    CardMove: {
        CardMove.CONFIRM: _l("Allow the reprint"),
        CardMove.PRINT: _l("Print"),
        CardMove.SPOIL: _l("Mark as spoiled"),
        CardMove.VOID: _l("Make void"),
        CardMove.REPRINT: _l("Order a reprint"),
        CardMove.HAND_OVER: _l("Hand over"),
        CardMove.END: _l("End"),
    },
    CardVerdict: {
        CardVerdict.VALID: _l("Genuine and valid"),
        CardVerdict.EXPIRED: _l("Genuine, but expired"),
        CardVerdict.VOID: _l("Void"),
        CardVerdict.NOT_GENUINE: _l("Not genuine"),
        CardVerdict.UNSURE: _l("Needs a signal"),
    },
    JobState: {
        JobState.WAITING: _l("Waiting"),
        JobState.RUNNING: _l("Running"),
        JobState.DONE: _l("Done"),
        JobState.FAILED: _l("Failed"),
        JobState.CANCELLED: _l("Cancelled"),
    },
}

FIELDS: Final[Mapping[str, Any]] = {
    "nik": _l("NIK"),
    "no_nik_reason": _l("Why there is no NIK yet"),
    "kk": _l("Family card number (KK)"),
    "name": _l("Full name"),
    "birth_place": _l("Place of birth"),
    "birth_date": _l("Date of birth"),
    "sex": _l("Sex"),
    "marital_status": _l("Marital status"),
    "blood_type": _l("Blood type"),
    "mother_name": _l("Mother's maiden name"),
    "family": _l("Family"),
    "street": _l("Street and number"),
    "banjar": _l("Banjar"),
    "customary_village": _l("Customary village (desa adat)"),
    "rt": _l("RT"),
    "rw": _l("RW"),
    "village_code": _l("Village"),
    "postal_code": _l("Postal code"),
    "phone": _l("Mobile number"),
    "email": _l("E-mail"),
    "category_id": _l("Kind of work"),
    "workplace": _l("Place of work"),
    "work_hours": _l("Working hours"),
    "second_job": _l("Second job"),
    "former_kpj": _l("Earlier KPJ number"),
    "npwp": _l("NPWP"),
    "income": _l("Income a month"),
    "payer": _l("Who pays"),
    "with_jht": _l("With old-age savings (JHT)"),
    "months": _l("Months paid at once"),
    "starts_on": _l("Start of cover"),
    "term_from": _l("In office from"),
    "term_to": _l("In office until"),
    "ktp_photo": _l("Photo of the KTP"),
    "face_photo": _l("Photo of the face"),
    "signature": _l("Signature"),
    "consent_version": _l("Consent"),
}


def label(member: StrEnum | None) -> Any:
    """The words of a list's member; a dash for nothing. Raises KeyError for an unworded one."""
    return "–" if member is None else LABELS[type(member)][member]


def field_label(name: str) -> Any:
    """What a field of the form is called. Raises KeyError for a field without words."""
    return FIELDS[name]

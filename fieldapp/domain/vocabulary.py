"""The words of the forms that are chosen from a list: one word, one thing.

Values are what columns, files and the API carry; `fieldapp.words.label` says them to people.
"""

from enum import StrEnum


class Sex(StrEnum):
    """As on the KTP."""

    MALE = "male"
    FEMALE = "female"


class MaritalStatus(StrEnum):
    """As on the KTP."""

    SINGLE = "single"
    MARRIED = "married"
    DIVORCED = "divorced"
    WIDOWED = "widowed"


class BloodType(StrEnum):
    """As on the KTP; many cards carry a dash, which is no value here."""

    A = "a"
    B = "b"
    AB = "ab"
    O = "o"  # noqa: E741


class Relation(StrEnum):
    """What a family member is to the worker. `domain.heirs` ranks them by law."""

    SPOUSE = "spouse"
    CHILD = "child"
    PARENT = "parent"
    GRANDCHILD = "grandchild"
    GRANDPARENT = "grandparent"
    SIBLING = "sibling"
    PARENT_IN_LAW = "parent_in_law"
    OTHER = "other"


class Segment(StrEnum):
    """BPU pays by a bracket of income, PU by a share of the wage (PP 46/2015 art. 4)."""

    BPU = "BPU"
    PU = "PU"


class Sector(StrEnum):
    """What PP 50/2025 tells apart: drivers and couriers, and everybody else."""

    TRANSPORT = "transport"
    OTHER = "other"


class Payer(StrEnum):
    """Whose money the contribution is."""

    APBN = "apbn"
    APBD = "apbd"
    APBDES = "apbdes"
    OWN = "own"
    DEDUCTED = "deducted"
    COMPANY = "company"


class RiskClass(StrEnum):
    """How dangerous the work is; sets the PU rate of JKK (PP 44/2015)."""

    VERY_LOW = "very_low"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VERY_HIGH = "very_high"


class Programme(StrEnum):
    """Work accident, death, old age, pension."""

    JKK = "jkk"
    JKM = "jkm"
    JHT = "jht"
    JP = "jp"


class Scale(StrEnum):
    """The size of an employer (PP 7/2021)."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"

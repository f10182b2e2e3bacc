"""What the checks found, for the coordinator who mends it and the supervisor who decides."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from fieldapp.domain.findings import FindingCode

FINDINGS: Final[Mapping[FindingCode, Any]] = {
    FindingCode.NIK_FORM: _l("The NIK cannot be right. Compare it with the KTP."),
    FindingCode.UNREADABLE: _l(
        "%(field)s: what was typed cannot be read. It is kept; please correct it."
    ),
    FindingCode.MISSING: _l("%(field)s is not filled in yet."),
    FindingCode.NO_NIK_YET: _l(
        "This person has no NIK yet. The form stays a draft until the KTP is issued."
    ),
    FindingCode.TOO_OLD: _l(
        "The 65th birthday is on %(turned_date)s and cover starts on %(start_date)s. Only people "
        "who are not yet 65 on that day can be enrolled."
    ),
    FindingCode.TOO_YOUNG: _l(
        "Under 15 on %(start_date)s, when cover starts. Check the date of birth; children cannot "
        "be enrolled."
    ),
    FindingCode.SAME_ROLE: _l(
        "This NIK is already registered in this kind of work. Nobody is enrolled twice in one; if "
        "you think this is a mistake, ask your supervisor."
    ),
    FindingCode.BIRTH_DATE_DIFFERS: _l(
        "The date of birth typed is %(birth_date)s, the one in the NIK is %(nik_birth_date)s. "
        "Compare both with the KTP; the NIK itself is never changed."
    ),
    FindingCode.SEX_DIFFERS: _l(
        "The NIK is that of a person of the other sex (%(nik_sex)s). Compare it with the KTP."
    ),
    FindingCode.REGENCY_DIFFERS: _l(
        "The NIK was issued in %(nik_regency)s, not where this person lives. That is right for "
        "people who have moved."
    ),
    FindingCode.MINOR: _l(
        "Only %(age)s years old on %(start_date)s. Make sure that this work is allowed under 18."
    ),
    FindingCode.LOOK_ALIKE: _l(
        "Somebody with a similar name and date of birth is registered under another NIK. Is it the "
        "same person?"
    ),
    FindingCode.NAME_LONG: _l(
        "The name has %(length)s letters; a KTP has room for %(longest)s. Compare it with the KTP."
    ),
    FindingCode.PHOTO_MISSING: _l("%(field)s is missing."),
    FindingCode.PHOTO_ON_THE_WAY: _l("%(field)s has arrived and is being checked."),
    FindingCode.PHOTO_POOR: _l("%(field)s is %(faults)s. Take it again if you can."),
    FindingCode.CATEGORY_NOT_SUPERVISED: _l(
        "This agency does not look after this kind of work. Choose another, or say why."
    ),
    FindingCode.INCOME_LOW: _l(
        "The income is lower than usual in this work (from %(usual_from)s). Check the zeros."
    ),
    FindingCode.INCOME_HIGH: _l(
        "The income is far higher than usual in this work (up to %(usual_to)s). Check the zeros."
    ),
    FindingCode.OTHER_ROLE: _l(
        "This NIK is also registered in another kind of work. That is allowed."
    ),
    FindingCode.NO_PHONE: _l(
        "There is no mobile number. BPJS Ketenagakerjaan sends the card number by message."
    ),
}

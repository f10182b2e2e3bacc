from dataclasses import replace
from datetime import date, timedelta
from json import dumps, loads
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.adapters.tables import regency_codes
from fieldapp.domain.findings import (
    FINDINGS,
    REQUIRED,
    Finding,
    FindingCode,
    RegistrationFacts,
    Weight,
    blocks,
    clean,
    judge,
    open_warnings,
    worst,
)
from fieldapp.domain.likeness import LookAlike
from fieldapp.domain.nik import NikError, parse_nik
from fieldapp.domain.phones import PhoneError, PhoneFault
from fieldapp.domain.photos import PhotoFault, PhotoKind, PhotoQuality
from fieldapp.domain.vocabulary import Payer, Sex

TODAY = date(2026, 11, 22)
START = date(2026, 12, 1)
SHARP = PhotoQuality(width=960, height=1280, mean_luma=128, sharpness=300, glare=0)
C = FindingCode


def nik_of(born, sex=Sex.MALE, regency="5171"):
    day = born.day + 40 if sex is Sex.FEMALE else born.day
    text = f"{regency}01{day:02d}{born:%m%y}0001"
    return parse_nik(text, today=TODAY, regencies=regency_codes())


BORN = date(1985, 8, 17)
SUDARMA = RegistrationFacts(
    today=TODAY,
    nik=nik_of(BORN),
    name="Sudarma",
    birth_place="Denpasar",
    birth_date=BORN,
    sex=Sex.MALE,
    mother_name="Ni Nyoman Rai",
    phone="+6281234567890",
    street="Jalan Tukad Badung 12",
    village_code="51.71.01.1003",
    category_id=uuid4(),
    income=1_500_000,
    usual_income=(500_000, 10_000_000),
    payer=Payer.OWN,
    starts_on=START,
    consent_version="2026-11",
    photos={PhotoKind.KTP: SHARP, PhotoKind.FACE: SHARP},
)
"""A parking attendant with one name and nothing amiss."""


def found(**changes):
    return judge(replace(SUDARMA, **changes))


def codes(findings):
    return [finding.code for finding in findings]


def test_nothing_is_found_on_a_complete_form():
    assert judge(SUDARMA) == ()
    assert clean(judge(SUDARMA))
    assert worst(judge(SUDARMA)) is None


@pytest.mark.parametrize(
    ("changes", "code", "field", "weight"),
    [
        ({"nik": None}, C.MISSING, "nik", Weight.BLOCK),
        (
            {"nik": None, "no_nik_reason": "KTP masih diurus"},
            C.NO_NIK_YET,
            "nik",
            Weight.BLOCK,
        ),
        ({"same_role_live": True}, C.SAME_ROLE, "nik", Weight.BLOCK),
        ({"other_roles_live": True}, C.OTHER_ROLE, "nik", Weight.NOTE),
        ({"nik": nik_of(date(1985, 8, 18))}, C.BIRTH_DATE_DIFFERS, "birth_date", Weight.WARN),
        ({"nik": nik_of(BORN, Sex.FEMALE)}, C.SEX_DIFFERS, "sex", Weight.WARN),
        ({"nik": nik_of(BORN, regency="5103")}, C.REGENCY_DIFFERS, "village_code", Weight.WARN),
        ({"name": "A" * 61}, C.NAME_LONG, "name", Weight.WARN),
        (
            {"photos": {PhotoKind.KTP: SHARP}, "photos_on_the_way": {PhotoKind.FACE}},
            C.PHOTO_ON_THE_WAY,
            "face_photo",
            Weight.WARN,
        ),
        (
            {"photos": {PhotoKind.KTP: SHARP}},
            C.PHOTO_MISSING,
            "face_photo",
            Weight.WARN,
        ),
        (
            {"photos": {PhotoKind.FACE: SHARP, PhotoKind.KTP: replace(SHARP, mean_luma=20)}},
            C.PHOTO_POOR,
            "ktp_photo",
            Weight.WARN,
        ),
        (
            {"category_supervised": False},
            C.CATEGORY_NOT_SUPERVISED,
            "category_id",
            Weight.WARN,
        ),
        ({"income": 499_999}, C.INCOME_LOW, "income", Weight.WARN),
        ({"income": 20_000_001}, C.INCOME_HIGH, "income", Weight.WARN),
        ({"phone": None}, C.NO_PHONE, "phone", Weight.NOTE),
        (
            {"unreadable": {"phone": PhoneError(PhoneFault.LETTERS)}, "phone": None},
            C.UNREADABLE,
            "phone",
            Weight.BLOCK,
        ),
    ],
)
def test_one_thing_amiss_is_one_finding(changes, code, field, weight):
    (finding,) = found(**changes)

    assert (finding.code, finding.field, finding.weight) == (code, field, weight)


@pytest.mark.parametrize(
    "changes",
    [
        {"income": 500_000},
        {"income": 10_000_001},
        {"income": 20_000_000},
        {"usual_income": None, "income": 1},
        {"income": 0, "usual_income": (0, 10_000_000)},
        {"name": "A" * 60},
    ],
)
def test_what_is_usual_is_not_mentioned(changes):
    assert found(**changes) == ()


@pytest.mark.parametrize("name", REQUIRED)
def test_every_required_field_blocks_while_it_is_empty(name):
    empty = "" if isinstance(getattr(SUDARMA, name), str) else None

    findings = found(**{name: empty})

    assert [(each.code, each.field) for each in blocks(findings)] == [(C.MISSING, name)]


def test_an_empty_draft_says_all_that_is_missing_and_nothing_else():
    findings = judge(RegistrationFacts(today=TODAY))

    assert [each.field for each in findings if each.code is C.MISSING] == ["nik", *REQUIRED]
    assert set(codes(findings)) == {C.MISSING, C.PHOTO_MISSING, C.NO_PHONE}


def test_a_field_that_cannot_be_read_is_not_also_missing():
    findings = found(birth_date=None, unreadable={"birth_date": PhoneError(PhoneFault.LETTERS)})

    assert codes(findings) == [C.UNREADABLE]


def test_a_nik_of_wrong_form_blocks_and_says_in_which_way():
    with pytest.raises(NikError) as refusal:
        parse_nik("517101310285001", today=TODAY, regencies=regency_codes())

    (finding,) = found(nik=None, unreadable={"nik": refusal.value})

    assert (finding.code, finding.weight) == (C.NIK_FORM, Weight.BLOCK)
    assert finding.facts == {"fault": "nik_length", "length": 15}


@pytest.mark.parametrize(
    ("born", "code"),
    [
        (date(1961, 11, 30), C.TOO_OLD),
        (date(1961, 12, 1), C.TOO_OLD),
        (date(1961, 12, 2), None),
        (date(1926, 1, 1), C.TOO_OLD),
        (date(2008, 12, 1), None),
        (date(2008, 12, 2), C.MINOR),
        (date(2011, 12, 1), C.MINOR),
        (date(2011, 12, 2), C.TOO_YOUNG),
        (date(2027, 1, 1), C.TOO_YOUNG),
    ],
)
def test_ages_are_taken_on_the_day_cover_starts(born, code):
    findings = found(birth_date=born, nik=None, no_nik_reason="KTP masih diurus")

    assert codes(findings) == [C.NO_NIK_YET, *([code] if code else [])]


def test_who_turns_65_on_the_first_day_of_cover_is_refused_and_who_turns_a_day_later_is_not():
    on_the_day = found(birth_date=date(1961, 12, 1), nik=nik_of(date(1961, 12, 1)))
    a_day_later = found(birth_date=date(1961, 12, 2), nik=nik_of(date(1961, 12, 2)))

    (finding,) = on_the_day
    assert finding.code is C.TOO_OLD
    assert finding.facts == {
        "age": 65,
        "start_date": "2026-12-01",
        "turned_date": "2026-12-01",
    }
    assert a_day_later == ()


def test_the_age_counts_by_the_nik_while_the_birth_date_is_not_typed_yet():
    findings = found(birth_date=None, nik=nik_of(date(1950, 1, 1)))

    assert codes(findings) == [C.MISSING, C.TOO_OLD]


def test_of_360_kelian_the_17_past_65_are_refused_and_343_can_be_submitted():
    """Denpasar, September 2023: enrolled 343 of 360, 17 were older than 64."""
    start = date(2023, 9, 1)
    turns_65 = date(1958, 9, 1)
    births = [turns_65 - timedelta(days=97 * at) for at in range(17)]
    births += [turns_65 + timedelta(days=1 + 20 * at) for at in range(343)]

    judged = [
        judge(
            replace(
                SUDARMA,
                today=date(2023, 8, 15),
                starts_on=start,
                birth_date=born,
                nik=parse_nik(
                    f"517101{born:%d%m%y}{at + 1:04d}",
                    today=date(2023, 8, 15),
                    regencies=regency_codes(),
                ),
                payer=Payer.APBD,
            )
        )
        for at, born in enumerate(births)
    ]

    refused = [findings for findings in judged if blocks(findings)]
    assert len(judged) == 360
    assert len(refused) == 17
    assert all(codes(findings) == [C.TOO_OLD] for findings in refused)
    assert sum(not findings for findings in judged) == 343


def look_alike(likeness=1.0, born=BORN):
    return LookAlike(uuid4(), likeness, born)


@pytest.mark.parametrize("born", [BORN, date(1984, 8, 17), date(1986, 8, 17)])
def test_somebody_alike_is_a_warning(born):
    other = look_alike(born=born)

    (finding,) = found(look_alikes=(other,))

    assert (finding.code, finding.weight) == (C.LOOK_ALIKE, Weight.WARN)
    assert finding.facts["registration_id"] == str(other.registration_id)


def test_somebody_with_day_and_month_swapped_is_a_warning():
    born, swapped = date(1985, 3, 7), date(1985, 7, 3)

    findings = found(birth_date=born, nik=nik_of(born), look_alikes=(look_alike(born=swapped),))

    assert codes(findings) == [C.LOOK_ALIKE]
    assert findings[0].facts["dates"] == "swapped"


@pytest.mark.parametrize("other", [look_alike(likeness=0.5), look_alike(born=date(1985, 8, 19))])
def test_a_like_name_or_a_like_date_alone_is_no_warning(other):
    assert found(look_alikes=(other,)) == ()


def test_the_most_alike_stands_first():
    near, nearer = look_alike(0.8), look_alike(0.95)

    findings = found(look_alikes=(near, nearer))

    assert [finding.facts["registration_id"] for finding in findings] == [
        str(nearer.registration_id),
        str(near.registration_id),
    ]


def test_findings_stand_in_the_order_of_their_weight():
    findings = found(
        phone=None, income=1, same_role_live=True, other_roles_live=True, photos={}, name=""
    )

    assert codes(findings) == [
        C.MISSING,
        C.SAME_ROLE,
        C.PHOTO_MISSING,
        C.PHOTO_MISSING,
        C.INCOME_LOW,
        C.OTHER_ROLE,
        C.NO_PHONE,
    ]
    assert worst(findings) is Weight.BLOCK


def test_that_a_nik_is_registered_is_told_without_where_or_who():
    findings = found(same_role_live=True, other_roles_live=True)

    assert [finding.facts for finding in findings] == [{}, {}]


def test_a_warning_confirmed_with_a_reason_is_no_longer_open():
    findings = found(photos={}, income=1)
    ktp, face, income = findings

    confirmed = {ktp.key: "KTP hilang, sedang diurus", income.key: "   "}

    assert open_warnings(findings, {}) == (ktp, face, income)
    assert open_warnings(findings, confirmed) == (face, income)


def test_confirming_one_look_alike_does_not_confirm_the_next():
    first, second = found(look_alikes=(look_alike(), look_alike()))

    assert open_warnings((first, second), {first.key: "Saudara kembar"}) == (second,)


def test_a_block_cannot_be_confirmed_away():
    findings = found(same_role_live=True)

    assert blocks(findings) == findings
    assert not clean(findings)
    assert open_warnings(findings, {findings[0].key: "Mohon dibantu"}) == ()
    assert open_warnings(findings, {}) == ()


def test_notes_leave_a_row_clean():
    findings = found(other_roles_live=True)

    assert clean(findings)
    assert worst(findings) is Weight.NOTE


def test_every_code_weighs_something_and_the_table_descends():
    weights = list(FINDINGS.values())

    assert set(FINDINGS) == set(FindingCode)
    assert weights == sorted(weights, key=list(Weight).index)


def test_the_key_of_every_warning_fits_its_column():
    findings = found(
        nik=nik_of(date(1985, 8, 18), Sex.FEMALE, "5103"),
        name="A" * 61,
        income=1,
        photos={},
        category_supervised=False,
        look_alikes=(look_alike(),),
    )

    assert len(findings) == 9
    assert max(len(finding.key) for finding in findings) <= 40


def test_findings_are_kept_as_json_and_never_with_what_is_sealed():
    findings = found(
        nik=nik_of(date(1985, 8, 18), Sex.FEMALE, "5103"),
        income=1,
        photos={PhotoKind.KTP: replace(SHARP, glare=1.0)},
        look_alikes=(look_alike(),),
    )

    rows = loads(dumps([finding.as_row() for finding in findings]))

    assert tuple(Finding.from_row(row) for row in rows) == findings
    assert "510301" not in dumps(rows)
    assert next(row["facts"] for row in rows if row["code"] == "photo_poor") == {
        "faults": [PhotoFault.GLARE.value]
    }


@given(
    income=st.none() | st.integers(0, 999_000_000),
    born=st.none() | st.dates(date(1900, 1, 1), date(2030, 1, 1)),
    starts=st.none() | st.dates(date(2023, 1, 1), date(2030, 1, 1)),
    name=st.text(max_size=70),
    sex=st.none() | st.sampled_from(Sex),
)
def test_whatever_is_typed_is_judged(income, born, starts, name, sex):
    findings = found(income=income, birth_date=born, starts_on=starts, name=name, sex=sex)

    weights = [finding.weight for finding in findings]
    assert weights == sorted(weights, key=list(Weight).index)
    assert len({finding.key for finding in findings}) == len(findings)

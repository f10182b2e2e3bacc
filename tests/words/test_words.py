"""Everything that has a code has words, in both languages, and every word gets its facts."""

import importlib
import pkgutil
import re
from datetime import date
from enum import StrEnum

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

import fieldapp
from fieldapp.adapters.tables import regency_codes
from fieldapp.domain.errors import FieldError, ReasonMissingError, StaleError, WrongMoveError
from fieldapp.domain.findings import PHOTO_FIELDS, REQUIRED, Finding, FindingCode
from fieldapp.domain.forms import FIELDS as FIELDS_OF_THE_FORM
from fieldapp.domain.money import MoneyError, parse_rupiah
from fieldapp.domain.nik import NikError, parse_nik
from fieldapp.domain.registrations import Move, Stage
from fieldapp.domain.unreadable import UnreadableError
from fieldapp.domain.vocabulary import Payer, Relation, Sector
from fieldapp.web.language import CATALOGUES, compile_catalogues
from fieldapp.words import error_words, field_label, finding_words, label
from fieldapp.words.errors import ERRORS
from fieldapp.words.faults import FAULTS
from fieldapp.words.findings import FINDINGS
from fieldapp.words.labels import LABELS

PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module", autouse=True)
def speaking():
    """An app that can speak; nothing else of it is needed."""
    compile_catalogues()
    app = Flask("words")
    app.config.update(BABEL_DEFAULT_LOCALE="id", BABEL_TRANSLATION_DIRECTORIES=str(CATALOGUES))
    Babel(app)
    with app.test_request_context():
        yield


def below(kind):
    """All classes that are made of this one, in the whole house."""
    for module in pkgutil.walk_packages(fieldapp.__path__, "fieldapp."):
        importlib.import_module(module.name)
    found = list(kind.__subclasses__())
    for each in found:
        found.extend(each.__subclasses__())
    return [each for each in found if each.__module__.startswith("fieldapp.")]


def test_every_error_has_words():
    worded_by_fault = {UnreadableError, *below(UnreadableError)}

    assert {
        each.code for each in below(FieldError) if each not in worded_by_fault
    } - ERRORS.keys() == set()


def test_every_fault_has_words():
    faults = {
        fault
        for each in below(StrEnum)
        if each.__name__.endswith("Fault") and each.__module__.startswith("fieldapp.domain.")
        for fault in each
        if each not in LABELS
    }

    assert faults == set(FAULTS)


def test_every_finding_and_every_field_it_names_has_words():
    assert set(FINDINGS) == set(FindingCode)
    for name in (*FIELDS_OF_THE_FORM, *REQUIRED, *PHOTO_FIELDS.values()):
        assert str(field_label(name))


def test_every_list_to_choose_from_has_words():
    for kind, words in LABELS.items():
        assert set(words) == set(kind)
        assert all(str(label(member)) for member in kind)


def test_members_of_two_lists_with_one_value_keep_their_own_words():
    with force_locale("en"):
        assert label(Relation.OTHER) == "Somebody else"
        assert label(Sector.OTHER) == "Other work"
        assert label(Payer.COMPANY) == "The company"
        assert label(None) == "–"


@pytest.mark.parametrize("table", [FINDINGS, FAULTS, ERRORS])
def test_every_sentence_is_said_in_indonesian(table):
    sentences = [message for message in table.values() if not isinstance(message, str)]

    assert sentences
    for message in sentences:
        with force_locale("en"):
            english = str(message)
        with force_locale("id"):
            indonesian = str(message)

        assert indonesian != english
        assert set(PLACEHOLDER.findall(indonesian)) == set(PLACEHOLDER.findall(english))


FACTS = {
    FindingCode.NIK_FORM: {"fault": "nik_length", "length": 15},
    FindingCode.TOO_OLD: {
        "age": 65,
        "turned_date": "2026-11-01",
        "start_date": "2026-12-01",
    },
    FindingCode.TOO_YOUNG: {"age": 14, "start_date": "2026-12-01"},
    FindingCode.MINOR: {"age": 17, "start_date": "2026-12-01"},
    FindingCode.BIRTH_DATE_DIFFERS: {"birth_date": "1985-08-17", "nik_birth_date": "1985-08-18"},
    FindingCode.SEX_DIFFERS: {"nik_sex": "female"},
    FindingCode.REGENCY_DIFFERS: {"nik_regency": "51.03"},
    FindingCode.NAME_LONG: {"length": 61, "longest": 60},
    FindingCode.PHOTO_POOR: {"faults": ["too_dark", "blurred"]},
    FindingCode.INCOME_LOW: {"usual_from": 500_000, "usual_to": 10_000_000},
    FindingCode.INCOME_HIGH: {"usual_from": 500_000, "usual_to": 10_000_000},
}


@pytest.mark.parametrize("code", FindingCode)
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_finding_can_be_said_with_its_facts(code, language):
    with force_locale(language):
        said = finding_words(Finding(code, "ktp_photo", FACTS.get(code, {})))

    assert said
    assert "%(" not in said


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        (
            Finding(FindingCode.TOO_OLD, "birth_date", FACTS[FindingCode.TOO_OLD]),
            "Berusia 65 tahun pada 1 November 2026, sedangkan kepesertaan mulai 1 Desember 2026. "
            "Yang bisa didaftarkan hanya yang belum 65 tahun pada hari itu.",
        ),
        (Finding(FindingCode.MISSING, "mother_name"), "Nama ibu kandung belum diisi."),
        (
            Finding(FindingCode.PHOTO_POOR, "ktp_photo", FACTS[FindingCode.PHOTO_POOR]),
            "Foto KTP terlalu gelap, buram. Ulangi fotonya jika bisa.",
        ),
        (
            Finding(FindingCode.REGENCY_DIFFERS, "village_code", {"nik_regency": "51.71"}),
            "NIK ini terbit di Kota Denpasar, bukan di daerah tempat tinggalnya. Itu wajar bagi "
            "orang yang pindah.",
        ),
        (
            Finding(FindingCode.NIK_FORM, "nik", {"fault": "nik_length", "length": 15}),
            "NIK ini 15 angka, seharusnya 16. Cocokkan dengan KTP.",
        ),
    ],
    ids=lambda value: value.code.value if isinstance(value, Finding) else "",
)
def test_findings_speak_as_to_an_older_neighbour(finding, said):
    assert finding_words(finding) == said
    assert finding_words(Finding.from_row(finding.as_row())) == said


def test_what_was_probably_meant_is_asked_back_in_rupiah():
    with pytest.raises(MoneyError) as refusal:
        parse_rupiah("1.500")

    assert error_words(refusal.value) == "Apakah maksud Anda Rp1.500.000? Mohon tulis lengkap."


def test_a_refused_nik_says_which_digits_are_wrong():
    with pytest.raises(NikError) as refusal:
        parse_nik("5199011708850012", today=date(2026, 11, 22), regencies=regency_codes())

    assert error_words(refusal.value) == (
        "Tidak ada kabupaten atau kota berkode 51.99. Cocokkan empat angka pertama dengan KTP."
    )


def test_errors_are_said_with_the_words_of_their_facts():
    wrong = WrongMoveError(move=Move.APPROVE, stage=Stage.REJECTED)
    stale = StaleError(subject="registration", id=None, expected=1, found=2)

    assert "“Setujui”" in error_words(wrong)
    assert "“Ditolak”" in error_words(wrong)
    assert "Tidak ada yang tertimpa" in error_words(stale)
    assert "“Kembalikan” memerlukan alasan" in error_words(ReasonMissingError(move=Move.RETURN))

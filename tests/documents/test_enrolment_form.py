"""The enrolment form: every field where it belongs, and nothing that must not be there."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pikepdf
import pytest

from fieldapp.documents.engine import (
    DocumentCancelledError,
    DocumentError,
    template_version,
)
from fieldapp.documents.enrolment_form import (
    Contribution,
    EnrolmentFormFacts,
    Gap,
    ProgrammeLine,
    enrolment_form,
    missing_facts,
    write_enrolment_forms,
)
from tests.documents.paper_people import (
    HOSTILE,
    LONG_NAME,
    ONE_LONG_WORD,
    SUDARMA,
    contribution,
    draft_form,
    face,
    large_family,
)
from tests.documents.reading import (
    drawn_text_of,
    fonts_of,
    opened,
    pictures_on,
    sizes_mm,
    squeezed,
    text_of,
)

THREE_PROGRAMMES = Contribution(
    basis=1_200_000,
    lowest=1_100_000,
    highest=1_299_000,
    programmes=(
        ProgrammeLine("JKK", "Jaminan Kecelakaan Kerja", "1%", 12_000, 18_000, 18_000),
        ProgrammeLine("JKM", "Jaminan Kematian", "tetap", 6_800, 10_200, 10_200),
        ProgrammeLine("JHT", "Jaminan Hari Tua", "2%", 24_000, 0, 72_000),
    ),
    first_month=date(2026, 11, 1),
    months=3,
    payer="own",
    total=100_200,
)


@pytest.fixture(scope="module")
def sudarmas_form() -> bytes:
    return enrolment_form(SUDARMA)


@pytest.mark.parametrize(
    "printed",
    [
        "Pemerintah Kota Denpasar".upper(),
        "Dokumen pendukung pendaftaran – bukan formulir resmi BPJS Ketenagakerjaan",
        "DPS/2026/000123",
        "Dinas Kebudayaan Kota Denpasar",
        "Petugas adat (kelian banjar)",
        "Banjar Kaja Panjer",
        "1 November 2026",
        "5171011107850002",
        "5171011204100017",
        "I WAYAN SUDARMA",
        "11 Juli 1985",
        "Kawin",
        "Ni Ketut Rempin",
        "Jalan Tukad Pakerisan Gang Sekar Sari No. 12",
        "Br. Kaja",
        "Kelurahan Panjer",
        "Desa Adat Panjer",
        "Denpasar Selatan",
        "Kota Denpasar",
        "80225",
        "0812-3456-7890",
        "sudarma@example.org",
        "51.710.111.0-785.000",
        "Kelian banjar adat",
        "Pedagang",
        "Wantilan Banjar Kaja",
        "08.00–14.00, Senin–Sabtu",
        "4 Januari 2021",
        "Ni Made Suartini",
        "2 Maret 1987",
        "5171014203870003",
        "Kadek Bagus Arta",
        "Ahli waris ditetapkan menurut urutan undang-undang",
        "Jaminan Kecelakaan Kerja",
        "Rp10.000",
        "Rp50.400",
        "Jumlah iuran November 2026 – Januari 2027",
        "Lima puluh ribu empat ratus rupiah",
        "Rp1.000.000 (penghasilan sampai Rp1.099.000)",
        "Pembayar: APBD",
        "Saya menyatakan bahwa data di atas benar",
        "versi 2026-1, disetujui 20 November 2026, dicatat oleh I Wayan Arta",
        "Denpasar, 20 November 2026",
        "Ni Ketut Sulastri",
        "21 November 2026",
        "Diisi petugas BPJS Ketenagakerjaan",
        "UU 24/2011",
        "PP 50/2025",
        "Permenaker 5/2021 jo. Permenaker 1/2025",
        "UU 27/2022",
        "Halaman 1 dari 1",
        f"Templat enrolment_form {template_version('enrolment_form')}",
    ],
)
def test_every_fact_is_printed(sudarmas_form: bytes, tmp_path: Path, printed: str) -> None:
    assert squeezed(printed) in squeezed(text_of(sudarmas_form, tmp_path))


def test_the_form_is_one_exact_a4_page_with_its_fonts_inside(sudarmas_form: bytes) -> None:
    assert sizes_mm(sudarmas_form) == [(pytest.approx(210, abs=0.1), pytest.approx(297, abs=0.1))]
    fonts = fonts_of(sudarmas_form)
    assert fonts
    assert all(fonts.values())
    assert all("Paper" in name for name in fonts)


def test_a_single_form_is_tagged_and_says_its_language(sudarmas_form: bytes) -> None:
    with opened(sudarmas_form) as pdf:
        assert str(pdf.Root.Lang) == "id"
        assert "/StructTreeRoot" in pdf.Root
        assert b"pdfuaid" in pdf.Root.Metadata.read_bytes()
        assert str(pdf.docinfo["/Title"]) == "Formulir Pendaftaran Peserta – I WAYAN SUDARMA"


def test_the_same_facts_give_the_same_bytes(sudarmas_form: bytes) -> None:
    assert enrolment_form(SUDARMA) == sudarmas_form
    assert enrolment_form(replace(SUDARMA, phone="0812-0000-0000")) != sudarmas_form


def test_a_draft_is_watermarked_and_carries_no_number(tmp_path: Path) -> None:
    content = enrolment_form(draft_form())

    words = text_of(content, tmp_path)

    assert "DRAF–BELUMDISETUJUI" in squeezed(drawn_text_of(content, tmp_path))
    assert "DPS/2026" not in words
    assert "Draf, belum bernomor" in words
    assert "None" not in words


def test_an_approved_form_has_no_watermark(sudarmas_form: bytes, tmp_path: Path) -> None:
    assert "DRAF" not in drawn_text_of(sudarmas_form, tmp_path)


@pytest.mark.parametrize(
    "early",
    [
        {"number": "DPS/2026/000123"},
        {"kpj": "26012345678"},
        {"approved_by": "Ni Ketut Sulastri"},
        {"approved_on": date(2026, 11, 21)},
    ],
)
def test_a_draft_refuses_what_only_approval_gives(early: dict[str, object]) -> None:
    with pytest.raises(DocumentError) as refused:
        draft_form(**early)

    assert refused.value.facts == {"reason": "draft_carries", "fields": tuple(early)}


def test_an_approved_form_without_a_number_is_refused() -> None:
    with pytest.raises(DocumentError) as refused:
        replace(SUDARMA, number=None)

    assert refused.value.facts["reason"] == "approved_lacks"


def test_the_kpj_box_is_empty_until_bpjs_gave_one(sudarmas_form: bytes, tmp_path: Path) -> None:
    given = enrolment_form(replace(SUDARMA, kpj="26012345678"))

    assert "26012345678" not in squeezed(text_of(sudarmas_form, tmp_path))
    assert "26012345678" in squeezed(text_of(given, tmp_path))


def test_a_hostile_name_is_only_a_name(tmp_path: Path) -> None:
    content = enrolment_form(
        replace(SUDARMA, name=HOSTILE, address='<img src="file:///etc/passwd">')
    )

    words = squeezed(text_of(content, tmp_path))

    assert squeezed(HOSTILE) in words
    assert squeezed('<img src="file:///etc/passwd">') in words
    assert "root:" not in words


@pytest.mark.parametrize("name", [LONG_NAME, ONE_LONG_WORD, "Sudarma", "Ni Luh Éka Ñúñez"])
def test_a_name_is_printed_whole_however_long(name: str, tmp_path: Path) -> None:
    content = enrolment_form(replace(SUDARMA, name=name))

    assert squeezed(name) in squeezed(text_of(content, tmp_path))
    assert len(sizes_mm(content)) == 1


def test_a_long_name_in_the_family_is_printed_whole_too(tmp_path: Path) -> None:
    family = (*large_family(3), replace(large_family(1)[0], name=LONG_NAME))

    content = enrolment_form(replace(SUDARMA, family=family, contribution=THREE_PROGRAMMES))

    assert len(sizes_mm(content)) == 1
    assert squeezed(LONG_NAME) in squeezed(drawn_text_of(content, tmp_path))


def test_four_members_and_three_programmes_still_fit_on_one_page() -> None:
    facts = replace(SUDARMA, family=large_family(4), contribution=THREE_PROGRAMMES, name=LONG_NAME)

    assert len(sizes_mm(enrolment_form(facts))) == 1


@pytest.mark.parametrize("count", [5, 9, 20])
def test_a_large_family_continues_on_page_two(count: int, tmp_path: Path) -> None:
    content = enrolment_form(
        replace(SUDARMA, family=large_family(count), contribution=THREE_PROGRAMMES)
    )

    assert len(sizes_mm(content)) == 2
    first, second = (text_of(content, tmp_path, page) for page in (1, 2))
    assert "Bersambung ke halaman 2" in first
    assert f"Anak Nomor {count}" in second
    assert "Halaman 2 dari 2" in second
    printed = [f"Anak Nomor {number}" for number in range(1, count + 1)]
    assert all(member in first + second for member in printed)


def test_the_discount_and_the_payer_are_printed(tmp_path: Path) -> None:
    words = text_of(enrolment_form(replace(SUDARMA, contribution=THREE_PROGRAMMES)), tmp_path)

    assert "Rp18.000" in words
    assert "Rp100.200" in words
    assert "Rp1.100.000 – Rp1.299.000" in words
    assert "Peserta sendiri" in words


def test_a_sum_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(DocumentError):
        replace(contribution(), total=1)
    with pytest.raises(DocumentError):
        replace(contribution(), months=2)


def test_what_is_missing_is_told_before_printing() -> None:
    assert missing_facts(SUDARMA) == ()
    assert missing_facts(draft_form(family_card=None)) == (
        Gap.FACE_PHOTO,
        Gap.SIGNATURE,
        Gap.MOTHER_NAME,
        Gap.FAMILY_CARD,
        Gap.CONSENT,
        Gap.CONTRIBUTION,
    )
    assert missing_facts(replace(SUDARMA, workplace="Pasar 😀")) == (Gap.UNPRINTABLE,)
    assert missing_facts(replace(SUDARMA, unit="Kelompok " * 20)) == (Gap.TOO_LONG,)


@pytest.mark.parametrize(
    "broken",
    [b"", b"%PDF-1.7 named .jpg", face()[:900], b"\x89PNG\r\n\x1a\n" + b"\x00" * 40],
    ids=["empty", "a PDF", "truncated", "half a PNG"],
)
@pytest.mark.parametrize("where", ["face_photo", "signature", "ktp_photo"])
def test_a_broken_picture_is_an_error_and_not_a_gap(where: str, broken: bytes) -> None:
    with pytest.raises(DocumentError) as refused:
        enrolment_form(replace(SUDARMA, **{where: broken}))

    assert refused.value.facts == {"reason": "broken_picture"}


def test_a_large_photo_is_scaled_to_what_the_paper_shows() -> None:
    large = enrolment_form(replace(SUDARMA, face_photo=face(size=(3000, 4000))))

    with opened(large) as pdf:
        (photo,) = (
            image
            for image in pdf.pages[0].resources.XObject.values()
            if image.get("/Filter") == "/DCTDecode"
        )
        assert (int(photo.Width), int(photo.Height)) == (354, 472)


def neighbours(count: int) -> Sequence[EnrolmentFormFacts]:
    """People with a face each."""
    return [
        replace(
            SUDARMA,
            name=f"I Wayan Nomor {number}",
            number=f"DPS/2026/{number:06}",
            face_photo=face(f"#{number * 2:02x}5d4e"),
            family=large_family(9) if number == 1 else (),
        )
        for number in range(count)
    ]


def test_many_forms_are_one_file_with_page_numbers_a_form(tmp_path: Path) -> None:
    told: list[int] = []
    out = io.BytesIO()

    pages = write_enrolment_forms(neighbours(3), out, on_progress=told.append)

    assert pages == 4
    assert told == [1, 2, 3]
    assert "Halaman 1 dari 1" in text_of(out.getvalue(), tmp_path, 1)
    assert "Halaman 2 dari 2" in text_of(out.getvalue(), tmp_path, 3)
    assert "I Wayan Nomor 2" in text_of(out.getvalue(), tmp_path, 4)


def test_a_page_taken_out_carries_one_workers_photo() -> None:
    people = neighbours(4)
    out = io.BytesIO()
    write_enrolment_forms(people, out)

    with opened(out.getvalue()) as whole:
        for page, person in zip((0, 1, 3, 4), people, strict=True):
            taken = pikepdf.new()
            taken.pages.append(whole.pages[page])
            alone = io.BytesIO()
            taken.save(alone)
            with opened(alone.getvalue()) as single:
                assert pictures_on(single.pages[0]) == [person.face_photo]
                streams = [thing for thing in single.objects if isinstance(thing, pikepdf.Stream)]
                photos = [one for one in streams if one.get("/Filter") == "/DCTDecode"]
                assert len(photos) == 1


def test_many_forms_have_the_same_bytes_each_time() -> None:
    first, again = io.BytesIO(), io.BytesIO()

    write_enrolment_forms(neighbours(2), first)
    write_enrolment_forms(neighbours(2), again)

    assert first.getvalue() == again.getvalue()


def test_printing_stops_between_two_forms_when_cancelled() -> None:
    told: list[int] = []

    with pytest.raises(DocumentCancelledError) as stopped:
        write_enrolment_forms(
            neighbours(5),
            io.BytesIO(),
            on_progress=told.append,
            cancelled=lambda: len(told) == 2,
        )

    assert stopped.value.facts == {"done": 2}

"""The batch list and the hand-over list."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from fieldapp.documents.batch_list import (
    ROWS_OF_CLOSING,
    ROWS_ON_FIRST_PAGE,
    ROWS_ON_PAGE,
    batch_list,
    missing_facts,
    write_batch_list,
)
from fieldapp.documents.engine import DocumentCancelledError, DocumentError
from fieldapp.documents.handover_list import handover_list
from fieldapp.documents.wording import grouped
from tests.documents.paper_people import HOSTILE, LONG_NAME, batch_of, handover_of
from tests.documents.reading import drawn_text_of, fonts_of, opened, sizes_mm, squeezed, text_of


def test_a_batch_list_prints_rows_totals_and_words(tmp_path: Path) -> None:
    content = batch_list(batch_of(9))

    words = squeezed(text_of(content, tmp_path))

    for printed in (
        "Daftar Kolektif Pendaftaran Peserta",
        "bukan formulir resmi BPJS Ketenagakerjaan",
        "DPS/2026/B/0007",
        "Dinas Kebudayaan Kota Denpasar",
        "November 2026",
        "9 orang",
        "5171011107850001",
        "I WAYAN SUDARMA",
        "Kelian banjar adat",
        "Br. Kaja Panjer",
        "1.000.000",
        "50.400",
        "Rp453.600",
        "Empat ratus lima puluh tiga ribu enam ratus rupiah",
        "Koordinator OPD",
        "I Wayan Arta",
        "Ni Ketut Sulastri",
        "Halaman 1 dari 1",
    ):
        assert squeezed(printed) in words
    assert squeezed(LONG_NAME[:34]) in words


def test_a_batch_list_is_landscape_a4_with_its_fonts_inside() -> None:
    content = batch_list(batch_of(30))

    assert sizes_mm(content) == [(pytest.approx(297, abs=0.1), pytest.approx(210, abs=0.1))] * 2
    assert all(fonts_of(content).values())
    with opened(content) as pdf:
        assert "/StructTreeRoot" in pdf.Root


LAST_ALONE = ROWS_ON_FIRST_PAGE - ROWS_OF_CLOSING


@pytest.mark.parametrize(
    "count",
    [1, LAST_ALONE, LAST_ALONE + 1, ROWS_ON_FIRST_PAGE, ROWS_ON_FIRST_PAGE + 1,
     ROWS_ON_FIRST_PAGE + ROWS_ON_PAGE - ROWS_OF_CLOSING,
     ROWS_ON_FIRST_PAGE + ROWS_ON_PAGE - ROWS_OF_CLOSING + 1,
     ROWS_ON_FIRST_PAGE + ROWS_ON_PAGE, ROWS_ON_FIRST_PAGE + ROWS_ON_PAGE + 1],
)  # fmt: skip
def test_wherever_the_page_ends_no_row_and_no_sum_is_lost(count: int, tmp_path: Path) -> None:
    batch = batch_of(count)

    content = batch_list(batch)

    pages = len(sizes_mm(content))
    texts = [text_of(content, tmp_path, page) for page in range(1, pages + 1)]
    printed = re.findall(r"\b517101110785\d{4}\b", "".join(texts))
    assert printed == [row.nik for row in batch.rows]
    carried = 0
    for number, text in enumerate(texts, 1):
        assert f"Halaman {number} dari {pages}" in text
        assert "Nama lengkap" in text
        if number > 1:
            assert re.search(rf"Pindahan dari halaman {number - 1} +{grouped(carried)}", text)
        carried += 50_400 * len(re.findall(r"\b517101110785\d{4}\b", text))
        if number < pages:
            forward = rf"Jumlah dipindahkan ke halaman {number + 1} +{grouped(carried)}"
            assert re.search(forward, text)
        assert ("Terbilang" in text) == (number == pages)
    assert re.search(r"\b517101110785\d{4}\b", texts[-1]), "no sum stands alone on a page"
    assert carried == batch.total


def test_the_list_can_mask_the_nik(tmp_path: Path) -> None:
    words = text_of(batch_list(batch_of(3, masked=True)), tmp_path)

    assert "5171011107850001" not in words
    assert "5171••••••••0001" in words
    assert "NIK disamarkan" in words


def test_a_draft_list_is_watermarked_on_every_page_and_has_no_number(tmp_path: Path) -> None:
    draft = batch_of(30, approved=False, number=None, approved_by=None, approved_on=None)

    words = squeezed(drawn_text_of(batch_list(draft), tmp_path))

    assert words.count("DRAF–BELUMDISETUJUI") == 2
    assert "DPS/2026/B" not in words
    with pytest.raises(DocumentError):
        replace(draft, number="DPS/2026/B/0007")


def test_a_long_list_is_made_in_parts_and_numbered_through(tmp_path: Path) -> None:
    told: list[int] = []
    out = io.BytesIO()
    batch = batch_of(300)

    pages = write_batch_list(batch, out, on_progress=told.append)

    assert pages == len(sizes_mm(out.getvalue())) == 14
    assert told == [18 + 9 * 24, 300]
    words = text_of(out.getvalue(), tmp_path)
    assert re.findall(r"\b517101110785\d{4}\b", words) == [row.nik for row in batch.rows]
    assert re.findall(r"Halaman (\d+) dari 14", words) == [str(n) for n in range(1, 15)]
    assert batch_list(batch) == out.getvalue()


def test_a_long_list_can_be_cancelled() -> None:
    told: list[int] = []

    with pytest.raises(DocumentCancelledError) as stopped:
        write_batch_list(
            batch_of(300), io.BytesIO(), on_progress=told.append, cancelled=lambda: bool(told)
        )

    assert stopped.value.facts == {"done": told[0]}


@pytest.mark.parametrize("count", [0, 5_001])
def test_an_empty_and_an_endless_batch_are_refused(count: int) -> None:
    with pytest.raises(DocumentError):
        batch_of(count)


def test_rows_that_the_fonts_cannot_write_are_named() -> None:
    batch = batch_of(3)
    strange = replace(batch.rows[1], name="Wayan 😀")

    assert missing_facts(batch) == ()
    assert missing_facts(replace(batch, rows=(batch.rows[0], strange))) == ("2",)


@pytest.mark.parametrize("count", [1, 13, 14, 18, 19, 35, 36, 100])
def test_a_hand_over_list_has_a_line_for_everyone(count: int, tmp_path: Path) -> None:
    content = handover_list(handover_of(count))

    words = text_of(content, tmp_path)

    serials = re.findall(r"DPS-26-\d{6}", words)
    assert serials == [f"DPS-26-{number + 1:06}" for number in range(count)]
    pages = len(sizes_mm(content))
    assert words.count("Tanda tangan") == pages
    assert re.findall(rf"Halaman (\d+) dari {pages}", words) == [
        str(number) for number in range(1, pages + 1)
    ]
    assert words.count("Yang menyerahkan") == 1
    assert sizes_mm(content) == [(pytest.approx(210, abs=0.1), pytest.approx(297, abs=0.1))] * pages


def test_a_hand_over_list_prints_hostile_names_as_names(tmp_path: Path) -> None:
    facts = handover_of(2)
    hostile = replace(facts.rows[0], name=HOSTILE)

    words = text_of(handover_list(replace(facts, rows=(hostile, facts.rows[1]))), tmp_path)

    assert squeezed(HOSTILE) in squeezed(words)


def test_a_card_without_a_serial_cannot_be_handed_over() -> None:
    facts = handover_of(2)

    with pytest.raises(DocumentError):
        replace(facts, rows=(replace(facts.rows[0], serial=""),))

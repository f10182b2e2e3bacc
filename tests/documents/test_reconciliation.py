"""The sheet that Putu and Ketut sign: every field of it, and its code."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fieldapp.documents.engine import DocumentError, template_version
from fieldapp.documents.reconciliation import ReconciliationFacts, reconciliation
from fieldapp.domain.card_life import CardState
from fieldapp.domain.reconciliation import CardFigures, address
from tests.documents.paper_people import HOSTILE
from tests.documents.reading import codes_on, fonts_of, opened, sizes_mm, squeezed, text_of

ADDRESS = address("https://kartu.denpasarkota.go.id", bytes([3]) + bytes(range(79)))
FIGURES = CardFigures(
    approved=1503, without=38, lost=7, waiting=4, in_office=1111, handed_over=343,
    printed=1459, spoiled=3, void=2,
)  # fmt: skip
FACTS = ReconciliationFacts(
    made_at=datetime(2026, 11, 22, 2, 24, tzinfo=UTC),
    issuer="Pemerintah Kota Denpasar",
    number="BA-2026-000012",
    batch="B-2026-0001",
    note="Pasar Badung, sisi barat",
    agency="Perumda Bhukti Praja Sewakadarma",
    figures=FIGURES,
    set_aside=[
        ("2026-000017", CardState.SPOILED, "Macet di pencetak"),
        ("2026-000019/2", CardState.VOID, "Hilang di pasar"),
    ],
    clerk="Ni Putu Ayu Lestari",
    address=ADDRESS,
)

VERSION = template_version("reconciliation")
SHEET = f"""
PEMERINTAH KOTA DENPASAR
Berita Acara Pencocokan Kartu
No. BA-2026-000012 · keadaan 22 November 2026 pukul 10.24 WITA
Berkas B-2026-0001 · Pasar Badung, sisi barat
Instansi Perumda Bhukti Praja Sewakadarma
JUMLAHNYA COCOK
Pekerja yang disetujui Kartu yang pernah dicetak
Sudah diserahkan 343 Dicetak seluruhnya 1.459
Dicetak, masih di kantor 1.111 Dikurangi: rusak, dimusnahkan − 3
Belum dicetak 42 Dikurangi: batal − 2
Rusak atau batal, belum dicetak ulang 7
Disetujui 1.503 Berlaku: diserahkan dan di kantor 1.454
Disetujui 1.503 = dicetak 1.459 − rusak 3 − batal 2 + belum dicetak 42 + rusak atau batal yang \
belum dicetak ulang 7
Kartu rusak dan batal
Nomor kartu Keadaan Alasan
2026-000017 rusak Macet di pencetak
2026-000019/2 batal Hilang di pasar
dan 3 kartu lain, lihat daftar kartu berkas ini.
Dengan menandatangani, kedua pihak menyatakan telah menghitung kartu yang masih di kantor dan \
memusnahkan kartu yang rusak.
Denpasar, ……………………… 20… Denpasar, ……………………… 20…
Petugas cetak, Penyelia,
Ni Putu Ayu Lestari Nama: ………………………………………
Pindai untuk membandingkan angka di lembar ini dengan angka yang ditandatangani sistem. Bila \
berbeda, lembar ini sudah diubah.
No. BA-2026-000012 · Berkas B-2026-0001 · Templat reconciliation {VERSION} Halaman 1 dari 1
"""


def test_every_field_stands_where_it_belongs_and_nothing_else(tmp_path: Path) -> None:
    printed = text_of(reconciliation(FACTS), tmp_path)

    assert squeezed(printed) == squeezed(SHEET)


def test_the_figures_of_this_test_add_up_and_are_all_different() -> None:
    assert FIGURES.adds_up
    shown = [getattr(FIGURES, each.name) for each in fields(FIGURES)]
    assert len(set(shown)) == len(shown)


def test_figures_that_do_not_add_up_are_shouted_about(tmp_path: Path) -> None:
    wrong = replace(FACTS, figures=replace(FIGURES, approved=1504))

    printed = text_of(reconciliation(wrong), tmp_path)

    assert "JUMLAHNYA TIDAK COCOK" in printed
    assert "Jangan serahkan kartu lagi" in printed


def test_the_symbol_on_paper_is_the_address_and_scans_on_an_office_printer(tmp_path: Path) -> None:
    assert codes_on(reconciliation(FACTS), tmp_path) == [ADDRESS]


def test_the_sheet_is_a4_tagged_with_its_fonts_inside_and_the_same_bytes_again() -> None:
    content = reconciliation(FACTS)

    assert sizes_mm(content) == [(pytest.approx(210, abs=0.1), pytest.approx(297, abs=0.1))]
    assert all(fonts_of(content).values())
    with opened(content) as pdf:
        assert "/StructTreeRoot" in pdf.Root
        assert pdf.check_pdf_syntax() == []
    assert reconciliation(FACTS) == content


def test_forty_spoiled_cards_go_on_to_a_second_page_with_the_signatures(tmp_path: Path) -> None:
    many = replace(
        FACTS,
        figures=replace(FIGURES, spoiled=38),
        set_aside=[(f"2026-{n:06d}", CardState.SPOILED, "Macet") for n in range(1, 41)],
    )

    content = reconciliation(many)

    assert len(sizes_mm(content)) == 2
    last = text_of(content, tmp_path, page=2)
    assert "2026-000040" in last
    assert "Penyelia," in last
    assert "kartu lain" not in text_of(content, tmp_path)


def test_a_reason_of_300_letters_and_hostile_signs_stays_in_its_box(tmp_path: Path) -> None:
    reason = f"{HOSTILE} {'panjang sekali ' * 30}"[:300]

    content = reconciliation(replace(FACTS, set_aside=[("2026-000017", CardState.VOID, reason)]))

    assert len(sizes_mm(content)) == 1
    assert squeezed("panjang sekali") in squeezed(text_of(content, tmp_path))


def test_a_sheet_without_the_moment_of_counting_is_refused() -> None:
    with pytest.raises(DocumentError):
        replace(FACTS, made_at=datetime(2026, 11, 22))  # noqa: DTZ001

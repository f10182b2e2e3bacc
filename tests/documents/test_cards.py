"""Cards: sizes to a tenth of a millimetre, nothing secret, nothing before approval."""

import io
import re
import subprocess
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from fieldapp.documents.cards import (
    CARD_MM,
    QUIET_MODULES,
    SYMBOL_MM,
    CardFacts,
    Duplex,
    Gap,
    card,
    card_sheet,
    missing_facts,
    qr_symbol,
    write_card_sheets,
)
from fieldapp.documents.engine import DocumentCancelledError, DocumentError
from tests.documents.paper_people import (
    HOSTILE,
    LONG_NAME,
    MADE_AT,
    ONE_LONG_WORD,
    VERIFICATION,
    card_of,
    draft_card,
    face,
)
from tests.documents.reading import MM, drawn_text_of, fonts_of, opened, sizes_mm, squeezed, text_of


def deck(count: int) -> Sequence[CardFacts]:
    """Cards with names and faces of their own."""
    return [
        card_of(
            f"Pekerja {chr(65 + number % 26)}{number}",
            serial=f"DPS-26-{number:06}",
            face_photo=face(f"#{number:02x}5d4e"),
        )
        for number in range(count)
    ]


def boxes(content: bytes, page: int, folder: Path) -> dict[str, tuple[float, float]]:
    """Where each word begins on a page, in millimetres from the top left corner."""
    path = folder / "boxes.pdf"
    path.write_bytes(content)
    out = subprocess.run(
        ["pdftotext", "-bbox", "-f", str(page), "-l", str(page), str(path), "-"],
        check=True,
        capture_output=True,
    ).stdout.decode()
    return {
        word: (float(left) / MM, float(top) / MM)
        for left, top, word in re.findall(
            r'<word xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>([^<]+)</word>', out
        )
    }


def test_a_single_card_has_two_pages_of_card_size() -> None:
    sizes = sizes_mm(card(card_of()))

    assert sizes == [(pytest.approx(85.60, abs=0.01), pytest.approx(53.98, abs=0.01))] * 2


def test_the_front_and_the_back_say_what_they_must(tmp_path: Path) -> None:
    content = card(card_of(kpj="26012345678"))
    front, back = (squeezed(text_of(content, tmp_path, page)) for page in (1, 2))

    for words in (
        "Bukti Pendaftaran",
        "I WAYAN SUDARMA",
        "Kelian banjar adat",
        "Dinas Kebudayaan Kota Denpasar",
        "DPS-26-000123",
        "31 Desember 2026",
    ):
        assert squeezed(words) in front
    for words in (
        "bukan kartu BPJS Ketenagakerjaan",
        "Pindai kode QR",
        "175",
        "2 × 24 jam",
        "Kembalikan ke Dinas Kebudayaan Kota Denpasar, Jalan Hayam Wuruk 69",
        "26012345678",
    ):
        assert squeezed(words) in back


def test_a_card_has_no_room_for_family_or_nik() -> None:
    names = {field.name for field in fields(CardFacts)}

    assert not names & {"nik", "mother_name", "family", "family_card", "born_on", "phone"}


def test_no_kpj_is_invented(tmp_path: Path) -> None:
    assert "KPJ" not in text_of(card(card_of()), tmp_path)


def test_a_draft_card_is_watermarked_without_number_date_or_symbol(tmp_path: Path) -> None:
    content = card(draft_card())

    words = text_of(content, tmp_path)

    assert squeezed(drawn_text_of(content, tmp_path)).count("DRAF–BELUMDISETUJUI") == 2
    assert "DPS-26" not in words
    with opened(content) as pdf:
        assert not pdf.pages[0].resources.get("/XObject", {})


@pytest.mark.parametrize(
    "early",
    [
        {"serial": "DPS-26-000123"},
        {"verification_url": VERIFICATION},
        {"valid_until": date(2026, 12, 31)},
        {"kpj": "26012345678"},
    ],
)
def test_a_draft_card_refuses_what_only_approval_gives(early: dict[str, object]) -> None:
    with pytest.raises(DocumentError) as refused:
        replace(draft_card(), **early)

    assert refused.value.facts == {"reason": "draft_carries", "fields": tuple(early)}


def test_an_approved_card_needs_its_serial() -> None:
    with pytest.raises(DocumentError):
        card_of(serial=None)


def test_the_symbol_is_twenty_millimetres_and_has_its_quiet_zone() -> None:
    image, modules = qr_symbol(VERIFICATION)

    picture = Image.open(io.BytesIO(image)).convert("L")

    assert SYMBOL_MM >= 20
    assert picture.size == (modules + 2 * QUIET_MODULES,) * 2
    rim = [
        picture.getpixel((x, y))
        for x in range(picture.width)
        for y in range(picture.height)
        if min(x, y, picture.width - 1 - x, picture.height - 1 - y) < QUIET_MODULES
    ]
    assert set(rim) == {255}
    assert picture.getpixel((QUIET_MODULES, QUIET_MODULES)) == 0


def test_the_printed_symbol_is_the_symbol_module_by_module(tmp_path: Path) -> None:
    (tmp_path / "card.pdf").write_bytes(card(card_of()))
    dpi = 600
    subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-gray", "-l", "1", tmp_path / "card.pdf", tmp_path / "card"],
        check=True,
    )
    page = Image.open(next(tmp_path.glob("card-*.pgm")))
    drawn, modules = qr_symbol(VERIFICATION)
    symbol = Image.open(io.BytesIO(drawn)).convert("L")

    side = SYMBOL_MM * symbol.width / modules
    left, top = (measure - 1.2 - side for measure in CARD_MM)
    step = side / symbol.width
    for x in range(symbol.width):
        for y in range(symbol.height):
            spot = (
                round((left + (x + 0.5) * step) / 25.4 * dpi),
                round((top + (y + 0.5) * step) / 25.4 * dpi),
            )
            assert (page.getpixel(spot) > 128) == (symbol.getpixel((x, y)) > 128), (x, y)


def test_a_text_too_long_for_the_symbol_is_refused() -> None:
    with pytest.raises(DocumentError):
        card(card_of(verification_url="x" * 400))


@pytest.mark.parametrize("name", [LONG_NAME, ONE_LONG_WORD, "Sudarma", HOSTILE, "Ni Éka Ñúñez"])
def test_every_name_is_whole_on_the_card(name: str, tmp_path: Path) -> None:
    content = card(card_of(name))

    assert squeezed(name) in squeezed(text_of(content, tmp_path, 1))
    assert missing_facts(card_of(name)) == ()


def test_what_a_card_lacks_is_told_before_printing() -> None:
    assert missing_facts(card_of(face_photo=None, verification_url=None)) == (
        Gap.FACE_PHOTO,
        Gap.VERIFICATION,
    )
    assert missing_facts(card_of("W" * 90, agency="Dinas " * 40)) == (
        Gap.NAME_TOO_LONG,
        Gap.AGENCY_TOO_LONG,
    )


def test_twelve_cards_are_two_sheets_with_a_back_each(tmp_path: Path) -> None:
    content = card_sheet(deck(12), made_at=MADE_AT)

    assert sizes_mm(content) == [(pytest.approx(210, abs=0.1), pytest.approx(297, abs=0.1))] * 4
    assert all(fonts_of(content).values())
    assert "Lembar 1 dari 2, depan" in text_of(content, tmp_path, 1)
    assert "Lembar 2 dari 2, belakang" in text_of(content, tmp_path, 4)
    assert "DPS-26-000009" in text_of(content, tmp_path, 1)
    assert "DPS-26-000010" in text_of(content, tmp_path, 3)


def test_long_edge_backs_lie_behind_their_fronts(tmp_path: Path) -> None:
    content = card_sheet(deck(10), duplex=Duplex.LONG_EDGE, made_at=MADE_AT)

    front, back = (boxes(content, page, tmp_path) for page in (1, 2))

    width, height = CARD_MM
    left, top = (210 - 2 * width) / 2, (297 - 5 * height) / 2
    for number in range(10):
        row, column = divmod(number, 2)
        x, y = front[f"DPS-26-{number:06}"]
        assert x == pytest.approx(left + column * width + 3.4, abs=0.2)
        assert top + row * height < y < top + (row + 1) * height
        x, y = back[f"DPS-26-{number:06}"]
        mirrored = left + (1 - column) * width
        assert mirrored < x < mirrored + width
        assert top + row * height < y < top + (row + 1) * height


def test_short_edge_backs_are_turned_by_half_a_turn(tmp_path: Path) -> None:
    content = card_sheet(deck(2), duplex=Duplex.SHORT_EDGE, made_at=MADE_AT)

    back = boxes(content, 2, tmp_path)

    # Turned about its short edge, the first front (top left) has its back at the bottom left.
    assert back["DPS-26-000000"][0] < 105
    assert back["DPS-26-000000"][1] > 229.5
    assert back["DPS-26-000001"][0] > 105


def test_the_same_cards_give_the_same_bytes() -> None:
    assert card(card_of()) == card(card_of())
    assert card_sheet(deck(3), made_at=MADE_AT) == card_sheet(deck(3), made_at=MADE_AT)


def test_no_cards_and_too_many_cards_are_refused() -> None:
    with pytest.raises(DocumentError):
        card_sheet([], made_at=MADE_AT)
    with pytest.raises(DocumentError):
        card_sheet([card_of()] * 51, made_at=MADE_AT)


def test_a_batch_of_cards_is_one_file_in_order(tmp_path: Path) -> None:
    told: list[int] = []
    out = io.BytesIO()

    pages = write_card_sheets(deck(63), out, count=63, made_at=MADE_AT, on_progress=told.append)

    assert pages == 14
    assert told == [10, 20, 30, 40, 50, 60, 63]
    assert "Lembar 7 dari 7, depan" in text_of(out.getvalue(), tmp_path, 13)
    assert "DPS-26-000062" in text_of(out.getvalue(), tmp_path, 13)
    assert "DPS-26-000049" in text_of(out.getvalue(), tmp_path, 9)


def test_printing_cards_stops_when_cancelled() -> None:
    told: list[int] = []

    with pytest.raises(DocumentCancelledError) as stopped:
        write_card_sheets(
            deck(60),
            io.BytesIO(),
            count=60,
            made_at=MADE_AT,
            on_progress=told.append,
            cancelled=lambda: len(told) == 2,
        )

    assert stopped.value.facts == {"done": 20}

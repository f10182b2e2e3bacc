"""Stamped and laid out alone: the same paper, whoever the row is."""

import io
import re
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pikepdf
import pydyf
import pytest
import weasyprint
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops, ImageFilter, ImageStat
from weasyprint.formatting_structure import boxes

from fieldapp.adapters.photos import signature
from fieldapp.demo.faces import draw_signature
from fieldapp.documents import layouts, stamping
from fieldapp.documents.cards import (
    CARD_MM,
    SYMBOL_MM,
    CardFacts,
    Duplex,
    card,
    card_sheet,
    write_card_sheets,
    write_single_cards,
)
from fieldapp.documents.engine import DocumentError, Pictures, holding_the_press, render, strict
from fieldapp.documents.enrolment_form import (
    EnrolmentFormFacts,
    FamilyMember,
    enrolment_form,
    write_enrolment_forms,
)
from fieldapp.documents.fitting import FONTS, Face
from fieldapp.documents.glyphs import ASCENT, CODED, DESCENT, UndrawableError, glyphs
from fieldapp.documents.qr import QUIET_MODULES, symbol_of
from fieldapp.documents.raster import plain_jpeg
from fieldapp.domain.press import Shifts
from tests.documents.paper_people import (
    HOSTILE,
    LONG_NAME,
    MADE_AT,
    ONE_LONG_WORD,
    SUDARMA,
    card_of,
    draft_form,
    face,
    large_family,
)
from tests.documents.reading import fonts_of, opened, pictures_on, sizes_mm

DPI = 120
# Thin strokes fall on other pixels by rounding, and a symbol is scaled otherwise as a mask than as
# a picture (its modules are compared one by one below): what is left after a blur of 1.5 pixels
# may differ by half the range at a point, and by 1.5 of 255 over the page.
MOST_OFF = 128
MEAN_OFF = 1.5
TENTH_OF_A_MM = 0.1 * 72 / 25.4


def stamped_forms(*rows: EnrolmentFormFacts) -> bytes:
    """The forms of a batch."""
    out = io.BytesIO()
    write_enrolment_forms(rows, out)
    return out.getvalue()


def stamped_cards(*rows: CardFacts, duplex: Duplex = Duplex.LONG_EDGE) -> bytes:
    """The cards of a batch."""
    out = io.BytesIO()
    write_card_sheets(rows, out, count=len(rows), duplex=duplex, made_at=MADE_AT)
    return out.getvalue()


def pixels(content: bytes, folder: Path, name: str) -> Sequence[Image.Image]:
    """Every page in grey, blurred by a pixel."""
    path = folder / f"{name}.pdf"
    path.write_bytes(content)
    subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", path, folder / name], check=True)
    pages = sorted(folder.glob(f"{name}-*.pgm"))
    return [Image.open(page).filter(ImageFilter.GaussianBlur(1.5)) for page in pages]


def words(content: bytes, folder: Path) -> Sequence[tuple[int, str, float, float]]:
    """Every word with its page and the place of its top left corner in points."""
    path = folder / "words.pdf"
    path.write_bytes(content)
    out = subprocess.run(["pdftotext", "-bbox", path, "-"], check=True, capture_output=True)
    found = []
    for number, page in enumerate(out.stdout.decode().split("<page ")[1:]):
        for left, top, word in re.findall(
            r'<word xMin="([-\d.]+)" yMin="([-\d.]+)"[^>]*>([^<]+)</word>', page
        ):
            found.append((number, word, float(left), float(top)))
    return sorted(found, key=lambda each: (each[0], round(each[3]), round(each[2] / 3), each[1]))


def assert_alike(alone: bytes, stamped: bytes, folder: Path) -> None:
    """The same pages, words to a tenth of a millimetre, and the same to the eye."""
    assert sizes_mm(stamped) == [pytest.approx(size, abs=0.05) for size in sizes_mm(alone)]
    ours, theirs = words(stamped, folder), words(alone, folder)
    assert len(ours) == len(theirs)
    places: dict[tuple[int, str], list[tuple[float, float]]] = {}
    for page, word, left, top in theirs:
        places.setdefault((page, word), []).append((left, top))
    for page, word, left, top in ours:
        near = [
            abs(left - x) + abs(top - y)
            for x, y in places[page, word]
            if abs(left - x) < TENTH_OF_A_MM and abs(top - y) < TENTH_OF_A_MM
        ]
        assert near, (page, word, left, top, places[page, word])
    pairs = zip(pixels(alone, folder, "alone"), pixels(stamped, folder, "stamped"), strict=True)
    for one, other in pairs:
        difference = ImageChops.difference(one, other)
        histogram = difference.histogram()
        mean = sum(level * count for level, count in enumerate(histogram)) / sum(histogram)
        assert difference.getextrema()[1] <= MOST_OFF, difference.getbbox()
        assert mean <= MEAN_OFF


PRINTABLE = sorted(CODED)
FORMS = {
    "as most are": SUDARMA,
    "one word": replace(SUDARMA, name="Sudarma"),
    "sixty letters": replace(SUDARMA, name=LONG_NAME, coordinator=LONG_NAME),
    "one word of sixty letters": replace(SUDARMA, name=ONE_LONG_WORD, mother_name=ONE_LONG_WORD),
    "letters with marks": replace(SUDARMA, name="Ni Luh Éka Ñúñez", birth_place="Yogyakarta Öst"),
    "a mark that is placed": replace(SUDARMA, name="Ni Luh Ṣarī"),
    "every letter that has a code": replace(
        SUDARMA, name="".join(PRINTABLE[:48]), mother_name="".join(PRINTABLE[48:96]),
        address="".join(PRINTABLE[96:150]), birth_place="".join(PRINTABLE[150:176]),
        workplace="".join(PRINTABLE[176:]),
    ),
    "letters outside the common ones": replace(SUDARMA, name="Ni Łucja Šostaková Ğ"),
    "a hostile name": replace(SUDARMA, name=HOSTILE, address='<a href="slot:1">x</a> &amp;'),
    "marks of ours in a name": replace(SUDARMA, name="Su\ue000\u0031\ue001dar\ue002ma"),
    "no photo": replace(SUDARMA, face_photo=None),
    "no family": replace(SUDARMA, family=()),
    "a large family": replace(SUDARMA, family=large_family(9)),
    "a long name in the family": replace(SUDARMA, family=(FamilyMember(LONG_NAME, "Istri"),)),
    "hardly anything": replace(
        SUDARMA, contribution=None, consent=None, signature=None, signed_on=None, email=None,
        npwp=None, income=None, working_since=None, family_card=None, born_on=None, branch=None,
    ),
    "a copy of the KTP": replace(SUDARMA, ktp_photo=face(size=(1200, 800)), kpj="26012345678"),
    "a woman who pays herself": replace(SUDARMA, sex="female", unit="Kelompok Tani Sari Merta"),
    "an address on two lines": replace(SUDARMA, address="Jalan Tukad Pakerisan Gang II " * 4),
    "brackets": replace(SUDARMA, name="(Made) Raka)12( \\A\\", mother_name="((("),
    "kerning": replace(SUDARMA, name="AV To Wayan LTVA Yat. P, fi fl ffi"),
    "a draft": draft_form(),
}  # fmt: skip


@pytest.mark.parametrize("row", FORMS.values(), ids=FORMS)
def test_a_stamped_form_looks_like_the_one_laid_out_alone(
    row: EnrolmentFormFacts, tmp_path: Path
) -> None:
    """SUDARMA goes first, so that the row meets layouts that were made for somebody else."""
    both = stamped_forms(SUDARMA, row)

    with opened(both) as whole, pikepdf.new() as taken:
        taken.pages.extend(list(whole.pages)[1:])
        out = io.BytesIO()
        taken.save(out)
    assert_alike(enrolment_form(row), out.getvalue(), tmp_path)


CARDS = (
    card_of(),
    card_of("Sudarma", serial="A", face_photo=None),
    card_of(LONG_NAME, kpj="26012345678", serial="DPS-26-1234567890"),
    card_of(ONE_LONG_WORD, verification_url=None),
    card_of("Ni Luh Ṣarī"),
    card_of(HOSTILE, face_photo=face(size=(1200, 1600))),
    card_of("AV To Wayan", face_photo=face(size=(400, 300))),
    card_of("Ni Éka", agency="Dinas Perumahan, Kawasan Permukiman dan Pertanahan Kota Denpasar"),
    card_of("I Ketut", verification_url="HTTPS://K.ID/7", category="Pedagang pasar tradisional"),
    card_of("x" * 70, category="Kepala " * 12),
)


@pytest.mark.parametrize("duplex", Duplex)
def test_stamped_sheets_look_like_sheets_laid_out_alone(duplex: Duplex, tmp_path: Path) -> None:
    stamped = stamped_cards(*CARDS, *CARDS[:3], duplex=duplex)

    assert_alike(
        card_sheet((*CARDS, *CARDS[:3]), duplex=duplex, made_at=MADE_AT), stamped, tmp_path
    )


def test_every_symbol_of_a_sheet_is_its_own_module_by_module(tmp_path: Path) -> None:
    rows = [card_of(verification_url=f"HTTPS://KARTU.EXAMPLE.ORG/K/{n:0128}") for n in range(10)]
    (tmp_path / "sheet.pdf").write_bytes(stamped_cards(*rows))
    dpi = 400
    subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-gray", "-l", "1", tmp_path / "sheet.pdf", tmp_path / "page"],
        check=True,
    )
    page = Image.open(next(tmp_path.glob("page-*.pgm")))

    for number, row in enumerate(rows):
        symbol = symbol_of(row.verification_url or "")
        side = SYMBOL_MM * (symbol.modules + 2 * QUIET_MODULES) / symbol.modules
        down, across = divmod(number, 2)
        left = 19.4 + across * CARD_MM[0] + CARD_MM[0] - 1.2 - side
        top = 13.55 + down * CARD_MM[1] + CARD_MM[1] - 1.2 - side
        step = SYMBOL_MM / symbol.modules
        width = -(-symbol.modules // 8)
        for y in range(symbol.modules):
            bits = int.from_bytes(symbol.rows[y * width : (y + 1) * width], "big")
            for x in range(symbol.modules):
                spot = (
                    round((left + (x + 0.5 + QUIET_MODULES) * step) / 25.4 * dpi),
                    round((top + (y + 0.5 + QUIET_MODULES) * step) / 25.4 * dpi),
                )
                dark = bits >> (8 * width - 1 - x) & 1
                assert (page.getpixel(spot) < 128) == bool(dark), (number, x, y)


@pytest.mark.parametrize("row", [row for name, row in FORMS.items() if "placed" not in name])
def test_hardly_any_row_is_laid_out_alone(
    row: EnrolmentFormFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("laid out alone")

    monkeypatch.setattr(stamping.Stamper, "add_laid", refuse)

    assert stamped_forms(row)


def test_a_batch_is_sound_and_has_each_cut_once(tmp_path: Path) -> None:
    for content in (stamped_cards(*CARDS[:4]), stamped_forms(SUDARMA, FORMS["a large family"])):
        path = tmp_path / "checked.pdf"
        path.write_bytes(content)

        checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True)
        fonts = fonts_of(content)

        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert len(fonts) == 4
        assert all(fonts.values())


def test_pages_of_a_batch_have_exact_sizes() -> None:
    a4 = (pytest.approx(210, abs=0.1), pytest.approx(297, abs=0.1))

    assert sizes_mm(stamped_cards(card_of())) == [a4, a4]
    assert sizes_mm(stamped_forms(FORMS["a large family"])) == [a4, a4]


def test_the_same_rows_give_the_same_bytes_whatever_was_printed_before() -> None:
    rows = [replace(SUDARMA, name=f"I Wayan {number}") for number in range(4)]
    first = stamped_forms(*rows)

    stamped_forms(*FORMS.values())

    assert stamped_forms(*rows) == first
    assert stamped_forms(*rows[:3], SUDARMA) != first


def test_pages_of_a_kind_begin_with_one_stream_and_end_with_their_own() -> None:
    rows = [replace(SUDARMA, name=f"I Wayan {number}") for number in range(3)]

    with opened(stamped_forms(*rows)) as pdf:
        beginnings = {page.Contents[0].objgen for page in pdf.pages}
        own = {bytes(page.Contents[-1].read_bytes()) for page in pdf.pages}

    assert len(beginnings) == 1
    assert len(own) == 3


def test_forms_with_photos_of_24_kb_take_25_kb_each_and_100_kb_a_file() -> None:
    photo = face()
    filler = b"." * (24_000 - len(photo) - 4)
    photo = photo[:2] + b"\xff\xfe" + (len(filler) + 2).to_bytes(2, "big") + filler + photo[2:]
    rows = [
        replace(
            SUDARMA,
            number=f"2026-{number:06}",
            name=f"I Wayan Sudarma {number}",
            nik=f"51710111078{number:05}",
            family=large_family(5),
            face_photo=photo,
            signature=None,
        )
        for number in range(60)
    ]

    size = len(stamped_forms(*rows))

    assert len(photo) == 24_000
    assert size <= len(rows) * 25_000 + 100_000


def test_a_page_taken_out_holds_one_workers_words_and_pictures(tmp_path: Path) -> None:
    photos = [face(f"#{number}0{number}0{number}0") for number in range(3)]
    rows = [
        replace(SUDARMA, name=f"Pekerja{number}", face_photo=photos[number]) for number in range(3)
    ]

    with opened(stamped_forms(*rows)) as whole:
        for number, page in enumerate(whole.pages):
            alone = io.BytesIO()
            with pikepdf.new() as taken:
                taken.pages.append(page)
                taken.save(alone)
            with opened(alone.getvalue()) as single:
                assert pictures_on(single.pages[0]) == [photos[number]]
                streams = [each for each in single.objects if isinstance(each, pikepdf.Stream)]
                jpegs = [each for each in streams if each.get("/Filter") == "/DCTDecode"]
                assert len(jpegs) == 1
            printed = {word for _, word, _, _ in words(alone.getvalue(), tmp_path)}
            assert {name for name in printed if re.fullmatch(r"Pekerja\d", name)} == {
                f"Pekerja{number}"
            }


# Photos


def broken_headers() -> dict[str, bytes]:
    """JPEGs that say of themselves what is not so."""
    good = face()
    frame = good.index(b"\xff\xc0")
    wide = bytearray(good)
    wide[frame + 7 : frame + 9] = b"\xff\xff"
    none = bytearray(good)
    none[frame + 5 : frame + 7] = b"\x00\x00"
    return {
        "no end": good[:900],
        "not a picture": b"%PDF-1.7 named .jpg",
        "nothing": b"",
        "a segment longer than the file": b"\xff\xd8\xff\xe0\xff\xff" + good[20:200] + b"\xff\xd9",
        "no height": bytes(none),
    }


@pytest.mark.parametrize("image", broken_headers().values(), ids=broken_headers())
def test_a_photo_with_a_hostile_header_is_an_error(image: bytes) -> None:
    with pytest.raises(DocumentError) as refused:
        stamped_forms(replace(SUDARMA, face_photo=image))

    assert refused.value.facts == {"reason": "broken_picture"}


def test_a_photo_wider_than_it_is_does_not_pass_through() -> None:
    good = bytearray(face())
    frame = bytes(good).index(b"\xff\xc0")
    good[frame + 7 : frame + 9] = b"\xff\xff"

    assert plain_jpeg(bytes(good)) is None


def test_a_plain_photo_passes_through_byte_for_byte() -> None:
    with opened(stamped_forms(SUDARMA)) as pdf:
        assert pictures_on(pdf.pages[0]) == [SUDARMA.face_photo]


def test_a_photo_that_its_camera_turned_is_drawn_upright(tmp_path: Path) -> None:
    turned = Image.open(io.BytesIO(face())).rotate(90, expand=True)
    exif = turned.getexif()
    exif[0x0112] = 6
    out = io.BytesIO()
    turned.save(out, "JPEG", exif=exif)
    row = replace(SUDARMA, face_photo=out.getvalue())

    assert_alike(enrolment_form(row), stamped_forms(row), tmp_path)


def test_a_signature_as_the_app_keeps_it_is_a_mask_and_one_dot_of_ink(tmp_path: Path) -> None:
    drawn = draw_signature(Random(4))
    row = replace(SUDARMA, signature=signature(drawn).png)

    stamped = stamped_forms(row)

    assert_alike(enrolment_form(row), stamped, tmp_path)
    with opened(stamped) as pdf:
        masked = [
            each
            for each in pdf.pages[0].Resources.XObject.values()
            if each.Subtype == "/Image" and "/SMask" in each
        ]
        assert [(int(each.Width), int(each.Height)) for each in masked] == [(1, 1)]
        assert int(masked[0].SMask.Width) > 100


# What is used of the layout engine that it does not promise


def page_of(source: str) -> "weasyprint.document.Page":
    with holding_the_press(), strict():
        (page,) = render(source, ("fonts", "base"), Pictures()).pages
    return page


def test_the_layout_engine_is_the_one_that_was_measured() -> None:
    assert weasyprint.__version__.split(".")[0] == "70"
    assert pydyf.__version__


def test_absolute_boxes_are_reached_through_their_place_holders() -> None:
    page = page_of('<body><p>a<span style="position:absolute">b</span></p>')

    texts = [box.text for box, _ in layouts._walk(page._page_box) if isinstance(box, boxes.TextBox)]

    assert {"a", "b"} <= set(texts)


def test_a_box_knows_its_element_and_its_style() -> None:
    page = page_of('<body><p class="name"><a href="slot:0">x</a></p>')

    inline = next(
        box
        for box, _ in layouts._walk(page._page_box)
        if box.element_tag == "a" and isinstance(box, boxes.InlineBox)
    )

    assert inline.element.get("href") == "slot:0"
    assert inline.style["font_family"][0] == "Paper"
    assert inline.style["font_weight"] == 400
    assert inline.style["font_size"] == pytest.approx(9.5 / 0.75)
    assert inline.style["line_height"] == 1.25
    assert inline.style["color"].to("srgb").coordinates == (0, 0, 1)  # a link, as browsers have it


def test_a_text_emptied_after_layout_is_not_drawn() -> None:
    with holding_the_press(), strict():
        document = render("<body><p>rahasia", ("fonts", "base"), Pictures())
    for box, _ in layouts._walk(document.pages[0]._page_box):
        if isinstance(box, boxes.TextBox):
            box.text = " "

    with opened(document.write_pdf()) as pdf:
        assert b"Tj" not in pdf.pages[0].Contents.read_bytes()
        assert b"TJ" not in pdf.pages[0].Contents.read_bytes()


def test_a_subset_keeps_the_glyph_numbers_of_the_font_file() -> None:
    names, _ = layouts.embedded(layouts.COMMON)

    assert set(names) == set(Face)
    with opened(stamped_forms(SUDARMA)) as pdf:
        fonts = pdf.pages[0].Resources.Font
        for face_of, name in names.items():
            descriptor = fonts[f"/{name}"].DescendantFonts[0].FontDescriptor
            subset = TTFont(io.BytesIO(descriptor.FontFile2.read_bytes()))
            whole = TTFont(FONTS / face_of)
            glyph = int(glyphs(face_of).numbers["W"], 16)
            assert subset["glyf"][subset.getGlyphName(glyph)].numberOfContours == 1
            assert whole.getGlyphID("W") == glyph


def test_words_in_codes_and_in_glyph_numbers_share_one_font_program() -> None:
    names, _ = layouts.embedded(layouts.COMMON)

    with opened(stamped_forms(SUDARMA)) as pdf:
        fonts = pdf.pages[0].Resources.Font
        for face_of, name in names.items():
            by_codes = fonts[f"/{layouts.CODED_KEYS[face_of]}"]
            by_numbers = fonts[f"/{name}"].DescendantFonts[0]
            program = by_codes.FontDescriptor.FontFile2
            assert program.objgen == by_numbers.FontDescriptor.FontFile2.objgen
            with TTFont(FONTS / face_of) as whole:
                metrics, letters = whole["hmtx"].metrics, whole.getBestCmap()
            for letter, code in CODED.items():
                if letter in layouts.COMMON:
                    width = int(by_codes.Widths[code - int(by_codes.FirstChar)])
                    assert width == metrics[letters[ord(letter)]][0], letter


@pytest.mark.parametrize("cut", Face)
def test_all_cuts_stand_on_lines_alike(cut: Face) -> None:
    with TTFont(FONTS / cut) as font:
        assert font["head"].unitsPerEm == 1000
        assert font["hhea"].ascent == pytest.approx(ASCENT * 1000)
        assert -font["hhea"].descent == pytest.approx(DESCENT * 1000)
        assert font["hhea"].lineGap == 0


@pytest.mark.parametrize("cut", Face)
@pytest.mark.parametrize(
    "text", ["AVATAR To Wayan", "LTVA, Yat.", "Ñúñez fi ffl", "5171 0111 07–85"]
)
def test_words_are_as_wide_as_the_shaper_makes_them(cut: Face, text: str) -> None:
    number = list(Face).index(cut)
    with holding_the_press(), strict():
        document = render(f'<body><p class="f{number}">{text}', ("fonts", "slots"), Pictures())
    (box,) = (
        box
        for box, _ in layouts._walk(document.pages[0]._page_box)
        if isinstance(box, boxes.TextBox)
    )

    width = glyphs(cut).row(text).width

    assert width * box.style["font_size"] / 1000 == pytest.approx(box.width, abs=0.1)


def test_a_letter_that_needs_its_mark_placed_is_not_drawn_by_numbers() -> None:
    with pytest.raises(UndrawableError):
        glyphs(Face.REGULAR).row("s\u0323ari")


def test_sheets_are_moved_by_tenths_of_a_millimetre_each_side_by_its_own(tmp_path: Path) -> None:
    def sheet(shifts: Shifts) -> bytes:
        out = io.BytesIO()
        write_card_sheets([card_of()], out, count=1, shifts=shifts, made_at=MADE_AT)
        return out.getvalue()

    still = {(page, word): (x, y) for page, word, x, y in words(sheet(Shifts()), tmp_path)}
    moved = {
        (page, word): (x, y) for page, word, x, y in words(sheet(Shifts(5, -12, -30, 10)), tmp_path)
    }

    assert still.keys() == moved.keys()
    millimetre = TENTH_OF_A_MM * 10
    for (page, word), (x, y) in still.items():
        right, down = ((0.5, -1.2), (-3.0, 1.0))[page]
        expected = (x + right * millimetre, y + down * millimetre)
        assert moved[page, word] == pytest.approx(expected, abs=0.1), word


def test_cards_for_a_card_printer_are_two_pages_of_cr80_each_and_the_same_as_one_alone(
    tmp_path: Path,
) -> None:
    people = [card_of(), card_of("Sudarma"), card_of(face_photo=None)]
    out = io.BytesIO()
    told: list[int] = []

    pages = write_single_cards(people, out, made_at=MADE_AT, on_progress=told.append)

    assert pages == 6
    assert told == [1, 2, 3]
    with opened(out.getvalue()) as pdf:
        assert [tuple(round(float(v), 2) for v in page.mediabox[2:]) for page in pdf.pages] == [
            (242.65, 153.01)
        ] * 6
    alone = pixels(card(people[1]), tmp_path, "alone")
    stamped = pixels(out.getvalue(), tmp_path, "stamped")[2:4]
    for one, other in zip(stamped, alone, strict=True):
        assert one.size == other.size
        difference = ImageChops.difference(one, other)
        assert difference.getextrema()[1] < MOST_OFF
        assert sum(ImageStat.Stat(difference).mean) < MEAN_OFF

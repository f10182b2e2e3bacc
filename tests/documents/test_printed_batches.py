"""Files as they leave the press, looked at as a stranger would: nothing of a row gets into another,
and nothing in a file is what it does not say.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from fieldapp.adapters.signing import CARD, SigningKey, is_signed
from fieldapp.documents.cards import CardFacts, Duplex, card, card_sheet, write_single_cards
from fieldapp.documents.engine import DocumentError
from fieldapp.documents.enrolment_form import (
    Consent,
    EnrolmentFormFacts,
    FamilyMember,
    enrolment_form,
)
from fieldapp.domain.card_codes import BODY_BYTES, Claims, address, read_code
from tests.documents.paper_people import (
    LONG_NAME,
    MADE_AT,
    SUDARMA,
    card_of,
    contribution,
    face,
    signature,
)
from tests.documents.reading import MM, codes_on, fonts_of, opened, pictures_on, text_of
from tests.documents.test_stamping import FORMS, assert_alike, stamped_cards, stamped_forms

A4 = (210.0, 297.0)
CR80 = (85.60, 53.98)


def single_cards(*rows: CardFacts) -> bytes:
    """A file for a card printer."""
    out = io.BytesIO()
    write_single_cards(rows, out, made_at=MADE_AT)
    return out.getvalue()


def taken_out(whole: pikepdf.Pdf, numbers: Sequence[int]) -> bytes:
    """Some pages of a file as a file of their own, as any PDF program makes it."""
    out = io.BytesIO()
    with pikepdf.new() as taken:
        taken.pages.extend([whole.pages[number] for number in numbers])
        taken.save(out)
    return out.getvalue()


def photos_in(content: bytes) -> list[bytes]:
    """Every JPEG anywhere in a file, whether a page names it or not."""
    with opened(content) as pdf:
        return [
            bytes(each.read_raw_bytes())
            for each in pdf.objects
            if isinstance(each, pikepdf.Stream) and each.get("/Filter") == "/DCTDecode"
        ]


# Every fact


OTHER = EnrolmentFormFacts(
    approved=True,
    made_at=MADE_AT + timedelta(days=400),
    issuer="Pemerintah Kabupaten Badung",
    agency="Dinas Perhubungan",
    category="Juru parkir",
    segment="PU",
    nik="5171027108900007",
    name="NI LUH SARI",
    birth_place="Tabanan",
    born_on=date(1990, 8, 31),
    sex="female",
    address="Gang Mawar 9",
    village="Kelurahan Sesetan",
    district="Denpasar Barat",
    regency="Kabupaten Badung",
    start_on=date(2027, 12, 1),
    coordinator="Ni Nyoman Rai",
    number="2027-000777",
    branch="Badung",
    unit="Terminal Ubung",
    data_change=True,
    earlier_kpj="18026123456",
    family_card="5171029999100088",
    mother_name="Ni Made Puspa",
    blood_type="AB",
    marital_status="Cerai",
    npwp="99.888.777.6-555.000",
    nationality="WNA",
    banjar="Br. Pegok",
    customary_village="Desa Adat Sesetan",
    rt_rw="007/003",
    postal_code="80361",
    home_address="Jalan Melati 4, Tabanan",
    phone="0877-1111-2222",
    email="sari@example.net",
    job="Juru parkir tepi jalan",
    second_job="Penjahit",
    workplace="Pasar Kereneng",
    working_hours="06.00–12.00",
    working_since=date(2019, 5, 6),
    income=2_345_000,
    family=(FamilyMember("I Komang Jaya", "Suami", date(1988, 1, 9), "male", "5171010901880009"),),
    contribution=contribution(months=6),
    consent=Consent("Saya setuju.", "2027-9", date(2027, 2, 3), "I Putu Gde"),
    face_photo=face("#7d1f1f"),
    ktp_photo=face("#101010", size=(1200, 800)),
    signature=signature(),
    signed_at_place="Badung",
    signed_on=date(2027, 2, 4),
    approved_by="I Made Oka",
    approved_on=date(2027, 2, 5),
    kpj="27012345670",
)
SAME_ON_BOTH = {"approved", "signature"}
"""An official form and a draft are two layouts; the finger's line is drawn in another test."""

OTHER_CARD = CardFacts(
    approved=True,
    made_at=OTHER.made_at,
    issuer=OTHER.issuer,
    name=OTHER.name,
    category=OTHER.category,
    agency=OTHER.agency,
    return_to="Dinas Perhubungan, Jalan Raya Sempidi 1",
    serial="2027-000777/2",
    valid_until=date(2028, 2, 29),
    verification_url="HTTPS://KARTU.BADUNG.EXAMPLE/V/" + "B3" * 64,
    kpj=OTHER.kpj,
    face_photo=OTHER.face_photo,
)


def test_the_other_worker_has_nothing_in_common_with_sudarma():
    for ours, theirs, same in (
        (SUDARMA, OTHER, SAME_ON_BOTH),
        (card_of(), OTHER_CARD, {"approved"}),
    ):
        alike = {
            each.name
            for each in fields(ours)
            if getattr(ours, each.name) == getattr(theirs, each.name)
        }
        assert alike == same, "a fact that is new has to differ here, or nothing proves it"


def test_no_fact_of_a_form_is_left_from_the_row_before(tmp_path: Path) -> None:
    both = stamped_forms(SUDARMA, OTHER)

    with opened(both) as whole:
        pages = range(len(enrolled(SUDARMA)), len(whole.pages))
        theirs = taken_out(whole, list(pages))
    assert_alike(enrolment_form(OTHER), theirs, tmp_path)


def enrolled(row: EnrolmentFormFacts) -> list[Any]:
    """The pages of one form."""
    with opened(enrolment_form(row)) as pdf:
        return list(pdf.pages)


@pytest.mark.parametrize("duplex", Duplex)
def test_no_fact_of_a_card_is_left_from_the_one_before(duplex: Duplex, tmp_path: Path) -> None:
    rows = (card_of(), OTHER_CARD)

    assert_alike(
        card_sheet(rows, duplex=duplex, made_at=MADE_AT),
        stamped_cards(*rows, duplex=duplex),
        tmp_path,
    )


def test_no_fact_of_a_single_card_is_left_from_the_one_before(tmp_path: Path) -> None:
    with opened(single_cards(card_of(), OTHER_CARD)) as whole:
        theirs = taken_out(whole, [2, 3])

    assert_alike(card(OTHER_CARD), theirs, tmp_path)


# A page taken out


def test_a_card_taken_out_of_a_file_for_a_card_printer_holds_one_worker(tmp_path: Path) -> None:
    photos = [face(f"#{number}0{number}0{number}0") for number in range(3)]
    rows = [card_of(f"Pekerja{number}", face_photo=photos[number]) for number in range(3)]

    with opened(single_cards(*rows)) as whole:
        assert len(whole.pages) == 6
        for number in range(3):
            front = taken_out(whole, [2 * number])
            assert photos_in(front) == [photos[number]]
            assert set(re.findall(r"Pekerja\d", text_of(front, tmp_path))) == {f"Pekerja{number}"}
            assert photos_in(taken_out(whole, [2 * number + 1])) == []


def test_a_sheet_taken_out_of_a_batch_holds_the_ten_that_are_on_it(tmp_path: Path) -> None:
    """Ten-up sheets are cut apart: a sheet holds its own ten workers, and none of other sheets."""
    photos = [face(f"#{number:02}40{number:02}") for number in range(23)]
    rows = [card_of(f"Pekerja{number:02}", face_photo=photos[number]) for number in range(23)]

    with opened(stamped_cards(*rows)) as whole:
        for sheet in range(3):
            mine = range(10 * sheet, min(10 * sheet + 10, 23))
            front = taken_out(whole, [2 * sheet])
            assert sorted(photos_in(front)) == sorted(photos[number] for number in mine)
            named = re.findall(r"Pekerja\d\d", text_of(front, tmp_path))
            assert sorted(named) == [f"Pekerja{number:02}" for number in mine]
            assert photos_in(taken_out(whole, [2 * sheet + 1])) == []


# What a file is made of


def a_batch_of_each() -> dict[str, tuple[bytes, tuple[float, float]]]:
    """Stamped files by what they are, with the size that their pages must have."""
    people = [card_of("Sudarma"), card_of(LONG_NAME, face_photo=None), OTHER_CARD]
    return {
        "forms": (stamped_forms(SUDARMA, OTHER, FORMS["a large family"], FORMS["no photo"]), A4),
        "sheets": (stamped_cards(*people, *[card_of()] * 9), A4),
        "single cards": (single_cards(*people), CR80),
    }


@pytest.mark.parametrize("kind", ["forms", "sheets", "single cards"])
def test_a_file_is_sound_its_fonts_are_inside_and_every_box_is_exact(kind: str) -> None:
    content, (width, height) = a_batch_of_each()[kind]

    assert all(fonts_of(content).values())
    assert len(fonts_of(content)) > 0
    with opened(content) as pdf:
        assert pdf.check_pdf_syntax() == []
        for page in pdf.pages:
            boxes = [page.mediabox, page.cropbox, page.trimbox, page.bleedbox, page.artbox]
            for left, bottom, right, top in ([float(side) for side in box] for box in boxes):
                assert (left, bottom) == (0, 0)
                assert right / MM == pytest.approx(width, abs=0.1)
                assert top / MM == pytest.approx(height, abs=0.1)
            assert page.get("/Rotate", 0) == 0
            assert page.get("/UserUnit", 1) == 1


# Codes


def test_every_code_of_a_hundred_cards_is_read_from_the_raster_and_signed(tmp_path: Path) -> None:
    """At 300 dpi, by a decoder that is not the encoder, against the public key alone."""
    key = SigningKey.new()
    rows = [signed_card(key, number) for number in range(1, 101)]

    codes = [read_code(text) for text in codes_on(stamped_cards(*rows), tmp_path)]

    assert sorted(Claims.of(code).number for code in codes) == list(range(1, 101))
    for code in codes:
        body, signature_of = code[:BODY_BYTES], code[BODY_BYTES:]
        assert is_signed(body, signature_of, public=key.public_bytes, purpose=CARD)
        changed = bytes([*body[:5], body[5] ^ 1, *body[6:]])
        assert not is_signed(changed, signature_of, public=key.public_bytes, purpose=CARD)


def signed_card(key: SigningKey, number: int) -> CardFacts:
    """A card as it is issued."""
    claims = Claims(
        key_id=1,
        year=2026,
        number=number,
        copy=1 + number % 3,
        agency=1 + number % 7,
        issued_on=date(2026, 11, 22),
        valid_until=date(2027, 11, 22),
        initials="IWS",
    )
    code = claims.body() + key.sign(claims.body(), purpose=CARD)
    return card_of(
        f"Pekerja {number}",
        serial=claims.serial,
        verification_url=address("https://kartu.denpasarkota.go.id", code),
    )


# Photos that are not what they say


def segment_of(image: bytes, marker: bytes) -> int:
    """Where a segment of a JPEG begins."""
    return image.index(marker)


def patched(image: bytes, at: int, value: bytes) -> bytes:
    return image[:at] + value + image[at + len(value) :]


def in_ink() -> bytes:
    """Four colours, as printers' programs save them."""
    out = io.BytesIO()
    Image.open(io.BytesIO(face())).convert("CMYK").save(out, "JPEG", quality=85)
    return out.getvalue()


def with_exif(payload: bytes) -> bytes:
    """The face with whatever somebody put beside it."""
    good = face()
    head = b"\xff\xe1" + struct.pack(">H", len(payload) + 8) + b"Exif\0\0" + payload
    return good[:2] + head + good[2:]


def ring_of_entries() -> bytes:
    """Exif whose directory names itself as the next one, for ever."""
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    return b"II*\0\x08\0\0\0" + b"\x01\0" + entry + b"\x08\0\0\0"


def hostile() -> dict[str, bytes]:
    """Photos of ours with a header that lies, and others that carry what they should not."""
    good = face()
    frame, scan = segment_of(good, b"\xff\xc0"), segment_of(good, b"\xff\xda")
    grey = good[: frame + 2] + b"\0\x0b" + good[frame + 4 : frame + 9] + b"\x01"
    grey += good[frame + 10 : frame + 13] + good[frame + 19 :]
    return {
        "65,535 × 65,535": patched(good, frame + 5, b"\xff\xff\xff\xff"),
        "12,000 × 12,000": patched(good, frame + 5, struct.pack(">HH", 12_000, 12_000)),
        "two frames": good[:frame] + good[frame:scan] + good[frame:],
        "four colours said, three there": patched(good, frame + 9, b"\x04"),
        "one colour said, three there": grey,
        "no colours": patched(good, frame + 9, b"\0"),
        "twelve bits a colour": patched(good, frame + 4, b"\x0c"),
        "arithmetic": patched(good, frame + 1, b"\xc9"),
        "cut in the middle, with an end": good[: len(good) // 2] + b"\xff\xd9",
        "no scan": good[:scan] + b"\xff\xd9",
        "four colours": in_ink(),
        "Exif that goes round": with_exif(ring_of_entries()),
        "60 kB of Exif": with_exif(b"MM\0*\0\0\0\x08" + b"\xff" * 60_000),
        "another picture behind the end": good + face("#ffffff"),
    }


def printed_unless_refused(image: bytes) -> bytes | None:
    """A card with this photo; None where it is called broken. Any other error is one of ours."""
    try:
        return stamped_cards(card_of(face_photo=image))
    except DocumentError:
        return None


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data", "ignore:Image size")
@pytest.mark.parametrize("image", hostile().values(), ids=hostile())
def test_a_hostile_photo_is_refused_or_made_anew_before_it_is_printed(image: bytes) -> None:
    """What gets into a file is a whole JPEG of the size and colours that the file says."""
    content = printed_unless_refused(image)
    if content is None:
        return

    with opened(content) as pdf:
        (photo,) = pictures_on(pdf.pages[0])
        (entry,) = [
            each
            for each in pdf.objects
            if isinstance(each, pikepdf.Stream) and each.get("/Filter") == "/DCTDecode"
        ]
        said = (int(entry.Width), int(entry.Height), str(entry.ColorSpace))
    shown = Image.open(io.BytesIO(photo))
    shown.load()
    assert said == (*shown.size, {"RGB": "/DeviceRGB", "L": "/DeviceGray"}[shown.mode])
    assert max(shown.size) <= 12_000
    assert not shown.getexif()
    assert photo.count(b"\xff\xd9") == 1 or photo.endswith(b"\xff\xd9")


@pytest.mark.parametrize(
    "name",
    [
        "65,535 × 65,535",
        "no colours",
        "no scan",
        "one colour said, three there",
        "four colours said, three there",
    ],
)
@pytest.mark.filterwarnings("ignore:Image size")
def test_a_photo_that_cannot_be_shown_is_refused_and_not_printed_as_a_blank(name: str) -> None:
    with pytest.raises(DocumentError) as refused:
        stamped_forms(replace(SUDARMA, face_photo=hostile()[name]))

    assert refused.value.facts == {"reason": "broken_picture"}

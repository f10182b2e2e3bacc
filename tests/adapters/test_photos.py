"""Photos: whatever a phone sends becomes a small clean JPEG, or is refused by name."""

from __future__ import annotations

import base64
import hashlib
import struct
import time
import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw, ImageFilter, ImageStat

from fieldapp.adapters.photos import (
    MOST_BYTES_IN,
    BlankSignatureError,
    NotAnImageError,
    PhotoBombError,
    PhotoError,
    PhotoTooLargeError,
    PhotoTooSmallError,
    TruncatedPhotoError,
    UnreadablePhotoError,
    UnsupportedPhotoError,
    normalise,
    print_size,
    signature,
)
from fieldapp.domain.photos import PhotoFault, PhotoKind, photo_faults

FACE, KTP = PhotoKind.FACE, PhotoKind.KTP


def scene(width: int = 800, height: int = 600) -> Image.Image:
    """A picture with a red quarter at the top left, and something to see elsewhere."""
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for n in range(0, width, 40):
        draw.line((n, 0, width - n, height), fill=(40, 90, 160), width=3)
    draw.rectangle((0, 0, width // 2, height // 2), fill=(200, 20, 20))
    return picture


def saved(picture: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def opened(jpeg: bytes) -> Image.Image:
    picture = Image.open(BytesIO(jpeg))
    picture.load()
    return picture


def is_red(picture: Image.Image, x: float, y: float) -> bool:
    pixel = picture.getpixel((int(picture.width * x), int(picture.height * y)))
    assert isinstance(pixel, tuple)
    return pixel[0] > 150 and pixel[1] < 80 and pixel[2] < 80


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be enormous."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(3_000_000), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_of_each_accepted_format_becomes_a_jpeg(form: str) -> None:
    photo = normalise(saved(scene(), form), kind=FACE)

    picture = opened(photo.jpeg)
    assert picture.format == "JPEG"
    assert picture.mode == "RGB"
    assert picture.size == (photo.width, photo.height) == (800, 600)
    assert is_red(picture, 0.2, 0.2)
    assert not is_red(picture, 0.8, 0.8)
    assert photo.sha256 == hashlib.sha256(photo.jpeg).digest()


def test_the_same_photo_in_gives_the_same_bytes_out() -> None:
    data = saved(scene())

    assert normalise(data, kind=FACE).jpeg == normalise(data, kind=FACE).jpeg


def test_where_and_by_whom_it_was_taken_is_gone() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Xiaomi of Wayan"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "S", (8.0, 39.0, 12.0), "E", (115.0, 12.0, 59.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    sent = saved(
        scene(),
        exif=exif,
        comment=b"a comment of Wayan",
        icc_profile=profile,
        xmp=b"<x:xmpmeta>Wayan</x:xmpmeta>",
        dpi=(300, 300),
    )
    assert dict(Image.open(BytesIO(sent)).getexif().get_ifd(0x8825)) != {}

    photo = normalise(sent, kind=FACE)

    picture = opened(photo.jpeg)
    assert dict(picture.getexif()) == {}
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"Wayan" not in photo.jpeg
    assert b"Exif" not in photo.jpeg


def test_a_comment_in_an_otherwise_plain_photo_is_gone() -> None:
    sent = saved(scene(), comment=b"a comment of Wayan")
    assert b"Wayan" in sent

    assert b"Wayan" not in normalise(sent, kind=FACE).jpeg


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_taken_with_the_phone_held_any_way_stands_upright(
    orientation: int, form: str
) -> None:
    stored_as = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    picture = scene() if stored_as is None else scene().transpose(stored_as)
    exif = Image.Exif()
    exif[0x0112] = orientation

    photo = normalise(saved(picture, form, exif=exif), kind=FACE)

    assert (photo.width, photo.height) == (800, 600)
    upright = opened(photo.jpeg)
    corners = [is_red(upright, x, y) for x, y in ((0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8))]
    assert corners == [True, False, False, False]


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")  # Pillow says so, and goes on
def test_damaged_metadata_costs_the_turning_and_not_the_photo() -> None:
    sent = saved(scene(), exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff broken")

    assert normalise(sent, kind=FACE).width == 800


@pytest.mark.parametrize(
    ("mode", "form"),
    [
        ("L", "JPEG"),
        ("CMYK", "JPEG"),
        ("1", "PNG"),
        ("P", "PNG"),
        ("L", "PNG"),
        ("LA", "PNG"),
        ("RGBA", "PNG"),
        ("I;16", "PNG"),
        ("RGBA", "WEBP"),
    ],
)
def test_every_kind_of_pixel_becomes_plain_colour(mode: str, form: str) -> None:
    source = scene().convert("L") if mode == "I;16" else scene()
    if mode == "I;16":
        picture = Image.frombytes(
            "I;16", source.size, b"".join(bytes((0, value)) for value in source.tobytes())
        )
    else:
        picture = source.convert(mode)

    photo = normalise(saved(picture, form), kind=FACE)

    result = opened(photo.jpeg)
    assert result.mode == "RGB"
    wanted = ImageStat.Stat(scene().convert("L")).mean[0]
    assert ImageStat.Stat(result.convert("L")).mean[0] == pytest.approx(wanted, abs=6)


def test_sixteen_bits_a_colour_are_read() -> None:
    width, height = 200, 200
    row = b"\x00" + struct.pack(">HHH", 0xC800, 0x1400, 0x1400) * width
    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(row * height))
        + chunk(b"IEND", b"")
    )

    assert is_red(opened(normalise(data, kind=FACE).jpeg), 0.5, 0.5)


def test_what_is_transparent_becomes_white() -> None:
    picture = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((0, 0, 199, 399), fill=(200, 20, 20, 255))

    result = opened(normalise(saved(picture, "PNG"), kind=FACE).jpeg)

    assert is_red(result, 0.2, 0.5)
    pixel = result.getpixel((350, 200))
    assert isinstance(pixel, tuple)
    assert min(pixel) > 245


def test_of_a_moving_picture_the_first_one_is_kept() -> None:
    frames = [Image.new("RGB", (300, 300), colour) for colour in ("red", "blue")]
    frames[0].paste((200, 20, 20), (0, 0, 300, 300))

    for form in ("PNG", "WEBP"):
        data = saved(frames[0], form, save_all=True, append_images=frames[1:], duration=100)
        assert is_red(opened(normalise(data, kind=FACE).jpeg), 0.5, 0.5)


def test_the_second_picture_behind_a_phones_photo_is_gone() -> None:
    hidden = Image.effect_noise((640, 480), 100).convert("RGB")
    sent = saved(scene(), "MPO", save_all=True, append_images=[hidden])
    assert sent.startswith(b"\xff\xd8\xff")

    photo = normalise(sent, kind=FACE)

    assert (photo.width, photo.height) == (800, 600)
    assert photo.jpeg.count(b"\xff\xd8\xff") == 1


def test_colours_of_a_wide_profile_are_brought_to_what_a_screen_shows() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = lab.replace(b"rXYZ", b"tmpX").replace(b"gXYZ", b"rXYZ").replace(b"tmpX", b"gXYZ")
    picture = Image.new("RGB", (300, 300), (200, 20, 20))

    result = opened(normalise(saved(picture, icc_profile=swapped), kind=FACE).jpeg)

    pixel = result.getpixel((150, 150))
    assert isinstance(pixel, tuple)
    assert pixel[1] > 150 > pixel[0]  # red and green of this profile stand for each other


def test_a_damaged_profile_is_passed_over() -> None:
    sent = saved(scene(), icc_profile=b"no profile at all" * 20)

    assert is_red(opened(normalise(sent, kind=FACE).jpeg), 0.2, 0.2)


def twelve_megapixels() -> bytes:
    """As a phone makes them: 4,000 by 3,000, detailed, about 4 MB."""
    grain = Image.effect_noise((4000, 3000), 60).filter(ImageFilter.GaussianBlur(0.7))
    picture = Image.merge("RGB", [grain, grain.point(lambda v: v * 0.9), grain])
    picture.paste((200, 20, 20), (0, 0, 2000, 1500))
    return saved(picture, quality=90)


def test_a_photo_of_four_megabytes_is_made_small_quickly() -> None:
    sent = twelve_megapixels()
    assert 3_500_000 < len(sent) < MOST_BYTES_IN

    began = time.process_time()
    photo = normalise(sent, kind=KTP)
    took = time.process_time() - began

    assert (photo.width, photo.height) == (1280, 960)
    assert len(photo.jpeg) <= 400_000
    assert is_red(opened(photo.jpeg), 0.2, 0.2)
    assert took < 0.6


def test_a_picture_of_nothing_but_noise_still_fits() -> None:
    noise = Image.effect_noise((1280, 1280), 120)
    sent = saved(Image.merge("RGB", [noise, noise.rotate(90), noise.rotate(180)]), quality=80)

    photo = normalise(sent, kind=FACE)
    tiny = normalise(sent, kind=FACE, max_bytes=20_000)

    assert len(photo.jpeg) <= 400_000
    assert len(tiny.jpeg) <= 20_000
    assert opened(tiny.jpeg).size == (tiny.width, tiny.height)


def test_forty_megabytes_are_refused_before_anything_is_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_args: object, **_options: object) -> None:
        raise AssertionError("the decoder was asked")

    monkeypatch.setattr(Image, "open", never)
    sent = saved(scene()) + bytes(40 * 1024 * 1024)

    with pytest.raises(PhotoTooLargeError) as refused:
        normalise(sent, kind=FACE)

    assert refused.value.facts == {"size": len(sent), "most": 8 * 1024 * 1024}
    assert refused.value.status == 413


def test_the_limit_of_eight_megabytes_is_the_last_that_passes() -> None:
    sent = saved(scene())

    assert normalise(sent + bytes(MOST_BYTES_IN - len(sent)), kind=FACE).width == 800
    with pytest.raises(PhotoTooLargeError):
        normalise(sent + bytes(MOST_BYTES_IN - len(sent) + 1), kind=FACE)


@pytest.mark.parametrize(
    ("data", "error", "found"),
    [
        (b"%PDF-1.7\n%\xe2\xe3 named KTP.jpg", NotAnImageError, "pdf"),
        (b"\n\n  %PDF-1.4", NotAnImageError, "pdf"),
        (b"", NotAnImageError, "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NotAnImageError, "unknown"),
        (b"MZ\x90\x00", NotAnImageError, "unknown"),
        (b"\x00\x00\x00\x18ftypmp42", NotAnImageError, "video"),
        (b"\x00\x00\x00\x18ftypheic\x00", UnsupportedPhotoError, "heic"),
        (b"\x00\x00\x00\x18ftypavif\x00", UnsupportedPhotoError, "avif"),
        (saved(scene(), "GIF"), UnsupportedPhotoError, "gif"),
        (saved(scene(), "BMP"), UnsupportedPhotoError, "bmp"),
        (saved(scene(), "TIFF"), UnsupportedPhotoError, "tiff"),
    ],
)
def test_what_is_no_photo_is_refused_by_what_it_is(
    data: bytes, error: type[PhotoError], found: str
) -> None:
    with pytest.raises(error) as refused:
        normalise(data, kind=FACE)

    assert refused.value.facts == {"found": found}


@pytest.mark.parametrize(
    ("width", "height"), [(60_000, 60_000), (8_200, 8_200), (10_000, 9_500), (2**31 - 1, 1)]
)
def test_a_bomb_is_refused_by_its_header_alone(width: int, height: int) -> None:
    data = bomb(width, height)
    assert len(data) < 10_000

    began = time.process_time()
    with pytest.raises(PhotoBombError) as refused:
        normalise(data, kind=FACE)

    assert time.process_time() - began < 0.1
    assert refused.value.facts["most"] == 65_000_000


def test_a_bomb_in_a_text_chunk_is_refused() -> None:
    text = chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(80_000_000)))
    png = saved(scene(), "PNG")

    with pytest.raises(UnreadablePhotoError):
        normalise(png[:33] + text + png[33:], kind=FACE)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_photo_whose_end_is_missing_is_refused(form: str, share: float) -> None:
    whole = saved(scene(1600, 1200), form)

    with pytest.raises(TruncatedPhotoError):
        normalise(whole[: int(len(whole) * share)], kind=FACE)


@pytest.mark.parametrize("size", [(100, 800), (800, 119), (8000, 200), (1, 1)])
def test_a_photo_with_a_side_too_small_to_show_a_face_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(PhotoTooSmallError) as refused:
        normalise(saved(scene(*size)), kind=FACE)

    assert refused.value.facts["least"] == 120


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_hostile_bytes_end_in_a_photo_or_in_a_named_refusal(form: str, data: st.DataObject) -> None:
    sent = bytearray(saved(scene(200, 200), form))
    for _ in range(data.draw(st.integers(1, 12))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))

    try:
        photo = normalise(bytes(sent), kind=FACE)
    except PhotoError:
        return

    assert opened(photo.jpeg).size == (photo.width, photo.height)


def faults(picture: Image.Image, kind: PhotoKind = KTP) -> tuple[PhotoFault, ...]:
    return photo_faults(normalise(saved(picture, quality=92), kind=kind).quality, kind)


def card() -> Image.Image:
    """A bright card with rows of dark marks, as a KTP is to a camera."""
    picture = Image.new("RGB", (1200, 760), (150, 185, 205))
    draw = ImageDraw.Draw(picture)
    for y in range(60, 700, 36):
        for x in range(60, 1000, 24):
            draw.rectangle((x, y, x + 12, y + 18), fill=(30, 30, 40))
    return picture


def test_a_good_photo_has_no_faults() -> None:
    assert faults(card()) == ()


def test_a_dark_a_blurred_a_small_and_a_glaring_photo_are_told_apart() -> None:
    dark = card().point(lambda value: value * 0.2)
    blurred = card().filter(ImageFilter.GaussianBlur(14))
    small = card().resize((480, 304))
    glaring = card()
    ImageDraw.Draw(glaring).ellipse((300, 100, 900, 700), fill="white")
    pale = card().point(lambda value: 236 + value * 0.05)

    assert PhotoFault.TOO_DARK in faults(dark)
    assert faults(blurred) == (PhotoFault.BLURRED,)
    assert faults(small) == (PhotoFault.TOO_SMALL,)
    assert faults(glaring) == (PhotoFault.GLARE,)
    assert PhotoFault.TOO_BRIGHT in faults(pale)


def test_a_face_is_cut_for_the_card_once() -> None:
    photo = normalise(saved(scene(1600, 1200)), kind=FACE)

    small = print_size(photo.jpeg)

    picture = opened(small)
    assert picture.size == (300, 400)
    assert picture.format == "JPEG"
    assert len(small) < 60_000
    assert is_red(picture, 0.1, 0.1)
    assert small == print_size(photo.jpeg)


def stroke(
    ink: tuple[int, ...] = (20, 30, 60, 255), ground: tuple[int, ...] = (0, 0, 0, 0)
) -> Image.Image:
    picture = Image.new("RGBA", (700, 300), ground)
    draw = ImageDraw.Draw(picture)
    points = [(200 + 3 * n, 150 + (40 if n % 2 else -40)) for n in range(60)]
    draw.line(points, fill=ink, width=4)
    return picture


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ((20, 30, 60, 255), (0, 0, 0, 0)),
        ((20, 30, 60, 255), (255, 255, 255, 255)),
        ((250, 250, 250, 255), (0, 0, 0, 0)),
    ],
    ids=["dark on nothing", "dark on white", "light on nothing"],
)
def test_a_signature_is_trimmed_to_dark_ink_on_a_clear_ground(
    ink: tuple[int, ...], ground: tuple[int, ...]
) -> None:
    drawn = signature(saved(stroke(ink, ground), "PNG"))

    picture = opened(drawn.png)
    assert picture.mode == "LA"
    assert picture.size == (drawn.width, drawn.height)
    assert drawn.width == pytest.approx(177 + 12, abs=8)
    assert drawn.height == pytest.approx(80 + 12, abs=8)
    alpha = picture.getchannel("A")
    assert alpha.getextrema() == (0, 255)
    assert picture.getchannel("L").getextrema() == (27, 27)


def test_a_signature_comes_as_the_address_that_a_canvas_gives() -> None:
    png = saved(stroke(), "PNG")
    address = "data:image/png;base64," + base64.b64encode(png).decode()

    assert signature(address) == signature(png)


def test_a_very_wide_signature_is_made_to_fit() -> None:
    drawn = signature(saved(stroke().resize((2100, 900)), "PNG"))

    assert drawn.width <= 600
    assert drawn.height <= 240


@pytest.mark.parametrize("ground", [(0, 0, 0, 0), (255, 255, 255, 255)])
def test_an_empty_field_and_a_single_dot_are_no_signature(ground: tuple[int, ...]) -> None:
    empty = Image.new("RGBA", (700, 300), ground)
    dot = empty.copy()
    ImageDraw.Draw(dot).ellipse((300, 100, 310, 110), fill=(0, 0, 0, 255))

    for picture in (empty, dot):
        with pytest.raises(BlankSignatureError):
            signature(saved(picture, "PNG"))


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ("", NotAnImageError),
        ("data:image/svg+xml;base64,AAAA", NotAnImageError),
        ("data:image/png;base64,***", UnreadablePhotoError),
        ("data:image/png;base64,AAAA", NotAnImageError),
        ("data:image/png;base64," + "A" * 400_000, PhotoTooLargeError),
        (bytes(300_000), PhotoTooLargeError),
        (saved(scene(), "JPEG"), UnsupportedPhotoError),
        (bomb(3000, 3000), PhotoBombError),
        (saved(stroke(), "PNG")[:400], TruncatedPhotoError),
    ],
)
def test_what_is_no_signature_is_refused_by_name(
    sent: str | bytes, error: type[PhotoError]
) -> None:
    with pytest.raises(error):
        signature(sent)

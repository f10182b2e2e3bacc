"""Pictures as a PDF holds them: a JPEG is passed through when its header is plain, anything else is
decoded and checked first.
"""

import zlib
from dataclasses import dataclass, replace
from typing import Final

from PIL import Image, ImageOps

from fieldapp.documents.engine import PRINT_DPI, DocumentError, _as_jpeg, _checked, _print_size

# Start of frame: baseline, extended and progressive Huffman; arithmetic and lossless are not drawn.
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_START_OF_SCAN: Final = 0xDA
_EXIF: Final = 0xE1
_ADOBE: Final = 0xEE
MOST_PIXELS: Final = 12_000
LEVEL: Final = 6


@dataclass(frozen=True, slots=True)
class Raster:
    """A picture ready to be written: its size in pixels, entries of its dictionary, its bytes."""

    width: int
    height: int
    entries: bytes
    data: bytes
    digest: bytes
    mask: "Raster | None" = None


def plain_jpeg(image: bytes) -> tuple[int, int, int] | None:
    """Width, height and colours (1 or 3) of a JPEG that may be passed through as it is.

    None when it must be decoded first: another format, turned by its Exif, four colours, a header
    that contradicts itself. A file without its end is refused by whoever decodes it.
    """
    if image[:3] != b"\xff\xd8\xff" or image[-2:] != b"\xff\xd9":
        return None
    at, size, end = 2, None, len(image)
    while at + 4 <= end:
        if image[at] != 0xFF:
            return None
        kind = image[at + 1]
        if kind == 0xFF:
            at += 1
            continue
        if kind in _BARE:
            at += 2
            continue
        length = int.from_bytes(image[at + 2 : at + 4], "big")
        if length < 2 or at + 2 + length > end or kind in (_EXIF, _ADOBE):
            return None
        if kind in _FRAMES:
            if size is not None or length < 11 or image[at + 4] != 8:
                return None
            height = int.from_bytes(image[at + 5 : at + 7], "big")
            width = int.from_bytes(image[at + 7 : at + 9], "big")
            colours = image[at + 9]
            if length != 8 + 3 * colours or colours not in (1, 3):
                return None
            if not (0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS):
                return None
            size = (width, height, colours)
        elif 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            return None
        if kind == _START_OF_SCAN:
            # A scan of more colours than the frame has is drawn by nobody.
            scanned = image[at + 4]
            whole = size is not None and 0 < scanned <= size[2] and length == 6 + 2 * scanned
            return size if whole else None
        at += 2 + length
    return None


def photo_raster(image: bytes, width: float, height: float) -> Raster:
    """A photo to be drawn so many millimetres large. Raises DocumentError for a broken one."""
    plain = plain_jpeg(image)
    wide, high = (round(side / 25.4 * PRINT_DPI) for side in (width, height))
    if plain is None or plain[0] > wide * 1.5 or plain[1] > high * 1.5:
        image = _print_size(image, width, height)
        plain = plain_jpeg(image)
        if plain is None:
            image = _as_jpeg(ImageOps.exif_transpose(_checked(image)))
            plain = plain_jpeg(image)
            if plain is None:
                raise DocumentError(reason="broken_picture")
    return _jpeg(image, plain)


def _jpeg(image: bytes, plain: tuple[int, int, int]) -> Raster:
    width, height, colours = plain
    space = b"/DeviceRGB" if colours == 3 else b"/DeviceGray"
    entries = (
        b"/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace%s"
        b"/Filter/DCTDecode" % (width, height, space)
    )
    return Raster(width, height, entries, image, zlib.crc32(image).to_bytes(4, "big"))


def picture_raster(image: bytes) -> Raster:
    """A signature, with what of it is transparent. Raises DocumentError for a broken one."""
    picture = _checked(image)
    if picture.mode == "LA":
        return _inked(picture)
    if picture.mode not in ("RGBA", "PA") and "transparency" not in picture.info:
        return _pixels(picture.convert("RGB"), b"/DeviceRGB")
    whole = picture.convert("RGBA")
    mask = _pixels(whole.getchannel("A"), b"/DeviceGray")
    return _pixels(whole.convert("RGB"), b"/DeviceRGB", mask)


def _inked(picture: Image.Image) -> Raster:
    """A grey picture; of one ink throughout, as signatures are kept, its mask is all of the shape
    and the ink a single pixel.
    """
    ink = picture.getchannel("L")
    mask = _pixels(picture.getchannel("A"), b"/DeviceGray")
    darkest, lightest = ink.getextrema()
    if darkest != lightest:
        return _pixels(ink, b"/DeviceGray", mask)
    dot = _pixels(ink.crop((0, 0, 1, 1)), b"/DeviceGray", mask)
    return replace(dot, width=mask.width, height=mask.height)


def _pixels(picture: Image.Image, space: bytes, mask: Raster | None = None) -> Raster:
    data = zlib.compress(picture.tobytes(), LEVEL)
    entries = (
        b"/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace%s"
        b"/Filter/FlateDecode" % (picture.width, picture.height, space)
    )
    digest = zlib.crc32(data).to_bytes(4, "big")
    return Raster(picture.width, picture.height, entries, data, digest, mask)

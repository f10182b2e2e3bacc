"""From whatever a phone sends to a small clean JPEG; from a finger's strokes to a small PNG.

Nothing of the sent file survives but its picture: no EXIF, no place, no comment, no second image.
What cannot be a photo is refused by size and first bytes before any decoder sees it, and by its
declared dimensions before any pixel is decoded.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, ClassVar, Final

from PIL import Image, ImageChops, ImageCms, ImageFilter, ImageOps, ImageStat

from fieldapp.domain.errors import FieldError
from fieldapp.domain.photos import PhotoKind, PhotoQuality

MOST_BYTES_IN: Final = 8 * 1024 * 1024
MOST_PIXELS: Final = 65_000_000
"""A phone that calls its camera 64 megapixels still passes."""
LEAST_SIDE: Final = {PhotoKind.FACE: 120, PhotoKind.KTP: 160}
PRINT_SIZE: Final = (300, 400)
SIGNATURE_BYTES_IN: Final = 200 * 1024
SIGNATURE_SIZE: Final = (600, 240)

_QUALITIES = (85, 78, 70, 60, 50, 40)
_MEASURED_SIDE = 480
_LEAST_LIMIT = 4_000
_BLOWN = 250
_SIGNATURE_PIXELS = 4_000_000
_INK = 0x1B
_INK_FLOOR = 40
_INK_LEAST_PIXELS = 60
_INK_LEAST_SIDE = 16
_MARGIN = 6


class PhotoError(FieldError):
    """A file that cannot become a photo; each way has its own class and code."""

    code: ClassVar[str] = "photo_refused"


class PhotoTooLargeError(PhotoError):
    """Too many bytes. Facts: `size`, `most` (bytes)."""

    code = "photo_too_large"
    status = 413


class NotAnImageError(PhotoError):
    """Not a picture at all, whatever its name says. Facts: `found` ("pdf", "empty", "unknown")."""

    code = "photo_not_an_image"


class UnsupportedPhotoError(PhotoError):
    """A picture, but neither JPEG, PNG nor WebP. Facts: `found` ("heic", "gif" …)."""

    code = "photo_unsupported"
    status = 415


class TruncatedPhotoError(PhotoError):
    """Its end is missing: the line broke, or the card is full. Facts: `size` (bytes)."""

    code = "photo_truncated"


class PhotoBombError(PhotoError):
    """More pixels than any camera makes. Facts: `width`, `height`, `most` (pixels)."""

    code = "photo_bomb"


class PhotoTooSmallError(PhotoError):
    """Too few pixels to show anything. Facts: `width`, `height`, `least` (pixels a side)."""

    code = "photo_too_small"


class UnreadablePhotoError(PhotoError):
    """It begins like a picture, but does not decode. Facts: `format`."""

    code = "photo_unreadable"


class BlankSignatureError(PhotoError):
    """Nothing, or no more than a dot, was drawn."""

    code = "signature_blank"


@dataclass(frozen=True, slots=True)
class Photo:
    """An upright sRGB baseline JPEG without metadata; width and height in pixels."""

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    quality: PhotoQuality

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.jpeg).digest()


@dataclass(frozen=True, slots=True)
class Signature:
    """A trimmed PNG, dark ink on a transparent ground; width and height in pixels."""

    png: bytes = field(repr=False)
    width: int
    height: int


def normalise(
    data: bytes, *, kind: PhotoKind, max_side: int = 1280, max_bytes: int = 400_000
) -> Photo:
    """Turn a JPEG, PNG or WebP of at most 8 MB into what is stored; the same in, the same out.

    max_side, max_bytes: limits of the stored JPEG. Raises a subclass of `PhotoError`.
    """
    picture = _upright_rgb(data, max_side)
    least = LEAST_SIDE[kind]
    if min(picture.size) < least:
        raise PhotoTooSmallError(width=picture.width, height=picture.height, least=least)
    picture, jpeg = _encoded(picture, max_bytes)
    return Photo(
        jpeg=jpeg, width=picture.width, height=picture.height, quality=measure_quality(picture)
    )


def check_kind(data: bytes) -> None:
    """Refuse by size and first bytes what cannot become a photo, before anything is decoded.

    Raises PhotoTooLargeError, NotAnImageError, UnsupportedPhotoError.
    """
    if len(data) > MOST_BYTES_IN:
        raise PhotoTooLargeError(size=len(data), most=MOST_BYTES_IN)
    _sniffed(data)


def print_size(jpeg: bytes) -> bytes:
    """The face crop that is printed 22 × 28 mm, 300 × 400 pixels, of a stored photo.

    Cut from the middle, a little above it: heads are seldom in the lower half.
    """
    with Image.open(BytesIO(jpeg), formats=["JPEG"]) as opened:
        opened.draft("RGB", (PRINT_SIZE[0] * 2, PRINT_SIZE[1] * 2))
        picture = ImageOps.fit(
            opened.convert("RGB"), PRINT_SIZE, Image.Resampling.LANCZOS, centering=(0.5, 0.4)
        )
    return _jpeg(picture, 85)


def measure_quality(picture: Image.Image) -> PhotoQuality:
    """The facts that `domain.photos.photo_faults` judges."""
    grey = picture.convert("L")
    grey.thumbnail((_MEASURED_SIDE, _MEASURED_SIDE), Image.Resampling.BOX)
    # The kernel's answer is put around 128, because a grey picture holds no negative numbers.
    laplacian = grey.filter(ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), 1, 128))
    inside = laplacian.crop((1, 1, laplacian.width - 1, laplacian.height - 1))
    blown = sum(grey.histogram()[_BLOWN:])
    return PhotoQuality(
        width=picture.width,
        height=picture.height,
        mean_luma=round(ImageStat.Stat(grey).mean[0], 2),
        sharpness=round(ImageStat.Stat(inside).var[0], 2),
        glare=round(blown / (grey.width * grey.height), 4),
    )


def signature(data: bytes | str) -> Signature:
    """A drawn signature, from PNG bytes or a `data:image/png;base64,` address of at most 200 KB.

    Accepts dark ink on white and ink of any colour on a transparent ground. Raises
    `BlankSignatureError` or another `PhotoError`.
    """
    png = _from_data_address(data) if isinstance(data, str) else data
    if len(png) > SIGNATURE_BYTES_IN:
        raise PhotoTooLargeError(size=len(png), most=SIGNATURE_BYTES_IN)
    found = _sniffed(png)
    if found != "PNG":
        raise UnsupportedPhotoError(found=found.lower())
    drawn = _decoded(png, "PNG", most_pixels=_SIGNATURE_PIXELS).convert("RGBA")
    ink = _ink_of(drawn)
    box = ink.point(lambda value: 255 if value >= _INK_FLOOR else 0).getbbox()
    pixels = sum(ink.histogram()[_INK_FLOOR:])
    if box is None or pixels < _INK_LEAST_PIXELS:
        raise BlankSignatureError
    if max(box[2] - box[0], box[3] - box[1]) < _INK_LEAST_SIDE:
        raise BlankSignatureError
    darkest = ink.getextrema()[1]
    ink = ImageOps.expand(ink.crop(box).point(lambda value: value * 255 / darkest), _MARGIN, 0)
    ink.thumbnail(SIGNATURE_SIZE, Image.Resampling.LANCZOS)
    clean = Image.merge("LA", (Image.new("L", ink.size, _INK), ink))
    out = BytesIO()
    clean.save(out, "PNG", optimize=True)
    return Signature(png=out.getvalue(), width=clean.width, height=clean.height)


def _upright_rgb(data: bytes, max_side: int) -> Image.Image:
    if len(data) > MOST_BYTES_IN:
        raise PhotoTooLargeError(size=len(data), most=MOST_BYTES_IN)
    picture = _decoded(data, _sniffed(data), most_pixels=MOST_PIXELS, near=max_side)
    orientation, profile = _orientation(picture), picture.info.get("icc_profile")
    picture = _plain(picture)
    picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    picture = _srgb(_on_white(picture), profile)
    turn = _TURNS.get(orientation)
    if turn is not None:
        picture = picture.transpose(turn)
    # Only pixels go on: `info` would carry comments and profiles into the next file.
    return Image.frombytes("RGB", picture.size, picture.tobytes())


_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION_TAG = 0x0112


def _orientation(picture: Image.Image) -> int:
    """How the phone was held; 1 when the metadata is absent or damaged."""
    try:
        value = picture.getexif().get(_ORIENTATION_TAG, 1)
    except (SyntaxError, ValueError, TypeError, KeyError, OSError, struct.error):
        return 1
    return value if isinstance(value, int) else 1


def _sniffed(data: bytes) -> str:
    """The format by its first bytes: JPEG, PNG or WEBP; raises for everything else."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        if brand in (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"):
            raise UnsupportedPhotoError(found="heic")
        if brand in (b"avif", b"avis"):
            raise UnsupportedPhotoError(found="avif")
        raise NotAnImageError(found="video")
    for start, name in ((b"GIF8", "gif"), (b"BM", "bmp"), (b"II*\0", "tiff"), (b"MM\0*", "tiff")):
        if data.startswith(start):
            raise UnsupportedPhotoError(found=name)
    if not data:
        raise NotAnImageError(found="empty")
    raise NotAnImageError(found="pdf" if b"%PDF-" in data[:1024] else "unknown")


def _decoded(data: bytes, form: str, *, most_pixels: int, near: int | None = None) -> Image.Image:
    """Open, judge the declared size, and only then decode.

    near: the side in pixels that will be needed; a JPEG is decoded not much larger than that.
    """
    if _is_cut(data, form):
        raise TruncatedPhotoError(size=len(data))
    try:
        picture = Image.open(BytesIO(data), formats=[form])
        width, height = picture.size
        if width * height > most_pixels:
            raise PhotoBombError(width=width, height=height, most=most_pixels)
        if near is not None:
            picture.draft(None, (near, near))
        picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhotoBombError(width=None, height=None, most=most_pixels) from None
    except PhotoError:
        raise
    except Exception as error:  # decoders raise whatever they like on hostile bytes
        if "truncated" in str(error):
            raise TruncatedPhotoError(size=len(data)) from error
        raise UnreadablePhotoError(format=form.lower()) from error
    return picture


def _is_cut(data: bytes, form: str) -> bool:
    """Whether the container says that bytes are missing; a JPEG tells only while decoding."""
    if form == "WEBP":
        return len(data) < 12 or int.from_bytes(data[4:8], "little") + 8 > len(data)
    if form == "PNG":
        return b"IEND" not in data
    return False


def _plain(picture: Image.Image) -> Image.Image:
    """Eight bits a channel and no palette, so that it can be scaled."""
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if picture.mode == "P" or "transparency" in picture.info:
        return picture.convert("RGBA")
    return picture.convert("L") if picture.mode == "1" else picture


def _on_white(picture: Image.Image) -> Image.Image:
    """Without transparency: what shines through is white."""
    if not picture.has_transparency_data:
        return picture
    layer = picture.convert("RGBA")
    ground = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(ground, layer).convert("RGB")


def _srgb(picture: Image.Image, profile: Any) -> Image.Image:
    """Colours as an ordinary screen shows them; a profile that does not fit is passed over."""
    if isinstance(profile, bytes) and profile:
        try:
            converted = ImageCms.profileToProfile(
                picture, ImageCms.ImageCmsProfile(BytesIO(profile)), _SRGB, outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None
        if converted is not None:
            return converted
    return picture.convert("RGB")


_SRGB: Final = ImageCms.createProfile("sRGB")


def _encoded(picture: Image.Image, max_bytes: int) -> tuple[Image.Image, bytes]:
    """Step the quality down, and only then the size, until the file is small enough."""
    if max_bytes < _LEAST_LIMIT:
        raise ValueError(f"no photo fits into {max_bytes} bytes")
    while True:
        for quality in _QUALITIES:
            jpeg = _jpeg(picture, quality)
            if len(jpeg) <= max_bytes:
                return picture, jpeg
        picture = picture.resize(
            (max(1, picture.width * 4 // 5), max(1, picture.height * 4 // 5)),
            Image.Resampling.LANCZOS,
        )


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def _from_data_address(address: str) -> bytes:
    start = "data:image/png;base64,"
    if not address.startswith(start):
        raise NotAnImageError(found="unknown" if address else "empty")
    if len(address) > len(start) + SIGNATURE_BYTES_IN * 4 // 3 + 4:
        raise PhotoTooLargeError(size=len(address) * 3 // 4, most=SIGNATURE_BYTES_IN)
    try:
        return base64.b64decode(address[len(start) :], validate=True)
    except binascii.Error:
        raise UnreadablePhotoError(format="png") from None


def _ink_of(drawn: Image.Image) -> Image.Image:
    """How much ink lies on each pixel, 0 to 255, whichever way it was drawn."""
    alpha = drawn.getchannel("A")
    if alpha.getextrema()[0] == 0:
        return alpha
    ground = Image.new("RGBA", drawn.size, "white")
    return ImageChops.invert(Image.alpha_composite(ground, drawn).convert("L"))

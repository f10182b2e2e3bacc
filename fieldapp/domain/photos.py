"""Is a photo good enough to recognise a face or to read an identity card by?

The measuring is done elsewhere (on the phone, and again on the server); here stands only the
table of what is good enough, so that form, import and supervisor's page judge alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class PhotoKind(StrEnum):
    """What a photo shows. A signature is a drawing and has no quality to judge."""

    FACE = "face"
    KTP = "ktp"


class PhotoFault(StrEnum):
    """Why a photo is poor; a warning, never a refusal: some places have no better light."""

    TOO_SMALL = "too_small"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    BLURRED = "blurred"
    GLARE = "glare"


@dataclass(frozen=True, slots=True)
class PhotoQuality:
    """What was measured on a photo after it was turned upright.

    width, height: pixels of the stored picture.
    mean_luma: mean brightness, 0 (black) to 255 (white).
    sharpness: variance of the 3 × 3 Laplacian of the grey picture scaled to 480 pixels on its
        longer side; below about 20 edges are soft to the eye, a crisp photo has hundreds.
    glare: share (0 to 1) of pixels that are blown out (luma 250 and above).
    """

    width: int
    height: int
    mean_luma: float
    sharpness: float
    glare: float


@dataclass(frozen=True, slots=True)
class Threshold:
    """The limits for one kind of photo; a value on the limit is good enough."""

    short_side: int
    long_side: int
    darkest: float
    brightest: float
    sharpness: float
    glare: float


THRESHOLDS: Mapping[PhotoKind, Threshold] = {
    # A face is printed 22 × 28 mm: 300 × 400 pixels are 350 dpi there.
    PhotoKind.FACE: Threshold(
        short_side=300, long_side=400, darkest=50, brightest=225, sharpness=25, glare=0.35
    ),
    # Sixteen digits across a card 85.6 mm wide want about 640 pixels to be read by eye. Plastic
    # mirrors the sun, and a small blown spot is enough to hide a digit.
    PhotoKind.KTP: Threshold(
        short_side=400, long_side=640, darkest=60, brightest=235, sharpness=60, glare=0.12
    ),
}


def photo_faults(quality: PhotoQuality, kind: PhotoKind) -> tuple[PhotoFault, ...]:
    """Every fault of a photo, in the order in which a person would mend them; () when good."""
    limit = THRESHOLDS[kind]
    short, long = sorted((quality.width, quality.height))
    checks = (
        (PhotoFault.TOO_SMALL, short < limit.short_side or long < limit.long_side),
        (PhotoFault.TOO_DARK, quality.mean_luma < limit.darkest),
        (PhotoFault.TOO_BRIGHT, quality.mean_luma > limit.brightest),
        (PhotoFault.BLURRED, quality.sharpness < limit.sharpness),
        (PhotoFault.GLARE, quality.glare > limit.glare),
    )
    return tuple(fault for fault, found in checks if found)

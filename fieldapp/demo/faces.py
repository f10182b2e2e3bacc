"""Drawn faces, cards and signatures for the demonstration: nobody's, and plainly drawings.

Drawn in units of a photo of 300 × 400, three times as large, and made smooth by shrinking. The
same `Random` gives the same picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import pairwise
from random import Random
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from fieldapp.demo.people import DemoPerson
from fieldapp.domain.vocabulary import Sex

FACE_SIZE: Final = (300, 400)
CARD_SIZE: Final = (1000, 630)
SIGNATURE_SIZE: Final = (480, 180)

Colour = tuple[int, int, int]
Point = tuple[float, float]

_SCALE: Final = 3
_FRAME: Final = (20, 46, 280, 46 + 260 * 4 / 3)
"""What of the drawing is shown: head and shoulders fill it."""
_GROUNDS: Final[tuple[Colour, ...]] = (
    (171, 193, 204),
    (196, 178, 158),
    (176, 192, 172),
    (206, 188, 178),
    (160, 178, 190),
    (205, 199, 180),
)
_SKINS: Final[tuple[Colour, ...]] = (
    (205, 155, 115),
    (190, 138, 98),
    (176, 124, 86),
    (160, 110, 76),
    (143, 96, 66),
    (214, 168, 130),
)
_HAIRS: Final[tuple[Colour, ...]] = ((28, 24, 23), (36, 29, 26), (44, 35, 30))
_GREY: Final[Colour] = (150, 147, 143)
_SHIRTS: Final[tuple[Colour, ...]] = (
    (238, 234, 222),
    (96, 112, 92),
    (70, 92, 116),
    (146, 74, 60),
    (70, 66, 72),
    (188, 166, 120),
)
_KEBAYAS: Final[tuple[Colour, ...]] = (
    (228, 214, 190),
    (170, 86, 96),
    (84, 128, 112),
    (196, 142, 70),
    (122, 96, 140),
    (236, 232, 224),
)
_UDENGS: Final[tuple[Colour, ...]] = (
    (240, 236, 226),
    (122, 62, 52),
    (62, 74, 98),
    (172, 138, 78),
    (54, 52, 54),
)
_SCARVES: Final[tuple[Colour, ...]] = ((124, 140, 150), (150, 110, 104), (96, 116, 96))


@dataclass(frozen=True, slots=True)
class Looks:
    """What a face is drawn from."""

    sex: Sex
    elder: bool
    skin: Colour
    hair: Colour
    ground: Colour
    cloth: Colour
    headwear: str
    """"udeng", "cap", "scarf" or "" for none."""
    hairdo: str
    jaw: float
    cheeks: float
    smile: float
    brows: float
    glasses: bool
    moustache: bool
    flower: bool


def looks_by_chance(random: Random, *, sex: Sex, elder: bool = False, scarf: bool = False) -> Looks:
    """Looks of a man or woman; elder from about 55; scarf as some women wear it."""
    man = sex is Sex.MALE
    hair = random.choice(_HAIRS)
    if elder:
        hair = _mixed(hair, _GREY, random.uniform(0.45, 0.95))
    headwear = ""
    if man:
        headwear = random.choice(("udeng", "udeng", "", "", "", "cap"))
    elif scarf:
        headwear = "scarf"
    return Looks(
        sex=sex,
        elder=elder,
        skin=random.choice(_SKINS),
        hair=hair,
        ground=random.choice(_GROUNDS),
        cloth=random.choice(_SHIRTS if man else _KEBAYAS),
        headwear=headwear,
        hairdo=random.choice(("side", "short", "swept") if man else ("bun", "bun", "long", "bob")),
        jaw=random.uniform(0.92, 1.08) if man else random.uniform(0.84, 0.98),
        cheeks=random.uniform(0.95, 1.08),
        smile=random.uniform(0.3, 1.0),
        brows=random.uniform(-1.5, 1.5),
        glasses=random.random() < (0.35 if elder else 0.12),
        moustache=man and random.random() < 0.25,
        flower=not man and not scarf and random.random() < 0.45,
    )


def draw_face(looks: Looks, *, size: tuple[int, int] = FACE_SIZE) -> bytes:
    """A portrait as JPEG, `size` in pixels (3 to 4)."""
    easel = _Easel(looks.ground)
    _ground(easel, looks)
    if looks.sex is Sex.FEMALE and not looks.headwear:
        _hair_behind(easel, looks)
    _shoulders(easel, looks)
    if looks.headwear == "scarf":
        _scarf_behind(easel, looks)
    _head(easel, looks)
    _features(easel, looks)
    _on_the_head(easel, looks)
    near = easel.picture.resize(size, Image.Resampling.LANCZOS, box=_scaled_box(_FRAME))
    return _as_jpeg(near, 88)


def face_pool(random: Random, count: int = 48) -> tuple[tuple[Looks, bytes], ...]:
    """So many different portraits, men and women, younger and elder, to be given out again."""
    pool = []
    for number in range(count):
        sex = Sex.MALE if number % 2 == 0 else Sex.FEMALE
        looks = looks_by_chance(random, sex=sex, elder=number % 3 == 2, scarf=number % 12 == 7)
        pool.append((looks, draw_face(looks)))
    return tuple(pool)


class _Easel:
    """A picture of 300 × 400 units that is painted with smooth shapes."""

    def __init__(self, ground: Colour) -> None:
        self.picture = Image.new("RGB", (300 * _SCALE, 400 * _SCALE), ground)
        self.draw = ImageDraw.Draw(self.picture)

    def shape(self, points: Sequence[Point], colour: Colour) -> None:
        """A closed shape that runs smoothly through all points."""
        self.draw.polygon(_scaled(_smooth(points)), fill=colour)

    def sharp(self, points: Sequence[Point], colour: Colour) -> None:
        self.draw.polygon(_scaled(points), fill=colour)

    def oval(self, x: float, y: float, across: float, down: float, colour: Colour) -> None:
        box = ((x - across) * _SCALE, (y - down) * _SCALE)
        end = ((x + across) * _SCALE, (y + down) * _SCALE)
        self.draw.ellipse((*box, *end), fill=colour)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """A smooth line with round ends."""
        scaled = _scaled(_smooth(points, closed=False))
        self.draw.line(scaled, fill=colour, width=round(width * _SCALE), joint="curve")
        radius = width * _SCALE / 2
        for x, y in (scaled[0], scaled[-1]):
            self.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def mask(self, points: Sequence[Point]) -> Image.Image:
        """The inside of a smooth shape as white on black."""
        mask = Image.new("L", self.picture.size)
        ImageDraw.Draw(mask).polygon(_scaled(_smooth(points)), fill=255)
        return mask

    def tint(
        self,
        mask: Image.Image,
        colour: Colour,
        strength: float,
        *,
        soft: float = 0,
        within: Image.Image | None = None,
    ) -> None:
        """Lay a colour over part of the picture, with soft edges if wished, but not beyond."""
        box = mask.getbbox()
        if box is None:
            return
        reach = round(soft * _SCALE * 3)
        area = (box[0] - reach, box[1] - reach, box[2] + reach, box[3] + reach)
        part = mask.crop(area)
        if soft:
            part = part.filter(ImageFilter.GaussianBlur(soft * _SCALE))
        if within is not None:
            part = ImageChops.multiply(part, within.crop(area))
        self.picture.paste(colour, area[:2], part.point(lambda value: value * strength))


def _ground(easel: _Easel, looks: Looks) -> None:
    small = Image.new("L", (75, 100))
    ImageDraw.Draw(small).ellipse((2, 0, 72, 84), fill=140)
    light = small.filter(ImageFilter.GaussianBlur(12)).resize(
        easel.picture.size, Image.Resampling.BICUBIC
    )
    easel.picture.paste(_mixed(looks.ground, (255, 255, 255), 0.5), (0, 0), light)


def _shoulders(easel: _Easel, looks: Looks) -> None:
    man = looks.sex is Sex.MALE
    wide = 118 if man else 100
    cloth, dark = looks.cloth, _darker(looks.cloth, 0.8)
    neck = 31 if man else 25
    body = _body(wide, neck)
    easel.shape(body, cloth)
    skin, shade = looks.skin, _darker(looks.skin, 0.82)
    throat = 338 if man else 352
    easel.shape(
        [
            (150 - neck, 240),
            (150 - neck - 3, 306),
            (150, throat),
            (150 + neck + 3, 306),
            (150 + neck, 240),
        ],
        skin,
    )
    shadow = easel.mask([(118, 250), (122, 282), (150, 300), (178, 282), (182, 250)])
    inside = easel.mask(
        [
            (150 - neck, 240),
            (150 - neck - 3, 306),
            (150, throat),
            (150 + neck + 3, 306),
            (150 + neck, 240),
        ]
    )
    easel.tint(shadow, shade, 0.85, soft=2, within=inside)
    if man:
        _collar(easel, cloth, dark, neck)
    else:
        _kebaya(easel, looks, dark, neck, easel.mask(body))


def _body(wide: float, neck: float) -> list[Point]:
    half = [(neck + 4, 300.0), (wide * 0.7, 322.0), (wide, 352.0), (wide + 12, 420.0)]
    return [(150 - x, y) for x, y in half] + [(150 + x, y) for x, y in reversed(half)]


def _collar(easel: _Easel, cloth: Colour, dark: Colour, neck: float) -> None:
    light = _mixed(cloth, (255, 255, 255), 0.18)
    for side in (-1, 1):
        easel.sharp(
            [
                (150 + side * (neck + 1), 296),
                (150 + side * (neck + 14), 306),
                (150 + side * 30, 352),
                (150, 336),
            ],
            light,
        )
        easel.line([(150 + side * 30, 352), (150, 336)], dark, 1.6)
        easel.line([(150 + side * (neck + 14), 306), (150 + side * 30, 352)], dark, 1.6)
    easel.line([(150, 338), (150, 402)], dark, 1.8)
    for y in (362, 388):
        easel.oval(150, y, 2.4, 2.4, dark)


def _kebaya(easel: _Easel, looks: Looks, dark: Colour, neck: float, body: Image.Image) -> None:
    sash = _mixed(_UDENGS[(looks.cloth[0] + looks.skin[0]) % len(_UDENGS)], (214, 164, 66), 0.45)
    over = [(60, 330), (96, 296), (124, 340), (186, 420), (136, 420), (96, 376)]
    easel.tint(easel.mask(over), sash, 1, within=body)
    easel.line([(112, 320), (132, 354), (182, 412)], _darker(sash, 0.82), 1.6)
    light = _mixed(looks.cloth, (255, 255, 255), 0.35)
    for side in (-1, 1):
        edge = [
            (150 + side * (neck + 6), 300),
            (150 + side * (neck - 2), 330),
            (150 + side * 8, 362),
            (150 + side * 2, 402),
        ]
        easel.line(edge, light, 7)
        easel.line([(x + side * 5, y) for x, y in edge], dark, 1.4)


def _hair_behind(easel: _Easel, looks: Looks) -> None:
    hair = looks.hair
    if looks.hairdo == "long":
        easel.shape(
            [
                (150, 84),
                (208, 110),
                (222, 190),
                (220, 270),
                (232, 332),
                (150, 330),
                (68, 332),
                (80, 270),
                (78, 190),
                (92, 110),
            ],
            hair,
        )
    elif looks.hairdo == "bob":
        easel.shape(
            [
                (150, 86),
                (208, 112),
                (220, 190),
                (210, 268),
                (150, 276),
                (90, 268),
                (80, 190),
                (92, 112),
            ],
            hair,
        )
    else:
        easel.oval(150, 88, 36, 24, _darker(hair, 0.85))
        easel.shape(
            [
                (150, 86),
                (204, 112),
                (216, 180),
                (200, 236),
                (150, 250),
                (100, 236),
                (84, 180),
                (96, 112),
            ],
            hair,
        )


def _scarf_behind(easel: _Easel, looks: Looks) -> None:
    scarf = _SCARVES[looks.skin[1] % len(_SCARVES)]
    easel.shape(
        [
            (150, 76),
            (212, 108),
            (226, 190),
            (216, 268),
            (246, 340),
            (200, 386),
            (150, 404),
            (100, 386),
            (54, 340),
            (84, 268),
            (74, 190),
            (88, 108),
        ],
        scarf,
    )
    dark = _darker(scarf, 0.82)
    easel.line([(206, 262), (186, 306), (132, 336), (96, 372)], dark, 2.2)
    easel.line([(96, 262), (120, 300), (160, 326)], dark, 1.8)


def _outline(looks: Looks) -> list[Point]:
    jaw, cheeks = looks.jaw, looks.cheeks
    half = [
        (0.0, -84.0),
        (32.0, -78.0),
        (54.0 * cheeks, -44.0),
        (57.0 * cheeks, 0.0),
        (52.0 * jaw, 38.0),
        (36.0 * jaw, 66.0),
        (15.0 * jaw, 81.0),
        (0.0, 84.0),
    ]
    right = [(150 + x, 186 + y) for x, y in half]
    left = [(150 - x, 186 + y) for x, y in half[-2:0:-1]]
    return right + left


def _head(easel: _Easel, looks: Looks) -> None:
    skin = looks.skin
    shade = _darker(skin, 0.85)
    if looks.headwear != "scarf":
        reach = 57 * looks.cheeks
        for side in (-1, 1):
            easel.oval(150 + side * (reach + 2), 194, 8.5, 16, skin if side < 0 else shade)
            easel.oval(150 + side * (reach + 3), 195, 4, 9, _darker(skin, 0.75))
            if looks.sex is Sex.FEMALE:
                easel.oval(150 + side * (reach + 4), 213, 3, 3, (222, 178, 84))
    outline = _outline(looks)
    easel.shape(outline, skin)
    inside = easel.mask(outline)
    lit = easel.mask([(x - 15, y - 5) for x, y in outline])
    easel.tint(ImageChops.subtract(inside, lit), shade, 0.8, soft=5, within=inside)
    warm = Image.new("L", easel.picture.size)
    pen = ImageDraw.Draw(warm)
    for x in (116, 184):
        pen.ellipse(((x - 17) * 3, 203 * 3, (x + 17) * 3, 229 * 3), fill=255)
    easel.tint(warm, (196, 92, 76), 0.2, soft=7, within=inside)


def _features(easel: _Easel, looks: Looks) -> None:
    skin = looks.skin
    line, ink = _darker(skin, 0.62), (44, 32, 28)
    for side in (-1, 1):
        x = 150 + side * 24
        _eye(easel, looks, x, side, line, ink)
        thick = 4.2 if looks.sex is Sex.MALE else 2.8
        brow = [
            (x - side * 13, 162.5 + looks.brows * 0.6),
            (x + side * 1, 158.5),
            (x + side * 15, 164 - looks.brows * 0.5),
        ]
        easel.line(brow, _mixed(looks.hair, skin, 0.15), thick)
    nose = _darker(skin, 0.74)
    easel.line([(155, 186), (159, 204), (160, 212), (152, 217)], nose, 2.2)
    easel.line([(141, 214), (145, 218), (152, 218)], nose, 2.2)
    _mouth(easel, looks, line)
    if looks.moustache:
        easel.shape(
            [
                *((150, 226), (162, 227.5), (171, 232), (160, 231.5)),
                *((150, 230.5), (140, 231.5), (129, 232), (138, 227.5)),
            ],
            _mixed(looks.hair, skin, 0.12),
        )
    if looks.elder:
        fine = _darker(skin, 0.8)
        for side in (-1, 1):
            easel.line(
                [(150 + side * 22, 214), (150 + side * 31, 226), (150 + side * 32, 238)], fine, 1.6
            )
            easel.line([(150 + side * 43, 180), (150 + side * 49, 177)], fine, 1.4)
            easel.line([(150 + side * 43, 184), (150 + side * 50, 185)], fine, 1.4)
        if not looks.headwear:
            easel.line([(128, 141), (150, 138), (172, 141)], fine, 1.3)
    if looks.glasses:
        _glasses(easel)


def _eye(easel: _Easel, looks: Looks, x: float, side: int, line: Colour, ink: Colour) -> None:
    y = 182.0
    white = (246, 241, 233)
    easel.shape(
        [
            (x - 11.5, y + 1),
            (x - 4, y - 5),
            (x + 4, y - 5),
            (x + 11.5, y + 1),
            (x + 4, y + 4.6),
            (x - 4, y + 4.6),
        ],
        white,
    )
    easel.oval(x, y - 0.4, 5.3, 5.3, (62, 42, 32))
    easel.oval(x, y - 0.4, 2.6, 2.6, (20, 15, 14))
    easel.oval(x - 1.8, y - 2.4, 1.3, 1.3, (255, 255, 255))
    lid = 2.9 if looks.sex is Sex.FEMALE else 2.3
    easel.line([(x - 12, y + 1.2), (x - 4, y - 5.4), (x + 4, y - 5.4), (x + 12, y + 1.2)], ink, lid)
    if looks.sex is Sex.FEMALE:
        easel.line([(x + side * 11, y), (x + side * 15, y - 3.5)], ink, 1.8)
    easel.line([(x - 10, y - 8), (x, y - 10.6), (x + 10, y - 8)], line, 1.3)
    if looks.elder:
        easel.line([(x - 8, y + 9), (x, y + 11), (x + 8, y + 8.5)], _darker(looks.skin, 0.8), 1.3)


def _mouth(easel: _Easel, looks: Looks, line: Colour) -> None:
    lift = 5 + 6 * looks.smile
    wide = 19 + 5 * looks.smile
    lips = _mixed(looks.skin, (172, 74, 70), 0.55 if looks.sex is Sex.FEMALE else 0.3)
    y = 242.0
    easel.shape(
        [
            (150 - wide, y - lift * 0.5),
            (143, y - 5),
            (150, y - 3.6),
            (157, y - 5),
            (150 + wide, y - lift * 0.5),
            (150, y + 3),
        ],
        _darker(lips, 0.92),
    )
    easel.shape(
        [
            (150 - wide + 3, y - lift * 0.3),
            (150, y + 1.5),
            (150 + wide - 3, y - lift * 0.3),
            (160, y + 8),
            (150, y + 9.5),
            (140, y + 8),
        ],
        lips,
    )
    seam = [
        (150 - wide - 1, y - lift * 0.65),
        (140, y + 0.4),
        (150, y + 1.4),
        (160, y + 0.4),
        (150 + wide + 1, y - lift * 0.65),
    ]
    easel.line(seam, _darker(line, 0.85), 1.9)


def _glasses(easel: _Easel) -> None:
    frame = (58, 50, 48)
    for x in (125, 175):
        ring = [
            (x + 19 * math.cos(turn / 8 * math.pi), 184 + 14.5 * math.sin(turn / 8 * math.pi))
            for turn in range(17)
        ]
        easel.line(ring, frame, 2.2)
    easel.line([(144, 182), (150, 179.5), (156, 182)], frame, 2.2)
    for side in (-1, 1):
        easel.line([(150 + side * 44, 182), (150 + side * 58, 180)], frame, 2.2)


def _on_the_head(easel: _Easel, looks: Looks) -> None:
    if looks.headwear == "scarf":
        _scarf_front(easel, looks)
    elif looks.sex is Sex.FEMALE:
        _womans_hair(easel, looks)
    else:
        _mans_hair(easel, looks)
        if looks.headwear == "udeng":
            _udeng(easel, looks)
        elif looks.headwear == "cap":
            _cap(easel, looks)


def _mans_hair(easel: _Easel, looks: Looks) -> None:
    reach = 57 * looks.cheeks
    parts = {
        "side": [(126, 128), (150, 124), (178, 130), (192, 142)],
        "short": [(118, 132), (150, 126), (182, 132)],
        "swept": [(120, 124), (150, 116), (180, 124)],
    }
    easel.shape(
        [
            (150 - reach - 3, 182),
            (150 - reach - 5, 140),
            (150 - 44, 100),
            (150, 88),
            (150 + 44, 100),
            (150 + reach + 5, 140),
            (150 + reach + 3, 182),
            (150 + reach - 4, 160),
            *reversed(parts[looks.hairdo]),
            (150 - reach + 4, 160),
        ],
        looks.hair,
    )
    light = _mixed(looks.hair, (255, 255, 255), 0.14)
    if looks.hairdo != "short":
        easel.line([(122, 108), (142, 100), (166, 103)], light, 3)


def _womans_hair(easel: _Easel, looks: Looks) -> None:
    reach = 57 * looks.cheeks
    light = _mixed(looks.hair, (255, 255, 255), 0.14)
    for side in (-1, 1):
        easel.shape(
            [
                (150 + side * -1, 92),
                (150 + side * 36, 98),
                (150 + side * (reach + 3), 134),
                (150 + side * (reach + 5), 196),
                (150 + side * (reach - 3), 176),
                (150 + side * (reach - 10), 150),
                (150 + side * 26, 130),
                (150 + side * 1, 116),
            ],
            looks.hair,
        )
        easel.line(
            [(150 + side * 10, 104), (150 + side * 34, 113), (150 + side * (reach - 4), 142)],
            light,
            2,
        )
    if looks.flower:
        _frangipani(easel, 150 + reach + 1, 150)


def _frangipani(easel: _Easel, x: float, y: float) -> None:
    for turn in range(5):
        angle = turn * 2 * math.pi / 5 - math.pi / 2
        easel.oval(x + 7.5 * math.cos(angle), y + 7.5 * math.sin(angle), 6.6, 6.6, (252, 248, 238))
    easel.oval(x, y, 5.6, 5.6, (242, 196, 84))


def _udeng(easel: _Easel, looks: Looks) -> None:
    cloth = _UDENGS[(looks.cloth[1] + looks.ground[2]) % len(_UDENGS)]
    dark, light = _darker(cloth, 0.8), _mixed(cloth, (255, 255, 255), 0.25)
    reach = 57 * looks.cheeks
    easel.shape(
        [
            (150 - reach - 9, 150),
            (150 - reach - 8, 112),
            (150 - 30, 86),
            (150 + 16, 80),
            (150 + reach - 2, 88),
            (150 + reach + 10, 116),
            (150 + reach + 9, 150),
            (150 + 32, 134),
            (150, 141),
            (150 - 32, 134),
        ],
        cloth,
    )
    easel.line([(150 - reach - 7, 134), (118, 118), (150, 124)], dark, 1.8)
    easel.line([(150 + reach + 8, 132), (184, 114), (150, 124)], dark, 1.8)
    easel.line([(150 - reach - 4, 116), (124, 100), (156, 98), (196, 92)], light, 1.6)
    for side in (-1, 1):
        easel.shape(
            [(150, 124), (150 + side * 5, 106), (150 + side * 14, 92), (150 + side * 10, 112)],
            light,
        )
        easel.line([(150, 124), (150 + side * 9, 108), (150 + side * 13, 94)], dark, 1.2)
    easel.oval(150, 125, 6.5, 7, dark)
    easel.oval(150, 124, 5.2, 5.6, cloth)


def _cap(easel: _Easel, looks: Looks) -> None:
    cloth = _SHIRTS[(looks.skin[2] + 3) % len(_SHIRTS)]
    reach = 57 * looks.cheeks
    easel.shape(
        [
            (150 - reach - 6, 142),
            (150 - reach - 3, 108),
            (150 - 30, 82),
            (150 + 30, 82),
            (150 + reach + 3, 108),
            (150 + reach + 6, 142),
            (150, 128),
        ],
        cloth,
    )
    easel.shape(
        [(92, 140), (150, 124), (208, 140), (196, 150), (150, 142), (104, 150)],
        _darker(cloth, 0.72),
    )
    easel.line([(150, 82), (150, 126)], _darker(cloth, 0.86), 1.6)


def _scarf_front(easel: _Easel, looks: Looks) -> None:
    scarf = _SCARVES[looks.skin[1] % len(_SCARVES)]
    outline = _outline(looks)
    opening = [(150 + (x - 150) * 0.9, 192 + (y - 186) * 0.86) for x, y in outline]
    ring = ImageChops.subtract(
        easel.mask([(150 + (x - 150) * 1.1, 186 + (y - 186) * 1.12) for x, y in outline]),
        easel.mask(opening),
    )
    easel.picture.paste(scarf, (0, 0), ring)
    easel.line([*opening, opening[0]], _darker(scarf, 0.84), 1.6)


def draw_card(person: DemoPerson, face: bytes) -> bytes:
    """Something in the place of a KTP: a drawing marked CONTOH, as JPEG of 1000 × 630.

    It shows what a clerk compares (number, name, birth) and resembles no official card.
    """
    picture = _empty_card().copy()
    draw = ImageDraw.Draw(picture)
    lines = (
        ("Nomor", _grouped(person.nik)),
        ("Nama", person.name.upper()),
        ("Lahir", f"{person.birth_place}, {person.birth_date:%d-%m-%Y}"),
        ("Kelamin", "Laki-laki" if person.sex is Sex.MALE else "Perempuan"),
        ("Alamat", person.street),
        ("", f"{person.banjar}, {person.customary_village}"),
    )
    for row, (label, text) in enumerate(lines):
        y = 158 + row * 66
        draw.text((48, y + 5), label, (84, 88, 80), _font(24))
        size = 34
        while size > 18 and _font(size).getlength(text) > 500:
            size -= 2
        draw.text((172, y), text, (23, 33, 29), _font(size))
    portrait = Image.open(BytesIO(face), formats=["JPEG"]).convert("RGB").resize((246, 328))
    picture.paste(portrait, (712, 146))
    draw.rectangle((712, 146, 957, 473), outline=(150, 143, 124), width=3)
    return _as_jpeg(picture, 88)


@cache
def _empty_card() -> Image.Image:
    picture = Image.new("RGB", CARD_SIZE, (233, 228, 212))
    draw = ImageDraw.Draw(picture)
    for x in range(-CARD_SIZE[1], CARD_SIZE[0], 26):
        draw.line((x, CARD_SIZE[1], x + CARD_SIZE[1], 0), fill=(222, 215, 196), width=2)
    _across(picture, "CONTOH", 130)
    draw.rounded_rectangle((12, 12, 987, 617), 26, outline=(11, 93, 78), width=6)
    draw.rectangle((15, 40, 984, 108), fill=(11, 93, 78))
    draw.text((500, 74), "CONTOH · BUKAN KTP", (250, 247, 236), _font(40), anchor="mm")
    draw.text((500, 584), "Gambar untuk peragaan aplikasi", (84, 88, 80), _font(24), anchor="mm")
    return picture


def draw_signature(random: Random) -> bytes:
    """Strokes of a finger as a PNG, dark on a transparent ground, 480 × 180."""
    wide, high = SIGNATURE_SIZE
    picture = Image.new("RGBA", (wide * 2, high * 2), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    ink = (24, 30, 58, 255)
    middle, start = random.uniform(96, 108), random.uniform(60, 90)
    loops, stride = random.randint(5, 8), random.uniform(22, 32)
    heights = [random.uniform(12, 26) for _ in range(loops + 1)]
    heights[0], heights[random.randint(2, loops)] = random.uniform(42, 56), random.uniform(32, 46)
    lean = random.uniform(0.15, 0.4)
    points: list[Point] = []
    for step in range(loops * 10 + 1):
        turn, part = divmod(step, 10)
        angle = part / 10 * 2 * math.pi
        rise = heights[turn] * (1 - math.cos(angle)) / 2
        x = start + stride * step / 10 - stride * 0.45 * math.sin(angle)
        points.append((x + rise * lean, middle - rise + 3 * math.sin(step / 7)))
    end, low = points[-1][0], middle + random.uniform(20, 32)
    points += [(end + 24, middle + 8), (end + 6, low), (start - 8, low + random.uniform(-4, 6))]
    points += [((start + end) / 2, low - 7), (min(end + 50, wide - 20), low - 12)]
    _stroke(draw, points, ink)
    out = BytesIO()
    picture.resize(SIGNATURE_SIZE, Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


def _stroke(
    draw: ImageDraw.ImageDraw, points: Sequence[Point], ink: tuple[int, int, int, int]
) -> None:
    """A line that is thick where the finger is slow and thin where it is quick."""
    smooth = [(x * 2, y * 2) for x, y in _smooth(points, closed=False)]
    for (x, y), (to_x, to_y) in pairwise(smooth):
        way = math.hypot(to_x - x, to_y - y)
        radius = max(2.0, 4.4 - way * 0.2)
        steps = math.ceil(way / 1.5) or 1
        for step in range(steps):
            at_x, at_y = x + (to_x - x) * step / steps, y + (to_y - y) * step / steps
            draw.ellipse((at_x - radius, at_y - radius, at_x + radius, at_y + radius), fill=ink)


def _across(picture: Image.Image, text: str, size: int) -> None:
    layer = Image.new("L", (1200, 1200))
    ImageDraw.Draw(layer).text((600, 600), text, 255, _font(size), anchor="mm")
    turned = layer.rotate(24, resample=Image.Resampling.BICUBIC)
    left, top = (1200 - CARD_SIZE[0]) // 2 + 120, (1200 - CARD_SIZE[1]) // 2 - 30
    mask = turned.crop((left, top, left + CARD_SIZE[0], top + CARD_SIZE[1]))
    picture.paste((214, 204, 178), (0, 0), mask)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _grouped(nik: str) -> str:
    return " ".join(nik[start : start + 4] for start in range(0, len(nik), 4))


def _smooth(points: Sequence[Point], *, closed: bool = True) -> list[Point]:
    """Points on the Catmull-Rom curve through the given ones."""
    count = len(points)
    curve: list[Point] = []
    for here in range(count if closed else count - 1):
        if closed:
            before, start, end, after = (points[(here + n) % count] for n in (-1, 0, 1, 2))
        else:
            before = points[max(here - 1, 0)]
            start, end = points[here], points[here + 1]
            after = points[min(here + 2, count - 1)]
        for step in range(12):
            t = step / 12
            curve.append(
                (
                    _between(before[0], start[0], end[0], after[0], t),
                    _between(before[1], start[1], end[1], after[1], t),
                )
            )
    if not closed:
        curve.append(points[-1])
    return curve


def _between(before: float, start: float, end: float, after: float, t: float) -> float:
    return 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t * t
        + (3 * start - before - 3 * end + after) * t * t * t
    )


def _scaled(points: Sequence[Point]) -> list[Point]:
    return [(x * _SCALE, y * _SCALE) for x, y in points]


def _scaled_box(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return left * _SCALE, top * _SCALE, right * _SCALE, bottom * _SCALE


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _darker(colour: Colour, factor: float) -> Colour:
    red, green, blue = (round(part * factor) for part in colour)
    return red, green, blue


def _as_jpeg(picture: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()

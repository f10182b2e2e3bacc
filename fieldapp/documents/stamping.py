"""Many documents of one template: laid out once, then stamped.

A row's words are drawn over the pages of a layout (layouts.py), in the boxes that its template
has for them: a few microseconds a word. A row that answers the template's questions differently (a
larger family, no photo) gets a layout of its own kind, once a process. The file is written as it
comes (pdf_file.py), with each cut of the fonts embedded once.
"""

import io
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self

import pikepdf

from fieldapp.documents.engine import Laid, Paper, write
from fieldapp.documents.glyphs import UndrawableError
from fieldapp.documents.layouts import (
    COMMON,
    Fill,
    Frame,
    Plan,
    Stamped,
    UnstampableError,
    embedded,
    make_plan,
)
from fieldapp.documents.pdf_file import PdfFile, State, Target, parcel_of
from fieldapp.documents.qr import QUIET_MODULES, Symbol, symbol_of
from fieldapp.documents.raster import Raster, photo_raster, picture_raster

log = logging.getLogger(__name__)

MOST_PLANS: Final = 64
MOST_SHARED: Final = 512


@dataclass(slots=True)
class Template:
    """A kind of paper with the layouts that were made of it in this process."""

    paper: Paper
    fill: Fill
    steady: frozenset[str] = frozenset()
    alike: Sequence[Sequence[str]] = ()
    plans: list[Plan] = field(default_factory=list)

    def stamp(self, facts: Any) -> Stamped | None:
        """A row's words on the layout that serves it; None: the row must be laid out alone."""
        try:
            for index, plan in enumerate(self.plans):
                stamped = plan.stamp(facts)
                if stamped is not None:
                    if index:
                        self._bring_forward(plan)
                    return stamped
            plan = make_plan(self.paper, self.fill, facts, steady=self.steady, alike=self.alike)
            stamped = plan.stamp(facts)
            if stamped is None:
                return None
        except (UnstampableError, UndrawableError) as reason:
            log.info("A row of %s is laid out alone: %s", self.paper.kind, reason)
            return None
        self.plans = [plan, *self.plans][:MOST_PLANS]
        return stamped

    def _bring_forward(self, plan: Plan) -> None:
        """Rows come in runs: what served one is asked first for the next."""
        self.plans = [plan, *(each for each in self.plans if each is not plan)]


class Stamper:
    """A file that is being stamped: its templates, fonts and pages."""

    def __init__(self, target: Target, *, title: str, made_at: datetime) -> None:
        stamp = made_at.strftime("D:%Y%m%d%H%M%S%z")
        stamp = f"{stamp[:-2]}'{stamp[-2:]}"
        self.file = PdfFile(
            target,
            info={
                "Title": title,
                "Creator": "Fieldapp",
                "CreationDate": stamp,
                "ModDate": stamp,
            },
            language="id",
        )
        self._fonts = self.file.reserve()
        self._templates: dict[bytes, list[int]] = {}
        self._shared: dict[bytes, int] = {}
        self._letters: set[str] = set(COMMON)

    @classmethod
    def resume(cls, target: Target, state: State) -> Self:
        """Go on with a file whose first part ended in this state."""
        stamper = cls.__new__(cls)
        stamper.file = PdfFile.resume(target, state["file"])
        stamper._fonts = state["fonts"]
        stamper._templates = {bytes.fromhex(key): list(own) for key, own in state["templates"]}
        stamper._shared = {key.encode("latin-1"): number for key, number in state["shared"]}
        stamper._letters = set(COMMON) | set(state["rare"])
        return stamper

    def state(self) -> State:
        """All that `resume` needs to go on after the pages so far."""
        return {
            "file": self.file.state(),
            "fonts": self._fonts,
            "templates": [(key.hex(), own) for key, own in self._templates.items()],
            "shared": [(key.decode("latin-1"), own) for key, own in self._shared.items()],
            "rare": "".join(sorted(self._letters - COMMON)),
        }

    @property
    def pages(self) -> int:
        """Pages so far."""
        return self.file.pages

    def templates(self, stamped: Stamped) -> list[int]:
        """The numbers of a layout's pages in this file; written when they are first asked for."""
        plan = stamped.plan
        if stamped.rare:
            self._letters.update(stamped.rare)
        known = self._templates.get(plan.digest)
        if known is None:
            self._letters |= plan.letters
            known = [self.file.add_parcel(each, self._fonts) for each in plan.parcels]
            self._templates[plan.digest] = known
        return known

    def add_row(self, stamped: Stamped, facts: Any) -> None:
        """The pages of a row that has whole pages to itself.

        Names are given by place, so that many rows' pages begin alike: with the layout, words that
        the row shares with others, its photo, and the place of its first own words. Such a
        beginning is a stream of its own, written once.
        """
        plan = stamped.plan
        for page, template in enumerate(self.templates(stamped)):
            resources = {b"/T": template}
            shared, groups = self.shared(stamped, page, by_place=True)
            resources.update((b"/G%d" % place, each) for place, each in enumerate(groups))
            photos: list[bytes] = []
            drawn: list[bytes] = []
            for place, frame in enumerate(each for each in plan.frames if each.page == page):
                operators, number = self._picture(frame, facts, b"/I%d" % place)
                (photos if frame.slot.kind == "photo" else drawn).append(operators)
                if number is not None:
                    resources[b"/I%d" % place] = number
            opening, words = opened(stamped.operators[page])
            beginning = b"/T Do\n%s%s%s" % (shared, b"".join(photos), opening)
            content = words + b"".join(drawn)
            first = self._beginning(beginning)
            streams = [beginning + content] if first is None else [content]
            numbers = [self.file.add_content(each) for each in streams if each]
            self._add_page(plan, page, [first, *numbers] if first else numbers, resources)

    def _beginning(self, operators: bytes) -> int | None:
        """The stream that pages begin with; None when there are too many kinds of them."""
        number = self._shared.get(operators)
        if number is None and len(self._shared) < MOST_SHARED:
            number = self._shared[operators] = self.file.add_content(operators)
        return number

    def shared(
        self, stamped: Stamped, page: int, *, by_place: bool = False
    ) -> tuple[bytes, list[int]]:
        """What draws the words that a row shares with others, and their numbers: /G and number, or
        /G and place.
        """
        drawn: list[bytes] = []
        numbers: list[int] = []
        for group in stamped.shared:
            operators = group[page]
            if not operators:
                continue
            number = self._shared.get(operators)
            if number is None:
                if len(self._shared) >= MOST_SHARED:
                    drawn.append(text_object(operators))
                    continue
                width, height = stamped.plan.sizes[page]
                number = self._shared[operators] = self.file.add_content(
                    text_object(operators),
                    b"/Type/XObject/Subtype/Form/BBox[0 0 %.6g %.6g]/Resources<</Font %d 0 R>>"
                    % (width, height, self._fonts),
                )
            drawn.append(b"/G%d Do\n" % (len(numbers) if by_place else number))
            numbers.append(number)
        return b"".join(drawn), numbers

    def add_page(
        self, plan: Plan, page: int, content: bytes, resources: Mapping[bytes, int]
    ) -> None:
        """A page of a plan's size; `resources` are its XObjects: name and number."""
        self._add_page(plan, page, [self.file.add_content(content)], resources)

    def _add_page(
        self, plan: Plan, page: int, contents: Sequence[int], resources: Mapping[bytes, int]
    ) -> None:
        width, height = plan.sizes[page]
        names = b"".join(b"%s %d 0 R" % each for each in resources.items())
        self.file.add_page(
            width, height, contents, b"/Font %d 0 R/XObject<<%s>>" % (self._fonts, names)
        )

    def pictures(self, plan: Plan, facts: Any, page: int) -> tuple[bytes, list[int]]:
        """What draws the pictures that a row shows on a page, and their numbers: /I and number."""
        operators: list[bytes] = []
        numbers: list[int] = []
        for frame in plan.frames:
            if frame.page == page:
                drawn, number = self._picture(frame, facts, None)
                operators.append(drawn)
                numbers.extend([] if number is None else [number])
        return b"".join(operators), numbers

    def _picture(self, frame: Frame, facts: Any, name: bytes | None) -> tuple[bytes, int | None]:
        """What draws a picture in its frame, and its number if it is an object of its own."""
        value = frame.slot.read(facts)
        if frame.slot.kind == "symbol":
            return _symbol(symbol_of(value), frame), None
        raster = (
            photo_raster(value, frame.slot.width, frame.slot.height)
            if frame.slot.kind == "photo"
            else picture_raster(value)
        )
        number = self.add_raster(raster)
        return placed(raster, frame, name or b"/I%d" % number), number

    def add_raster(self, raster: Raster) -> int:
        """A picture of its own object; returns its number."""
        entries = raster.entries
        if raster.mask is not None:
            mask = self.add_raster(raster.mask)
            entries += b"/SMask %d 0 R" % mask
        return self.file.add_stream(entries, raster.data, digest=raster.digest)

    def take_over(self, laid: Laid) -> list[tuple[int, float, float]]:
        """Pages that were laid out alone, with fonts and pictures of their own: number, width and
        height (points) of each.
        """
        with pikepdf.open(io.BytesIO(write([laid], tagged=False))) as pdf:
            pdf.remove_unreferenced_resources()
            return [
                (
                    self.file.add_parcel(parcel_of(page.as_form_xobject(), fonts=""), None),
                    float(page.mediabox[2]),
                    float(page.mediabox[3]),
                )
                for page in pdf.pages
            ]

    def add_laid(self, laid: Laid) -> None:
        """The pages of a row that was laid out alone."""
        for number, width, height in self.take_over(laid):
            content = self.file.add_content(b"/T Do")
            self.file.add_page(width, height, [content], b"/XObject<</T %d 0 R>>" % number)

    def close(self) -> int:
        """Write fonts and tables; returns the pages."""
        _, fonts = embedded(frozenset(self._letters))
        self.file.add_parcel(fonts, None, first=self._fonts)
        self.file.close()
        return self.file.pages


def placed(raster: Raster, frame: Frame, name: bytes) -> bytes:
    """Operators that draw a picture in its frame."""
    choose = max if frame.fit == "cover" else min
    scale = choose(frame.width / raster.width, frame.height / raster.height)
    width, height = raster.width * scale, raster.height * scale
    left = frame.left + (frame.width - width) / 2
    bottom = frame.bottom + (frame.height - height) / 2
    clip = b""
    if frame.fit == "cover" and (width > frame.width + 0.01 or height > frame.height + 0.01):
        clip = b"%.2f %.2f %.2f %.2f re W n " % (
            frame.left, frame.bottom, frame.width, frame.height,
        )  # fmt: skip
    return b"q %s%.2f 0 0 %.2f %.2f %.2f cm%s Do Q\n" % (clip, width, height, left, bottom, name)


def _symbol(symbol: Symbol, frame: Frame) -> bytes:
    """A QR symbol as a mask within the page: a bit a module, quiet zone and ground white."""
    side = symbol.modules + 2 * QUIET_MODULES
    left = frame.left + frame.width * QUIET_MODULES / side
    bottom = frame.bottom + frame.height * QUIET_MODULES / side
    return b"0 g q %.3f 0 0 %.3f %.3f %.3f cm BI/W %d/H %d/IM true/BPC 1/D[1 0]ID %s EI Q\n" % (
        frame.width * symbol.modules / side,
        frame.height * symbol.modules / side,
        left, bottom, symbol.modules, symbol.modules, symbol.rows,
    )  # fmt: skip


def opened(operators: bytes) -> tuple[bytes, bytes]:
    """A text object up to where its first words stand, and the rest."""
    start, moved, rest = text_object(operators).partition(b"Td")
    return start + moved, rest


def text_object(operators: bytes) -> bytes:
    """Text operators within their brackets; nothing for none."""
    return b"BT%s ET\n" % operators if operators else b""

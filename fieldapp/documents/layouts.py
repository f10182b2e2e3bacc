"""A template laid out once: its pages as they are for every row, and the boxes for a row's words.

The template is laid out for one row whose facts are traced (tracing.py). Its pages, without that
row's words and pictures, become form XObjects; the boxes that the words stood in are remembered
with their place, width, alignment and type.

Every layout proves itself when it is made: the words of its own row are set by the rules of
typesetting.py and must come out where the layout engine put them, line by line. What does not is
refused here and laid out alone by the caller; so nothing is ever stamped by guess.

This is the only module that looks at what the layout engine does not promise to keep: the tree of
boxes behind a page, their styles and elements, and that a text emptied after layout is not drawn.
test_stamping holds a test for each.
"""

import hashlib
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

import pikepdf
from weasyprint.formatting_structure import boxes

from fieldapp.documents.engine import Paper, Pictures, filled, holding_the_press, render, strict
from fieldapp.documents.fitting import Face, covered
from fieldapp.documents.glyphs import ASCENT, CODE_PAGE, CODES, DESCENT, glyphs
from fieldapp.documents.pdf_file import Parcel, parcel_of
from fieldapp.documents.pen import PLACES, UNSPACED, Words, number, written
from fieldapp.documents.tracing import (
    PictureSlot,
    Question,
    Slot,
    Tape,
    Traced,
    standing,
    trace,
    with_links,
)
from fieldapp.documents.typesetting import PT, Block, Run, Type

NEAR: Final = 0.35
"""How far (px) a line may lie from where the layout engine put it; a tenth of a millimetre."""
MOST_KEPT: Final = 512

COMMON: Final = frozenset(
    chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x100)) if chr(code).isprintable()
) | frozenset("–—‘’“”•…×·\u00a0")
"""What a subset always holds: a file with no other letters shares the fonts of the one before."""

NOTHING: Final = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
"""Stands in for a picture while a template is laid out: it has a place and draws nothing."""

Fill = Callable[[Any, Any], Mapping[str, object]]
"""What a template asks for, from facts (traced or not) and pictures."""


class UnstampableError(Exception):
    """This layout cannot be repeated with other words; the row is laid out alone."""


class TracedPictures:
    """Takes the place of Pictures while a template is traced."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape

    def photo(self, image: Traced, *, width: float, height: float) -> str:
        """See Pictures.photo."""
        return self._tape.picture(PictureSlot(image.read, "photo", width, height))

    def drawing(self, image: Traced) -> str:
        """See Pictures.drawing."""
        return self._tape.picture(PictureSlot(image.read, "drawing"))

    def symbol(self, text: Traced) -> str:
        """See cards.CardPictures.symbol."""
        return self._tape.picture(PictureSlot(text.read, "symbol"))


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a picture is drawn, in points from the bottom left; `fit` is cover or contain."""

    page: int
    left: float
    bottom: float
    width: float
    height: float
    fit: str
    slot: PictureSlot


@dataclass(frozen=True, slots=True)
class Place:
    """Where something of its own is drawn on a page, in points from the bottom left corner."""

    page: int
    left: float
    bottom: float
    width: float
    height: float

    def matrix(self, *, turned: bool) -> bytes:
        """The operator that moves there, by half a turn if asked."""
        if turned:
            return b"-1 0 0 -1 %.3f %.3f cm" % (self.left + self.width, self.bottom + self.height)
        return b"1 0 0 1 %.3f %.3f cm" % (self.left, self.bottom)


@dataclass(frozen=True, slots=True)
class Stamped:
    """A row's words on a layout: operators a page, those shared with other rows apart (by group and
    page), and letters besides the common ones.
    """

    plan: "Plan"
    operators: Sequence[bytes]
    shared: Sequence[Sequence[bytes]]
    rare: str


@dataclass(slots=True)
class Group:
    """Blocks whose words are made of a few facts that many rows have alike; set once for each."""

    read: Callable[[Any], Any]
    blocks: tuple[Block, ...]
    kept: dict[Any, "Stamped | None"] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    """One layout of a template, ready to be stamped."""

    tape: Tape
    sizes: tuple[tuple[float, float], ...]
    parcels: tuple[Parcel, ...]
    blocks: tuple[Block, ...]
    frames: tuple[Frame, ...]
    places: tuple[Place, ...]
    letters: frozenset[str]
    digest: bytes
    groups: tuple[Group, ...] = ()
    _questions: tuple[Question, ...] = ()

    def stamp(self, facts: Any) -> "Stamped | None":
        """A row's words on this layout; None if the row needs another one."""
        for question in self._questions:
            if question.ask(question.read(facts)) != question.answer:
                return None
        shared: list[Sequence[bytes]] = []
        rare = ""
        for group in self.groups:
            alike = group.read(facts)
            if alike not in group.kept:
                if len(group.kept) >= MOST_KEPT:
                    group.kept.clear()
                group.kept[alike] = self._stamp(group.blocks, facts)
            found = group.kept[alike]
            if found is None:
                return None
            shared.append(found.operators)
            rare += found.rare
        own = self._stamp(self.blocks, facts)
        return own and Stamped(self, own.operators, shared, own.rare + rare)

    def _stamp(self, blocks: Sequence[Block], facts: Any) -> Stamped | None:
        slots = self.tape.slots
        out: list[list[Words]] = [[] for _ in self.sizes]
        rare = ""
        for block in blocks:
            used = block.slots
            if len(used) == 1:
                key: Any = slots[used[0]].text(facts)
                kept = block.kept.get(key)
            else:
                key = tuple(slots[number].text(facts) for number in used)
                kept = block.kept.get(key)
            if kept is None:
                texts = (key,) if len(used) == 1 else key
                kept = self._set(block, dict(zip(used, texts, strict=True)))
                if len(block.kept) >= MOST_KEPT:
                    block.kept.clear()
                block.kept[key] = kept
            rows, height, uncommon = kept
            rare += uncommon
            if block.flows and abs(height - block.height) > 0.01:
                return None
            out[block.page].extend(rows)
        return Stamped(self, [written(each) for each in out], (), rare)

    def _set(self, block: Block, words: Mapping[int, str]) -> tuple[tuple[Words, ...], float, str]:
        lines, height = block.lines(self.tape.slots, words)
        top = self.sizes[block.page][1]
        rows = tuple(
            Words(
                _color(segment.type.color),
                _cut(segment.face, segment.size, row.coded),
                _spacing(segment.type.spacing),
                round(left * PT * PLACES),
                round((top - baseline * PT) * PLACES),
                row.shown.encode("latin-1"),
            )
            for left, baseline, segment, row in block.places(lines)
            if not segment.text.isspace()
        )
        unusual = {
            letter
            for line in lines
            for each in line.segments
            if not each.text.isascii()
            for letter in each.text
        }
        return rows, height, "".join(sorted(unusual - COMMON))


@lru_cache(maxsize=64)
def _color(color: tuple[float, float, float]) -> bytes:
    red, green, blue = color
    if red == green == blue:
        return b"%.3g g" % red
    return b"%.3g %.3g %.3g rg" % color


@lru_cache(maxsize=256)
def _cut(face: Face, size: float, coded: bool) -> bytes:
    key = CODED_KEYS[face] if coded else face_key(face)
    return f"/{key} {number(size * PT)} Tf".encode()


@lru_cache(maxsize=64)
def _spacing(spacing: float) -> bytes:
    return b"%.4g" % (spacing * PT) if spacing else UNSPACED


# Making a plan


def _unwrapped(box: Any) -> Any:
    """An absolutely placed box stands in the tree as a place-holder."""
    return getattr(box, "_box", box)


def _walk(box: Any, within: Any = None) -> Iterator[tuple[Any, Any]]:
    """Every box of a page with the block container around it."""
    box = _unwrapped(box)
    yield box, within
    inner = box if isinstance(box, boxes.BlockContainerBox) else within
    for child in box.all_children():
        yield from _walk(child, inner)


FACES: Final = {
    ("Paper", 400): Face.REGULAR,
    ("Paper", 600): Face.BOLD,
    ("Paper Narrow", 400): Face.NARROW,
    ("Paper Narrow", 600): Face.NARROW_BOLD,
}


def _type_of(style: Any) -> Type:
    face = FACES.get((style["font_family"][0], style["font_weight"]))
    if face is None or style["text_transform"] not in ("none", "uppercase"):
        raise UnstampableError("type")
    color = style["color"]
    if color.alpha != 1:
        raise UnstampableError("transparent")
    height = style["line_height"]
    times: float | None = None
    fixed = 0.0
    if height == "normal":
        times = ASCENT + DESCENT
    elif isinstance(height, (int, float)):
        times = float(height)
    else:
        fixed = float(height.value)
    spacing = style["letter_spacing"]
    red, green, blue = color.to("srgb").coordinates
    return Type(
        face,
        float(style["font_size"]),
        (red, green, blue),
        0.0 if spacing == "normal" else float(spacing),
        times,
        fixed,
        style["text_transform"] == "uppercase",
    )


def _fit_of(element: Any) -> int | None:
    for name in (element.get("class") or "").split() if element is not None else ():
        if name.startswith("fit-"):
            return int(name[4:])
    return None


def _slot_of(element: Any) -> int | None:
    target = element.get("href") if element.tag == "a" else None
    return int(target[5:]) if target and target.startswith("slot:") else None


def _runs(
    block: Any, types: Mapping[Any, Type], slots: Sequence[Slot], words: Mapping[int, str]
) -> tuple[Run, ...]:
    """The words of a block as its element has them, blanks folded."""
    found: list[Run] = []

    def plain(text: str | None, kind: Type, fit: int | None) -> None:
        if not text:
            return
        folded = text.replace("\n", " ").replace("\t", " ")
        while "  " in folded:
            folded = folded.replace("  ", " ")
        if folded.startswith(" ") and (not found or found[-1].ends_line or _ends_blank(found[-1])):
            folded = folded[1:]
        if folded:
            add(folded, kind, fit)

    def add(part: str | int, kind: Type, fit: int | None) -> None:
        last = found[-1] if found else None
        if last and not last.ends_line and (last.type, last.fit) == (kind, fit):
            found[-1] = Run((*last.parts, part), kind, fit)
        else:
            found.append(Run((part,), kind, fit))

    def visit(element: Any, kind: Type, fit: int | None) -> None:
        fit = _fit_of(element) if _fit_of(element) is not None else fit
        slot = _slot_of(element)
        if slot is not None:
            add(slot, kind, fit)
            return
        plain(element.text, kind, fit)
        for child in element:
            if child.tag == "br":
                found.append(Run((), kind, None, ends_line=True))
            else:
                inner = types.get(child)
                if inner is None:
                    raise UnstampableError(f"no inline box: {child.tag}")
                visit(child, inner, fit)
            plain(child.tail, kind, fit)

    visit(block.element, types[block.element], None)
    return tuple(_with_fit(each, slots, words) for each in found)


def _with_fit(run: Run, slots: Sequence[Slot], words: Mapping[int, str]) -> Run:
    """A fit that a run inherits, but whose slot it does not hold, sets no size of its own."""
    if run.fit is None or run.fit not in run.parts:
        return Run(run.parts, run.type, None, run.ends_line)
    fitted = slots[run.fit].fitted(words[run.fit])
    sized = abs(fitted.size / PT - run.type.size) > 0.01 or fitted.face is not run.type.face
    return Run(run.parts, run.type, run.fit, run.ends_line, sized)


def _ends_blank(run: Run) -> bool:
    last = run.parts[-1] if run.parts else ""
    return isinstance(last, str) and last.endswith(" ")


def _block(
    page: int,
    box: Any,
    types: Mapping[Any, Type],
    slots: Sequence[Slot],
    words: Mapping[int, str],
) -> Block:
    lines = [_unwrapped(child) for child in box.children]
    lines = [each for each in lines if isinstance(each, boxes.LineBox)]
    if not lines or len(lines) != len(box.children):
        raise UnstampableError("not lines alone")
    style = box.style
    align = style["text_align_all"]
    align = {"start": "left", "end": "right", "justify-all": "justify"}.get(align, align)
    strut = _type_of(style)
    runs = _runs(box, {**types, box.element: strut}, slots, words)
    used = [part for run in runs for part in run.parts if isinstance(part, int)]
    height = style["height"]
    auto = height == "auto" or isinstance(box, boxes.TableCellBox)
    wraps = style["white_space"] not in ("nowrap", "pre")
    if style["position"] in ("absolute", "fixed") and style["width"] == "auto":
        # Such a box is as wide as its words, and hangs on the side that the style names.
        wraps = wraps and len(lines) > 1
        if style["left"] == "auto" and style["right"] != "auto":
            align = "right"
    return Block(
        page=page,
        left=box.content_box_x(),
        top=lines[0].position_y,
        width=box.width,
        align=align,
        wraps=wraps,
        strut=strut,
        strut_fit=_fit_of(box.element),
        runs=runs,
        slots=tuple(used),
        flows=auto and box.is_in_normal_flow(),
    )


def _lines_as_laid(box: Any) -> list[tuple[float, float, str]]:
    """Left end, baseline and words of every line of a block, from the layout itself."""
    found = []
    for line in box.children:
        texts = [each for each, _ in _walk(line) if isinstance(each, boxes.TextBox)]
        texts = [each for each in texts if each.text.strip()]
        if texts:
            first = texts[0]
            found.append(
                (
                    first.position_x,
                    first.position_y + first.baseline,
                    "".join(each.text for each in texts),
                )
            )
    return found


def make_plan(
    paper: Paper,
    fill: Fill,
    facts: Any,
    *,
    steady: frozenset[str],
    alike: Sequence[Sequence[str]] = (),
) -> Plan:
    """Lay the template out for this row and take its words out.

    `alike`: groups of facts that many rows have in common; see Group.

    Raises UnstampableError, UndrawableError, UntraceableError, DocumentError.
    """
    tape, traced = trace(facts, steady=steady)
    source = with_links(filled(paper, fill(traced, TracedPictures(tape)), made_at=facts.made_at))
    pictures = Pictures({f"slot-{number}": NOTHING for number in range(len(tape.pictures))})
    with holding_the_press(), strict():
        document = render(source, (*paper.styles, "slots"), pictures)
        found: list[tuple[Block, Any]] = []
        frames: list[Frame] = []
        words = {number: standing(slot.text(facts)) for number, slot in enumerate(tape.slots)}
        for number, page in enumerate(document.pages):
            _read_page(number, page, tape, words, found, frames)
        for block, box in found:
            _prove(block, box, tape.slots, words)
        for _, box in found:
            for each, _within in _walk(box):
                if isinstance(each, boxes.TextBox):
                    each.text = " "
        letters = {
            letter
            for page in document.pages
            for each, _within in _walk(page._page_box)
            if isinstance(each, boxes.TextBox)
            for letter in each.text
        }
        places = [
            _place(number, page, rectangle)
            for number, page in enumerate(document.pages)
            for _, target, rectangle, _ in page.links
            if target.startswith("slot:place-")
        ]
        for page in document.pages:
            page.links.clear()
            page.bookmarks.clear()
            page.anchors.clear()
        content = document.write_pdf()
    sizes = tuple((page.width * PT, page.height * PT) for page in document.pages)
    placed = {slot for block, _ in found for slot in block.slots}
    unplaced = {int(mark) for mark in _SLOT_MARK.findall(source)} - placed
    if unplaced:
        raise UnstampableError("words without a box")
    groups, own = _grouped([block for block, _ in found], tape.slots, alike)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        parcels = tuple(_form(page) for page in pdf.pages)
    return Plan(
        tape,
        sizes,
        parcels,
        own,
        tuple(frames),
        tuple(places),
        frozenset(letters),
        _digest(parcels),
        groups,
        tuple(tape.questions.values()),
    )


def _grouped(
    blocks: Sequence[Block], slots: Sequence[Slot], alike: Sequence[Sequence[str]]
) -> tuple[tuple[Group, ...], tuple[Block, ...]]:
    """The blocks of each group, and those that are a row's own."""
    roots = [{slots[number].root for number in block.slots} for block in blocks]
    groups: list[Group] = []
    left = list(range(len(blocks)))
    for names in alike:
        some = [index for index in left if roots[index] <= set(names)]
        left = [index for index in left if index not in some]
        if some:
            groups.append(Group(attrgetter(*names), tuple(blocks[index] for index in some)))
    return tuple(groups), tuple(blocks[index] for index in left)


_SLOT_MARK: Final = re.compile(r'<a href="slot:(\d+)">')


def _place(number: int, page: Any, rectangle: Sequence[float]) -> Place:
    left, top, right, bottom = rectangle
    return Place(
        number, left * PT, (page.height - bottom) * PT, (right - left) * PT, (bottom - top) * PT
    )


def _digest(parcels: Sequence[Parcel]) -> bytes:
    """Tells one layout from another, in any process."""
    digest = hashlib.sha256()
    for parcel in parcels:
        for piece in parcel.pieces:
            digest.update(piece.body + b"\n" + (piece.stream or b"") + b"\n")
    return digest.digest()


def _read_page(
    number: int,
    page: Any,
    tape: Tape,
    words: Mapping[int, str],
    found: list[tuple[Block, Any]],
    frames: list[Frame],
) -> None:
    around: dict[int, Any] = {}
    types: dict[Any, Type] = {}
    for box, within in _walk(page._page_box):
        element = box.element
        if isinstance(box, boxes.InlineBox) and element is not None:
            types.setdefault(element, _type_of(box.style))
            if element.tag == "a" and (element.get("href") or "").startswith("slot:"):
                around[id(within)] = within
        if isinstance(box, boxes.ReplacedBox) and element is not None:
            address = element.get("src") or ""
            if address.startswith("picture:slot-"):
                frames.append(_frame(number, page, box, tape.pictures[int(address[13:])]))
    found.extend((_block(number, box, types, tape.slots, words), box) for box in around.values())


def _frame(number: int, page: Any, box: Any, slot: PictureSlot) -> Frame:
    fit = box.style["object_fit"]
    return Frame(
        number,
        box.content_box_x() * PT,
        (page.height - box.content_box_y() - box.height) * PT,
        box.width * PT,
        box.height * PT,
        "cover" if fit == "cover" else "contain",
        slot,
    )


def _prove(block: Block, box: Any, slots: Sequence[Slot], words: Mapping[int, str]) -> None:
    """Set the row's own words, and compare with where the layout engine put them."""
    lines, block.height = block.lines(slots, words)
    mine = []
    for line in lines:
        places = list(block.places([line]))
        if places and "".join(each.text for _, _, each, _ in places).strip():
            left, baseline = places[0][0], places[0][1]
            mine.append((left, baseline, "".join(each.text for _, _, each, _ in places)))
    laid = _lines_as_laid(box)
    alike = len(mine) == len(laid) and all(
        abs(one[0] - other[0]) < NEAR
        and abs(one[1] - other[1]) < NEAR
        and "".join(one[2].split()) == "".join(other[2].split())
        for one, other in zip(mine, laid, strict=True)
    )
    if not alike:
        raise UnstampableError(f"set otherwise: {mine} {laid}")


def _form(page: Any) -> Parcel:
    return parcel_of(page.as_form_xobject())


# Fonts

CODED_KEYS: Final = dict(zip(Face, "ABCD", strict=True))
"""What the cuts are called where words are written in codes."""


@lru_cache(maxsize=8)
def embedded(letters: frozenset[str]) -> tuple[Mapping[Face, str], Parcel]:
    """The four cuts with these letters: the name of each in the layouts' pages, and the resources
    of a file, where it stands under that name by glyph numbers and under another one by codes.
    """
    wanted = "".join(sorted(each for each in letters if ord(each) in covered() and each.strip()))
    rows = "".join(f'<p class="f{number}">{_escaped(wanted)} </p>' for number in range(len(Face)))
    laid = _laid_fonts(rows)
    names: dict[Face, str] = {}
    with pikepdf.open(io.BytesIO(laid)) as pdf:
        fonts = pdf.make_indirect(pikepdf.Dictionary())
        for key, font in pdf.pages[0].resources.Font.items():
            base = str(font.BaseFont).partition("+")[2]
            family = "Paper Narrow" if "Narrow" in base else "Paper"
            face = FACES[family, 600 if "Semi-Bold" in base else 400]
            names[face] = key[1:]
            fonts[key] = font
            fonts[f"/{CODED_KEYS[face]}"] = pdf.make_indirect(_by_codes(pdf, font, face))
        return names, parcel_of(fonts, fonts="")


def _by_codes(pdf: pikepdf.Pdf, font: Any, face: Face) -> pikepdf.Dictionary:
    """The same program of a font, asked by the codes of a code page."""
    descriptor = pikepdf.Dictionary(dict(font.DescendantFonts[0].FontDescriptor.items()))
    descriptor.Flags = 32  # its letters are of the standard Latin set
    advances = glyphs(face).advances
    letters = [bytes((code,)).decode(CODE_PAGE, "replace") for code in CODES]
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.TrueType,
        BaseFont=font.BaseFont,
        Encoding=pikepdf.Name.WinAnsiEncoding,
        FirstChar=CODES[0],
        LastChar=CODES[-1],
        Widths=[round(advances.get(each, 0)) for each in letters],
        FontDescriptor=pdf.make_indirect(descriptor),
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _laid_fonts(rows: str) -> bytes:
    with holding_the_press(), strict():
        content: bytes = render(f"<body>{rows}", ("fonts", "slots"), Pictures()).write_pdf()
    return content


@lru_cache(maxsize=len(Face))
def face_key(face: Face) -> str:
    """The name of a cut in the resources of every file."""
    return embedded(COMMON)[0][face]


# Many rows

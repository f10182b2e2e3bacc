"""From a template and frozen facts to PDF: the only module that calls the layout engine.

Nothing is fetched from elsewhere: a template may name our own assets (`asset:…`) and the pictures
handed in with the facts (`picture:…`), and any other address, a missing asset, a broken picture
or a complaint of the layout engine ends in a DocumentError instead of a line in a log.

The same facts and the same template give the same bytes: the time of making is a fact, and the
file identifier is derived from the content.
"""

import gc
import hashlib
import io
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, wraps
from pathlib import Path
from threading import RLock
from typing import Any, ClassVar

import pikepdf
import weasyprint
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image, ImageFile, UnidentifiedImageError
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from fieldapp.documents import wording
from fieldapp.documents.fitting import Face, Fitted, Step, fit, ladder, printable
from fieldapp.documents.pdf_file import Target
from fieldapp.documents.tracing import Traced, absent, traceable
from fieldapp.domain.errors import FieldError

# Importing the layout engine tells Pillow, for the whole process, to accept truncated pictures.
# The intake of photos must refuse them, so the switch is put back.
ImageFile.LOAD_TRUNCATED_IMAGES = False

APP = Path(__file__).parents[1]
ROOT = APP.parent
TEMPLATES = ROOT / "templates" / "paper"
STYLES = ROOT / "static" / "css" / "paper"
ASSETS: Mapping[str, Path] = {
    "fonts": ROOT / "static" / "fonts",
    "paper": TEMPLATES,
}
MEDIA_TYPES: Mapping[str, str] = {
    ".ttf": "font/ttf",
    ".svg": "image/svg+xml",
}

PRINT_DPI = 300
JPEG_QUALITY = 85
TAGGED_VARIANT = "pdf/ua-1"


class DocumentError(FieldError):
    """A document cannot be made of these facts. Facts: `reason` (a code), and what it is about."""

    code = "document"


class DocumentCancelledError(DocumentError):
    """Printing was cancelled. Facts: `done`, the rows that had been laid out."""

    code = "document_cancelled"
    status = 409


def draft_must_not_carry(**values: object) -> None:
    """A draft has no number and nothing to be scanned: raise DocumentError if it was given any."""
    given = tuple(sorted(name for name, value in values.items() if value is not None))
    if given:
        raise DocumentError(reason="draft_carries", fields=given)


def approved_must_carry(**values: object) -> None:
    """An approved document has a number: raise DocumentError for what is missing."""
    missing = tuple(sorted(name for name, value in values.items() if not value))
    if missing:
        raise DocumentError(reason="approved_lacks", fields=missing)


# Pictures


@dataclass(slots=True)
class Pictures:
    """The pictures of one document, by content address; nothing else can be drawn."""

    content: dict[str, bytes] = field(default_factory=dict)

    def photo(self, image: bytes, *, width: float, height: float) -> str:
        """Add a photo to be drawn `width` × `height` millimetres; returns its address.

        A photo larger than the paper shows is scaled to 300 dpi, so that a batch stays small.
        Raises DocumentError if it is not a whole JPEG or PNG.
        """
        return self._add(_print_size(image, width, height))

    def drawing(self, image: bytes) -> str:
        """Add a signature or a QR symbol as it is. Raises DocumentError if it is broken."""
        _checked(image)
        return self._add(image)

    def _add(self, image: bytes) -> str:
        address = hashlib.sha256(image).hexdigest()
        self.content[address] = image
        return f"picture:{address}"


def _checked(image: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(image), formats=("JPEG", "PNG"))
        picture.load()
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise DocumentError(reason="broken_picture") from error
    return picture


def _print_size(image: bytes, width: float, height: float) -> bytes:
    """The photo as JPEG, cut to the frame's shape and no finer than a printer can show."""
    wide, high = (round(side / 25.4 * PRINT_DPI) for side in (width, height))
    try:
        picture = Image.open(io.BytesIO(image), formats=("JPEG", "PNG"))
        small = picture.width <= wide * 1.5 and picture.height <= high * 1.5
        picture.draft("RGB", (wide, high))
        picture.load()
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise DocumentError(reason="broken_picture") from error
    if small and picture.format == "JPEG" and picture.mode in {"RGB", "L"}:
        return image
    scale = max(wide / picture.width, high / picture.height)
    if scale < 1:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        return _as_jpeg(picture.resize(size, Image.Resampling.LANCZOS))
    return _as_jpeg(picture)


def _as_jpeg(picture: Image.Image) -> bytes:
    if picture.mode == "RGBA":
        paper = Image.new("RGB", picture.size, "white")
        paper.paste(picture, mask=picture.getchannel("A"))
        picture = paper
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


# What may be fetched


class OwnFetcher(URLFetcher):  # type: ignore[misc]
    """Answers `asset:` and `picture:` addresses; everything else ends the rendering."""

    def __init__(self, pictures: Pictures | None = None) -> None:
        super().__init__(allowed_protocols=("asset", "picture"), fail_on_errors=True)
        self._pictures = pictures or Pictures()

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """The bytes behind one of our own addresses. Raises PermissionError for any other."""
        scheme, _, name = url.partition(":")
        if scheme == "picture" and name in self._pictures.content:
            return URLFetcherResponse(url, self._pictures.content[name])
        if scheme == "asset" and re.fullmatch(r"[a-z]+/[A-Za-z0-9-]+\.[a-z0-9]+", name):
            folder, _, file = name.partition("/")
            path = ASSETS[folder] / file
            return URLFetcherResponse(
                url, path.read_bytes(), {"Content-Type": MEDIA_TYPES[path.suffix]}
            )
        raise PermissionError("not an address of ours")


# Complaints of the layout engine are errors

_complaints: ContextVar[list[str] | None] = ContextVar("complaints", default=None)


class _Complaints(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        heard = _complaints.get()
        if heard is not None:
            heard.append(record.getMessage())


_listener = _Complaints(logging.WARNING)
logging.getLogger("weasyprint").addHandler(_listener)
logging.getLogger("fontTools").setLevel(logging.ERROR)


@contextmanager
def strict() -> Iterator[None]:
    """Turn what the layout engine would log, or raise past `except Exception`, into our error."""
    heard: list[str] = []
    token = _complaints.set(heard)
    try:
        yield
    except FatalURLFetchingError as error:
        raise DocumentError(reason="forbidden_address") from error
    finally:
        _complaints.reset(token)
    if heard:
        raise DocumentError(reason="layout", complaints=tuple(heard))


# Pango's font maps are not made for several threads; one layout at a time in a process.
_lock = RLock()


@contextmanager
def holding_the_press() -> Iterator[None]:
    """Hold the layout engine, and hold back the cycle collector meanwhile.

    A layout allocates a tree that lives until it is written; searching it for rubbish over and
    over costs a quarter of the time.
    """
    with _lock:
        collecting = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if collecting:
                gc.enable()


@dataclass(frozen=True, slots=True)
class _Press:
    """What is read once a process: fonts, and the parsed style sheets by kind."""

    fonts: FontConfiguration
    styles: Mapping[str, Any]


@lru_cache(maxsize=1)
def _press() -> _Press:
    fonts = FontConfiguration()
    fetcher = OwnFetcher()
    with strict():
        styles = {
            path.stem: weasyprint.CSS(
                string=path.read_text("utf-8"),
                base_url="asset:css/",
                url_fetcher=fetcher,
                font_config=fonts,
            )
            for path in sorted(STYLES.glob("*.css"))
        }
    return _Press(fonts, styles)


# Words on paper

SIZES = (9.5, 9, 8.5, 8, 7.5, 7)


@lru_cache(maxsize=32)
def _ladder(largest: float, lines: int) -> tuple[Step, ...]:
    """From the largest size down, then narrow; where lines allow, two lines before small type."""
    sizes = tuple(size for size in SIZES if size <= largest)
    if lines == 1:
        return ladder((Face.REGULAR, Face.NARROW), sizes)
    steps = (
        *ladder((Face.REGULAR,), [size for size in sizes if size > 8]),
        *ladder((Face.REGULAR, Face.NARROW), (8, 7.5, 7, 6.5), lines=(2,)),
    )
    return steps if lines == 2 else (*steps, *ladder((Face.NARROW,), (6.5, 6), lines=(lines,)))


@dataclass(frozen=True, slots=True)
class Set:
    """A text as it is set: the classes of its cut and size, and its lines."""

    style: str
    text: Markup
    lines: "int | Traced" = 1


_cuts: ContextVar[list[str] | None] = ContextVar("cuts", default=None)


def set_as(fitted: Fitted) -> Set:
    """The classes (see base.css) and the lines of a fitted text."""
    narrow = " n" if fitted.face in {Face.NARROW, Face.NARROW_BOLD} else ""
    cuts = _cuts.get()
    if fitted.cut and cuts is not None:
        cuts.append(" ".join(fitted.lines))
    text = Markup("<br/>").join(fitted.lines)
    return Set(f"s{round(fitted.size * 10)}{narrow}", text, len(fitted.lines))


def set_text(text: "str | Traced | None", width: float, steps: tuple[Step, ...]) -> Set:
    """How a text, or what stands for one, is set in a box of so many millimetres."""
    if not isinstance(text, Traced):
        return set_as(fit(text or "", width, steps))
    fitted, mark, words = text.fitted(width, steps)
    lines = text.then(
        f"lines{width, steps}", lambda plain: len(fit(plain or "", width, steps).lines)
    )
    return Set(f"{set_as(fitted).style} {mark}", words, lines)


def set_in(text: "str | Traced | None", width: float, lines: int = 1, largest: float = 9.5) -> Set:
    """Template filter: how a value is set in a box of so many millimetres."""
    return set_text(text, width, _ladder(largest, lines))


def fitted_in(
    text: "str | Traced | None", width: float, lines: int = 1, largest: float = 9.5
) -> Markup:
    """Template filter: a value in its box; bare text when the box's own size holds it."""
    if isinstance(text, Traced):
        words = set_in(text, width, lines, largest)
        return Markup('<span class="{}">{}</span>').format(words.style, words.text)
    fitted = fit(text or "", width, _ladder(largest, lines))
    words = set_as(fitted)
    if fitted.face is Face.REGULAR and fitted.size == largest and len(fitted.lines) == 1:
        return words.text
    return Markup('<span class="{}">{}</span>').format(words.style, words.text)


def _or_nothing(word: Callable[[Any], str]) -> Callable[[Any], str]:
    """A wording that says nothing of nothing."""

    @wraps(word)
    def worded(value: Any) -> str:
        return "" if value is None else word(value)

    return worded


def _finalize(value: object) -> object:
    """Every value that reaches paper can be drawn by the fonts; nothing prints as "None"."""
    if value is None:
        return ""
    if isinstance(value, (Markup, Traced)):
        return value
    return printable(value) if isinstance(value, str) else value


@lru_cache(maxsize=1)
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        date=traceable(_or_nothing(wording.long_date)),
        month=traceable(wording.month_and_year),
        money=traceable(_or_nothing(wording.money)),
        grouped=traceable(wording.grouped),
        rupiah_in_words=traceable(wording.rupiah_in_words),
        sex_letter=traceable(wording.sex_letter),
        ticked=traceable(wording.ticked),
        fit=fitted_in,
        set_in=set_in,
    )
    environment.tests["none"] = absent
    environment.globals.update(sexes=wording.SEX, payers=wording.PAYER)
    return environment


# Layout


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of document: template and style sheet share its name; `parts` are further sheets."""

    kind: str
    title: str
    parts: tuple[str, ...] = ()

    COMMON: ClassVar[tuple[str, ...]] = ("fonts", "base")

    @property
    def styles(self) -> tuple[str, ...]:
        """Names of the style sheets, in the order in which they apply."""
        return (*self.COMMON, *self.parts, self.kind)


@lru_cache(maxsize=32)
def template_version(kind: str) -> str:
    """Eight hexadecimal digits that change whenever the template or a style sheet does."""
    digest = hashlib.sha256()
    sources = (
        *sorted(STYLES.glob("*.css")),
        *sorted(TEMPLATES.glob("_*.html")),
        *sorted(TEMPLATES.glob("*.svg")),
        TEMPLATES / f"{kind}.html",
    )
    for path in sources:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


@lru_cache(maxsize=32)
def made_by(kind: str) -> str:
    """Changes whenever the template, a font, the layout engine or this app does."""
    digest = hashlib.sha256(f"{template_version(kind)} {weasyprint.__version__}".encode())
    for path in (*sorted(APP.rglob("*.py")), *sorted(ASSETS["fonts"].glob("*"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def filled(paper: Paper, facts: Mapping[str, object], *, made_at: datetime) -> str:
    """The template filled with facts, not laid out."""
    template = _templates().get_template(f"{paper.kind}.html")
    return template.render(
        paper=paper,
        made_at=made_at.isoformat(timespec="seconds"),
        template_version=template_version(paper.kind),
        **facts,
    )


def cut_texts(paper: Paper, facts: Mapping[str, object], *, made_at: datetime) -> tuple[str, ...]:
    """Texts that fit their box at no size, as they would be printed: cut with an ellipsis."""
    cuts: list[str] = []
    token = _cuts.set(cuts)
    try:
        filled(paper, facts, made_at=made_at)
    finally:
        _cuts.reset(token)
    return tuple(cuts)


@dataclass(frozen=True, slots=True)
class Laid:
    """Pages of one document, laid out and not yet written."""

    document: Any
    digest: bytes


def render(source: str, styles: Sequence[str], pictures: Pictures) -> Any:
    """The layout engine's own document; to be called with the press held, strictly."""
    press = _press()
    return weasyprint.HTML(
        string=source, base_url="asset:paper/", url_fetcher=OwnFetcher(pictures)
    ).render(font_config=press.fonts, stylesheets=[press.styles[name] for name in styles])


def lay_out(
    paper: Paper, facts: Mapping[str, object], *, pictures: Pictures, made_at: datetime
) -> Laid:
    """Fill the template and lay it out. Raises DocumentError; see the head of this module."""
    source = filled(paper, facts, made_at=made_at)
    digest = hashlib.sha256(source.encode())
    with holding_the_press(), strict():
        document = render(source, paper.styles, pictures)
    return Laid(document, digest.digest())


def write(laid: Sequence[Laid], *, tagged: bool) -> bytes:
    """One PDF of one or more laid out documents, each with page numbers of its own.

    Tagged output is PDF/UA-1.
    """
    identifier = hashlib.sha256(b"".join(one.digest for one in laid)).hexdigest()[:32]
    first = laid[0].document
    pages = [page for one in laid for page in one.document.pages]
    with holding_the_press(), strict():
        content: bytes = first.copy(pages).write_pdf(
            pdf_identifier=identifier.encode(),
            pdf_variant=TAGGED_VARIANT if tagged else None,
        )
    return content


def single(
    paper: Paper, facts: Mapping[str, object], *, pictures: Pictures, made_at: datetime
) -> bytes:
    """One tagged document: what a request answers with."""
    return write([lay_out(paper, facts, pictures=pictures, made_at=made_at)], tagged=True)


# Many


Progress = Callable[[int], None]
Cancelled = Callable[[], bool]


def unheard(done: int) -> None:
    """Progress that nobody listens to."""


def never() -> bool:
    """Nobody cancels."""
    return False


def sweep() -> None:
    """Free the layouts of a finished part: they are full of rings, and the next would grow beside
    them until the collector happened to look.
    """
    gc.collect()


def join(parts: Iterable[bytes], target: Target) -> int:
    """Write the parts as one file and return its pages.

    A page keeps only the pictures and fonts that it draws, so that one taken out of the file
    carries nobody else's face. Parts wait in memory, never unsealed on a disk: they are of words
    alone, some 8 KB a page.
    """
    pages = 0
    with pikepdf.new() as whole:
        opened: list[pikepdf.Pdf] = []
        try:
            for number, part in enumerate(parts):
                source = pikepdf.open(io.BytesIO(part))
                opened.append(source)
                source.remove_unreferenced_resources()
                if number == 0:
                    whole.docinfo.update({key: str(value) for key, value in source.docinfo.items()})
                    whole.Root.Lang = source.Root.Lang
                for page in source.pages:
                    _untag(page)
                    whole.pages.append(page)
                    pages += 1
            out = io.BytesIO()
            whole.save(
                out,
                deterministic_id=True,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
            )
            target.write(out.getvalue())
        finally:
            for source in opened:
                source.close()
    return pages


def _untag(page: pikepdf.Page) -> None:
    """A joined file has no structure tree; a page must not point into one."""
    for key in ("/StructParents", "/Tabs"):
        if key in page.obj:
            del page.obj[key]

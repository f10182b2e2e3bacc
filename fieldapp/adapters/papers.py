"""Certificates and receipts that people send: made harmless before they are kept.

What a file is, its first bytes say, not its name. A picture is decoded and encoded anew
(`adapters.photos`). Of a PDF only the pages are copied into a new one, with what is drawn on them:
scripts, actions, attachments, forms and links stay behind, and if anything of the kind is left
the file is refused.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from io import BytesIO
from typing import ClassVar, Final

import pikepdf

from fieldapp.adapters import photos
from fieldapp.domain.errors import FieldError
from fieldapp.domain.photos import PhotoKind

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_PAGES: Final = 12
MOST_OBJECTS: Final = 20_000
LONGEST_SIDE: Final = 2_200
"""Pixels; an A4 page stays readable."""
PICTURE_BYTES: Final = 1_500_000


class PaperError(FieldError):
    """A file that cannot be kept; each way has its own class and code."""

    code: ClassVar[str] = "paper_refused"


class PaperTooLargeError(PaperError):
    """Too many bytes. Facts: `most` (megabytes)."""

    code = "paper_too_large"
    status = 413


class PaperKindError(PaperError):
    """Neither PDF, JPEG nor PNG."""

    code = "paper_kind"
    status = 415


class PaperBrokenError(PaperError):
    """A PDF that cannot be read whole."""

    code = "paper_broken"


class PaperLockedError(PaperError):
    """A PDF with a password."""

    code = "paper_locked"


class PaperPagesError(PaperError):
    """More pages than such a paper has, or none. Facts: `pages`, `most`."""

    code = "paper_pages"


class PaperActiveError(PaperError):
    """A PDF that does something, and would not stop."""

    code = "paper_active"


@dataclass(frozen=True, slots=True)
class CleanPaper:
    """What is kept of a file: media_type is application/pdf or image/jpeg."""

    content: bytes = field(repr=False)
    media_type: str
    pages: int

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.content).digest()


def clean(data: bytes) -> CleanPaper:
    """The file without anything that could do harm; the same in, the same out.

    Raises a subclass of PaperError, or of PhotoError for a picture that is broken.
    """
    if len(data) > MOST_BYTES:
        raise PaperTooLargeError(most=MOST_BYTES // 1024 // 1024)
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        photo = photos.normalise(
            data, kind=PhotoKind.KTP, max_side=LONGEST_SIDE, max_bytes=PICTURE_BYTES
        )
        return CleanPaper(photo.jpeg, "image/jpeg", 1)
    if b"%PDF-" not in data[:1024]:
        raise PaperKindError
    content, pages = _pages_of(data)
    return CleanPaper(content, "application/pdf", pages)


def _pages_of(data: bytes) -> tuple[bytes, int]:
    try:
        with (
            pikepdf.open(BytesIO(data), attempt_recovery=False) as source,
            pikepdf.new() as target,
        ):
            if source.is_encrypted:
                raise PaperLockedError
            pages = len(source.pages)
            if not 1 <= pages <= MOST_PAGES:
                raise PaperPagesError(pages=pages, most=MOST_PAGES)
            if len(source.objects) > MOST_OBJECTS:
                raise PaperBrokenError
            source.flatten_annotations("screen")  # what was filled in stays to be seen
            for page in source.pages:
                for key in set(page.obj.keys()) - _DRAWN:
                    del page.obj[key]
            source.remove_unreferenced_resources()
            target.pages.extend(source.pages)
            out = BytesIO()
            target.save(
                out,
                deterministic_id=True,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
            )
    except pikepdf.PasswordError:
        raise PaperLockedError from None
    except PaperError:
        raise
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, ValueError, RuntimeError) as error:
        raise PaperBrokenError from error
    content = out.getvalue()
    if len(content) > MOST_BYTES:
        raise PaperTooLargeError(most=MOST_BYTES // 1024 // 1024)
    _check_still(content)
    return content, pages


_DRAWN: Final = frozenset(
    {"/Type", "/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Group"}
)
"""What a page needs in order to be seen."""

_ACTIVE: Final = frozenset(
    {"/JS", "/JavaScript", "/AA", "/OpenAction", "/Launch", "/EmbeddedFiles", "/EF", "/RichMedia"}
)


def _check_still(content: bytes) -> None:
    """Raise PaperActiveError if anything is left in the file that acts or is attached."""
    with pikepdf.open(BytesIO(content)) as made:
        for each in made.objects:
            if isinstance(each, (pikepdf.Dictionary, pikepdf.Stream)):
                kind = str(each.get("/S", ""))
                if _ACTIVE & set(each.keys()) or kind in _ACTIVE:
                    raise PaperActiveError

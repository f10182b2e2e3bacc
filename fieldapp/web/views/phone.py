"""The app on a phone: one document a language, its service worker, its manifest; nobody's data.

The document is the same for everybody and asks nothing of the database, so it is made once in a
process. Who uses it, and what they typed, lives in the phone alone.

What the worker keeps comes in one answer, the bundle: sixty files by themselves would be sixty
turns on a slow line, and more bytes, since what they have in common is packed once.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, Final

from flask import Blueprint, Response, abort, current_app, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from whitenoise.compress import Compressor

from fieldapp.adapters.tables import consent_statement
from fieldapp.domain import consent
from fieldapp.domain.permissions import Permission
from fieldapp.services.reference import regencies_of_bali
from fieldapp.web.forms import registration_notes as noting
from fieldapp.web.forms.registrations import RegistrationForm
from fieldapp.web.gate import needs
from fieldapp.web.headers import HEADERS
from fieldapp.web.language import LANGUAGES
from fieldapp.web.statics import YEAR

bp = Blueprint("phone_app", __name__)

SHARED: Final = ("css/app.css",)
"""What the pages with a signal have too: the browser holds it already."""
OWN: Final = ("css/phone.css", "css/camera.css", "icons/icon.svg")
WORKER: Final = "js/phone/worker.js"
APART: Final = frozenset({WORKER, "js/phone/leaving.js", "js/phone/open.js", "js/phone/soon.js"})
"""The worker is in /sw.js, which the browser keeps; the others belong to pages with a signal."""

KINDS: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

_IMPORTED: Final = re.compile(r"(?:from|import)\s*\(?\s*\"(\.{1,2}/[^\"]+\.js)\"")


@dataclass(frozen=True, slots=True)
class Shell:
    """What one release of the app consists of.

    release: changes with any of its bytes. documents: by language. files: addresses that the
    bundle holds. packed: the bundle by content encoding, "" as it is.
    """

    release: str
    documents: Mapping[str, bytes]
    files: Sequence[str]
    packed: Mapping[str, bytes]


@bp.get("/phone/")
@needs(Permission.PUBLIC)
def index() -> Response:
    """Has the worker fetch the app, and goes there; with a worker, it answers in place of this."""
    return _asked_again(Response(render_template("phone/open.html"), mimetype="text/html"))


@bp.get("/phone/<any(id, en):language>/")
@needs(Permission.PUBLIC)
def document(language: str) -> Response:
    """The app: every view of it, in one language."""
    return _asked_again(Response(shell().documents[language], mimetype="text/html"))


@bp.get("/phone/bundle/<release>")
@needs(Permission.PUBLIC)
def bundle(release: str) -> Response:
    """Everything that the worker keeps of a release; 404 for any but the present one."""
    made = shell()
    if release != made.release:
        abort(404)
    encoding = request.accept_encodings.best_match(["br", "gzip"]) or ""
    answer = Response(made.packed[encoding], mimetype="application/octet-stream")
    answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    answer.vary.add("Accept-Encoding")
    if encoding:
        answer.headers["Content-Encoding"] = encoding
    return answer


@bp.get("/sw.js")
@needs(Permission.PUBLIC)
def service_worker() -> Response:
    """The service worker of this release: what it keeps, and how."""
    made = shell()
    told = {
        "release": made.release,
        "bundle": url_for(".bundle", release=made.release),
        "integrity": f"sha256-{b64encode(sha256(made.packed['']).digest()).decode()}",
        "bundled": made.files,
        "others": [_asset(path) for path in SHARED],
    }
    worker = (_built() / WORKER).read_text("utf-8")
    text = f"self.SHELL = {json.dumps(told)};\n{worker}"
    return _asked_again(Response(text, mimetype="text/javascript"))


@bp.get("/manifest.webmanifest")
@needs(Permission.PUBLIC)
def manifest() -> Response:
    """What a phone needs to put the app on its home screen."""
    asked = request.args.get("language", "")
    language = asked if asked in LANGUAGES else LANGUAGES[0]
    with force_locale(language):
        told: dict[str, Any] = {
            "id": "/phone/",
            "name": "Fieldapp",
            "short_name": "Fieldapp",
            "description": _("Register workers where there is no signal."),
            "lang": language,
            "dir": "ltr",
            "start_url": "/phone/",
            "scope": "/",
            "display": "standalone",
            "orientation": "any",
            "background_color": "#fbfaf5",
            "theme_color": "#0b5d4e",
            "categories": ["government", "productivity"],
            "icons": [
                _icon("icon-192.png", "192x192", "any"),
                _icon("icon-512.png", "512x512", "any"),
                _icon("maskable-192.png", "192x192", "maskable"),
                _icon("maskable-512.png", "512x512", "maskable"),
                _icon("icon.svg", "any", "any"),
            ],
            "shortcuts": [
                {"name": _("Register a worker"), "url": "/phone/#/registrations/new"},
                {"name": _("Outbox"), "url": "/phone/#/outbox"},
            ],
        }
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return _asked_again(Response(text, mimetype="application/manifest+json"))


def shell() -> Shell:
    """What this process serves as the app."""
    kept: Shell | None = current_app.extensions.get("fieldapp.shell")
    if kept is None:
        documents = {language: _rendered(language) for language in LANGUAGES}
        files = {url_for(".document", language=each): text for each, text in documents.items()}
        for path in (*OWN, *modules(_built() / "js")):
            files[_asset(path)] = (_built() / path).read_text("utf-8")
        whole = _bundled(files)
        # The hash of all static files is in their addresses, and so in the bundle.
        kept = Shell(
            release=sha256(whole).hexdigest()[:12],
            documents={language: text.encode() for language, text in documents.items()},
            files=list(files),
            packed={
                "": whole,
                "gzip": Compressor.compress_gzip(whole),
                "br": Compressor.compress_brotli(whole),
            },
        )
        current_app.extensions["fieldapp.shell"] = kept
    return kept


def modules(scripts: Path) -> list[str]:
    """The modules of the app and all that they import, as paths below the static folder."""
    found = list((scripts / "phone").rglob("*.js"))
    for path in found:  # grows while it is walked
        for each in _imports(path):
            if each not in found:
                found.append(each)
    names = {PurePosixPath("js", path.relative_to(scripts)).as_posix() for path in found}
    return sorted(names - APART)


def _bundled(files: Mapping[str, str]) -> bytes:
    """A line of JSON that says what follows, and the files one after another.

    {"headers": of every page, "files": [[address, type, length in bytes], …]}
    """
    told, parts = [], []
    for address, text in files.items():
        kind = KINDS.get(PurePosixPath(address).suffix, "text/html")
        parts.append(text.encode())
        told.append([address, f"{kind}; charset=utf-8", len(parts[-1])])
    head = json.dumps({"headers": HEADERS, "files": told}, separators=(",", ":"))
    return b"".join([head.encode(), b"\n", *parts])


def _imports(script: Path) -> Iterator[Path]:
    for name in _IMPORTED.findall(script.read_text("utf-8")):
        path = (script.parent / name).resolve()
        if path.is_file():
            yield path


def _rendered(language: str) -> str:
    with force_locale(language):
        form = RegistrationForm((), meta={"csrf": False})
        form.show({}, revision=0, consented=False)
        form.show_family([])
        text = render_template(
            "phone/app.html",
            language=language,
            languages=LANGUAGES,
            form=form,
            row=None,
            registration_id=None,
            sections=noting.sections_of(None, [], finished=False, today=date.min),
            opened="ktp",
            kept_photos=set(),
            choices=[],
            contribution=None,
            heirs="",
            regencies=regencies_of_bali(),
            consent_version=consent.CURRENT,
            statement=consent_statement(consent.CURRENT),
            city=current_app.extensions["fieldapp.settings"].city,
        )
    return re.sub(r"\n\s+", "\n", text)  # indents mean nothing here, and there are thousands


def _asked_again(answer: Response) -> Response:
    """Kept by browsers, and asked after each time: 304 while it is the same for everybody."""
    answer.headers["Cache-Control"] = "no-cache"
    answer.vary.add("Accept-Encoding")
    if request.accept_encodings.best_match(["br"]):
        answer.set_data(_packed(answer.get_data()))
        answer.headers["Content-Encoding"] = "br"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@lru_cache(maxsize=16)
def _packed(data: bytes) -> bytes:
    packed: bytes = Compressor.compress_brotli(data)
    return packed


def _icon(name: str, sizes: str, purpose: str) -> dict[str, str]:
    kind = "image/svg+xml" if name.endswith(".svg") else "image/png"
    return {"src": _asset(f"icons/{name}"), "sizes": sizes, "type": kind, "purpose": purpose}


def _asset(path: str) -> str:
    return str(current_app.jinja_env.globals["asset"](path))  # type: ignore[operator]


def _built() -> Path:
    """The folder that static files are served from; its name is in their addresses."""
    version = PurePosixPath(_asset("")).name
    return Path(current_app.root_path).parent / "build" / version

"""Static files: one folder a release, kept by browsers for ever, compressed ahead of time.

The address carries a hash of the whole folder (`/static/<hash>/css/app.css`), so that modules
which import each other by relative names are never mixed between two releases.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from functools import cache
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from fieldapp.web import assets

YEAR = 31_536_000


def serve(app: Flask, root: Path) -> None:
    """Serve the built folder (building it when the sources have changed)."""
    built = build(root / "static", root / "build")
    prefix = f"/static/{built.name}/"
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(built),
        prefix=prefix,
        max_age=YEAR,
        immutable_file_test=lambda _path, _url: True,
        allow_all_origins=False,
    )
    app.jinja_env.globals["asset"] = lambda path: prefix + path
    app.jinja_env.globals["imported"] = cache(
        lambda script: [prefix + path for path in assets.imported(built, script)]
    )


def build(static: Path, out: Path) -> Path:
    """The built folder of these sources, named by their hash; made when it is not there yet."""
    target = out / version(static)
    if target.exists():
        return target
    out.mkdir(parents=True, exist_ok=True)
    # A folder of its own for each process: several may find the sources changed at once.
    part = Path(tempfile.mkdtemp(prefix=f"{target.name}.", suffix=".part", dir=out))
    part.chmod(0o755)
    shutil.copytree(static, part, dirs_exist_ok=True)
    assets.write_assets(static, part)
    compress = Compressor(quiet=True)
    for path in sorted(part.rglob("*")):
        if path.is_file() and compress.should_compress(path.name):
            for _made in compress.compress(str(path)):
                pass
    try:
        part.rename(target)
    except OSError:  # another process was faster
        shutil.rmtree(part, ignore_errors=True)
    return target


def version(static: Path) -> str:
    """A short hash over the names and bytes of all sources, and over how they are built."""
    digest = hashlib.sha256(Path(assets.__file__).read_bytes())
    for path in sorted(static.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(static)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]

"""One style sheet for all pages: the component files joined in a fixed order, without comments.

What few pages want is a sheet of its own, the files of a folder joined: `phone/*.css` becomes
`phone.css`.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Final

ORDER: Final = (
    "tokens",
    "base",
    "icon",
    "bar",
    "places",
    "page",
    "plain",
    "split",
    "button",
    "state",
    "field",
    "date",
    "choices",
    "photo",
    "section",
    "saved",
    "banner",
    "error_summary",
    "findings",
    "table",
    "keyset",
    "filters",
    "stat",
    "waiting",
    "empty",
    "progress",
    "chart",
    "definition",
    "tally",
    "pick",
    "review",
    "shortcuts",
    "print",
)
OWN_SHEETS: Final = ("camera", "phone", "press")
SHEET: Final = Path("css") / "app.css"

_REMARK: Final = re.compile(r"(?<=[;,{}()\[\]]) // [^\"'`]*$")
_IMPORT: Final = re.compile(r'^(?:import|export)\b[^"\']*?["\'](\.[^"\']+)["\'];', re.MULTILINE)
_STRING_OR_COMMENT: Final = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|/\*.*?\*/", re.DOTALL)


def build_stylesheet(static: Path) -> str:
    """The joined style sheet. Files that no component of ORDER names follow in order of name.

    Raises FileNotFoundError when a file of ORDER is missing.
    """
    folder = static / "css"
    others = sorted(path.stem for path in folder.glob("*.css") if path.stem not in ORDER)
    # Print comes last, because it takes back what the screen was given.
    names = [*ORDER[:-1], *others, ORDER[-1]]
    return "".join(minify((folder / f"{name}.css").read_text("utf-8")) for name in names)


def minify(css: str) -> str:
    """The same rules without comments and without space that means nothing."""
    kept: list[str] = []

    def keep_string(match: re.Match[str]) -> str:
        text = match.group()
        if text.startswith("/*"):
            return ""
        kept.append(text)
        return f'"{len(kept) - 1}"'

    css = _STRING_OR_COMMENT.sub(keep_string, css)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,]) ?", r"\1", css)
    # Only after a colon: in "a :hover" the space before it is a combinator.
    css = re.sub(r": ", ":", css).replace(";}", "}").strip()
    return re.sub(r'"(\d+)"', lambda match: kept[int(match.group(1))], css)


class ScriptError(Exception):
    """A script that cannot be made smaller safely: a text in it runs over several lines."""


def bare(script: str) -> str:
    """The same script without comments and without indents.

    Nothing else is touched, so that an error in the browser still names a readable line. Behind
    code only a remark without quotes is taken: what has none to its end cannot be within a text.
    """
    lines = [_REMARK.sub("", line.strip()) for line in script.splitlines()]
    kept = [line for line in lines if line and not line.startswith("//")]
    if any(line.count("`") % 2 for line in kept):
        raise ScriptError
    return re.sub(r"/\*\*.*?\*/\n", "", "\n".join(kept) + "\n", flags=re.DOTALL)


def imported(static: Path, script: str) -> tuple[str, ...]:
    """Every module that a script imports before it runs, and theirs: paths below `static`.

    A browser finds them one round after another, which takes long on a slow line; named in the
    page's head they come at once.
    """
    found: dict[str, None] = {}
    waiting = [Path(script)]
    while waiting:
        path = waiting.pop(0)
        for name in _IMPORT.findall((static / path).read_text("utf-8")):
            module = Path(os.path.normpath(path.parent / name))
            if module.as_posix() not in found:
                found[module.as_posix()] = None
                waiting.append(module)
    return tuple(found)


def write_assets(static: Path, out: Path) -> None:
    """In a copy of `static`: the sheets in place of their parts, and bare scripts."""
    for script in (out / "js").rglob("*.js"):
        script.write_text(bare(script.read_text("utf-8")), "utf-8")
    sheet = out / SHEET
    sheet.parent.mkdir(parents=True, exist_ok=True)
    for part in sheet.parent.glob("*.css"):
        part.unlink()
    sheet.write_text(build_stylesheet(static), "utf-8")
    for name in OWN_SHEETS:
        folder = sheet.parent / name
        parts = sorted(folder.glob("*.css"))
        folder.with_suffix(".css").write_text(
            "".join(minify(part.read_text("utf-8")) for part in parts), "utf-8"
        )
        shutil.rmtree(folder, ignore_errors=True)

"""The one style sheet, and the weight that a first visit carries."""

import gzip
from pathlib import Path

import pytest

from fieldapp.web.assets import (
    ORDER,
    ScriptError,
    bare,
    build_stylesheet,
    imported,
    minify,
    write_assets,
)

STATIC = Path(__file__).resolve().parents[2] / "static"
COMPONENTS = 9_000
SCRIPTS = 3_000


def test_only_space_that_means_nothing_is_taken_away():
    css = """
    /* A note; with { braces }. */
    a :hover, b > i { margin: calc(1px + 2px) 0; content: "a;  b { } /* c */"; }
    @media (min-width: 48rem) and (scripting: enabled) { a { color: red; } }
    """

    assert minify(css) == (
        'a :hover,b > i{margin:calc(1px + 2px) 0;content:"a;  b { } /* c */"}'
        "@media (min-width:48rem) and (scripting:enabled){a{color:red}}"
    )


def test_scripts_lose_their_remarks_and_nothing_else():
    script = """
// Why this is.
/** What this gives. */
export function shown(url) {
  // Not here.
  const there = [url]; // nor here, whatever it says
  return `${url}; // this`;
}
"""

    assert bare(script) == (
        "export function shown(url) {\nconst there = [url];\nreturn `${url}; // this`;\n}\n"
    )


def test_a_text_over_several_lines_is_not_touched_by_guessing():
    with pytest.raises(ScriptError):
        bare("const text = `one\n  two`;")


def test_tokens_come_first_and_print_last():
    sheet = build_stylesheet(STATIC)

    assert sheet.startswith(":root{color-scheme:light dark")
    assert sheet.rindex("@media print{") > sheet.rindex("@media (min-width")


def test_a_file_that_no_component_names_is_taken_along(tmp_path):
    for name in ORDER:
        write(tmp_path / "css" / f"{name}.css", f".{name}{{}}")
    write(tmp_path / "css" / "village.css", ".village{}")

    sheet = build_stylesheet(tmp_path)

    assert sheet.endswith(".shortcuts{}.village{}.print{}")


def test_the_built_folder_holds_the_sheet_in_place_of_its_parts(tmp_path):
    write(tmp_path / "css" / "field.css", ".field{}")
    write(tmp_path / "css" / "paper" / "base.css", "p{}")
    write(tmp_path / "css" / "phone" / "lock.css", ".lock {}")
    write(tmp_path / "css" / "phone" / "shell.css", ".shell {}")

    write_assets(STATIC, tmp_path)

    built = {path.name for path in (tmp_path / "css").glob("*.css")}
    assert built == {"app.css", "camera.css", "phone.css", "press.css"}
    assert (tmp_path / "css" / "phone.css").read_text("utf-8") == ".lock{}.shell{}"
    assert not (tmp_path / "css" / "phone").exists()
    assert (tmp_path / "css" / "paper" / "base.css").exists()
    assert (tmp_path / "css" / "app.css").read_text("utf-8") == build_stylesheet(STATIC)


def test_all_that_a_script_imports_is_named_once_however_deep(tmp_path):
    write(
        tmp_path / "js" / "form.js", 'import { a,\n b } from "./a.js";\nimport "../rules/b.js";\n'
    )
    write(tmp_path / "js" / "a.js", 'import { b } from "../rules/b.js";\nimport("./later.js");\n')
    write(tmp_path / "rules" / "b.js", 'export { c } from "./c.js";\n')
    write(tmp_path / "rules" / "c.js", "export const c = 1;\n")

    assert imported(tmp_path, "js/form.js") == ("js/a.js", "rules/b.js", "rules/c.js")


def test_the_design_system_is_light_enough_for_a_slow_line():
    own = "".join(minify((STATIC / "css" / f"{name}.css").read_text("utf-8")) for name in ORDER)
    scripts = [(STATIC / "js" / name).read_bytes() for name in ("page.js", "photo.js")]

    assert len(gzip.compress(own.encode(), 9)) <= COMPONENTS
    assert sum(len(gzip.compress(script, 9)) for script in scripts) <= SCRIPTS


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")

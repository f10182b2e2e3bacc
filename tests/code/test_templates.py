"""The rules of the house that a machine can check in its templates."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
ALL = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
# Paper is laid out by WeasyPrint, never by a browser under the content security policy.
PAGES = [template for template in ALL if not template.startswith("paper/")]
COMPONENTS = [template for template in ALL if template.startswith("components/")]

GRAMMAR = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"])


def test_every_macro_that_is_imported_is_used():
    idle = {template: imported(template) - loaded(template) for template in ALL}

    assert {template: macros for template, macros in idle.items() if macros} == {}


def test_every_template_that_is_named_exists():
    strays = {
        template: missing
        for template in ALL
        if (missing := {each for each in named(template) if not found(each, template)})
    }

    assert strays == {}


def test_every_component_is_one_macro_with_the_name_of_its_file():
    others = {
        template: macros
        for template in COMPONENTS
        if (macros := open_macros(template)) != {Path(template).stem}
    }

    assert others == {}


def test_every_component_is_used():
    used = {each for template in ALL for each in named(template) if each != template}

    assert set(COMPONENTS) - used == set()


def test_no_page_carries_style_or_script_of_its_own():
    inline = {template: forbidden for template in PAGES if (forbidden := inline_code(template))}

    assert inline == {}, "the content security policy would refuse it"


@cache
def parsed(template: str) -> nodes.Template:
    return GRAMMAR.parse((TEMPLATES / template).read_text())


def imported(template: str) -> set[str]:
    """The names a template gives to the macros it imports."""
    return {
        each if isinstance(each, str) else each[1]
        for statement in parsed(template).find_all(nodes.FromImport)
        for each in statement.names
    } | {statement.target for statement in parsed(template).find_all(nodes.Import)}


def loaded(template: str) -> set[str]:
    return {each.name for each in parsed(template).find_all(nodes.Name) if each.ctx == "load"}


def named(template: str) -> set[str]:
    """The templates that a template extends, includes or imports from."""
    kinds = (nodes.FromImport, nodes.Import, nodes.Include, nodes.Extends)
    named = (each.template for each in parsed(template).find_all(kinds))
    return {each.value for each in named if isinstance(each, nodes.Const)}


def found(name: str, template: str) -> bool:
    """Whether there is such a template; those of paper name each other within their folder."""
    return (TEMPLATES / name).exists() or (
        template.startswith("paper/") and (TEMPLATES / "paper" / name).exists()
    )


def open_macros(template: str) -> set[str]:
    macros = {macro.name for macro in parsed(template).find_all(nodes.Macro)}
    return {macro for macro in macros if not macro.startswith("_")}


def inline_code(template: str) -> list[str]:
    page = InlineCode()
    page.feed(without_jinja((TEMPLATES / template).read_text()))
    return page.found


class InlineCode(HTMLParser):
    """Collects what a strict content security policy forbids."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        names = dict(attributes)
        if tag == "style" or (tag == "script" and not names.keys() & {"src"} and not data(names)):
            self.found.append(f"<{tag}>")
        self.found += [
            f"{tag} {name}" for name in names if name == "style" or name.startswith("on")
        ]
        self.found += [
            f"{tag} {name}" for name, value in attributes if (value or "").startswith("javascript:")
        ]


def data(attributes: dict) -> bool:
    return attributes.get("type") in {"application/json", "application/ld+json"}


def without_jinja(text: str) -> str:
    """The HTML around the statements, an x in the place of each expression."""
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", text, flags=re.DOTALL)
    return re.sub(r"\{\{.*?\}\}", "x", text, flags=re.DOTALL)

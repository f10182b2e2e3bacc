"""Every sentence that people read is there in Indonesian, and says the same."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
import wtforms
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "fieldapp/translations/id/LC_MESSAGES/messages.po"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
KEYWORDS = DEFAULT_KEYWORDS | {
    "_l": None,
    "_n": (1, 2),
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}
# The templates of paper are official Indonesian documents and speak only that.
SPOKEN = [
    ("fieldapp/**.py", "python"),
    ("templates/paper/**", "ignore"),
    ("templates/**.html", "jinja2"),
]
IN_TEMPLATES = {
    "templates/**.html": {"extensions": "jinja2.ext.do", "trimmed": "true", "silent": "false"}
}


def spoken(folder, methods, options=None) -> dict:
    """Each message of the code under the folder, with the places that say it."""
    places = defaultdict(list)
    for file, line, message, _, _ in extract_from_dir(
        folder, method_map=methods, options_map=options or {}, keywords=KEYWORDS
    ):
        places[message].append(f"{file}:{line}")
    return places


@pytest.fixture(scope="module")
def messages() -> dict:
    return spoken(ROOT, SPOKEN, IN_TEMPLATES)


@pytest.fixture(scope="module")
def catalogue():
    with CATALOGUE.open("rb") as lines:
        return read_po(lines, locale="id")


def test_every_message_has_an_indonesian_translation(messages, catalogue):
    missing = {
        message: places
        for message, places in messages.items()
        if (entry := catalogue.get(message if isinstance(message, str) else message[0])) is None
        or entry.id != message
        or not entry.string
        or not all(entry.string if isinstance(entry.string, tuple) else (entry.string,))
    }

    assert missing == {}


def test_every_translation_keeps_its_placeholders(catalogue):
    changed = {
        entry.id: entry.string
        for entry in catalogue
        if entry.id and placeholders(entry.id) != placeholders(entry.string)
    }

    assert changed == {}


def test_every_translation_is_certain_and_said_somewhere(messages, catalogue):
    of_forms = spoken(Path(wtforms.__file__).parent, [("**.py", "python")])
    said = messages.keys() | of_forms.keys()

    assert [entry.id for entry in catalogue if entry.id and entry.fuzzy] == []
    assert list(catalogue.obsolete) == []
    assert [entry.id for entry in catalogue if entry.id and entry.id not in said] == []


def test_indonesian_has_one_plural_form(catalogue):
    assert catalogue.num_plurals == 1
    assert "nplurals=1; plural=0;" in CATALOGUE.read_text()


def placeholders(text: str | tuple[str, ...]) -> set[str]:
    """The names filled in; for a plural, those of its last form, which has the number in it."""
    return set(PLACEHOLDER.findall(text if isinstance(text, str) else text[-1]))

"""The engine: nothing from elsewhere, no silent gap, the same bytes in any process."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import ImageFile

from fieldapp.documents import engine
from fieldapp.documents.cards import card
from fieldapp.documents.engine import (
    DocumentError,
    Paper,
    Pictures,
    lay_out,
    template_version,
    write,
)
from fieldapp.documents.enrolment_form import enrolment_form
from tests.documents.paper_people import MADE_AT, SUDARMA, card_of

ROOT = Path(__file__).parents[2]


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of templates in place of ours, for templates that do wrong."""
    monkeypatch.setattr(engine, "TEMPLATES", tmp_path)
    engine._templates.cache_clear()
    template_version.cache_clear()
    yield tmp_path
    engine._templates.cache_clear()
    template_version.cache_clear()


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/hostname",
        "http://127.0.0.1:9/photo.jpg",
        "data:image/png;base64,AAAA",
        "picture:" + "0" * 64,
        "asset:paper/missing.svg",
        "asset:paper/../../../config.py",
        "asset:elsewhere/box.svg",
        "relative.png",
        "/etc/hostname",
    ],
)
@pytest.mark.parametrize("tag", ['<img src="{}" alt=""/>', '<p style="background:url({})">x</p>'])
def test_an_address_that_is_not_ours_ends_in_our_error(
    templates: Path, address: str, tag: str
) -> None:
    (templates / "card.html").write_text(f"<body><p>Kartu</p>{tag.format(address)}</body>")

    with pytest.raises(DocumentError) as refused:
        lay_out(Paper("card", "Kartu"), {}, pictures=Pictures(), made_at=MADE_AT)

    assert refused.value.facts["reason"] in {"forbidden_address", "layout"}


def test_a_complaint_of_the_layout_engine_is_not_only_logged(templates: Path) -> None:
    (templates / "card.html").write_text('<p style="colour: red">Kartu</p>')

    with pytest.raises(DocumentError) as refused:
        write(
            [lay_out(Paper("card", "Kartu"), {}, pictures=Pictures(), made_at=MADE_AT)],
            tagged=False,
        )

    assert refused.value.facts["reason"] == "layout"


def test_a_fact_that_the_template_misses_is_an_error(templates: Path) -> None:
    (templates / "card.html").write_text("<p>{{ forgotten }}</p>")

    with pytest.raises(Exception, match="forgotten"):
        lay_out(Paper("card", "Kartu"), {}, pictures=Pictures(), made_at=MADE_AT)


def test_the_template_version_changes_with_the_template(templates: Path) -> None:
    (templates / "card.html").write_text("one")
    before = template_version("card")
    template_version.cache_clear()
    (templates / "card.html").write_text("two")

    assert template_version("card") != before
    assert len(before) == 8


def test_truncated_photos_stay_refused_in_this_process() -> None:
    card(card_of())

    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


PRINT_IN_ANOTHER_PROCESS = """
import hashlib
from tests.documents.paper_people import SUDARMA, card_of
from fieldapp.documents.cards import card
from fieldapp.documents.enrolment_form import enrolment_form
print(hashlib.sha256(enrolment_form(SUDARMA) + card(card_of())).hexdigest())
"""


def test_another_process_makes_the_same_bytes() -> None:
    here = hashlib.sha256(enrolment_form(SUDARMA) + card(card_of())).hexdigest()

    there = subprocess.run(
        [sys.executable, "-c", PRINT_IN_ANOTHER_PROCESS],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Asia/Makassar"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()

    assert there == here


def test_several_threads_may_print_at_once() -> None:
    alone = card(card_of())

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: card(card_of()), range(8)))

    assert together == [alone] * 8

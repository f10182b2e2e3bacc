"""The tables of cases that Python's rules and their JavaScript twins are both held to."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "cases"


def cases(name: str, section: str) -> list[dict[str, Any]]:
    """The cases of a section of `cases/<name>.json`."""
    found: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))[section]
    return found


def each_case(name: str, section: str) -> pytest.MarkDecorator:
    """Run the test once a case, under the words by which the case calls itself."""
    table = cases(name, section)
    return pytest.mark.parametrize("case", table, ids=[case["says"] for case in table])

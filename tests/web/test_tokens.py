"""The colours that stand on each other, measured as WCAG 2.2 measures them, in both themes."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "static" / "css"
SHEET = (CSS / "tokens.css").read_text("utf-8")
LIGHT, DARK = SHEET.split("@media (prefers-color-scheme: dark)")

STATES = ("draft", "submitted", "returned", "approved", "rejected", "offline")
TEXT = (
    *((ink, ground) for ink in ("ink", "ink-soft") for ground in ("paper", "surface", "sunk")),
    *((link, ground) for link in ("brand", "brand-strong") for ground in ("paper", "surface")),
    ("brand-strong", "brand-tint"),
    ("ink", "brand-tint"),
    ("on-brand", "brand"),
    ("on-brand", "brand-strong"),
    ("on-bar", "bar"),
    ("on-bar-soft", "bar"),
    *((state, f"{state}-tint") for state in STATES),
    *((state, ground) for state in STATES for ground in ("paper", "surface")),
    *(("ink", f"{state}-tint") for state in STATES),
)
CONTROLS = (
    *(("edge", ground) for ground in ("paper", "surface", "sunk")),
    *(("brand", ground) for ground in ("paper", "surface", "sunk", "line")),
    ("accent", "bar"),
)
# The ring is marigold with ink around it: on each ground one of the two must be seen.
GROUNDS = ("paper", "surface", "sunk", "bar", "brand-tint")


def colours(theme: str) -> dict[str, str]:
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", LIGHT))
    if theme == "dark":
        found |= dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", DARK))
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_wcag_defines_it():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_reaches_seven_to_one(theme):
    tokens = colours(theme)

    weak = {
        f"{ink} on {ground}": round(contrast(tokens[ink], tokens[ground]), 2)
        for ink, ground in TEXT
        if contrast(tokens[ink], tokens[ground]) < 7
    }

    assert weak == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_control_reaches_three_to_one(theme):
    tokens = colours(theme)

    weak = {
        f"{line} on {ground}": round(contrast(tokens[line], tokens[ground]), 2)
        for line, ground in CONTROLS
        if contrast(tokens[line], tokens[ground]) < 3
    }

    assert weak == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_focus_ring_is_seen_on_every_ground(theme):
    tokens = colours(theme)

    unseen = [
        ground
        for ground in GROUNDS
        if max(contrast(tokens[part], tokens[ground]) for part in ("accent", "ring")) < 3
    ]

    assert contrast(tokens["accent"], tokens["ring"]) >= 3
    assert unseen == []


def test_no_component_brings_a_colour_of_its_own():
    # Paper is not a screen: what is printed keeps its own sheets in css/paper.
    strays = {
        path.name: found
        for path in CSS.glob("*.css")
        if path.name not in {"tokens.css", "print.css"}
        and (found := re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(", path.read_text("utf-8")))
    }

    assert strays == {}


def test_components_name_only_tokens_that_exist():
    known = set(re.findall(r"--([a-z0-9-]+):", SHEET))

    unknown = {
        path.name: missing
        for path in CSS.glob("*.css")
        if (missing := set(re.findall(r"var\(--([a-z0-9-]+)", path.read_text("utf-8"))) - known)
    }

    assert unknown == {}

"""What fits on paper is asked of the template's own boxes, and agrees with the paper."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fieldapp.documents import cards, enrolment_form
from fieldapp.documents.cards import CardFacts
from fieldapp.documents.text_boxes import can_be_drawn, card_boxes, form_boxes, holds
from tests.documents.paper_people import card_of, draft_form

NAMES = (
    "Sudarma",
    "I WAYAN SUDARMA",
    "I Gusti Ngurah Agung Made Oka Kepakisan Putra Wijaya Kusuma",
    "WIDYAWATI " * 6,
    "WIDYAWATI " * 12,
    "M" * 60,
    "W" * 90,
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_fits_its_boxes_exactly_where_the_card_says_so(name):
    facts: CardFacts = card_of(name)

    said = cards.Gap.NAME_TOO_LONG not in cards.missing_facts(facts)

    assert holds(card_boxes(), "name", name) is said


@pytest.mark.parametrize("field", ["name", "workplace", "birth_place", "address"])
@pytest.mark.parametrize("text", NAMES)
def test_a_text_fits_its_boxes_exactly_where_the_form_says_so(field, text):
    facts = replace(draft_form(), **{field: text})

    said = enrolment_form.Gap.TOO_LONG not in enrolment_form.missing_facts(facts)

    assert holds(form_boxes(), field, text) is said


def test_every_text_that_the_press_asks_about_has_a_box():
    asked = {"name", "category", "agency", "address", "banjar", "workplace", "mother_name"}

    assert asked <= form_boxes().keys()
    assert {"name", "category", "agency"} <= card_boxes().keys()


def test_letters_that_the_fonts_lack_are_told():
    assert can_be_drawn("Niluh Déwi – Jalan Ṣaṣtra")
    assert not can_be_drawn("Pasar 😀")

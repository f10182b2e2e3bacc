"""A file that is stamped in parts, each in another process, is the file stamped in one go."""

import io
import json
from collections.abc import Sequence
from typing import Any

import pytest

from fieldapp.documents.cards import _CARDS, _SHEETS, CARDS_ON_SHEET, CardSheets, Duplex
from fieldapp.documents.enrolment_form import _FORMS, EnrolmentForms
from fieldapp.documents.glyphs import UndrawableError
from fieldapp.documents.layouts import Plan, UnstampableError, make_plan
from fieldapp.documents.stamping import Template
from tests.documents.paper_people import MADE_AT, card_of, face
from tests.documents.test_stamping import CARDS, FORMS

LETTERS = "ŁŠĞŻŘŇĄĘŐŰ"
MANY_CARDS = [
    *CARDS,
    *(card_of(f"Ni {letter}ari", face_photo=face()) for letter in LETTERS),
    *(card_of(f"I Wayan {number}", serial=f"DPS-26-{number}") for number in range(85)),
]


def in_another_process(state: Any) -> Any:
    """The state as it comes from the disk, where no layout has been made yet."""
    for template in (_FORMS, _CARDS, *_SHEETS.values()):
        template.plans.clear()
    return json.loads(json.dumps(state))


@pytest.mark.parametrize("ends", [(1,), (7, 8, 15), (3, 19)])
def test_forms_in_parts_are_the_forms_in_one_go(ends: Sequence[int]) -> None:
    rows = [*FORMS.values(), *reversed(FORMS.values())]
    whole, parts = io.BytesIO(), [io.BytesIO()]
    forms = EnrolmentForms(whole, made_at=MADE_AT)
    for row in rows:
        forms.add(row)
    pages = forms.close()

    in_another_process(None)
    forms = EnrolmentForms(parts[0], made_at=MADE_AT)
    for done, row in enumerate(rows):
        if done in ends:
            parts.append(io.BytesIO())
            forms = EnrolmentForms.resume(parts[-1], in_another_process(forms.state()))
        forms.add(row)

    assert forms.close() == pages
    assert b"".join(part.getvalue() for part in parts) == whole.getvalue()


@pytest.mark.parametrize("duplex", Duplex)
def test_cards_in_parts_are_the_cards_in_one_go(duplex: Duplex) -> None:
    tens = [MANY_CARDS[at : at + CARDS_ON_SHEET] for at in range(0, 105, CARDS_ON_SHEET)]
    whole, first, second = io.BytesIO(), io.BytesIO(), io.BytesIO()
    asked: dict[str, Any] = {"count": len(MANY_CARDS), "duplex": duplex, "made_at": MADE_AT}
    sheets = CardSheets(whole, **asked)
    for ten in tens:
        sheets.add(ten)
    sheets.close()

    in_another_process(None)
    sheets = CardSheets(first, **asked)
    for ten in tens[:2]:
        sheets.add(ten)
    sheets = CardSheets.resume(second, in_another_process(sheets.state()))
    for ten in tens[2:]:
        sheets.add(ten)

    assert sheets.close() == 2 * len(tens)
    assert first.getvalue() + second.getvalue() == whole.getvalue()


def test_a_writer_goes_on_to_another_target_without_a_seam() -> None:
    whole, first, second = io.BytesIO(), io.BytesIO(), io.BytesIO()
    for targets in ((whole, whole), (first, second)):
        forms = EnrolmentForms(targets[0], made_at=MADE_AT)
        forms.add(FORMS["as most are"])
        forms.go_on(targets[1])
        forms.add(FORMS["no photo"])
        forms.close()

    assert first.getvalue() + second.getvalue() == whole.getvalue()


def plan_of(template: Template, row: Any) -> Plan | None:
    """The layout that is made of this row; None if it is laid out alone."""
    try:
        return make_plan(
            template.paper, template.fill, row, steady=template.steady, alike=template.alike
        )
    except (UnstampableError, UndrawableError):
        return None


def stamped(plan: Plan, row: Any) -> Any:
    """Everything that a file takes from a layout for a row; None if it does not serve the row."""
    try:
        found = plan.stamp(row)
    except UndrawableError:
        return None
    frames = [(each.page, each.left, each.bottom, each.width, each.fit) for each in plan.frames]
    return found and (
        found.operators, found.shared, found.rare, plan.digest, plan.letters, plan.sizes, frames
    )  # fmt: skip


@pytest.mark.parametrize(
    ("template", "rows"),
    [(_FORMS, list(FORMS.values())), (_CARDS, list(CARDS))],
    ids=["forms", "cards"],
)
def test_a_row_comes_out_alike_whoevers_layout_serves_it(
    template: Template, rows: Sequence[Any]
) -> None:
    plans = [plan_of(template, row) for row in rows]

    served = 0
    for row, own in zip(rows, plans, strict=True):
        others = [stamped(plan, row) for plan in plans if plan is not None and plan is not own]
        mine = stamped(own, row) if own else None
        for other in filter(None, others):
            assert other == mine, row.name
            served += 1
    assert served >= len(rows)

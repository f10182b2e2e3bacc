"""Who inherits the benefits, in the order of the law.

The form lists the family, it does not name an heir: whoever stands first in this order and is
alive receives (domain sheet 2.2; official reading of PP 44/2015 and PP 46/2015).
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from fieldapp.domain.vocabulary import Relation


class HeirRank(StrEnum):
    """The steps of the order, the first first."""

    SPOUSE_OR_CHILDREN = "spouse_or_children"
    PARENTS_OR_GRANDS = "parents_or_grands"
    SIBLINGS = "siblings"
    PARENTS_IN_LAW = "parents_in_law"
    NAMED_IN_A_WILL = "named_in_a_will"
    ESTATE_OFFICE = "estate_office"  # Balai Harta Peninggalan


LEGAL_ORDER: Final[tuple[tuple[HeirRank, frozenset[Relation]], ...]] = (
    (HeirRank.SPOUSE_OR_CHILDREN, frozenset({Relation.SPOUSE, Relation.CHILD})),
    (
        HeirRank.PARENTS_OR_GRANDS,
        frozenset({Relation.PARENT, Relation.GRANDCHILD, Relation.GRANDPARENT}),
    ),
    (HeirRank.SIBLINGS, frozenset({Relation.SIBLING})),
    (HeirRank.PARENTS_IN_LAW, frozenset({Relation.PARENT_IN_LAW})),
    (HeirRank.NAMED_IN_A_WILL, frozenset({Relation.OTHER})),
    (HeirRank.ESTATE_OFFICE, frozenset()),
)


def rank_of(relation: Relation) -> HeirRank:
    """The step on which a relation stands."""
    return next(rank for rank, relations in LEGAL_ORDER if relation in relations)


def first_heirs(family: Iterable[Relation]) -> tuple[HeirRank, frozenset[Relation]]:
    """The step that would receive, and which of the family stand on it.

    With nobody, the estate office. `other` receives only if a will names them.
    """
    present = frozenset(family)
    for rank, relations in LEGAL_ORDER:
        if found := present & relations:
            return rank, found
    return HeirRank.ESTATE_OFFICE, frozenset()

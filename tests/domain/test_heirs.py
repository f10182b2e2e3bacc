import pytest

from fieldapp.domain.heirs import LEGAL_ORDER, HeirRank, first_heirs, rank_of
from fieldapp.domain.vocabulary import Relation

R = Relation


def test_the_order_is_the_laws_and_every_relation_stands_in_it_once():
    assert [rank for rank, _ in LEGAL_ORDER] == list(HeirRank)
    assert sorted(each for _, relations in LEGAL_ORDER for each in relations) == sorted(Relation)


@pytest.mark.parametrize(
    ("family", "rank", "heirs"),
    [
        ([R.CHILD, R.PARENT, R.SPOUSE], HeirRank.SPOUSE_OR_CHILDREN, {R.SPOUSE, R.CHILD}),
        ([R.SIBLING, R.GRANDPARENT], HeirRank.PARENTS_OR_GRANDS, {R.GRANDPARENT}),
        ([R.PARENT_IN_LAW, R.SIBLING], HeirRank.SIBLINGS, {R.SIBLING}),
        ([R.OTHER, R.PARENT_IN_LAW], HeirRank.PARENTS_IN_LAW, {R.PARENT_IN_LAW}),
        ([R.OTHER], HeirRank.NAMED_IN_A_WILL, {R.OTHER}),
        ([], HeirRank.ESTATE_OFFICE, set()),
    ],
)
def test_who_stands_first_receives(family, rank, heirs):
    assert first_heirs(family) == (rank, heirs)


def test_a_relation_knows_its_step():
    assert rank_of(R.SPOUSE) is rank_of(R.CHILD) is HeirRank.SPOUSE_OR_CHILDREN
    assert rank_of(R.SIBLING) is HeirRank.SIBLINGS

"""Ranks of counties and how long they have been what they are."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shucheng.plan.judgement.ranking import LOOK_BACK, Rank, places, ranks

_VALUES = st.dictionaries(
    st.sampled_from("abcdef"), st.none() | st.decimals(0, 100, places=1), min_size=1
)


def of(**values: int | None) -> dict[str, Decimal | None]:
    return {name: None if value is None else Decimal(value) for name, value in values.items()}


def test_who_is_equal_shares_a_place_and_who_has_no_value_has_none() -> None:
    values = of(a=90, b=100, c=90, d=None, e=80)
    assert places(values) == {"b": 1, "a": 2, "c": 2, "e": 4}
    assert places(values, down=True) == {"e": 1, "a": 2, "c": 2, "b": 4}


def test_a_rank_says_how_stable_it_is() -> None:
    history = [of(a=1, b=2), of(a=3, b=2), of(a=3, b=2), of(a=5, b=4)]
    assert ranks(history)["a"] == Rank(1, 2, best=1, worst=2, held=3, periods=4)


def test_a_period_without_a_value_ends_the_row() -> None:
    history = [of(a=3, b=2), of(a=None, b=2), of(a=3, b=2)]
    found = ranks(history)["a"]
    assert (found.held, found.periods) == (1, 2)
    assert ranks([]) == {}


@given(st.lists(_VALUES, min_size=1, max_size=9))
def test_a_rank_lies_between_its_best_and_its_worst(
    history: list[dict[str, Decimal | None]],
) -> None:
    for rank in ranks(history).values():
        assert 1 <= rank.best <= rank.place <= rank.worst
        assert 1 <= rank.held <= rank.periods <= LOOK_BACK
        assert rank.place <= rank.of

"""A target split over counties adds up to it, to the last digit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.plan.judgement.split import SplitImpossible, split

_AMOUNTS = st.decimals(0, 10**6, places=2)


def test_whole_firms_by_last_years_share() -> None:
    weights = {"东台": Decimal(50), "大丰": Decimal(30), "射阳": Decimal(21)}
    assert split(Decimal(10), weights) == {"东台": 5, "大丰": 3, "射阳": 2}


def test_what_a_county_has_agreed_to_stays() -> None:
    weights = dict.fromkeys(("东台", "大丰", "射阳"), Decimal(1))
    parts = split(Decimal(10), weights, fixed={"大丰": Decimal(6)})
    assert parts == {"东台": 2, "大丰": 6, "射阳": 2}


@pytest.mark.parametrize(
    ("fixed", "weights", "code"),
    [
        ({"a": 11}, {"a": 1, "b": 1}, "split.fixed_exceeds"),
        ({"a": 4, "b": 5}, {"a": 1, "b": 1}, "split.nothing_left"),
        ({}, {"a": 0, "b": 0}, "split.no_weight"),
        ({}, {"a": -1, "b": 2}, "split.no_weight"),
    ],
)
def test_what_cannot_add_up_is_said(
    fixed: dict[str, int], weights: dict[str, int], code: str
) -> None:
    with pytest.raises(SplitImpossible) as refused:
        split(
            Decimal(10),
            {part: Decimal(weight) for part, weight in weights.items()},
            fixed={part: Decimal(value) for part, value in fixed.items()},
        )
    assert refused.value.code == code


@given(
    _AMOUNTS,
    st.lists(st.decimals("0.01", 1000, places=2), min_size=1, max_size=14),
    st.sampled_from([Decimal(1), Decimal("0.01"), Decimal(5)]),
)
def test_parts_sum_to_the_total_and_stay_within_a_step_of_their_share(
    total: Decimal, weights: list[Decimal], step: Decimal
) -> None:
    parts = split(total, dict(enumerate(weights)), step=step)
    assert sum(parts.values()) == total
    whole = sum(weights)
    for part, weight in enumerate(weights):
        assert abs(parts[part] - total * weight / whole) < step + Decimal("1e-9")


@given(
    _AMOUNTS,
    st.lists(st.decimals("0.01", 1000, places=2), min_size=2, max_size=9),
    st.integers(0, 100),
)
def test_a_fixed_part_is_kept_and_the_others_share_the_rest(
    total: Decimal, weights: list[Decimal], percent: int
) -> None:
    kept = (total * percent / 100).quantize(Decimal("0.01"))
    parts = split(total, dict(enumerate(weights)), fixed={0: kept}, step=Decimal("0.01"))
    assert parts[0] == kept
    assert sum(parts.values()) == total
    assert min(parts.values()) >= 0

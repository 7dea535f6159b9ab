"""What drove a change: parts that add up to it, to the last digit."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shucheng.plan.judgement.contribution import (
    REST,
    Part,
    completed,
    of_mean,
    of_quotient,
    of_ratio,
    of_sum,
)

_AMOUNTS = st.decimals(0, 10**6, places=2)
_POSITIVE = st.decimals("0.01", 10**6, places=2)
_COUNTIES = st.dictionaries(st.sampled_from("abcdefg"), _AMOUNTS, min_size=1)
_PAIRS = st.dictionaries(st.sampled_from("abcdefg"), st.tuples(_AMOUNTS, _POSITIVE), min_size=1)


def total(parts: tuple[Part, ...]) -> Decimal:
    return sum((part.value for part in parts), Decimal(0))


def test_each_county_adds_its_own_change_and_the_rest_has_no_name() -> None:
    parts = of_sum(
        {"东台": Decimal(10), "大丰": Decimal(20)},
        {"东台": Decimal(16), "大丰": Decimal(18), "射阳": Decimal(5)},
        Decimal(30),
        Decimal(40),
    )
    assert parts == (
        Part("东台", "change", Decimal(6)),
        Part("大丰", "change", Decimal(-2)),
        Part(REST, "rest", Decimal(6)),
    )


def test_a_better_rate_and_a_heavier_weight_are_told_apart() -> None:
    """甲 keeps its rate of 50% and grows from half of the whole to two thirds; 乙 goes 30 → 36%."""
    before = {"甲": (Decimal(50), Decimal(100)), "乙": (Decimal(30), Decimal(100))}
    after = {"甲": (Decimal(100), Decimal(200)), "乙": (Decimal(36), Decimal(100))}
    parts = {(p.name, p.effect): p.value for p in of_ratio(before, after, scale=Decimal(100))}
    assert parts["甲", "rate"] == 0
    assert parts["甲", "structure"] > 0
    assert parts["乙", "rate"] == Decimal("2.5")
    assert sum(parts.values()) == Decimal("5.333333")


def test_of_a_quotient_a_larger_denominator_takes_away() -> None:
    parts = of_quotient(
        (Decimal(10), Decimal(100)),
        (Decimal(12), Decimal(110)),
        names=("n", "d"),
        scale=Decimal(100),
    )
    assert parts[0].value > 0 > parts[1].value
    assert total(parts) == Decimal("0.909091")
    assert of_quotient((Decimal(1), Decimal(0)), (Decimal(1), Decimal(1)), names=("n", "d")) == ()


@given(_COUNTIES, _COUNTIES, _AMOUNTS, _AMOUNTS)
def test_the_parts_of_a_sum_and_of_a_mean_are_the_whole_change(
    before: dict[str, Decimal], after: dict[str, Decimal], start: Decimal, end: Decimal
) -> None:
    for decompose in (of_sum, of_mean):
        parts = decompose(before, after, start, end)
        assert total(parts) == end - start
        assert {part.name for part in parts} - {REST} == before.keys() & after.keys()


def test_who_did_not_report_at_a_time_drove_no_ratio() -> None:
    """丙 is late: nothing that is known changed, and what its absence does is nobody's."""
    before = {"甲": (Decimal(50), Decimal(100)), "乙": (Decimal(30), Decimal(100))}
    after = dict(before)
    before["丙"] = (Decimal(90), Decimal(100))
    parts = of_ratio(before, after, scale=Decimal(100))
    assert {part.name for part in parts} == {"甲", "乙"}
    assert all(part.value == 0 for part in parts)
    assert completed(parts, Decimal(0)) == parts
    moved = completed(parts, Decimal(-5))
    assert moved == (*parts, Part(REST, "rest", Decimal(-5)))


def test_there_is_one_rest() -> None:
    """甲 has a numerator over nothing: that too is in the one part that has no name."""
    before = {"甲": (Decimal(1), Decimal(0)), "乙": (Decimal(30), Decimal(100))}
    after = {"甲": (Decimal(9), Decimal(0)), "乙": (Decimal(30), Decimal(100))}
    parts = completed(of_ratio(before, after), Decimal("0.5"))
    assert [part.value for part in parts if part.name == REST] == [Decimal("0.5")]


@given(_PAIRS, _PAIRS, _AMOUNTS)
def test_the_parts_of_a_ratio_are_its_change_and_each_is_of_somebody_known_twice(
    before: dict[str, tuple[Decimal, Decimal]],
    after: dict[str, tuple[Decimal, Decimal]],
    change: Decimal,
) -> None:
    both = before.keys() & after.keys()
    parts = of_ratio(before, after)
    assert {part.name for part in parts} - {REST} == both
    assert total(completed(parts, change)) == (change if both else 0)
    if not both:
        return
    sums = [
        (sum(side[name][0] for name in both), sum(side[name][1] for name in both))
        for side in (before, after)
    ]
    of_both = sums[1][0] / sums[1][1] - sums[0][0] / sums[0][1]
    assert abs(total(parts) - of_both) <= Decimal("0.000001")


@given(_PAIRS)
def test_a_parts_rate_moves_as_its_own_ratio_did(
    before: dict[str, tuple[Decimal, Decimal]],
) -> None:
    """One part's numerator grows and no denominator moves: it is all the change there is."""
    moved = min(before)
    numerator, denominator = before[moved]
    after = before | {moved: (numerator + 1000, denominator)}
    parts = {(p.name, p.effect): p.value for p in of_ratio(before, after)}
    assert parts[moved, "rate"] >= 0
    others = [value for (name, effect), value in parts.items() if (name, effect) != (moved, "rate")]
    assert all(abs(value) <= Decimal("0.000001") for value in others)


@given(_PAIRS)
def test_what_did_not_change_drove_nothing(pairs: dict[str, tuple[Decimal, Decimal]]) -> None:
    assert all(part.value == 0 for part in of_ratio(pairs, pairs))


@given(st.tuples(_AMOUNTS, _POSITIVE), st.tuples(_AMOUNTS, _POSITIVE))
def test_numerator_and_denominator_are_the_whole_change(
    before: tuple[Decimal, Decimal], after: tuple[Decimal, Decimal]
) -> None:
    parts = of_quotient(before, after, names=("n", "d"))
    change = after[0] / after[1] - before[0] / before[1]
    assert total(parts) == change.quantize(Decimal("0.000001"))
    if before[1] == after[1]:
        assert abs(parts[1].value) <= Decimal("0.000001")

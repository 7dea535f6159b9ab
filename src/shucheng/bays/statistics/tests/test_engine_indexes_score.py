"""Laws of scores, and the engine against a plain implementation that shares no code with it."""

import math
import statistics
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shucheng.lib.indexes.definition import Index
from shucheng.lib.indexes.normalise import check_varies
from shucheng.lib.indexes.score import ranks, rounded, score
from shucheng.lib.indexes.values import Array, Values

from .index_making import index, indicator, node, scored, values

AREAS = 6
# Whole numbers, so that a small difference is one and not a rounding.
TABLES = arrays(np.float64, (4, AREAS), elements=st.integers(1, 1000).map(float)).filter(
    lambda table: bool((table.max(axis=1) > table.min(axis=1)).all())
)
MEANS = st.sampled_from(["arithmetic", "geometric"])
METHODS = st.sampled_from(["min_max", "rank"])
WEIGHTS = st.sampled_from(["equal", "entropy", "critic", "pca"])


def two_levels(mean: str = "arithmetic", method: str = "min_max", **top: Any) -> Index:
    tree = node(
        "whole",
        node("first", "a", indicator("b", direction="down"), aggregation=mean),
        node("second", "c", "d", aggregation=mean),
        aggregation=mean,
        **top,
    )
    return index(tree, scale=[1, 100], normalisation={"method": method})


@given(TABLES, MEANS, METHODS)
def test_scores_stay_on_the_scale(table: Array, mean: str, method: str) -> None:
    found = scored(two_levels(mean, method), table)
    assert found.scores.min() >= 1 - 1e-9
    assert found.scores.max() <= 100 + 1e-9


@given(TABLES, st.permutations(range(AREAS)), MEANS, METHODS)
def test_the_order_of_areas_does_not_matter(
    table: Array, order: list[int], mean: str, method: str
) -> None:
    of = two_levels(mean, method)
    found, other = scored(of, table), scored(of, table[:, order])
    assert other.scores == pytest.approx(found.scores[order], rel=1e-9)
    assert other.ranks.tolist() == found.ranks[order].tolist()


def test_the_order_of_indicators_does_not_matter() -> None:
    rng = np.random.default_rng(4)
    table = rng.gamma(3, size=(3, 9))
    for weighting in ("equal", "entropy", "critic", "pca"):
        one = index(node("whole", "a", "b", "c", weights={"method": weighting}))
        other = index(node("whole", "c", "a", "b", weights={"method": weighting}))
        assert scored(one, table).scores == pytest.approx(scored(other, table[[2, 0, 1]]).scores)


@given(TABLES, MEANS, METHODS, st.integers(0, 3), st.integers(0, AREAS - 1), st.integers(1, 500))
def test_doing_better_never_costs_points(
    table: Array, mean: str, method: str, row: int, area: int, by: int
) -> None:
    """Also where the area's own progress moves the range that all are measured by."""
    better = table.copy()
    better[row, area] += -by if row == 1 else by
    if np.ptp(better[row]) == 0:
        return
    of = two_levels(mean, method)
    before, after = scored(of, table), scored(of, better)
    assert after.scores[area] >= before.scores[area] - 1e-9


@given(TABLES, MEANS, METHODS)
def test_contributions_and_losses_add_up(table: Array, mean: str, method: str) -> None:
    found = scored(two_levels(mean, method), table)
    total = found.contributions.sum(axis=0) + sum(found.deductions.values())
    assert total == pytest.approx(found.scores, rel=1e-12)
    assert all((loss <= 1e-9).all() for loss in found.deductions.values())
    whole, parts = found.explained("area 2")
    assert sum(parts.values()) == whole


@given(TABLES)
def test_the_penalty_is_explained_too(table: Array) -> None:
    found = scored(two_levels(penalty="mazziotta_pareto"), table)
    assert found.deductions["whole"].min() <= 0
    total = found.contributions.sum(axis=0) + sum(found.deductions.values())
    assert total == pytest.approx(found.scores, rel=1e-12)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.integers(0, 4))
def test_rounded_parts_add_up_exactly(numbers: list[float], digits: int) -> None:
    parts = {str(place): number for place, number in enumerate(numbers)}
    whole, shown = rounded(math.fsum(numbers), parts, digits)
    assert sum(shown.values()) == whole
    # No part is further off than a unit of its last digit.
    unit = Decimal(1).scaleb(-digits)
    assert all(abs(shown[code] - Decimal(parts[code])) <= unit * 2 for code in parts)


@given(TABLES, WEIGHTS)
def test_weights_are_shares(table: Array, weighting: str) -> None:
    of = index(node("whole", "a", "b", "c", "d", weights={"method": weighting}))
    if weighting == "critic" and (np.corrcoef(table) > 1 - 1e-9).all():
        return
    found = scored(of, table)
    assert found.nodes.weights["whole"].min() >= 0
    assert found.overall_weights.sum() == pytest.approx(1)


def plain_score(table: list[list[float]], geometric: bool) -> list[float]:
    """`two_levels` with min-max, written out by hand."""

    def scale(row: list[float], down: bool) -> list[float]:
        low, high = min(row), max(row)
        return [1 + 99 * ((high - x if down else x - low) / (high - low)) for x in row]

    def mean(left: float, right: float) -> float:
        return math.sqrt(left * right) if geometric else (left + right) / 2

    a, b, c, d = (scale(row, place == 1) for place, row in enumerate(table))
    return [mean(mean(a[i], b[i]), mean(c[i], d[i])) for i in range(len(a))]


@given(TABLES, MEANS)
def test_scores_are_those_of_a_plain_implementation(table: Array, mean: str) -> None:
    found = scored(two_levels(mean), table)
    assert found.scores == pytest.approx(plain_score(table.tolist(), mean == "geometric"))


@given(TABLES)
def test_mazziotta_pareto_is_that_of_a_plain_implementation(table: Array) -> None:
    """Mazziotta and Pareto: z-scores with mean 100 and deviation 10, M - S * S / M."""
    of = index(
        node("whole", "a", "b", "c", "d", penalty="mazziotta_pareto"),
        normalisation={"method": "z_score", "mean": 100, "sd": 10},
    )
    rows = table.tolist()
    z = [
        [100 + 10 * (x - statistics.fmean(row)) / statistics.pstdev(row) for x in row]
        for row in rows
    ]
    expected = []
    for column in zip(*z, strict=True):
        mean, deviation = statistics.fmean(column), statistics.pstdev(column)
        expected.append(mean - deviation * (deviation / mean))
    assert scored(of, table).scores == pytest.approx(expected, rel=1e-9)


def test_treatment_is_shown_step_by_step() -> None:
    of = index(
        node(
            "whole",
            indicator("a", winsorise=0.1, log=True, missing={"rule": "median"}),
            indicator("b", source={"metric": "b"}),
        )
    )
    raw = [[1, 10, 100, np.nan, 1e6, 20], [1, 2, 3, 4, 5, 6]]
    found = score(of, values(of, raw))
    assert found.treated.imputed.tolist() == [
        [False, False, False, True, False, False],
        [False] * 6,
    ]
    assert found.treated.filled[0, 3] == 20
    low, high = np.quantile([1, 10, 100, 20, 1e6, 20], [0.1, 0.9])
    assert found.treated.limits[0].tolist() == [low, high]
    assert found.treated.values[0] == pytest.approx(np.log([low, 10, 100, 20, high, 20]), rel=1e-12)
    assert math.isnan(found.raw[0, 3])
    assert found.normalised[0].min() == 0
    assert found.normalised[0].max() == 100


def test_targets_measure_the_distance_either_way() -> None:
    rule = {"method": "target", "target": 50}
    of = index(
        node(
            "whole",
            indicator("a", normalisation=rule),
            indicator("b", normalisation=rule | {"capped": True}),
            indicator("c", normalisation=rule, direction="down"),
        )
    )
    found = scored(of, [[25.0, 75], [25, 75], [25, 100]])
    assert found.normalised.tolist() == [[50, 150], [50, 100], [200, 50]]


def test_equal_scores_share_the_better_rank() -> None:
    assert ranks(np.array([5.0, 7, 7, 1, 7 + 1e-12])).tolist() == [4, 1, 1, 5, 1]


def test_rounding_noise_is_no_variance() -> None:
    noise = np.array([0.1 + 0.2, 0.3, 0.3])
    with pytest.raises(Exception, match="the same in all areas"):
        check_varies(two_levels(), "a", noise, "normalisation", "a")


def test_a_single_area_has_a_score_by_fixed_bounds() -> None:
    of = index(node("whole", "a"), normalisation={"method": "min_max", "bounds": [0, 200]})
    assert score(of, Values(("only",), np.array([[50.0]]))).scores.tolist() == [25]

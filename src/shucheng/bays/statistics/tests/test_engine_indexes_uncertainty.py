"""Monte Carlo against a plain implementation of the same draws; Sobol' against a function whose
indices are known, and another implementation."""

import math
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from shucheng.lib.indexes.definition import Index
from shucheng.lib.indexes.score import Scored
from shucheng.lib.indexes.sensitivity import sensitivity, sobol
from shucheng.lib.indexes.study import trial
from shucheng.lib.indexes.uncertainty import CHUNK, uncertainty
from shucheng.lib.indexes.values import Array

from .index_making import index, indicator, node, scored
from .index_plain import plain_draws

EVERYTHING: dict[str, Any] = {
    "normalisations": ["as_defined", "z_score", "rank"],
    "weightings": ["as_defined", "equal", "entropy", "critic", "pca"],
    "aggregations": ["as_defined", "arithmetic"],
    "weight_spread": 0.3,
    "data_error": 0.05,
    "data_errors": {"c": 0.2},
    "drop_one": True,
}


def sample(study: dict[str, Any]) -> Index:
    given = {"method": "given", "given": {"first": 0.6, "second": 0.4}}
    return index(
        node(
            "whole",
            node("first", "a", indicator("b", direction="down"), indicator("c", log=True)),
            node("second", "d", indicator("e", winsorise=0.1)),
            aggregation="geometric",
            weights=given,
        ),
        scale=[1, 100],
        uncertainty=study,
    )


def table(areas: int = 8) -> Array:
    return np.random.default_rng(7).gamma(6, size=(5, areas))


def computed(**study: Any) -> Scored:
    return scored(sample(study), table())


def test_draws_are_those_of_a_plain_implementation() -> None:
    found = trial(computed(**EVERYTHING))
    draws = found.draw(400, np.random.default_rng(1))
    expected = plain_draws(found.scored.index, table(), draws)
    assert found.scores(draws) == pytest.approx(expected, rel=1e-9)


def test_the_same_seed_gives_the_same_result_and_another_one_another() -> None:
    base = computed(**EVERYTHING)
    first, again, other = (uncertainty(base, CHUNK * 3 + 7, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.scores, again.scores)
    assert not np.array_equal(first.scores, other.scores)
    assert first.scores.shape == (CHUNK * 3 + 7, 8)


def test_ranks_and_chances_agree() -> None:
    found = uncertainty(computed(**EVERYTHING), 2000)
    assert found.rank_chances.sum(axis=0) == pytest.approx(np.ones(8))
    assert found.rank_chances.sum(axis=1) == pytest.approx(np.ones(8))  # no equal scores here
    assert found.chance_of_top(3).sum() == pytest.approx(3)
    assert (found.rank_levels[0] <= found.rank_levels[1]).all()
    assert (found.rank_levels[1] <= found.rank_levels[2]).all()
    for area in range(8):
        near = np.abs(found.ranks[:, area] - computed(**EVERYTHING).ranks[area]) <= 1
        assert found.stability[area] == near.mean()


def test_an_area_first_in_everything_stays_first() -> None:
    best = table()
    for row in range(5):
        best[row, 3] = best[row].min() / 9 if row == 1 else best[row].max() * 9
    study = EVERYTHING | {"data_error": 0.0, "data_errors": {}}
    found = uncertainty(scored(sample(study), best), 1000)
    assert found.rank_chances[0, 3] == 1
    assert found.stability[3] == 1


def test_weights_move_as_far_as_the_study_says_and_no_further() -> None:
    found = trial(computed(weight_spread=0.3))
    factors = found.draw(5000, np.random.default_rng(1)).weights
    assert 0.7 <= factors.min() < 0.71
    assert 1.29 < factors.max() <= 1.3


def test_a_dropped_indicator_no_longer_counts() -> None:
    base = computed(drop_one=True)
    found = trial(base)
    draws = found.draw(200, np.random.default_rng(1))
    assert set(draws.dropped.tolist()) == {-1, 0, 1, 2, 3, 4}
    changed = table()
    changed[3] *= np.linspace(1, 5, 8)
    other = trial(scored(base.index, changed))
    without = draws.dropped == 3
    assert other.scores(draws)[without] == pytest.approx(found.scores(draws)[without])
    assert other.scores(draws)[~without] != pytest.approx(found.scores(draws)[~without])


def test_an_indicator_alone_in_its_node_is_never_dropped() -> None:
    of = index(node("n", "a", "b", node("m", "c")), uncertainty={"drop_one": True})
    assert trial(scored(of, table()[:3])).droppable == (0, 1)


def ishigami(x: Array) -> Array:
    """Ishigami and Homma (1990), a = 7, b = 0.1."""
    y: Array = np.sin(x[:, 0]) * (1 + 0.1 * x[:, 2] ** 4) + 7 * np.sin(x[:, 1]) ** 2
    return y


def designs(count: int) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(5)
    a, b = rng.uniform(-math.pi, math.pi, (2, count, 3))
    mixed = []
    for factor in range(3):
        one = a.copy()
        one[:, factor] = b[:, factor]
        mixed.append(ishigami(one))
    return ishigami(a), ishigami(b), np.array(mixed)


def test_sobol_gives_the_known_indices() -> None:
    a, b = 7.0, 0.1
    variance = a**2 / 8 + b * math.pi**4 / 5 + b**2 * math.pi**8 / 18 + 0.5
    first = [(0.5 * (1 + b * math.pi**4 / 5) ** 2) / variance, a**2 / 8 / variance, 0.0]
    both = 8 * b**2 * math.pi**8 / 225 / variance
    found = sobol(*designs(1 << 17))
    assert found.first == pytest.approx(first, abs=0.01)
    assert found.total == pytest.approx([first[0] + both, first[1], both], abs=0.01)
    assert float(found.variance) == pytest.approx(variance, rel=0.01)
    assert (np.abs(found.first - first) < 4 * found.first_error).all()


def test_sobol_gives_what_salib_gives() -> None:
    analysis = import_module("SALib.analyze.sobol")
    a, b, mixed = designs(4096)
    found = sobol(a, b, mixed)
    # SALib's order: a sample of the first matrix, its mixtures, the sample of the second.
    y = np.column_stack([a, *mixed, b]).ravel()
    problem = {"num_vars": 3, "names": ["x", "y", "z"], "bounds": [[-math.pi, math.pi]] * 3}
    theirs = analysis.analyze(problem, y, calc_second_order=False, seed=1)
    assert found.total == pytest.approx(theirs["ST"], abs=1e-9)
    # They centre by the mean of all results, we by that of the two matrices.
    assert found.first == pytest.approx(theirs["S1"], abs=0.01)


def test_one_factor_alone_explains_all() -> None:
    found = sensitivity(computed(weight_spread=0.4), base=512)
    assert found.factors == ("weights",)
    assert found.shift.first == pytest.approx([1], abs=0.15)
    assert found.shift.total == pytest.approx([1], abs=0.15)
    assert found.mean_shift > 0


def test_what_cannot_move_a_rank_explains_nothing() -> None:
    best = np.tile(np.arange(1.0, 9.0), (5, 1))
    best[1] = best[1, ::-1]
    found = sensitivity(scored(sample({"weight_spread": 0.4, "drop_one": True}), best), base=64)
    assert found.mean_shift == 0
    assert found.shift.total.tolist() == [0, 0]
    assert found.by_area.total.shape == (2, 8)


def test_the_choice_that_matters_is_found() -> None:
    """Normalisation moves nothing here, for both lists are the same; weights move ranks."""
    study = {"normalisations": ["as_defined", "min_max"], "weight_spread": 0.5}
    found = sensitivity(computed(**study), base=512)
    shares = dict(zip(found.factors, found.shift.total.tolist(), strict=True))
    assert shares["normalisation"] == 0
    assert shares["weights"] == pytest.approx(1, abs=0.15)

"""Weights and normalisations against published figures and other implementations."""

from fractions import Fraction

import numpy as np
import pytest

from shucheng.lib.indexes.normalise import min_max, places, rank_share, z_score
from shucheng.lib.indexes.values import Array
from shucheng.lib.indexes.weights import ahp, correlation, critic, entropy, pca


def comparisons(text: str) -> Array:
    return np.array([[float(Fraction(cell)) for cell in row.split()] for row in text.split(";")])


# Saaty (2008), Int. J. Services Sciences 1 (1): which drink is consumed more in the U.S.A.
DRINKS = comparisons(
    "1 9 5 2 1 1 1/2; 1/9 1 1/3 1/9 1/9 1/9 1/9; 1/5 3 1 1/3 1/4 1/3 1/9; 1/2 9 3 1 1/2 1 1/3;"
    "1 9 4 2 1 2 1/2; 1 9 3 1 1/2 1 1/3; 2 9 9 3 2 3 1"
)
# Saaty (1990), European Journal of Operational Research 48: buying a house, eight criteria.
HOUSE = comparisons(
    "1 5 3 7 6 6 1/3 1/4; 1/5 1 1/3 5 3 3 1/5 1/7; 1/3 3 1 6 3 4 6 1/5;"
    "1/7 1/5 1/6 1 1/3 1/4 1/7 1/8; 1/6 1/3 1/3 3 1 1/2 1/5 1/6; 1/6 1/3 1/4 4 2 1 1/5 1/6;"
    "3 5 1/6 7 5 5 1 1/2; 4 7 5 8 6 6 2 1"
)


def test_ahp_gives_the_published_priorities() -> None:
    found = ahp(DRINKS)
    assert found.weights.round(3).tolist() == [0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327]
    assert round(found.consistency_ratio, 3) == 0.022


def test_ahp_gives_the_published_inconsistency() -> None:
    found = ahp(HOUSE)
    assert found.weights.round(3).tolist() == [
        *(0.173, 0.054, 0.188, 0.018, 0.031, 0.036, 0.167, 0.333)
    ]
    assert round(found.eigenvalue, 3) == 9.669
    assert round(found.consistency_index, 3) == 0.238
    assert round(found.consistency_ratio, 3) == 0.169


def test_critic_gives_the_figures_of_another_implementation() -> None:
    # Data of Diakoulaki et al. (1995), table 2; weights as scikit-criteria computes them.
    firms = np.array(
        [
            [61, 20.7, 16.3, 9, 5.4, 4, -6.1, -34.6],
            [1.08, 0.26, 1.98, 3.29, 2.77, 4.12, 3.52, 3.31],
            [4.33, 4.34, 2.53, 1.65, 2.33, 1.21, 2.10, 0.98],
        ]
    )
    assert critic(min_max(firms)) == pytest.approx([0.20222554, 0.48090173, 0.31687273], abs=1e-8)


def test_critic_and_mean_give_the_figures_of_another_implementation() -> None:
    # Less is better in the first and the third row; scores as the package mcdm gives them
    # (min-max, CRITIC, additive).
    x = min_max(np.array([[-80.0, -65, -83], [90, 58, 60], [-600, -200, -400]]))
    expected = [0.5277237514195846, 0.510823688735553, 0.17034304335639175]
    assert critic(x) @ x == pytest.approx(expected, abs=1e-12)


def test_entropy_gives_the_published_weights() -> None:
    # Hwang and Yoon (1981), choice of a fighter aircraft: published from entropies of four digits.
    aircraft = np.array(
        [
            [2.0, 2.5, 1.8, 2.2],
            [1500, 2700, 2000, 1800],
            [20000, 18000, 21000, 20000],
            [5.5, 6.5, 4.5, 5.0],
            [5, 3, 7, 5],
            [9, 5, 7, 5],
        ]
    )
    published = [0.0649, 0.2055, 0.0133, 0.0829, 0.3570, 0.2764]
    assert entropy(aircraft) == pytest.approx(published, abs=0.002)


def test_entropy_takes_nothing_as_nothing() -> None:
    # The second part stands in one area alone, so its entropy is 0 and its diversity 1.
    x = np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]])
    assert entropy(x) == pytest.approx([0, 1], abs=1e-12)


def test_pca_gives_communalities_by_another_way() -> None:
    rng = np.random.default_rng(1)
    common = rng.normal(size=(2, 60))
    x = np.vstack(
        [common[0] + 0.3 * rng.normal(size=(3, 60)), common[1] + rng.normal(size=(2, 60))]
    )
    unit = (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True)
    _, singular, vectors = np.linalg.svd(unit.T / np.sqrt(60))
    kept = singular**2 > 1
    assert 1 <= kept.sum() < 5
    # Part of each standardised row that its projection on the kept components reproduces.
    shown = (unit.T @ vectors[kept].T @ vectors[kept]).T
    communality = shown.var(axis=1)
    assert pca(x) == pytest.approx(communality / communality.sum(), abs=1e-9)


def test_pca_weighs_unrelated_parts_alike() -> None:
    """Both components have the eigenvalue 1: keeping one of them would be by chance."""
    assert pca(np.array([[1.0, 1, -1, -1], [1, -1, 1, -1]])) == pytest.approx([0.5, 0.5])


def test_many_tables_at_once_give_what_each_gives_alone() -> None:
    x = np.random.default_rng(2).gamma(3, size=(7, 4, 12))
    for method in (entropy, critic, pca, min_max, z_score, rank_share):
        assert method(x) == pytest.approx(np.array([method(table) for table in x]), abs=1e-12)


def test_correlation_is_that_of_numpy() -> None:
    x = np.random.default_rng(3).normal(size=(5, 30))
    assert correlation(x) == pytest.approx(np.corrcoef(x), abs=1e-12)


def test_equal_values_share_their_places() -> None:
    x = np.array([[3.0, 1.0, 3.0, 2.0, 3.0], [5.0, 4.0, 3.0, 2.0, 1.0]])
    first, last = places(x)
    assert first.tolist() == [[2, 0, 2, 1, 2], [4, 3, 2, 1, 0]]
    assert last.tolist() == [[4, 0, 4, 1, 4], [4, 3, 2, 1, 0]]
    assert rank_share(x)[0].tolist() == [0.75, 0, 0.75, 0.25, 0.75]


def test_z_scores_have_mean_nought_and_deviation_one() -> None:
    z = z_score(np.array([[2.0, 4, 4, 4, 5, 5, 7, 9]]))
    assert z[0].tolist() == [-1.5, -0.5, -0.5, -0.5, 0, 0, 1, 2]

"""Footprints against dense linear algebra, and the laws they keep."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import strategies as st
from tests.laws import law

from shucheng.bays.energy.engine.lca.errors import LcaRefused
from shucheng.bays.energy.engine.lca.factors import SMALL, Factors, Solution
from shucheng.bays.energy.engine.lca.order import order_of
from shucheng.bays.energy.engine.lca.scores import Scores, inventory, reached, scores
from shucheng.bays.energy.engine.lca.system import Floats, build
from shucheng.bays.energy.engine.lca.tree import DIRECT, REST, Node, links, tree
from shucheng.bays.energy.engine.lca.uncertain import monte_carlo, sensitivity

from .lca_cases import hubs, method_of, sample, system_of

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(2, 260)


def dense(a: Floats, b: Floats, c: Floats) -> Floats:
    """The oracle: one solve a demand (a column each), in full matrices."""
    return c @ b @ np.linalg.solve(a, np.eye(len(a)))


def off(found: Floats, true: Floats) -> float:
    return float(np.max(np.abs(found - true) / np.maximum(np.abs(true), 1e-300)))


def nodes(root: Node) -> Iterator[Node]:
    yield root
    for child in root.children:
        yield from nodes(child)


@law(seed=SEEDS, size=SIZES, few=25, many=300)
def test_all_scores_at_once_are_those_of_one_demand_after_another(seed: int, size: int) -> None:
    a, b, c = hubs(size, seed)
    system, true = system_of(a, b), dense(a, b, c)
    for small in (SMALL, 0):  # the core factorised, and in steps
        told = scores(system, method_of(c), Factors(system.technosphere, small=small))
        assert told.solution.reached
        assert off(told.values, true) < 1e-9


@law(seed=SEEDS, size=SIZES, few=15, many=100)
def test_a_demand_is_met_exactly(seed: int, size: int) -> None:
    a, b, c = hubs(size, seed)
    demand = {"p0": 3.0, f"p{size - 1}": 2.0}
    told = inventory(system_of(a, b), method_of(c), demand)
    wanted = np.zeros(size)
    wanted[[0, size - 1]] = 3.0, 2.0
    true = np.linalg.solve(a, wanted)
    assert np.allclose(told.scales, true, rtol=1e-9, atol=1e-12 * np.abs(true).max())
    assert told.score == pytest.approx(c @ b @ true, rel=1e-10)
    assert told.flows == pytest.approx(b @ true, rel=1e-9)


def test_a_loop_that_uses_up_nearly_all_it_makes_is_still_right() -> None:
    a, b, c = hubs(260, seed=5, loop=0.9999)
    system = system_of(a, b)
    told = scores(system, method_of(c), Factors(system.technosphere, small=0))
    assert off(told.values, dense(a, b, c)) < 1e-9


def test_where_steps_do_not_get_there_the_core_is_factorised() -> None:
    """Credits and large inputs of either sign: no steps converge on such a matrix."""
    random = np.random.default_rng(8)
    a = random.standard_normal((300, 300)) * 5 / np.sqrt(300)
    np.fill_diagonal(a, 1.0)
    b, c = random.random((3, 300)), random.random(3)
    factors = Factors(system_of(a, b).technosphere, small=0)
    told = scores(system_of(a, b), method_of(c), factors)
    true = dense(a, b, c)
    assert factors.is_factorised
    assert np.max(np.abs(told.values - true)) < 1e-9 * np.abs(true).max()


@pytest.mark.parametrize("small", [0, 500])
def test_units_that_are_far_apart_are_no_singular_loop(small: int) -> None:
    """Grams of one product for a gigawatt hour of the other, and the other way round."""
    loop, units = np.array([[1.0, -0.4], [-0.5, 1.0]]), np.array([1e-6, 1e6])
    a = loop * units[:, None] / units
    b, c = np.array([[1.0, 2.0]]), np.ones(1)
    system = system_of(a, b)
    told = scores(system, method_of(c), Factors(system.technosphere, small=small))
    # Cramer's rule; the determinant is 0.8 in any unit.
    true = np.array([1.0 + 2.0 * 0.5e12, 2.0 + 0.4e-12]) / 0.8
    assert off(told.values, true) < 1e-9


def test_hubs_need_no_factorisation() -> None:
    a, b, _ = hubs(260, seed=5)
    assert not Factors(system_of(a, b).technosphere, small=0).is_factorised


def test_a_product_whose_whole_chain_emits_nothing_scores_exactly_nothing() -> None:
    a, b, c = hubs(60, seed=4)
    assert not scores(system_of(a, 0 * b), method_of(c)).values.any()


def test_an_answer_that_is_not_reached_is_refused() -> None:
    with pytest.raises(LcaRefused) as caught:
        reached(Solution(np.ones(2), 1e-3, 1e-3, False))
    assert caught.value.code == "not-reached"


@law(seed=SEEDS, size=SIZES, few=10, many=50)
def test_suppliers_of_the_core_come_before_it_and_users_after(seed: int, size: int) -> None:
    a, b, _ = hubs(size, seed)
    order = order_of(system_of(a, b).technosphere)
    ordered = a[np.ix_(order.places, order.places)]
    assert not ordered[order.first :, : order.first].any()
    assert not ordered[order.last :, : order.last].any()
    assert sorted(order.places) == list(range(size))


@law(seed=SEEDS, size=SIZES, few=15, many=100)
def test_scores_are_linear_in_the_demand(seed: int, size: int) -> None:
    a, b, c = hubs(size, seed)
    system, method = system_of(a, b), method_of(c)
    h = scores(system, method)
    last = f"p{size - 1}"
    told = inventory(system, method, {"p0": 2.0, last: -0.5})
    assert told.score == pytest.approx(2 * h.of("p0") - 0.5 * h.of(last), rel=1e-8)


@law(seed=SEEDS, size=SIZES, few=15, many=100)
def test_contributions_add_up_to_the_score(seed: int, size: int) -> None:
    a, b, c = hubs(size, seed)
    system, method = system_of(a, b), method_of(c)
    told = inventory(system, method, {"p1": 7.0})
    assert told.by_process.sum() == pytest.approx(told.score, rel=1e-12)
    assert told.by_flow.sum() == pytest.approx(told.score, rel=1e-12)
    assert told.score == pytest.approx(7 * scores(system, method).of("p1"), rel=1e-9)


@law(seed=SEEDS, size=SIZES, few=15, many=100)
def test_another_unit_of_a_product_changes_its_own_score_alone(seed: int, size: int) -> None:
    """In tonnes a product has 1,000 times the score, and every other keeps its own."""
    a, b, c = hubs(size, seed)
    before = scores(system_of(a, b), method_of(c)).values
    a[0] /= 1000
    after = scores(system_of(a, b), method_of(c)).values
    assert after[0] == pytest.approx(1000 * before[0], rel=1e-9)
    assert off(after[1:], before[1:]) < 1e-9


@law(seed=SEEDS, size=SIZES, few=15, many=100)
def test_a_process_that_runs_in_larger_lots_changes_nothing(seed: int, size: int) -> None:
    a, b, c = hubs(size, seed)
    before = scores(system_of(a, b), method_of(c)).values
    a[:, 1] *= 40
    b[:, 1] *= 40
    assert off(scores(system_of(a, b), method_of(c)).values, before) < 1e-9


@law(seed=SEEDS, size=SIZES, few=15, many=100)
def test_the_order_of_processes_changes_nothing(seed: int, size: int) -> None:
    a, b, c = hubs(size, seed)
    mixed = np.random.default_rng(seed).permutation(size)
    before = scores(system_of(a, b), method_of(c)).values
    after = scores(system_of(a[np.ix_(mixed, mixed)], b[:, mixed]), method_of(c)).values
    assert off(after, before[mixed]) < 1e-9


def scored(size: int, seed: int) -> Scores:
    a, b, c = hubs(size, seed)
    return scores(system_of(a, b), method_of(c))


@law(seed=SEEDS, size=SIZES, few=15, many=100)
def test_every_node_is_its_direct_emissions_its_children_and_the_rest(seed: int, size: int) -> None:
    told = scored(size, seed)
    root = tree(told, f"p{size - 1}", 3.0, cut_off=0.002, size=200)
    assert root.score == pytest.approx(3 * told.of(root.product))
    for node in nodes(root):
        parts = node.direct + node.rest + sum(each.score for each in node.children)
        assert parts == pytest.approx(node.score, rel=1e-9)
        assert node.score == pytest.approx(node.amount * told.of(node.product), rel=1e-9)


@law(seed=SEEDS, size=SIZES, few=15, many=100)
def test_what_flows_into_a_name_flows_out_of_it(seed: int, size: int) -> None:
    root = tree(scored(size, seed), f"p{size - 1}", cut_off=0.002, size=200)
    into: dict[str, float] = defaultdict(float)
    out: dict[str, float] = defaultdict(float)
    for link in links(root):
        into[link.target] += link.value
        out[link.source] += link.value
    top = f"0:{root.product}"
    assert into[top] == pytest.approx(root.score, rel=1e-9)
    assert out[DIRECT] + out[REST] == pytest.approx(root.score, rel=1e-9)
    for name in into.keys() - {top}:
        assert into[name] == pytest.approx(out[name], rel=1e-9)


def test_an_input_below_the_cut_off_is_in_the_rest_and_counted() -> None:
    told = scores(build(sample()), sample().methods[0])
    root = tree(told, "steel-wire", cut_off=0.05)
    # Electricity is 15 % of the wire, heat 4 % and transport 1 %.
    assert [each.product for each in root.children] == ["electricity"]
    assert root.left_out == 2
    assert root.rest == pytest.approx(1.5 * told.of("heat") + 0.3 * told.of("transport"))


def test_a_loop_is_followed_once_and_says_so() -> None:
    told = scores(build(sample()), sample().methods[0])
    found = list(nodes(tree(told, "steel-wire", cut_off=0.0)))
    loops = [each for each in found if each.end == "loop"]
    assert loops
    assert {each.product for each in loops} == {"steel-wire"}
    assert all(not each.children and each.rest for each in loops)


def test_a_tree_ends_where_it_is_deep_or_large_enough_and_says_so() -> None:
    told = scored(200, seed=1)
    shallow = list(nodes(tree(told, "p150", cut_off=0.0, depth=1, size=5000)))
    assert {each.end for each in shallow[1:]} <= {"depth", "loop"}
    small = list(nodes(tree(told, "p150", cut_off=0.0, size=20)))
    assert len(small) < 20 + 10
    assert any(each.end == "size" for each in small)


def test_a_credit_is_a_negative_branch_and_the_sums_still_hold() -> None:
    """The third process gives back 0.5 of the first product, as avoided production."""
    a = np.array([[1.0, -0.2, 0.5], [0.0, 1.0, -2.0], [0.0, 0.0, 1.0]])
    b, c = np.array([[3.0, 1.0, 0.1]]), np.ones(1)
    told = scores(system_of(a, b), method_of(c))
    assert told.values == pytest.approx([3.0, 1.6, 0.1 + 2 * 1.6 - 0.5 * 3.0])
    root = tree(told, "p2")
    assert {each.product: each.score for each in root.children} == pytest.approx(
        {"p0": -1.5, "p1": 3.2}
    )
    assert sum(e.value for e in links(root) if e.target == "0:p2") == pytest.approx(root.score)


def test_amounts_of_one_product_that_are_taken_twice_add() -> None:
    told = sample()
    lorry = next(each for each in told.processes if each.id == "lorry")
    half = replace(lorry.inputs[0], amount=lorry.inputs[0].amount / 2)
    twice = replace(lorry, inputs=(half, half, *lorry.inputs[1:]))
    other = replace(told, processes=tuple(twice if e is lorry else e for e in told.processes))
    before, after = (scores(build(each), told.methods[0]).values for each in (told, other))
    assert off(after, before) < 1e-12


def test_the_same_seed_draws_the_same() -> None:
    system, method = build(sample()), sample().methods[0]
    one, two = (
        monte_carlo(system, method, ["heat"], 5, np.random.default_rng(4)) for _ in range(2)
    )
    assert np.array_equal(one.values, two.values)


def test_the_mean_is_the_one_of_lognormal_emissions() -> None:
    """The score is linear in emissions, so its mean is the sum of their means."""
    a, b, c = hubs(12, seed=2)
    system = system_of(a, b, sigma=0.3)
    still = replace(system.of_products, sigmas=np.zeros(system.of_products.values.size))
    system = replace(system, of_products=still)
    drawn = monte_carlo(system, method_of(c), ["p3"], 1000, np.random.default_rng(11))
    true = dense(a, b, c)[3] * np.exp(0.3**2 / 2)
    error = drawn.values.std() / np.sqrt(len(drawn.values))
    assert drawn.refused == 0
    assert abs(drawn.values.mean() - true) < 4 * error


def test_small_uncertainty_spreads_as_perturbation_says() -> None:
    a, b, c = hubs(12, seed=2)
    system, method = system_of(a, b, sigma=0.02), method_of(c)
    first = sensitivity(system, scores(system, method), inventory(system, method, {"p3": 1.0}))
    drawn = monte_carlo(system, method, ["p3"], 1000, np.random.default_rng(12))
    assert drawn.values.std() == pytest.approx(first.deviation, rel=0.08)


def test_products_of_one_run_share_its_draws() -> None:
    told = monte_carlo(
        build(sample()), sample().methods[0], ["heat", "heat"], 3, np.random.default_rng(1)
    )
    assert np.array_equal(told.values[:, 0], told.values[:, 1])


@law(seed=SEEDS, few=8, many=50)
def test_elasticities_are_those_of_a_number_that_really_changes(seed: int) -> None:
    a, b, c = hubs(20, seed)
    system, method = system_of(a, b), method_of(c)
    told = sensitivity(system, scores(system, method), inventory(system, method, {"p7": 1.0}))
    base = dense(a, b, c)[7]
    entry = int(np.argmax(np.abs(told.of_products)))
    row, column = system.of_products.rows[entry], system.of_products.columns[entry]
    step = 1e-6
    more, less = a.copy(), a.copy()
    more[row, column] *= 1 + step
    less[row, column] *= 1 - step
    slope = (dense(more, b, c)[7] - dense(less, b, c)[7]) / (2 * step * base)
    assert told.of_products[entry] == pytest.approx(slope, rel=1e-4)
    # One per cent more of every emission is one per cent more of the score.
    assert told.of_flows.sum() == pytest.approx(1, rel=1e-9)


def test_a_score_of_nothing_has_no_elasticities() -> None:
    a, b, c = hubs(5, seed=1)
    system, method = system_of(a, b), method_of(0 * c)
    with pytest.raises(LcaRefused) as caught:
        sensitivity(system, scores(system, method), inventory(system, method, {"p1": 1.0}))
    assert caught.value.code == "no-score"

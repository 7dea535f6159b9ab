"""What a formula says about how its values are judged."""

import pytest

from shucheng.plan.formula.parse import parse
from shucheng.plan.judgement.path import Shape
from shucheng.plan.judgement.shapes import (
    adds_over_areas,
    is_mean_over_areas,
    quotient,
    shape_of,
    terms,
)

AREAS = {"a": "sum", "b": "sum", "rate": "mean", "index": "none"}


@pytest.mark.parametrize(
    ("formula", "shape", "adds"),
    [
        ("ytd(a)", "year_to_date", True),
        ("ytd(a) + ytd(b)", "year_to_date", True),
        ("ytd(a) / 10", "year_to_date", True),
        ("cumulative(a)", "since_start", True),
        ("last(a)", "stock", True),
        ("last(rate)", "stock", False),
        ("last(index)", "stock", False),
        ("yoy(ytd(a))", "constant", False),
        ("share(ytd(a), ytd(b))", "stock", False),
        ("ytd(a) / ytd(b)", "stock", False),
        ("cumulative(a) - ytd(b)", "stock", True),
        ("city(ytd(a))", "year_to_date", False),
    ],
)
def test_a_formula_says_how_its_value_runs_and_adds_up(
    formula: str, shape: Shape, adds: bool
) -> None:
    root = parse(formula)
    assert shape_of(root) == shape
    assert adds_over_areas(root, AREAS) == adds


def test_the_parts_of_a_formula() -> None:
    assert [(sign, str(node)) for sign, node in terms(parse("ytd(a) - (ytd(b) - a)"))] == [
        (1, "ytd(a)"),
        (-1, "ytd(b)"),
        (1, "a"),
    ]
    sides = quotient(parse("share(ytd(a), ytd(b))"))
    assert sides is not None
    assert (str(sides[0]), str(sides[1]), sides[2]) == ("ytd(a)", "ytd(b)", 100)
    assert quotient(parse("ytd(a) / 2")) is None
    assert is_mean_over_areas(parse("last(rate)"), AREAS)

"""What cannot be computed is refused by code and name, and says what to do."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shucheng.lib.indexes import errors
from shucheng.lib.indexes.definition import read_index
from shucheng.lib.indexes.errors import REASONS, IndexRefused
from shucheng.lib.indexes.questionnaire import read_questionnaire
from shucheng.lib.indexes.uncertainty import uncertainty
from shucheng.lib.indexes.values import values_from

from .index_making import index, indicator, node, scored

TABLE = [[1.0, 2, 3], [3, 1, 2]]
OVER = {"a": 0.5, "b": 0.6}
TARGET = {"method": "target", "target": 1}


def by(method: str, **more: Any) -> dict[str, Any]:
    return {"weights": {"method": method, **more}}


REFUSED = [
    ("index.weights_sum", node("n", "a", "b", **by("given", given=OVER)), TABLE, "1.1"),
    ("index.ahp_reciprocal", node("n", "a", "b", **by("ahp", matrix=[[1, 3], [3, 1]])), TABLE, "a"),
    ("index.no_variance", node("n", "a", "b"), [[1, 1, 1], [1, 2, 3]], "a is the same"),
    ("index.no_conflict", node("n", "a", "b", **by("critic")), [[1, 2, 3], [2, 4, 6]], "a, b"),
    ("index.one_area", node("n", "a", "b"), [[1], [2]], "normalisation"),
    ("index.missing", node("n", "a", "b"), [[1, np.nan, 3], [1, 2, 3]], "area 1"),
    ("index.no_values", node("n", "a", "b"), [[np.nan] * 3, [1, 2, 3]], "a"),
    ("index.not_finite", node("n", "a", "b"), [[1, np.inf, 3], [1, 2, 3]], "area 1"),
    (
        "index.too_many_missing",
        node("n", indicator("a", missing={"rule": "mean", "at_most": 0.3}), "b"),
        [[1, np.nan, np.nan, 4], [1, 2, 3, 4]],
        "50%",
    ),
    ("index.log_of_nothing", node("n", indicator("a", log=True)), [[1, 0, 3]], "area 1"),
    (
        "index.log_of_nothing",
        node("n", indicator("a", log=True, normalisation={"bounds": [0, 9]})),
        [[1, 2, 3]],
        "bounds",
    ),
    (
        "index.out_of_bounds",
        node("n", indicator("a", normalisation={"bounds": [0, 2]})),
        [[1, 2, 3]],
        "area 2",
    ),
    (
        "index.no_target",
        node("n", indicator("a", normalisation={"method": "target"})),
        [[1, 2]],
        "a has no target",
    ),
    (
        "index.not_positive",
        node("n", indicator("a", direction="down", normalisation=TARGET)),
        [[1, 0]],
        "area 1",
    ),
    ("index.not_positive", node("n", "a", "b", aggregation="geometric"), TABLE, "area 0"),
    ("index.not_positive", node("n", "a", "b", penalty="mazziotta_pareto"), [[1, 2], [1, 2]], "n"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "tree", "table", "named"), REFUSED)
def test_a_step_that_cannot_be_done_is_refused(
    code: str, tree: dict[str, Any], table: list[list[float]], named: str
) -> None:
    with pytest.raises(IndexRefused) as refused:
        scored(index(tree), table)
    assert refused.value.code == code
    assert re.search(named, refused.value.message)
    assert "sample" in refused.value.message
    assert refused.value.hint


def test_inconsistent_comparisons_are_refused_with_their_ratio() -> None:
    # a over b, b over c, c over a.
    matrix = [[1, 5, "1/5"], ["1/5", 1, 5], [5, "1/5", 1]]
    with pytest.raises(IndexRefused, match=r"consistency ratio \d\.\d+ is above 0\.1") as refused:
        scored(index(node("n", "a", "b", "c", **by("ahp", matrix=matrix))), [*TABLE, [1, 3, 2]])
    assert refused.value.code == "index.ahp_inconsistent"


@pytest.mark.parametrize("method", ["entropy", "critic", "pca"])
def test_weights_from_data_need_differences_even_where_bounds_are_fixed(method: str) -> None:
    of = index(
        node("n", "a", "b", **by(method)),
        normalisation={"method": "min_max", "bounds": [0, 10]},
    )
    for table, code in (([[5, 5, 5], [1, 2, 3]], "no_variance"), ([[5], [1]], "one_area")):
        with pytest.raises(IndexRefused) as refused:
            scored(of, table)
        assert refused.value.code == f"index.{code}"


def test_values_are_refused_before_they_are_put_together() -> None:
    of = index(node("n", indicator("a", source={"metric": "m", "per": "firms"})))
    metrics = {"m": {"x": 4.0, "y": 1.0}, "firms": {"x": 2.0, "y": 0.0}}
    with pytest.raises(IndexRefused, match="firms is zero") as refused:
        values_from(of, ["x", "y"], metrics)
    assert refused.value.code == "index.no_denominator"
    with pytest.raises(IndexRefused) as refused:
        values_from(of, ["x", "x"], metrics)
    assert refused.value.code == "index.areas_twice"
    assert values_from(of, ["x", "z"], metrics).raw[0].tolist() == pytest.approx(
        [2, np.nan], nan_ok=True
    )


MALFORMED = [
    ("tree: [", "index.unreadable", "line"),
    ("- a list", "index.unreadable", "mapping"),
    ("code: x", "index.malformed", "Field required"),
    ("code: x\nversion: '1'\ncode: y", "index.unreadable", "the key code is there twice"),
    ("[" * 5000, "index.unreadable", "recursion"),
]


@pytest.mark.parametrize(("text", "code", "named"), MALFORMED)
@pytest.mark.parametrize("read", [read_index, read_questionnaire])
def test_a_text_that_is_no_definition_is_refused(
    read: Any, text: str, code: str, named: str
) -> None:
    with pytest.raises(IndexRefused, match=named) as refused:
        read(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("tree", "more", "named"),
    [
        (node("n", "a", wieghts={}), {}, "wieghts"),
        (node("n", "a", "a"), {}, "twice: a"),
        (node("n", "a", "b", **by("given", given={"a": 1})), {}, "exactly a, b"),
        (node("n", "a", "b", **by("ahp", matrix=[[1, 2]])), {}, "2 rows"),
        (node("n", "a", "b", **by("ahp", matrix=[[1, "two"], [1, 1]])), {}, "such as 3 or 1/3"),
        (node("n", "a", "b", **by("ahp", matrix=[[1, -2], [1, 1]])), {}, "positive"),
        (node("n", "a", aggregation="geometric", penalty="mazziotta_pareto"), {}, "arithmetic"),
        (node("n", indicator("a", missing={"rule": "value"})), {}, "rule `value`"),
        (node("n", indicator("a", normalisation={"bounds": [2, 1]})), {}, "lower one first"),
        (node("n", indicator("a", normalisation={"target": 3})), {}, "for the method target"),
        (node("n", indicator("a", normalisation={"capped": True})), {}, "bounds or a target"),
        (node("n", indicator("a", normalisation={"sd": 3})), {}, "for z_score"),
        (node("n", indicator("a", normalisation={"bounds": [0, float("inf")]})), {}, "finite"),
        (node("n", indicator("a", source={"per": "m"})), {}, "either a metric or an item"),
        (node("n", "a", **by("equal", given={"a": 1})), {}, "for the method given"),
        (node("n", "a", **by("pca", matrix=[[1]])), {}, "for the method ahp"),
        (node("n", "a"), {"scale": [1, 1]}, "lower end"),
        (node("n", "a"), {"uncertainty": {"data_errors": {"x": 0.1}}}, "no indicator: x"),
        (node("n", "a"), {"uncertainty": {"weightings": []}}, "at least one"),
        (
            node("n", indicator("a", log=True, normalisation={"method": "target", "target": 3})),
            {},
            "no logarithm",
        ),
    ],
)
def test_a_definition_that_contradicts_itself_is_refused(
    tree: dict[str, Any], more: dict[str, Any], named: str
) -> None:
    with pytest.raises(IndexRefused, match=named) as refused:
        index(tree, **more)
    assert refused.value.code == "index.malformed"


@pytest.mark.parametrize(
    ("tree", "study", "code"),
    [
        (node("n", "a", "b"), {}, "index.nothing_varied"),
        (node("n", "a"), {"drop_one": True}, "index.nothing_to_drop"),
    ],
)
def test_a_study_of_nothing_is_refused(
    tree: dict[str, Any], study: dict[str, Any], code: str
) -> None:
    found = scored(index(tree, uncertainty=study), TABLE[: len(tree["children"])])
    with pytest.raises(IndexRefused) as refused:
        uncertainty(found, draws=10)
    assert refused.value.code == code


def test_a_drawn_choice_that_cannot_be_computed_is_refused_not_left_out() -> None:
    study = {"aggregations": ["as_defined", "geometric"]}
    found = scored(index(node("n", "a", "b"), uncertainty=study), TABLE)
    with pytest.raises(IndexRefused, match="geometric mean of n") as refused:
        uncertainty(found, draws=50)
    assert refused.value.code == "index.not_positive"


def test_every_reason_is_given_somewhere_and_every_code_has_one() -> None:
    folder = Path(errors.__file__).parent
    text = "".join(p.read_text() for p in folder.glob("*.py") if p.name != "errors.py")
    assert set(re.findall(r'"(index\.[a-z_]+)"', text)) == set(REASONS)

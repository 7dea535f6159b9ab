"""The first city's pack: complete for its plan, in the official wording and in ours."""

import json

import pytest
from tests.plan.city.plans import CITIES, with_labelled_targets
from tests.plan.compiler.gold import SHARED

from shucheng.bays.statistics.engine.indexes.shipped import read, shipped
from shucheng.lib.geography import outlines, place
from shucheng.lib.indexes.definition import Index
from shucheng.plan.city.model import CityPack
from shucheng.plan.city.pack import read_pack
from shucheng.plan.city.resolving import resolve_bindings
from shucheng.plan.compiler.compile import compile_file
from shucheng.plan.compiler.model import CompiledPlan
from shucheng.plan.formula.model import readings
from shucheng.plan.formula.parse import parse

FOLDER = CITIES / "yancheng"


@pytest.fixture(scope="module")
def pack() -> CityPack:
    return read_pack(FOLDER)


@pytest.fixture(params=["ours", "official"], scope="module")
def compiled(request: pytest.FixtureRequest) -> CompiledPlan:
    text, labels = FOLDER / "plan.txt", FOLDER / "plan.gold.json"
    if request.param == "official":
        text = SHARED / "plans" / "yancheng-2025.txt"
        labels = text.with_suffix(".gold.json")
        if not text.exists():
            pytest.skip(f"the official plan is not at {text.parent}; set SHUCHENG_SHARED")
    return with_labelled_targets(text, labels)[0]


def test_every_indicator_and_every_measurable_target_has_a_binding(
    pack: CityPack, compiled: CompiledPlan
) -> None:
    resolved, unresolved = resolve_bindings(pack.bindings, compiled)
    assert not unresolved
    assert sum(each.indicator is not None for each in resolved) == 15
    assert sum(len(each.targets) for each in resolved) == len(compiled.targets)


def test_annex_rows_and_the_text_behind_them_agree_where_bound_together(
    pack: CityPack, compiled: CompiledPlan
) -> None:
    """Whatever shares a binding with an annex row names the row's own figure of that year."""
    resolved, _ = resolve_bindings(pack.bindings, compiled)
    for each in resolved:
        if each.indicator:
            for match in each.targets:
                year = str(match.target.year or match.target.implied_year)
                assert each.indicator.targets[year] == match.target.value, each.binding.code


def test_every_organisation_that_must_act_is_known(pack: CityPack, compiled: CompiledPlan) -> None:
    names = {name for task in compiled.tasks for name in (*task.responsible, *task.lead)}
    names |= {name for row in compiled.indicators for name in row.lead}
    names |= {name for point in compiled.work_points for name in point.lead}
    assert names
    assert names <= pack.organisation_names().keys()


def test_the_leads_of_annex_rows_are_those_of_the_plan(
    pack: CityPack, compiled: CompiledPlan
) -> None:
    names = {each.code: each.name for each in pack.organisations}
    resolved, _ = resolve_bindings(pack.bindings, compiled)
    for each in resolved:
        if each.indicator:
            assert [names[code] for code in each.binding.lead] == list(each.indicator.lead)


def test_short_and_full_names_lead_to_one_department(pack: CityPack) -> None:
    names = pack.organisation_names()
    forms = ("市工信局", "盐城市工业和信息化局", "市工业和信息化局")
    assert {names[form] for form in forms} == {"市工信局"}


def test_counties_have_an_outline_and_zones_have_none(pack: CityPack) -> None:
    drawn = outlines([each.code for each in pack.areas])
    assert [each.code for each in drawn.missing] == [
        each.code for each in pack.areas if not each.outline
    ]
    for area in pack.areas:
        known = place(area.code)
        assert (known.name if known else None) == (area.name if area.outline else None)


def read_by_indexes() -> set[str]:
    """What the indexes that come with the statistics bay read."""
    found = [read(text) for text in shipped().values()]
    indicators = [one for each in found if isinstance(each, Index) for one in each.indicators]
    return {code for one in indicators for code in (one.source.metric, one.source.per) if code}


def test_every_metric_is_used_owned_and_simulated(pack: CityPack) -> None:
    used = {reading.metric for each in pack.bindings for reading in readings(parse(each.formula))}
    beside = {each.code for each in pack.metrics if each.figure and each.origin == "reported"}
    known = {each.code for each in pack.metrics}
    # Trade and data sets off the platform count too, so these are reported and read (0031).
    assert used & beside == {
        "authorised_operation_index", "data_trade_products", "data_trade_value",
        "quality_datasets", "useful_data_supply",
    }  # fmt: skip
    assert used | beside | read_by_indexes() == known
    assert pack.simulation is not None
    assert known == {each.metric for each in pack.simulation.series}


def test_a_definition_that_the_plan_does_not_give_says_so(pack: CityPack) -> None:
    for metric in pack.metrics:
        assert metric.unconfirmed == ("计划未给出口径" in metric.definition), metric.code


def test_the_simulation_says_that_it_is_one() -> None:
    first_lines = (FOLDER / "simulation.toml").read_text(encoding="utf-8").splitlines()[:3]
    assert "编出来的" in "".join(first_lines)


def test_labels_of_our_plan_are_as_many_as_the_official_ones() -> None:
    gold = json.loads((FOLDER / "plan.gold.json").read_text(encoding="utf-8"))
    assert (len(gold["targets"]), len(gold["indicators"])) == (58, 15)


def test_what_the_compiler_itself_finds_is_bound(pack: CityPack) -> None:
    _, compiled = compile_file(FOLDER / "plan.txt", pack.organisation_names())
    resolved, _ = resolve_bindings(pack.bindings, compiled)
    assert len(compiled.targets) >= 56
    assert sum(len(each.targets) for each in resolved) >= 0.97 * len(compiled.targets)
    assert sum(each.indicator is not None for each in resolved) == 15

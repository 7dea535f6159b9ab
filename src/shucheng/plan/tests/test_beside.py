"""The plan's target beside a cell: of indicators that one metric alone moves, in its unit."""

from decimal import Decimal

import pytest
from django.utils import translation

from shucheng.lib.periods import Period
from shucheng.plan.models import AreaTarget, Decomposition, Indicator, PartKind
from shucheng.plan.queries.asked import paths_of_figures, targets_of_metrics
from shucheng.plan.queries.beside import targets_beside

pytestmark = pytest.mark.django_db
Q3 = Period.parse("2026-Q3")
ASKED = ["core_revenue", "core_firms", "data_spaces_national"]


def test_the_citys_cells_show_the_years_target(plan_in_force: int) -> None:
    found = targets_beside(ASKED, "320900", Period.parse("2026-07"))
    assert [value for _label, value in found["core_revenue"]] == [Decimal(2600)]
    with translation.override("en"):
        found = targets_beside([*ASKED, "smart_factories_advanced"], "320900", Q3)
    assert found["core_revenue"][0][0] == "2026 target, of the whole year"
    said = {label for label, _value in found["smart_factories_advanced"]}
    assert "2026 target, cumulative since 2025" in said
    assert {label for label, _value in found["core_firms"]} == {"2026 target, at the year's end"}
    assert "data_spaces_national" not in found, "two metrics together make that indicator"
    assert targets_beside(ASKED, "320900", Period.parse("2031-07")) == {}
    flash = targets_beside(["core_revenue_flash"], "320900", Period.parse("2026-07"))
    assert [value for _label, value in flash["core_revenue_flash"]] == [Decimal(2600)]


def test_a_countys_cells_show_its_part_in_the_unit_of_the_metric(plan_in_force: int) -> None:
    assert targets_beside(ASKED, "320902", Period.parse("2026-07")) == {}
    indicator = Indicator.objects.get(binding__formula="ytd(core_revenue)")
    for total, part in ((26_000_000, 1_000_000), (26_000_000, 1_200_000)):
        decided = Decomposition.objects.create(
            indicator=indicator.code,
            year=2026,
            kind=PartKind.AREAS,
            total=total,
            unit="万元",
            step=1,
            basis="given",
            reason="Agreed with the counties.",
        )
        AreaTarget.objects.create(decomposition=decided, area="320902", period="2026", value=part)
    found = targets_beside(ASKED, "320902", Period.parse("2026-07"))
    assert [value for _label, value in found["core_revenue"]] == [Decimal(120)]


def test_without_a_plan_nothing_stands_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shucheng.plan.queries.beside.current_version", lambda: None)
    assert targets_beside(ASKED, "320900", Period.parse("2026-07")) == {}


def test_a_platform_is_told_what_the_plan_asks_of_its_metric(plan_in_force: int) -> None:
    found = targets_of_metrics(["electronics_industry", "core_revenue", "nothing"])
    electronics = found["electronics_industry"]
    assert (electronics.value, electronics.unit, electronics.year) == (Decimal(1200), "亿元", 2027)
    assert "1,200 亿元" in electronics.text
    assert found["core_revenue"].year == 2027, "the last year that the text names"
    assert "nothing" not in found
    assert targets_of_metrics([]) == {}


def test_a_platform_is_told_the_path_of_its_own_figure(plan_in_force: int) -> None:
    """The city pack says which metric a figure is the value of, the formula which indicator."""
    asked = ["statistics.core_revenue", "statistics.core_firms", "statistics.nothing"]
    found = paths_of_figures(asked)
    assert found.keys() == set(asked[:2])
    assert found["statistics.core_revenue"].years == {2025: 2300, 2026: 2600, 2027: 3000}
    assert found["statistics.core_firms"].years[2027] == 1500
    with translation.override("zh-hans"):
        names = paths_of_figures(asked)["statistics.core_firms"].name
    assert names == "规上数字经济核心产业企业数量"
    assert paths_of_figures([]) == {}

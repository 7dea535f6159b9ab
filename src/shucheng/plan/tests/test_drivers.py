"""What drove a change, where formulas and reports are less even than usual."""

from decimal import Decimal
from typing import Any

import pytest

from shucheng.plan.models import Binding, Indicator, PlanVersion
from shucheng.plan.queries.drivers import components, contributions
from shucheng.plan.tests.test_judged import CITY, DAFENG, DONGTAI, city, months, report

__all__ = ["city"]
pytestmark = pytest.mark.django_db


def share_of(version: PlanVersion, formula: str) -> Indicator:
    """The first indicator as a share in percent."""
    indicator = version.indicators.get(no=1)
    Binding.objects.filter(pk=indicator.binding_id).update(formula=formula, unit="%")
    Indicator.objects.filter(pk=indicator.pk).update(unit="%")
    return Indicator.objects.select_related("binding", "version").get(pk=indicator.pk)


def quarters(value: int, last: int) -> dict[str, Any]:
    return {f"2026-Q{quarter}": value for quarter in range(1, last + 1)}


def test_a_quarters_metric_over_a_months_metric_has_its_parts_by_quarter(
    city: PlanVersion,
) -> None:
    found = share_of(city, "share(ytd(core_value_added), ytd(core_revenue))")
    for area, first, second in ((CITY, 150, 210), (DONGTAI, 120, 150), (DAFENG, 30, 60)):
        report("core_value_added", {"2026-Q1": first, "2026-Q2": second}, area)
    for area, each in ((CITY, 200), (DONGTAI, 100), (DAFENG, 100)):
        report("core_revenue", months(2026, each, last=6), area)
    told = contributions(found, "2026-Q2", "2026-Q1")
    assert (told.method, told.why_not, told.change) == ("ratio", "", Decimal(5))
    assert {p.name: p.value for p in told.parts if p.effect == "rate"} == {
        DONGTAI: Decimal("2.5"),
        DAFENG: Decimal("2.5"),
    }
    parts = components(found, "2026-Q2", "2026-Q1")
    assert (parts.method, parts.why_not) == ("quotient", "")
    assert sum(part.value for part in parts.parts) == 5


def test_a_county_that_is_late_drove_nothing(city: PlanVersion) -> None:
    found = share_of(city, "share(ytd(core_value_added), ytd(electronics_industry))")
    for area, own, of in ((CITY, 150, 300), (DONGTAI, 120, 200), (DAFENG, 30, 100)):
        last = 1 if area == DAFENG else 2
        report("core_value_added", quarters(own, last), area)
        report("electronics_industry", quarters(of, last), area)
    told = contributions(found, "2026-Q2", "2026-Q1")
    assert told.change == 0
    assert {part.name for part in told.parts} == {DONGTAI}
    assert all(part.value == 0 for part in told.parts)

"""Targets of the text beside what is known: reached, not yet, missed, unknown, by section."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shucheng.kernel.public import Actor, system_actor
from shucheng.plan.actions.city import load_city
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.city.pack import read_pack
from shucheng.plan.models import Binding, IndicatorTarget, PlanVersion, Target
from shucheng.plan.queries.measured import Known, Measured, measure_plan
from shucheng.plan.queries.targets import Standing, TargetNow, target_now, targets_by_section
from shucheng.plan.simulation import simulate
from shucheng.plan.tests.conftest import CITIES, loaded

TODAY = date(2026, 8, 20)


def known(*values: tuple[str, int]) -> tuple[Known, ...]:
    """What a formula gave, period by period."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return tuple(
        Known(period, Decimal(value), "reported", number, moment)
        for number, (period, value) in enumerate(values, 1)
    )


def judged(
    target: Target,
    formula: str,
    series: tuple[Known, ...],
    unit: str = "家",
    path: tuple[str, tuple[IndicatorTarget, ...]] = ("", ()),
) -> TargetNow:
    measured = Measured(Binding(formula=formula, unit=unit), series, formula)
    return target_now(target, measured, path, TODAY)


def target(value: int, *, year: int | None, kind: str = "level", comparator: str = ">=") -> Target:
    return Target(
        subject="某", comparator=comparator, value=Decimal(value), unit="家", year=year, kind=kind
    )


@pytest.mark.parametrize(
    ("year", "rows", "standing", "period"),
    [
        # Its year is over: the value at the end of that year counts, not a later one.
        (2025, [("2025-06", 90), ("2025-12", 80), ("2026-07", 120)], Standing.MISSED, "2025-12"),
        (2025, [("2025-12", 100), ("2026-07", 60)], Standing.REACHED, "2025-12"),
        # Its year is over and its end was not reported: nothing is held against anyone.
        (2025, [("2025-11", 80)], Standing.NOT_YET, "2025-11"),
        (2025, [("2024-12", 80)], Standing.UNKNOWN, "2024-12"),
        (2027, [("2026-07", 60)], Standing.NOT_YET, "2026-07"),
        (2027, [("2026-07", 100)], Standing.REACHED, "2026-07"),
    ],
)
def test_the_value_of_the_year_it_falls_due_counts(
    year: int, rows: list[tuple[str, int]], standing: Standing, period: str
) -> None:
    found = judged(target(100, year=year), "last(m)", known(*rows))
    assert (found.standing, found.known and found.known.period) == (standing, period)


def test_without_data_formula_or_a_common_unit_nothing_is_said() -> None:
    for formula, rows, unit in (
        ("last(m)", known(), "家"),
        ("last(m)", known(("2026-07", 500)), "亿元"),
    ):
        found = judged(target(100, year=2027), formula, rows, unit)
        assert found.standing == Standing.UNKNOWN
        assert (found.value, found.known, found.attainment) == (None, None, None)


def test_a_later_target_asks_for_this_years_value_of_its_annex_row() -> None:
    path = ("家", (IndicatorTarget(year=2026, value=Decimal(50)),))
    found = judged(target(100, year=2027), "last(m)", known(("2026-07", 60)), path=path)
    assert (found.asked, found.asked_year, found.standing) == (Decimal(50), 2026, Standing.REACHED)
    assert found.attainment == Decimal("120.0")


def test_what_is_asked_each_year_is_judged_by_this_years_sum() -> None:
    each_year = target(100, year=None, kind="annual")
    found = judged(each_year, "ytd(m)", known(("2025-12", 300), ("2026-01", 40)))
    assert (found.value, found.standing) == (Decimal(40), Standing.NOT_YET)
    found = judged(each_year, "ytd(m)", known(("2025-12", 300)))
    assert found.standing == Standing.UNKNOWN
    each_year.implied_year = 2025
    found = judged(each_year, "ytd(m)", known(("2025-12", 300)))
    assert (found.asked_year, found.standing) == (2025, Standing.REACHED)


def test_last_years_sum_says_nothing_of_this_years_number() -> None:
    path = ("家", (IndicatorTarget(year=2026, value=Decimal(50)),))
    old, new = ("2025-12", 300), ("2026-01", 60)
    for wanted, steps in ((target(50, year=2026), ("", ())), (target(900, year=2027), path)):
        before = judged(wanted, "ytd(m)", known(old), path=steps)
        assert (before.standing, before.known) == (Standing.UNKNOWN, None)
        assert judged(wanted, "ytd(m)", known(old, new), path=steps).standing == Standing.REACHED
        # A level is still there, and is on its way to a later year.
        assert judged(wanted, "last(m)", known(old), path=steps).standing == Standing.REACHED
    later = judged(target(900, year=2027), "ytd(m)", known(old))
    assert (later.value, later.standing) == (Decimal(300), Standing.NOT_YET)


def test_a_sum_that_is_to_stay_low_is_not_reached_in_january() -> None:
    low = target(100, year=2026, comparator="<=")
    assert judged(low, "ytd(m)", known(("2026-01", 9))).standing == Standing.NOT_YET
    assert judged(low, "last(m)", known(("2026-01", 9))).standing == Standing.REACHED


def test_values_are_compared_in_the_targets_unit() -> None:
    promised = Target(
        subject="某", comparator=">=", value=Decimal(3), unit="亿元", year=2027, kind="level"
    )
    found = judged(promised, "last(m)", known(("2026-07", 20000)), "万元")
    assert (found.value, found.standing) == (Decimal(2), Standing.NOT_YET)


def test_each_part_of_the_plan_counts_its_targets(published: PlanVersion, office: Actor) -> None:
    parts = targets_by_section(measure_plan(published), TODAY)
    assert [str(part.section.title) for part in parts][:2] == ["总体目标", "产业提升行动"]
    assert sum(len(part.targets) for part in parts) == published.targets.count()
    assert [part.tasks for part in parts][:2] == [0, 2]
    assert all(part.unknown == len(part.targets) for part in parts), "nothing is measured here"


@pytest.mark.django_db
def test_parts_of_the_citys_plan_with_data(office: Actor, august: None) -> None:
    pack = read_pack(CITIES / "yancheng")
    load_city(pack, actor=system_actor("cli"))
    version = loaded((CITIES / "yancheng" / "plan.txt").read_text("utf-8"), office)
    version = publish_version(version.pk, version.revision, actor=office)
    simulate(pack, date(2026, 8, 1), actor=system_actor("cli"))
    with CaptureQueriesContext(connection) as queries:
        parts = targets_by_section(measure_plan(version), TODAY)
    assert len(queries) <= 9, [q["sql"][:90] for q in queries]
    for part in parts:
        assert part.reached + part.not_reached + part.unknown == len(part.targets)
        assert part.known == len(part.targets) - part.unknown
    assert sum(part.known for part in parts) > 40
    assert any(part.simulated for part in parts)
    first = parts[0].targets[0]
    assert first.known is not None

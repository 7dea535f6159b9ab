"""The simulated year: repeatable, labelled, and its areas add up to the city."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shucheng.kernel.public import Observation, known_series, system_actor
from shucheng.lib.periods import Period
from shucheng.lib.workdays import is_working_day
from shucheng.plan.actions.city import load_city
from shucheng.plan.city.model import CityPack
from shucheng.plan.city.pack import read_pack
from shucheng.plan.simulation import simulate, simulated_parts, simulated_series
from shucheng.plan.tests.conftest import CITIES

UNTIL = date(2026, 7, 25)


@pytest.fixture(scope="module")
def pack() -> CityPack:
    return read_pack(CITIES / "yancheng")


@pytest.mark.django_db
def test_areas_add_up_to_the_city_and_some_report_late(pack: CityPack) -> None:
    load_city(pack, actor=system_actor("cli"))
    simulate(pack, UNTIL, actor=system_actor("cli"))
    rows = Observation.objects.values_list(
        "metric_version__metric__code", "period", "area__code", "value", "source"
    )
    parts: dict[tuple[str, str], dict[str, Decimal | None]] = defaultdict(dict)
    for metric, period, area, value, source in rows:
        assert source == "simulation"
        parts[metric, period][area] = value
    assert pack.simulation
    everyone = {share.area for share in pack.simulation.shares}
    newest = max(period for metric, period in parts if metric == "core_revenue")
    there = parts["core_revenue", newest].keys()
    assert everyone - there == {"320921", "320923", "320900-binhaigang"}, "who reports late"
    whole: Counter[str] = Counter()
    for (metric, _period), values in parts.items():
        city = values.pop("320900", None)
        if values.keys() == everyone:
            whole[metric] += 1
            assert sum(value for value in values.values() if value is not None) == city
    assert whole["core_revenue"] >= 28
    assert whole["smart_factories_advanced"] >= 8
    assert not whole["convergence_index"], "what does not add up is not divided"


@given(value=st.decimals("0.1", 100, places=1), seed=st.integers(0, 10_000))
def test_values_of_areas_have_the_citys_value_as_their_mean(value: Decimal, seed: int) -> None:
    pack = read_pack(CITIES / "yancheng")
    assert pack.simulation
    series = pack.simulation.series[0]
    rate = replace(pack.metrics[0], unit="%", measure="rate", over_areas="mean")
    parts = simulated_parts(
        series, rate, Period.parse("2025-03"), value, pack.simulation.shares, seed
    )
    found = [part for _share, part in parts]
    assert sum(found) == value * len(found)
    assert all(0 <= part <= 100 for part in found)


def test_the_same_seed_gives_the_same_numbers(pack: CityPack) -> None:
    assert pack.simulation
    series, metric = pack.simulation.series[0], pack.metrics[0]

    def run() -> list[object]:
        return [
            simulated_parts(series, metric, period, value, pack.simulation.shares, 7)
            for _code, period, value in simulated_series(series, metric, "2024-01", UNTIL, 7)
        ]

    assert run() == run()


@pytest.mark.django_db
def test_every_value_says_when_it_would_have_been_recorded(pack: CityPack) -> None:
    load_city(pack, actor=system_actor("cli"))
    simulate(pack, UNTIL, actor=system_actor("cli"))
    rows = Observation.objects.values_list("recorded_at", "period_end", "supersedes__recorded_at")
    for recorded_at, end, before in rows:
        local = timezone.localtime(recorded_at)
        assert end < local.date() <= UNTIL
        assert is_working_day(local.date())
        assert 8 <= local.hour < 18
        assert before is None or before < recorded_at
    in_order = list(Observation.objects.filter(vintage=1).order_by("pk"))
    assert in_order == sorted(in_order, key=lambda row: (row.recorded_at, row.pk))
    audited = apps.get_model("audit", "AuditEntry")._default_manager
    written = audited.filter(code="observations.recorded").values_list("recorded_at", flat=True)
    assert all(timezone.now() - moment < timedelta(hours=1) for moment in written)


@pytest.mark.django_db
def test_some_values_are_preliminary_until_they_are_settled(pack: CityPack) -> None:
    assert pack.simulation
    load_city(pack, actor=system_actor("cli"))
    simulate(pack, UNTIL, actor=system_actor("cli"))

    def known_on(day: date | None) -> dict[str, Observation]:
        areas = ["320900", *(share.area for share in pack.simulation.shares)]
        series = {area: known_series(["core_value_added"], day, area) for area in areas}
        return {
            area: row
            for area, found in series.items()
            for row in found.get("core_value_added", ())
            if row.period == "2025-Q2"
        }

    first, last = known_on(date(2025, 9, 20)), known_on(None)
    assert first.keys() == last.keys()
    assert {row.status for row in first.values()} == {"P"}
    assert {row.status for row in last.values()} == {"A"}
    assert all(first[area].value != row.value and row.note for area, row in last.items())
    for rows in (first, last):
        city = rows.pop("320900")
        assert city.value == sum(row.value or 0 for row in rows.values()), "parts follow the whole"


@pytest.mark.django_db
def test_a_later_simulation_settles_what_was_preliminary(pack: CityPack) -> None:
    load_city(pack, actor=system_actor("cli"))
    actor = system_actor("cli")
    simulate(pack, date(2025, 9, 20), actor=actor)
    assert simulate(pack, date(2025, 9, 20), actor=actor) == 0
    assert simulate(pack, UNTIL, actor=actor) > 0
    settled = Observation.objects.filter(vintage=2, period="2025-Q2")
    assert settled.exists()
    assert simulate(pack, UNTIL, actor=actor) == 0

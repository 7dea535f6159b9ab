"""Values are the same whichever way they were computed: bit by bit with each change or all at
once, from rows in this process or by the process that reads all observations."""

import random
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from shucheng.kernel.public import (
    Actor,
    Area,
    Metric,
    MetricVersion,
    Observation,
    ObservationInput,
    correct_observation,
    import_areas,
    record_observations,
    system_actor,
)
from shucheng.lib.periods import Period
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.actions.values import recompute_all
from shucheng.plan.city.pack import read_pack
from shucheng.plan.models import Binding, IndicatorValue
from shucheng.plan.queries.computed import compute
from shucheng.plan.tests.conftest import CITIES, TEXT, loaded

pytestmark = pytest.mark.django_db
JOB = system_actor("job")
CITY = "320900"
FORMULAS = {
    "since-january": "ytd(flow)",
    "growth": "yoy(ytd(flow))",
    "against-before": "growth(flow)",
    "since-start": "cumulative(flow)",
    "part": "share(parts[kind=a], city(ytd(parts)))",
    "unexplained": "flow - children(flow)",
    "inside": "city(children(cumulative(parts)))",
    "by-quarter": "share(ytd(flow), last(stand)) + share(last(stand), last(stand))",
    "days": "ytd(daily) / flow",
}
UNITS = dict.fromkeys(FORMULAS, "亿元") | dict.fromkeys(("growth", "against-before", "part"), "%")


@pytest.fixture
def city(office: Actor) -> list[str]:
    """A plan in force, formulas of every shape, and the codes of some areas."""
    import_areas(read_pack(CITIES / "yancheng").areas, actor=system_actor("cli"))
    version = loaded(TEXT, office)
    publish_version(version.pk, version.revision, actor=office)
    for code, frequency, dimensions, over in (
        ("flow", "M", {}, "sum"),
        ("parts", "M", {"kind": ["a", "b"]}, "sum"),
        ("stand", "Q", {}, "last"),
        ("daily", "D", {}, "sum"),
    ):
        metric = Metric.objects.create(code=code, name_zh=code)
        MetricVersion.objects.create(
            metric=metric, number=1, unit="亿元", measure="flow", frequency=frequency,
            area_aggregation="sum", time_aggregation=over, dimensions=dimensions,
        )  # fmt: skip
    for code, formula in FORMULAS.items():
        unit = {"days": "", "by-quarter": "%"}.get(code, UNITS[code])
        Binding.objects.create(code=code, name=code, formula=formula, unit=unit)
    return [CITY, *Area.objects.filter(parent__code=CITY).values_list("code", flat=True)[:3]]


def some(chance: random.Random, areas: list[str], metric: str) -> list[ObservationInput]:
    """A submission: one area's few periods of one metric, now and then with a gap."""
    area = chance.choice(areas)
    first = Period.parse("2024-11").shift(chance.randrange(16))
    kinds: list[dict[str, str]] = [{"kind": "a"}, {"kind": "b"}] if metric == "parts" else [{}]
    if metric == "stand":
        periods = [Period.of(first.start, "Q")]
    elif metric == "daily":
        periods = list(Period.parse(f"2025-0{chance.randint(1, 3)}").split("D"))
    else:
        periods = [first, first.next()]
    rows = []
    for period in periods:
        for kind in kinds:
            if metric == "daily" or chance.random() < 0.9:
                number = Decimal(chance.randint(-(10**6), 10**9)) / 10 ** chance.randint(0, 6)
                value = None if chance.random() < 0.05 else round(number, 4)
                rows.append(ObservationInput(metric, area, str(period), value, dimensions=kind))
    return rows


def record(chance: random.Random, areas: list[str], metric: str) -> None:
    source = chance.choice(["reported", "simulation"])
    if rows := some(chance, areas, metric):
        record_observations(rows, actor=JOB, source=source, on_change="supersede", reason="复核")


def everything() -> list[tuple[object, ...]]:
    fields = ("binding__code", "area", "period", "value", "simulated", "rests_on", "digest")
    more = ("observation_id", "recorded_at", "period_end", "engine", "pk")
    return sorted(IndicatorValue.objects.values_list(*fields, *more), key=str)


@pytest.mark.parametrize("seed", range(3))
def test_change_by_change_is_what_all_at_once_gives(
    city: list[str], office: Actor, seed: int
) -> None:
    chance = random.Random(seed)
    for month in range(1, 7):
        kinds = [
            ObservationInput("parts", CITY, f"2025-{month:02}", month, dimensions={"kind": kind})
            for kind in ("a", "b")
        ]
        record_observations(kinds, actor=JOB)
    for metric in ["flow"] * 6 + ["parts"] * 5 + ["stand"] * 4 + ["daily"] * 2 + ["flow"] * 6:
        record(chance, city, metric)
        if chance.random() < 0.3:
            head = chance.choice(Observation.objects.filter(superseded_by=None))
            correct_observation(head.pk, chance.randint(1, 999), actor=JOB, reason="复核")
    followed = everything()
    assert {row[0] for row in followed} >= {"since-january", "part", "since-start", "unexplained"}
    recompute_all(actor=office)
    assert everything() == followed, "not one row was written anew"
    IndicatorValue.objects.all().delete()
    recompute_all(actor=office)
    assert [row[:-1] for row in everything()] == [row[:-1] for row in followed]


@pytest.fixture
def filled(city: list[str]) -> list[str]:
    chance = random.Random(11)
    for metric in ["flow"] * 8 + ["parts"] * 6 + ["stand"] * 4 + ["daily"] * 2:
        record(chance, city, metric)
    # Metrics that were redefined, in a smaller and in a larger unit: both definitions have values,
    # the newest speaks.
    for metric, unit in (("flow", "万元"), ("parts", "万亿元")):
        old = MetricVersion.objects.get(metric__code=metric)
        redefine(old, unit=unit)
        for _ in range(3):
            record(chance, city, metric)
    large = ["999999999999999", "-99999999999999.9", "123456789.123456", "1000000000.00001"]
    rows = [
        ObservationInput("flow", CITY, f"2023-0{month}", value)
        for month, value in enumerate(large, 1)
    ]
    record_observations(rows, actor=JOB)
    return city


def redefine(old: MetricVersion, **facts: object) -> MetricVersion:
    fields = (
        "metric",
        "measure",
        "frequency",
        "area_aggregation",
        "time_aggregation",
        "dimensions",
    )
    kept = {name: getattr(old, name) for name in fields}
    return MetricVersion.objects.create(**{**kept, "number": old.number + 1, **facts})


@pytest.fixture
def apart(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """From the first observation on they are read by a process of its own. SQLite's tests are in
    memory: call `committed` to make the file of what is recorded so far."""
    settings.ENGINE_APART_FROM = 0
    settings.ENGINE = settings.ENGINE | {"temp_directory": str(tmp_path / "engine")}
    # Not through the kernel's door: what is behind it is exactly what is tried here.
    asking = import_module("shucheng.kernel.observations.asking")
    asked: list[object] = []
    original = asking._ask_apart

    def counted(*arguments: Any) -> Any:
        asked.append(arguments)
        return original(*arguments)

    monkeypatch.setattr(asking, "_ask_apart", counted)
    file = tmp_path / "copy.sqlite3"
    if connection.vendor == "sqlite":
        monkeypatch.setattr(asking, "_file", lambda: file)
    yield file
    assert asked
    assert not list((tmp_path / "engine").iterdir()), "nothing is left behind"


def committed(file: Path) -> None:
    if connection.vendor == "sqlite":
        file.write_bytes(connection.connection.serialize())


def test_a_process_apart_computes_what_this_one_does(
    filled: list[str], office: Actor, apart: Path
) -> None:
    stored = everything()
    committed(apart)
    recompute_all(actor=office)
    assert everything() == stored, "not one row was written anew"


def test_what_only_this_transaction_recorded_is_read_as_well(
    filled: list[str], office: Actor, apart: Path
) -> None:
    committed(apart)
    chance = random.Random(5)
    for metric in ("flow", "parts", "daily", "stand", "flow"):
        record(chance, filled, metric)
    head = Observation.objects.filter(superseded_by=None).earliest("pk")
    correct_observation(head.pk, 7, actor=JOB, reason="复核")
    stored = everything()
    recompute_all(actor=office)
    assert everything() == stored, "not one row was written anew"


def test_what_was_known_at_a_moment_is_the_same_both_ways(
    filled: list[str], settings: Any, apart: Path
) -> None:
    committed(apart)
    moment = timezone.now()
    record(random.Random(6), filled, "flow")
    bindings = list(Binding.objects.all())
    for as_of in (moment, moment - timedelta(days=1), timezone.localdate()):
        settings.ENGINE_APART_FROM = 0
        one = compute(bindings, 2025, areas=[CITY], as_of=as_of)
        settings.ENGINE_APART_FROM = 10**9
        assert one == compute(bindings, 2025, areas=[CITY], as_of=as_of)
        assert bool(one) == (as_of != moment - timedelta(days=1))


def test_only_the_rows_that_change_are_written(city: list[str]) -> None:
    first, second = city[1:3]
    rows = [
        ObservationInput("flow", area, f"2025-{month:02}", 10)
        for area in city
        for month in range(1, 7)
    ]
    record_observations(rows, actor=JOB)
    before = {row[:3]: row for row in everything()}
    [row] = Observation.objects.filter(area__code=first, period="2025-05")
    correct_observation(row.pk, 11, actor=JOB, reason="复核")
    changed = {row[:3] for row in everything() if row != before[row[:3]]}
    assert changed == {
        ("since-january", first, "2025-05"),
        ("since-january", first, "2025-06"),
        ("since-start", first, "2025-05"),
        ("since-start", first, "2025-06"),
        ("against-before", first, "2025-05"),
        ("against-before", first, "2025-06"),
        # Three of the city's counties reported: what the others hold back stays unknown, and yet
        # the value stands on other observations.
        ("unexplained", CITY, "2025-05"),
    }
    assert second not in {area for _, area, _ in changed}


def test_an_old_definitions_figures_are_read_in_the_unit_of_the_new_one(city: list[str]) -> None:
    record_observations([ObservationInput("flow", CITY, "2026-01", "3.5")], actor=JOB)
    old = MetricVersion.objects.get(metric__code="flow")
    redefine(old, unit="万元")
    record_observations([ObservationInput("flow", CITY, "2026-02", 20_000)], actor=JOB)
    binding = Binding.objects.get(code="since-january")
    values = {str(v.period): v.value for v in compute([binding], 2023, areas=[CITY])}
    assert values == {"2026-01": Decimal("3.5"), "2026-02": Decimal("5.5")}
    redefine(MetricVersion.objects.get(metric__code="flow", number=2), unit="家")
    assert compute([binding], 2023, areas=[CITY]) == [], "firms are no money"

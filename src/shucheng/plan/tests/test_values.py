"""Values follow the observations in one transaction, and can be computed again from nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shucheng.kernel.public import (
    Actor,
    Observation,
    ObservationInput,
    Role,
    correct_observation,
    record_observations,
    system_actor,
)
from shucheng.lib.periods import Period
from shucheng.plan.actions.city import load_city
from shucheng.plan.actions.values import recompute_all
from shucheng.plan.city.pack import read_pack
from shucheng.plan.models import Binding, FormulaVersion, IndicatorValue, PlanVersion
from shucheng.plan.queries.computed import (
    compute,
    metric_facts,
    metrics_of,
    observations_below,
    proven,
)
from shucheng.plan.queries.formula_words import in_words
from shucheng.plan.queries.measured import measure_plan, measured_one
from shucheng.plan.queries.promises import figure
from shucheng.plan.queries.targets import targets_now
from shucheng.plan.simulation import simulate
from shucheng.plan.tests.conftest import CITIES
from shucheng.plan.tests.test_web import client_of

CITY = "320900"
pytestmark = pytest.mark.django_db


@pytest.fixture
def city(plan_in_force: int, db: None) -> PlanVersion:
    return PlanVersion.objects.get(pk=plan_in_force)


def report(metric: str, values: dict[str, int | None], area: str = CITY) -> None:
    rows = [ObservationInput(metric, area, period, value) for period, value in values.items()]
    record_observations(rows, actor=system_actor("job"))


def value(binding: str, period: str, area: str = CITY) -> Decimal | None:
    return IndicatorValue.objects.get(binding__code=binding, area=area, period=period).value


def everything() -> list[tuple[object, ...]]:
    fields = ("binding__code", "area", "period", "value", "simulated", "rests_on", "digest")
    return sorted(IndicatorValue.objects.values_list(*fields), key=str)


def test_every_formula_of_the_city_pack_can_be_computed(city: PlanVersion) -> None:
    bindings = list(Binding.objects.all())
    facts = metric_facts({code for b in bindings for code in metrics_of(b.formula)})
    assert [b.formula for b in bindings if proven(b, facts) is None] == []


def test_a_reported_value_is_an_indicators_value_at_once(city: PlanVersion) -> None:
    report("core_revenue", {"2026-01": 180, "2026-02": 175})
    assert value("core-revenue", "2026-02") == 355
    indicator = city.indicators.get(no=1)
    assert [known.value for known in measured_one(indicator).series] == [180, 355]


def test_a_correction_moves_every_value_after_it(city: PlanVersion, office: Actor) -> None:
    report("core_revenue", {"2026-01": 180, "2026-02": 175})
    january = Observation.objects.get(period="2026-01")
    correct_observation(january.pk, 190, actor=system_actor("job"), reason="复核")
    assert value("core-revenue", "2026-01") == 190
    assert value("core-revenue", "2026-02") == 365
    before = datetime.combine(date(2020, 1, 1), datetime.min.time(), UTC)
    assert measured_one(city.indicators.get(no=1), before.date()).series == ()


def test_only_what_reads_the_metric_is_computed(city: PlanVersion) -> None:
    report("core_firms", {"2026-Q1": 1361})
    untouched = IndicatorValue.objects.get(binding__code="core-firms").pk
    report("core_revenue", {"2026-01": 180})
    assert IndicatorValue.objects.get(binding__code="core-firms").pk == untouched


def test_a_formula_over_two_metrics_and_a_growth_are_computed(city: PlanVersion) -> None:
    report("data_spaces_national", {"2026-Q1": 1})
    assert not IndicatorValue.objects.filter(binding__formula__contains="data_spaces_prov").filter(
        binding__formula__contains="+"
    )
    report("data_spaces_provincial", {"2026-Q1": 2})
    both = IndicatorValue.objects.get(
        binding__formula="ytd(data_spaces_national) + ytd(data_spaces_provincial)"
    )
    assert [both.value, both.rests_on] == [3, 2]
    report("cross_border_trade", {"2025-01": 8, "2026-01": 10})
    growth = IndicatorValue.objects.get(binding__formula="yoy(ytd(cross_border_trade))")
    assert [growth.period, growth.value] == ["2026-01", 25]


def test_nothing_stays_of_values_when_the_recording_fails(city: PlanVersion) -> None:
    class Broken(Exception):
        pass

    def broken() -> None:
        with transaction.atomic():
            report("core_revenue", {"2026-01": 180})
            assert IndicatorValue.objects.exists()
            raise Broken

    with pytest.raises(Broken):
        broken()
    assert not IndicatorValue.objects.exists()


def test_the_cache_may_be_deleted_and_nothing_is_lost(city: PlanVersion, office: Actor) -> None:
    simulate(read_pack(CITIES / "yancheng"), date(2025, 4, 1), actor=system_actor("cli"))
    stored = everything()
    assert len(stored) > 1000
    IndicatorValue.objects.all().delete()
    assert recompute_all(actor=office) == len(stored)
    assert everything() == stored


def test_as_known_today_is_what_is_stored(city: PlanVersion) -> None:
    simulate(read_pack(CITIES / "yancheng"), date(2025, 4, 1), actor=system_actor("cli"))
    assert measure_plan(city).known == measure_plan(city, as_of=date(2999, 1, 1)).known


def test_a_value_names_the_observations_below_it(city: PlanVersion) -> None:
    report("core_revenue", {"2025-12": 200, "2026-01": 180, "2026-02": 175})
    binding = Binding.objects.get(code="core-revenue")
    below = observations_below(binding, CITY, Period.parse("2026-02"), 2025)
    assert [row.period for row in below] == ["2026-01", "2026-02"]
    assert [row.value for row in below] == [180, 175]


def test_an_areas_report_leaves_the_other_areas_values_alone(city: PlanVersion) -> None:
    report("core_revenue", {"2026-01": 180})
    kept = IndicatorValue.objects.get(area=CITY).pk
    report("core_revenue", {"2026-01": 40}, area="320981")
    assert value("core-revenue", "2026-01", "320981") == 40
    assert IndicatorValue.objects.filter(pk=kept).exists()


def test_reading_all_indicators_takes_few_queries(city: PlanVersion) -> None:
    report("core_revenue", {"2026-01": 180})
    with CaptureQueriesContext(
        connection,
    ) as queries:
        measure_plan(city)
    assert len(queries) <= 6


def test_a_number_on_the_cockpit_is_the_number_that_its_explanation_gives(
    city: PlanVersion, settings: Any
) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    leader = client_of(Role.LEADER)
    pack = read_pack(CITIES / "yancheng")
    simulate(pack, date(2026, 8, 1), actor=system_actor("cli"))
    shown = targets_now(measure_plan(city), date(2026, 8, 20))
    known = [now for now in shown if now.known]
    assert len(known) > 40
    for now in known:
        address = f"/explain/target/{now.target.pk}/{now.known.period}/"
        page = leader.get(address).content.decode()
        assert f'<span class="value">{figure(now.value)}<small>' in page, now.target.subject
        assert "<mark" in page, "the sentence that asked for it"
    assert leader.get(f"/explain/target/{known[0].target.pk}/1999-01/").status_code == 404


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("ytd(core_revenue)", "规上数字经济核心产业营业收入（1月起累计）"),
        ("last(core_firms)", "规上数字经济核心产业企业数（期末数）"),
        ("core_revenue / 2", "规上数字经济核心产业营业收入 ÷ 2"),
        (
            "ytd(data_spaces_national) + cumulative(data_spaces_provincial)",
            "(新创成可信数据空间国家试点（1月起累计）)"
            " + (新创成可信数据空间省级试点（自计划首年起累计）)",
        ),
        ("not a formula", "not a formula"),
    ],
)
def test_a_formula_is_said_in_words(city: PlanVersion, formula: str, words: str) -> None:
    assert in_words(formula) == words


def test_a_changed_formula_is_a_new_version_and_the_old_one_stays(
    city: PlanVersion, office: Actor
) -> None:
    binding = Binding.objects.get(code="core-revenue")
    load_city(read_pack(CITIES / "yancheng"), actor=system_actor("cli"))
    assert [row.formula for row in binding.formulas.all()] == ["ytd(core_revenue)"]
    report("core_revenue", {"2026-01": 180, "2026-02": 175})
    pack = read_pack(CITIES / "yancheng")
    changed = tuple(
        replace(each, formula="core_revenue") if each.code == "core-revenue" else each
        for each in pack.bindings
    )
    load_city(replace(pack, bindings=changed), actor=system_actor("cli"))
    versions = [(row.number, row.formula) for row in binding.formulas.all()]
    assert versions == [(1, "ytd(core_revenue)"), (2, "core_revenue")]
    assert value("core-revenue", "2026-02") == 175
    with pytest.raises(IntegrityError), transaction.atomic():
        FormulaVersion.objects.filter(number=1).update(formula="revenue")


def test_as_known_on_a_day_the_formula_of_that_day_speaks(
    city: PlanVersion,
) -> None:
    report("core_revenue", {"2026-01": 10, "2026-02": 20})
    binding = Binding.objects.get(formula="ytd(core_revenue)")
    before = timezone.now()
    pack = read_pack(CITIES / "yancheng")
    entries = [
        replace(each, formula="2 * ytd(core_revenue)") if each.code == binding.code else each
        for each in pack.bindings
    ]
    load_city(replace(pack, bindings=tuple(entries)), actor=system_actor("cli"))
    binding.refresh_from_db()

    def last(as_of: datetime | None) -> Decimal | None:
        found = compute([binding], 2025, areas=[CITY], as_of=as_of)
        return found[-1].value

    assert [last(None), last(before), last(timezone.now())] == [60, 30, 60]
    below = observations_below(binding, CITY, Period.parse("2026-02"), 2025, before)
    assert [row.value for row in below] == [10, 20]

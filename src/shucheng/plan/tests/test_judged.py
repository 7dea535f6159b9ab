"""Indicators judged: lights that carry what they stand on, late data, ranks, as known on a day."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shucheng.kernel.public import (
    Actor,
    FigureAsked,
    Forbidden,
    Invalid,
    ObservationInput,
    record_observations,
    system_actor,
)
from shucheng.lib.periods import Period
from shucheng.plan.actions.judging import (
    decompose_over_areas,
    decompose_over_quarters,
    note_difference,
    publish_light_rule,
    set_path,
    withdraw_difference,
)
from shucheng.plan.city.pack import read_pack
from shucheng.plan.models import (
    AreaTarget,
    Decomposition,
    Indicator,
    LightRuleVersion,
    PlanVersion,
    VersionState,
)
from shucheng.plan.queries.drivers import city_against_counties, contributions
from shucheng.plan.queries.judge import judge_now_and_before, judge_plan
from shucheng.plan.queries.judged import Judged, changes
from shucheng.plan.queries.light_rules import rule_in_force, rule_versions
from shucheng.plan.queries.versions import current_version
from shucheng.plan.simulation import simulate, simulate_county_targets
from shucheng.plan.tests.conftest import CITIES

ASKED = "shucheng.plan.queries.judge.figures_asked"
CITY, DONGTAI, DAFENG = "320900", "320981", "320904"
TODAY = date(2026, 8, 20)
pytestmark = pytest.mark.django_db


@pytest.fixture
def city(plan_in_force: int, db: None) -> PlanVersion:
    return PlanVersion.objects.get(pk=plan_in_force)


def report(metric: str, values: dict[str, Any], area: str = CITY) -> None:
    rows = [ObservationInput(metric, area, period, value) for period, value in values.items()]
    record_observations(rows, actor=system_actor("job"))


def revenue(version: PlanVersion) -> Indicator:
    return version.indicators.select_related("binding").get(no=1)


def months(year: int, value: int, first: int = 1, last: int = 12) -> dict[str, int]:
    return {f"{year}-{month:02}": value for month in range(first, last + 1)}


def judged(version: PlanVersion, area: str = "", **how: Any) -> Judged:
    found = judge_plan(version, how.pop("today", TODAY), **how).of(revenue(version).code, area)
    assert found is not None
    return found


def asked(period: str, due: date, *, awaited: bool = True) -> FigureAsked:
    return FigureAsked(period, Period.parse(period).end, due, awaited)


def test_a_value_is_held_against_where_the_path_says_it_should_be(city: PlanVersion) -> None:
    report("core_revenue", months(2026, 200, last=7))
    found = judged(city)
    assert [found.period, found.value, found.target] == ["2026-07", 1400, 2600]
    assert found.expected == Decimal("1516.666667")
    assert [found.light, found.attainment, found.schedule_progress] == [
        "yellow",
        Decimal("53.85"),
        Decimal("92.31"),
    ]
    assert found.outcome.rule == rule_in_force(TODAY).rule
    assert found.pace is not None
    assert [found.pace.made, found.pace.needed, found.pace.ratio] == [200, 240, Decimal("1.20")]


def test_a_value_that_should_be_there_and_is_not_is_late_and_names_the_day(
    city: PlanVersion,
) -> None:
    report("core_revenue", months(2026, 300, last=5))
    found = judged(city, today=date(2026, 8, 20))
    assert [found.light, found.period, found.value] == ["blue", "2026-06", 1500]
    assert found.due == date(2026, 7, 28)
    assert found.known is not None
    assert found.known.period == "2026-05"
    assert judged(city, today=date(2026, 7, 28)).light == "green"


def test_a_form_that_asked_earlier_than_the_rule_makes_it_late_on_its_own_day(
    city: PlanVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    report("core_revenue", months(2026, 300, last=6))
    assert judged(city).light == "green"
    awaited = {("core_revenue", CITY): (asked("2026-07", date(2026, 8, 10)),)}
    monkeypatch.setattr(ASKED, lambda _as_of: awaited)
    found = judged(city)
    assert [found.light, found.period, found.due] == ["blue", "2026-07", date(2026, 8, 10)]
    assert judged(city, today=date(2026, 8, 10)).light == "green"


def test_a_form_that_asks_later_than_the_rule_is_waited_for(
    city: PlanVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    report("core_revenue", months(2026, 300, last=5))
    day = date(2026, 9, 10)
    awaited = [asked("2026-06", date(2026, 9, 8)), asked("2026-07", date(2026, 9, 15))]
    monkeypatch.setattr(ASKED, lambda _as_of: {("core_revenue", CITY): tuple(awaited)})
    found = judged(city, today=day)
    assert [found.light, found.period, found.due] == ["blue", "2026-06", date(2026, 9, 8)]
    assert judged(city, today=date(2026, 9, 8)).period == "2026-05"
    monkeypatch.setattr(ASKED, lambda _as_of: {})
    found = judged(city, today=day)
    assert [found.light, found.period] == ["blue", "2026-07"], "by the rule alone"


def test_a_figure_that_is_there_keeps_the_day_its_form_asked_for_it(
    city: PlanVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    report("core_revenue", months(2026, 300, last=6))
    assert judged(city).due == date(2026, 7, 28), "by the rule"
    figures = (
        asked("2026-05", date(2026, 6, 10), awaited=False),
        asked("2026-06", date(2026, 7, 14), awaited=False),
    )
    monkeypatch.setattr(ASKED, lambda _as_of: {("core_revenue", CITY): figures})
    found = judged(city)
    assert [found.light, found.period, found.due] == ["green", "2026-06", date(2026, 7, 14)]
    _now, before = judge_now_and_before(city, TODAY)
    earlier = before.of(found.indicator.code)
    assert earlier is not None
    assert [earlier.period, earlier.due] == ["2026-05", date(2026, 6, 10)]


def test_what_was_answered_without_a_value_is_held_against_its_forms_day(
    city: PlanVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    report("core_revenue", months(2026, 300, last=5))
    figures = (asked("2026-06", date(2026, 8, 14), awaited=False),)
    monkeypatch.setattr(ASKED, lambda _as_of: {("core_revenue", CITY): figures})
    assert judged(city, today=date(2026, 8, 14)).period == "2026-05"
    found = judged(city)
    assert [found.light, found.period, found.due] == ["blue", "2026-06", date(2026, 8, 14)]


def test_of_two_figures_the_first_that_is_awaited_counts_and_then_the_last(
    city: PlanVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "shucheng.plan.queries.judge.metrics_of", lambda _f: {"core_revenue", "core_profit"}
    )
    report("core_revenue", months(2026, 300, last=6))
    early, late = date(2026, 7, 14), date(2026, 8, 3)

    def given(profit: bool) -> None:
        figures = {
            ("core_revenue", CITY): (asked("2026-06", late, awaited=False),),
            ("core_profit", CITY): (asked("2026-06", early, awaited=profit),),
        }
        monkeypatch.setattr(ASKED, lambda _as_of: figures)

    given(profit=True)
    assert judged(city).due == early
    given(profit=False)
    assert judged(city).due == late


def test_what_nobody_reported_is_grey(city: PlanVersion) -> None:
    found = judged(city)
    assert [found.light, found.reason, found.period] == ["grey", "no_data", ""]


def test_the_plan_is_judged_with_few_queries_however_many_counties_report(
    city: PlanVersion, office: Actor
) -> None:
    simulate(read_pack(CITIES / "yancheng"), date(2026, 8, 1), actor=system_actor("cli"))
    assert simulate_county_targets(actor=office) > 30
    with CaptureQueriesContext(connection) as queries:
        found = judge_plan(city, TODAY)
    assert len(found.judged) > 100
    assert len(queries) <= 16
    with CaptureQueriesContext(connection) as queries:
        alone = judge_plan(city, TODAY, areas=[CITY])
    assert len(queries) <= 16
    assert [each.light for each in alone.judged] == [each.light for each in found.city]


def test_counties_have_targets_that_add_up_and_ranks_by_schedule_progress(
    city: PlanVersion, office: Actor
) -> None:
    code = revenue(city).code
    for area, before, now in ((DONGTAI, 30, 30), (DAFENG, 10, 20)):
        report("core_revenue", months(2025, before) | months(2026, now, last=7), area)
    decompose_over_areas(code, 2026, "按上年实绩分解", confirmed=True, actor=office)
    targets = {row.area: row.value for row in AreaTarget.objects.all()}
    assert targets == {DONGTAI: 1950, DAFENG: 650}
    assert Decomposition.objects.get().basis == "last_year"
    ranks = {each.area: each.rank for each in judge_plan(city, TODAY).counties(code)}
    first, second = ranks[DAFENG], ranks[DONGTAI]
    assert first is not None
    assert second is not None
    assert [first.place, first.of, first.held] == [1, 2, 6]
    assert second.place == 2
    dongtai = judged(city, DONGTAI)
    assert [dongtai.target, dongtai.light] == [1950, "red"]
    assert not dongtai.target_unconfirmed


def test_a_county_that_is_late_has_no_rank(city: PlanVersion) -> None:
    report("core_revenue", months(2026, 30, last=7), DONGTAI)
    report("core_revenue", months(2026, 20, last=4), DAFENG)
    code = revenue(city).code
    found = {each.area: each for each in judge_plan(city, TODAY).counties(code)}
    assert found[DAFENG].light == "blue"
    assert found[DAFENG].rank is None
    assert found[DONGTAI].rank is not None


def test_what_cannot_add_up_needs_a_reason(city: PlanVersion, office: Actor) -> None:
    code = revenue(city).code
    fixed = {DONGTAI: Decimal(1000), DAFENG: Decimal(1000)}
    weights = dict.fromkeys((DONGTAI, DAFENG), Decimal(1))
    with pytest.raises(Invalid) as refused:
        decompose_over_areas(code, 2026, "协商", weights=weights, fixed=fixed, actor=office)
    assert refused.value.code == "split.nothing_left"
    assert not Decomposition.objects.exists()
    stored = decompose_over_areas(
        code, 2026, "协商", weights=weights, fixed=fixed, why_not="市本级另计", actor=office
    )
    assert stored.why_not == "市本级另计"
    kept = decompose_over_areas(
        code, 2026, "协商", weights=weights, fixed={DONGTAI: Decimal(1000)}, actor=office
    )
    assert sum(part.value for part in kept.parts.all()) == 2600
    assert kept.why_not == ""


def test_a_rate_is_asked_of_every_county_alike(city: PlanVersion, office: Actor) -> None:
    rate = city.indicators.get(no=6)
    stored = decompose_over_areas(
        rate.code,
        2026,
        "同一要求",
        fixed={DONGTAI: Decimal(96), DAFENG: Decimal(95)},
        actor=office,
    )
    assert stored.why_not == "does_not_add_up"
    assert {row.value for row in stored.parts.all()} == {96, 95}


def test_quarters_add_up_to_the_year_and_bend_the_path(city: PlanVersion, office: Actor) -> None:
    code = revenue(city).code
    report("core_revenue", months(2026, 200, last=7))
    weights = {f"2026-Q{n}": Decimal(n) for n in (1, 2, 3, 4)}
    stored = decompose_over_quarters(code, 2026, "年底集中", weights=weights, actor=office)
    assert [part.value for part in stored.parts.all()] == [260, 520, 780, 1040]
    found = judged(city)
    assert [found.method, found.expected] == ["by_hand", 1040]
    assert found.light == "green"


def test_a_path_set_by_hand_ends_at_the_target(city: PlanVersion, office: Actor) -> None:
    code = revenue(city).code
    with pytest.raises(Invalid) as refused:
        set_path(code, 2026, "by_hand", {"2026-12": Decimal(2500)}, "改", actor=office)
    assert "2026-12" in refused.value.fields
    set_path(code, 2026, "by_hand", {"2026-06": Decimal(1000)}, "上半年停产检修", actor=office)
    report("core_revenue", months(2026, 200, last=6))
    assert judged(city).expected == 1000
    report("core_revenue", months(2025, 100, last=6) | months(2025, 300, first=7))
    set_path(code, 2026, "seasonal", {}, "按上年进度", actor=office)
    found = judged(city)
    assert [found.method, found.expected] == ["seasonal", 650]


def test_a_new_rule_judges_from_its_day_on_and_leaves_what_was_judged(
    city: PlanVersion, office: Actor, liaison: Actor
) -> None:
    report("core_revenue", months(2026, 200, last=7))
    how = {"late_after_days": 0, "due_working_days": 20, "since": date(2026, 8, 1)}
    with pytest.raises(Forbidden):
        publish_light_rule(Decimal(90), Decimal(80), reason="放宽", actor=liaison, **how)
    publish_light_rule(Decimal(90), Decimal(80), reason="放宽", actor=office, **how)
    assert [each.rule.version for each in rule_versions()] == [2, 1]
    assert judged(city).light == "green"
    assert judged(city).outcome.rule.version == 2
    assert judged(city, today=date(2026, 7, 31)).outcome.rule.version == 1
    with pytest.raises(Invalid):
        publish_light_rule(Decimal(80), Decimal(90), reason="错", actor=office, **how)
    with pytest.raises(IntegrityError), transaction.atomic():
        LightRuleVersion.objects.update(green=50)


def test_judged_as_known_on_a_day_nothing_later_counts(city: PlanVersion, office: Actor) -> None:
    report("core_revenue", months(2026, 200, last=7))
    today = timezone.localdate()
    assert judged(city, as_of=today).value == judged(city).value
    long_ago = judge_plan(city, TODAY, as_of=date(2020, 1, 1))
    assert {each.light for each in long_ago.judged} == {"grey"}
    set_path(revenue(city).code, 2026, "by_hand", {"2026-06": Decimal(1)}, "改", actor=office)
    assert judged(city).method == "by_hand"
    assert judged(city, as_of=date(2020, 1, 1)).method is None


def test_as_known_on_a_day_the_plan_of_that_day_is_in_force(city: PlanVersion) -> None:
    def published(day: int) -> datetime:
        return datetime(2026, 3, day, tzinfo=UTC)

    PlanVersion.objects.filter(pk=city.pk).update(
        state=VersionState.SUPERSEDED, published_at=published(1)
    )
    revised = PlanVersion.objects.create(
        plan=city.plan,
        number=2,
        state=VersionState.PUBLISHED,
        source=city.source,
        published_at=published(9),
    )
    on = {day: current_version(date(2026, 3, day)) for day in (1, 8, 9)}
    assert on == {1: city, 8: city, 9: revised}
    assert current_version() == revised
    assert current_version(date(2025, 1, 1)) == city, "before any, the first one"


def test_what_changed_since_the_period_before_starts_with_the_lights(city: PlanVersion) -> None:
    report("core_revenue", months(2026, 220, last=6) | {"2026-07": 150})
    now, before = judge_now_and_before(city, TODAY)
    found = changes(now, before)
    assert [each.now.indicator.no for each in found] == [1]
    assert [found[0].light_changed, found[0].change] == [True, 150]
    assert found[0].before is not None
    assert [found[0].before.light, found[0].now.light] == ["green", "yellow"]


def test_the_counties_contributions_are_the_citys_whole_change(city: PlanVersion) -> None:
    simulate(read_pack(CITIES / "yancheng"), date(2026, 8, 1), actor=system_actor("cli"))
    found = contributions(revenue(city), "2026-06", "2025-06")
    assert found.method == "sum"
    assert len(found.parts) > 8
    assert sum(part.value for part in found.parts) == found.change
    index = contributions(city.indicators.get(no=7), "2026-Q1", "2025-Q1")
    assert not index.parts
    assert index.why_not


def test_a_difference_is_explained_by_name_or_shown_as_unexplained(
    city: PlanVersion, office: Actor
) -> None:
    indicator = revenue(city)
    report("core_revenue", {"2026-01": 100})
    report("core_revenue", {"2026-01": 60}, DONGTAI)
    report("core_revenue", {"2026-01": 30}, DAFENG)
    found = city_against_counties(indicator, "2026-01")
    assert [found.city, found.counties, found.difference, found.unexplained] == [100, 90, 10, 10]
    note = note_difference(
        indicator.code, "市本级", "市直企业不分县", "2026-01", amount=Decimal(7), actor=office
    )
    assert city_against_counties(indicator, "2026-01").unexplained == 3
    assert city_against_counties(indicator, "2025-12").notes == ()
    withdraw_difference(note.pk, "并入县区", actor=office)
    assert city_against_counties(indicator, "2026-01").unexplained == 10
    with pytest.raises(Invalid) as refused:
        note_difference(indicator.code, "", "", "2026-13", actor=office)
    assert set(refused.value.fields) == {"name", "reason", "since"}


def test_what_a_column_cannot_hold_is_refused_and_never_cut(
    city: PlanVersion, office: Actor
) -> None:
    code = revenue(city).code
    with pytest.raises(Invalid) as refused:
        note_difference(code, "名" * 101, "市直", "2026-03", until="2026-02", actor=office)
    assert set(refused.value.fields) == {"name", "until"}
    assert "100" in refused.value.fields["name"]
    note = note_difference(code, "名" * 100, "市直", "2026-Q1", until="2026-02", actor=office)
    assert note.name == "名" * 100
    report("core_revenue", months(2025, 30), DONGTAI)
    with pytest.raises(Invalid) as refused:
        decompose_over_areas(code, 2026, "协商", why_not="因" * 301, actor=office)
    assert set(refused.value.fields) == {"why_not"}

"""What is released is a decision, and only that is shown: now, or as it was known on a day."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from shucheng.kernel.public import (
    ANONYMOUS,
    SIMULATION,
    Actor,
    Forbidden,
    Invalid,
    NotFound,
    Observation,
    Role,
    correct_observation,
)
from shucheng.plan.models import Binding, DutyRole, Indicator
from shucheng.plan.open_data.actions import release_indicator, withdraw_indicator
from shucheng.plan.open_data.models import Release
from shucheng.plan.open_data.queries import choices, published, state
from shucheng.plan.open_data.tests.conftest import CLI, OFFICE, report

pytestmark = pytest.mark.django_db
LIAISON = Actor(None, "li", frozenset({Role.LIAISON}))


def release(**facts: Any) -> Release:
    facts = {"licence": "CC-BY-4.0", "reason": "联席会议纪要", "actor": OFFICE, **facts}
    return release_indicator("core-revenue", **facts)


def shown(as_of: date | None = None) -> dict[tuple[str, str], str]:
    """(area, period) → value, of everything that is published."""
    data = published(actor=LIAISON, as_of=as_of)
    return {(s.area, v.period): str(v.value) for s in data.series for v in s.values}


def correct(value: int) -> None:
    row = Observation.objects.get(period="2025-02", area__code="320900")
    correct_observation(row.pk, value, actor=CLI, reason="复核")


def test_nothing_is_shown_before_it_is_released(city: Binding) -> None:
    data = published(actor=LIAISON)
    assert (data.indicators, data.series) == ((), ())
    with pytest.raises(NotFound):
        published(actor=LIAISON, indicators=("core-revenue",))


def test_a_released_indicator_is_shown_with_what_describes_it(city: Binding) -> None:
    release(note="初步数")
    data = published(actor=LIAISON)
    [indicator] = data.indicators
    assert indicator.name.localised() == {"zh": "核心产业营业收入", "en": "Core revenue"}
    assert indicator.definition.zh == "规模以上企业营业收入"
    assert indicator.formula.en == "Revenue, since January"
    assert indicator.formula.zh.startswith("营业收入")
    assert (indicator.unit, indicator.frequency, indicator.note) == ("亿元", "M", "初步数")
    assert (indicator.licence, data.agency) == ("CC-BY-4.0", "CN_320900")
    assert shown() == {
        ("320900", "2025-01"): "100.000000",
        ("320900", "2025-02"): "210.000000",
        ("320902", "2025-01"): "30.000000",
    }


def test_a_release_may_be_for_some_areas_and_from_a_period_on(city: Binding) -> None:
    release(areas=["320900"], from_period="2025-02")
    assert set(shown()) == {("320900", "2025-02")}
    release(areas=["320902"])
    assert set(shown()) == {("320902", "2025-01")}


def test_what_is_withdrawn_is_gone_for_every_day(city: Binding) -> None:
    release()
    withdraw_indicator("core-revenue", reason="口径调整", actor=OFFICE)
    assert shown() == {}
    assert shown(timezone.localdate()) == {}
    assert [each.released for each in Release.objects.order_by("number")] == [True, False]
    with pytest.raises(Invalid):
        withdraw_indicator("core-revenue", reason="again", actor=OFFICE)


def test_an_earlier_day_gives_what_was_known_then(city: Binding) -> None:
    release()
    correct(150)
    report({"2025-03": 40})
    assert shown()["320900", "2025-02"] == "250.000000"
    assert shown(timezone.localdate()) == shown()
    then = shown(date(2026, 2, 1))
    assert then["320900", "2025-02"].rstrip("0") == "210."
    assert ("320900", "2025-03") not in then
    assert shown(date(2026, 1, 1)) == {}


def test_a_later_day_is_refused(city: Binding) -> None:
    with pytest.raises(Invalid):
        published(actor=LIAISON, as_of=timezone.localdate() + timedelta(days=1))


def test_a_value_that_rests_on_a_made_up_one_says_so(city: Binding) -> None:
    release()
    report({"2025-03": 40}, source=SIMULATION)
    data = published(actor=LIAISON)
    marks = {(s.area, v.period): v.source for s in data.series for v in s.values}
    assert marks["320900", "2025-03"] == "simulation"
    assert marks["320900", "2025-02"] == "observed"
    assert data.simulated


def test_what_is_provisional_or_missing_says_so(city: Binding) -> None:
    release()
    row = Observation.objects.get(period="2025-01", area__code="320902")
    correct_observation(row.pk, 31, actor=CLI, reason="初步", status="P")
    report({"2025-03": None})
    data = published(actor=LIAISON)
    marks = {(s.area, v.period): v.status for s in data.series for v in s.values}
    assert marks["320902", "2025-01"] == "P"
    assert marks.get(("320900", "2025-03"), "O") == "O"
    assert marks["320900", "2025-02"] == "A"


def test_the_state_changes_with_every_release_and_every_figure(city: Binding) -> None:
    seen = [state()]
    release()
    seen.append(state())
    correct(150)
    seen.append(state())
    withdraw_indicator("core-revenue", reason="r", actor=OFFICE)
    seen.append(state())
    assert len(set(seen)) == len(seen)
    assert state() == state()


@pytest.mark.parametrize(
    "facts",
    [
        {"reason": " "},
        {"licence": "none"},
        {"areas": ["999999"]},
        {"from_period": "last year"},
    ],
)
def test_a_decision_that_is_not_complete_is_refused(city: Binding, facts: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        release(**facts)
    assert set(refused.value.fields) == set(facts)
    assert not Release.objects.exists()


@pytest.mark.parametrize("role", [Role.LIAISON, Role.LEADER, Role.ADMINISTRATOR])
def test_nobody_but_the_plan_office_decides(city: Binding, role: Role) -> None:
    actor = Actor(None, "x", frozenset({role}))
    with pytest.raises(Forbidden):
        release(actor=actor)
    with pytest.raises(Forbidden):
        choices(actor=actor)


def test_a_decision_is_never_changed_or_deleted(city: Binding) -> None:
    made = release()
    for change in (made.delete, lambda: Release.objects.update(released=False)):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.parametrize("opened", [True, False])
def test_strangers_read_only_where_the_setting_says_so(
    city: Binding, settings: Any, opened: bool
) -> None:
    settings.OPEN_DATA = opened
    release()
    if opened:
        assert published(actor=ANONYMOUS).series
    else:
        with pytest.raises(Forbidden):
            published(actor=ANONYMOUS)


def test_everybody_who_leads_is_named_in_the_plans_order(city: Binding) -> None:
    indicator = Indicator.objects.filter(binding=None).order_by("no").first()
    assert indicator is not None
    Indicator.objects.filter(pk=indicator.pk).update(binding=city)
    indicator.duties.filter(role=DutyRole.LEAD).delete()
    for position, name in enumerate(("市工信局", "市统计局")):
        indicator.duties.create(
            version=indicator.version, name=name, role=DutyRole.LEAD, position=position
        )
    release()
    assert published(actor=LIAISON).indicators[0].organisation.localised() == {
        "zh": "市工信局、市统计局",
        "en": "市工信局、市统计局",
    }

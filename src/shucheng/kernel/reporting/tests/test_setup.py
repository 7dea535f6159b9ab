"""The plan office looks after forms and rules: what changes, for whom, and what never does."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from shucheng.kernel.actor import Role
from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.errors import Forbidden, Invalid
from shucheng.kernel.observations.actions.metrics import import_metrics
from shucheng.kernel.reporting.actions.form_setup import (
    FormChanges,
    add_metric,
    change_form,
    end_line,
    require_line,
    restore_form,
    retire_form,
)
from shucheng.kernel.reporting.actions.forms import generate_forms, import_reporting
from shucheng.kernel.reporting.actions.obligations import open_obligations
from shucheng.kernel.reporting.actions.rules import change_rule, confirm_rule
from shucheng.kernel.reporting.errors import Stale
from shucheng.kernel.reporting.inputs import FormSettings, ReportingSettings, RuleSettings
from shucheng.kernel.reporting.models import Form, Obligation, Rule, SetupEvent
from shucheng.kernel.reporting.queries.rules import rule_page, rule_rows
from shucheng.kernel.reporting.queries.setup import form_setup
from shucheng.kernel.reporting.queries.sheets import problems_of, sheet_of
from shucheng.kernel.reporting.tests.conftest import SYSTEM, City, metric

pytestmark = pytest.mark.django_db
CODE = "industry-m-area"
WHY = "Decided at the meeting of 12 August."


def form() -> Form:
    return Form.objects.get(code=CODE)


def changes(**more: object) -> FormChanges:
    now = form()
    facts = FormChanges(now.name_zh, now.name_en, now.due_days, now.publish_apart, now.unconfirmed)
    return replace(facts, **more)


def keys(city: City, period: str = "2026-07") -> list[str]:
    return [cell.key for cell in sheet_of(city.owed(period=period).pk, actor=SYSTEM).cells]


def test_new_due_days_hold_for_tasks_opened_from_now_on(city: City) -> None:
    before = city.owed().due_on
    change_form(CODE, changes(due_days=3), WHY, revision=1, actor=city.office)
    assert city.owed().due_on == before
    open_obligations(actor=SYSTEM, until=date(2026, 9, 1))
    assert city.owed(period="2026-08").due_on == date(2026, 9, 3)
    (event,) = form_setup(form(), actor=city.liaison).events
    assert (event.before, event.after) == ({"due_days": 10}, {"due_days": 3})
    assert (event.reason, event.person_name) == (WHY, city.office.name)
    assert AuditEntry.objects.filter(code="reporting.form.changed").count() == 1


def test_the_slower_of_two_officers_overwrites_nothing(city: City) -> None:
    change_form(CODE, changes(due_days=3), WHY, revision=1, actor=city.office)
    with pytest.raises(Stale) as told:
        change_form(CODE, changes(due_days=8), "Mine.", revision=1, actor=city.second)
    assert city.office.name in told.value.message
    with pytest.raises(Stale):
        retire_form(CODE, "Mine.", revision=1, actor=city.second)
    assert (form().due_days, form().revision) == (3, 2)
    assert SetupEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"due_days": None}, "due_days"),
        ({"due_days": 201}, "due_days"),
        ({"name_zh": " "}, "name_zh"),
    ],
)
def test_what_is_no_form_is_not_stored(city: City, wrong: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as told:
        change_form(CODE, changes(**wrong), WHY, revision=1, actor=city.office)
    assert field in told.value.fields
    assert form().revision == 1


def test_a_change_needs_a_reason_and_something_that_changes(city: City) -> None:
    with pytest.raises(Invalid):
        change_form(CODE, changes(due_days=3), " ", revision=1, actor=city.office)
    with pytest.raises(Invalid):
        change_form(CODE, changes(), WHY, revision=1, actor=city.office)
    assert not SetupEvent.objects.exists()


def test_only_the_plan_office_changes_forms_and_rules(city: City) -> None:
    line = form().lines.first()
    rule = RuleSettings("jump:trade", "jump", "error", {"metric": "trade"})
    for who in (city.liaison, city.department, city.reporter):
        with pytest.raises(Forbidden):
            change_form(CODE, changes(due_days=3), WHY, revision=1, actor=who)
        with pytest.raises(Forbidden):
            retire_form(CODE, WHY, revision=1, actor=who)
        with pytest.raises(Forbidden):
            require_line(CODE, line.pk, False, WHY, revision=1, actor=who)
        with pytest.raises(Forbidden):
            end_line(CODE, line.pk, date(2026, 9, 1), WHY, revision=1, actor=who)
        with pytest.raises(Forbidden):
            add_metric(CODE, "trade", date(2026, 9, 1), WHY, revision=1, actor=who)
        with pytest.raises(Forbidden):
            change_rule(rule, 0, WHY, actor=who)


def test_a_retired_form_opens_nothing_and_what_is_open_can_be_finished(city: City) -> None:
    retire_form(CODE, WHY, revision=1, actor=city.office)
    open_obligations(actor=SYSTEM, until=date(2026, 9, 1))
    assert not Obligation.objects.filter(form__code=CODE, period="2026-08").exists()
    assert city.published().state == "published"
    # Neither generating nor loading a pack puts it back.
    generate_forms(actor=SYSTEM)
    assert form().retired_at is not None
    restore_form(CODE, "Needed after all.", revision=2, actor=city.office)
    open_obligations(actor=SYSTEM, until=date(2026, 9, 1))
    assert Obligation.objects.filter(form__code=CODE, period="2026-08").count() == 2


def test_a_line_that_may_be_left_out_is_no_error_at_once(city: City) -> None:
    owed = city.owed()
    line = form().lines.get(metric__code="trade")
    assert "trade" in {p.key for p in problems_of(owed.pk, actor=city.liaison)}
    require_line(CODE, line.pk, False, WHY, revision=1, actor=city.office)
    assert "trade" not in {p.key for p in problems_of(owed.pk, actor=city.liaison)}


def test_an_ended_line_is_asked_no_longer_and_generating_does_not_bring_it_back(
    city: City,
) -> None:
    line = form().lines.get(metric__code="trade")
    end_line(CODE, line.pk, date(2026, 6, 30), WHY, revision=1, actor=city.office)
    assert keys(city, "2026-06") == ["revenue", "trade"]
    assert keys(city, "2026-07") == ["revenue"]
    generate_forms(actor=SYSTEM)
    assert keys(city, "2026-07") == ["revenue"]


def test_what_was_handed_in_keeps_its_lines(city: City) -> None:
    city.handed_in(period="2026-07")
    line = form().lines.get(metric__code="trade")
    with pytest.raises(Invalid) as told:
        end_line(CODE, line.pk, date(2026, 7, 30), WHY, revision=1, actor=city.office)
    assert "2026-07-31" in told.value.fields["last_day"]
    end_line(CODE, line.pk, date(2026, 7, 31), WHY, revision=1, actor=city.office)
    assert keys(city, "2026-07") == ["revenue", "trade"]


def test_a_metric_that_no_form_asks_for_is_added_from_a_day_on(city: City) -> None:
    line = form().lines.get(metric__code="trade")
    with pytest.raises(Invalid):
        add_metric(CODE, "trade", date(2026, 8, 1), WHY, revision=1, actor=city.office)
    end_line(CODE, line.pk, date(2026, 6, 30), WHY, revision=1, actor=city.office)
    found = [each.code for each in form_setup(form(), actor=city.office).candidates]
    assert found == ["trade"]
    with pytest.raises(Invalid) as told:
        add_metric(CODE, "trade", date(2026, 6, 1), WHY, revision=2, actor=city.office)
    assert "first_day" in told.value.fields
    add_metric(CODE, "trade", date(2026, 7, 1), WHY, required=False, revision=2, actor=city.office)
    assert keys(city, "2026-07") == ["revenue", "trade"]
    generate_forms(actor=SYSTEM)
    assert keys(city, "2026-07") == ["revenue", "trade"]


def test_a_metric_of_another_frequency_or_without_areas_does_not_fit(city: City) -> None:
    import_metrics([metric("whole", by_area=False, area_aggregation="none")], actor=SYSTEM)
    for code in ("firms", "share", "whole", "nothing"):
        with pytest.raises(Invalid) as told:
            add_metric(CODE, code, date(2026, 8, 1), WHY, revision=1, actor=city.office)
        assert "metric" in told.value.fields


def test_a_pack_that_is_loaded_again_leaves_what_the_office_set(city: City) -> None:
    rule = RuleSettings("jump:trade", "jump", "warning", {"metric": "trade", "percent": 30})
    settings = ReportingSettings(
        forms=(FormSettings("industry", "M", "area", due_days=12),), rules=(rule,)
    )
    import_reporting(settings, actor=SYSTEM)
    assert form().due_days == 12
    change_form(CODE, changes(due_days=3), WHY, revision=1, actor=city.office)
    wanted = replace(rule, severity="error")
    change_rule(wanted, 1, WHY, actor=city.office)
    import_reporting(settings, actor=SYSTEM)
    assert form().due_days == 3
    assert Rule.objects.filter(code="jump:trade").count() == 2
    # A form that nobody touched follows the pack.
    other = replace(settings, forms=(FormSettings("industry", "Q", "city", due_days=9),))
    import_reporting(other, actor=SYSTEM)
    assert Form.objects.get(code="industry-q-city").due_days == 9


def test_a_new_version_of_a_usual_rule_holds_at_once_with_its_reason(city: City) -> None:
    made = city.draft(revenue="40", trade="2")
    owed = made.obligation_id
    assert problems_of(owed, actor=city.liaison) == []
    wanted = RuleSettings("range:trade", "range", "error", {"metric": "trade", "most": "1"})
    stored = change_rule(wanted, 0, WHY, actor=city.office)
    assert stored.number == 1
    (problem,) = problems_of(owed, actor=city.liaison)
    assert (problem.code, problem.severity) == ("above_most", "error")
    page = rule_page("range:trade", actor=city.liaison)
    assert [each.number for each in page.versions] == [1, 0]
    assert (page.row.by, page.row.reason) == (city.office.name, WHY)
    assert [each.code for each in page.forms] == ["industry-m-area", "industry-m-city"]
    assert page.tasks == 9


def test_a_rule_is_taken_back_and_holds_again(city: City) -> None:
    made = city.draft(trade="-1")
    usual = RuleSettings("range:trade", "range", "error", {"metric": "trade", "least": "0"})
    change_rule(replace(usual, active=False), 0, WHY, actor=city.office)
    assert problems_of(made.obligation_id, actor=city.liaison) == []
    assert [row.rule.code for row in rule_rows(actor=SYSTEM) if not row.active] == ["range:trade"]
    change_rule(usual, 1, "It was right.", actor=city.office)
    assert len(problems_of(made.obligation_id, actor=city.liaison)) == 1


def test_an_assumed_rule_is_confirmed(city: City) -> None:
    given = RuleSettings("s", "sum", "warning", {"total": "revenue", "parts": ["trade"]})
    import_reporting(ReportingSettings(rules=(replace(given, unconfirmed=True),)), actor=SYSTEM)
    confirm_rule("s", 1, WHY, actor=city.office)
    row = next(row for row in rule_rows(actor=SYSTEM) if row.rule.code == "s")
    assert (row.number, row.unconfirmed, row.rule.kind) == (2, False, "sum")
    with pytest.raises(Invalid):
        confirm_rule("s", 2, WHY, actor=city.office)


def test_of_two_versions_of_a_rule_at_once_one_is_told(city: City) -> None:
    wanted = RuleSettings("jump:trade", "jump", "error", {"metric": "trade"})
    change_rule(wanted, 0, WHY, actor=city.office)
    with pytest.raises(Stale) as told:
        change_rule(replace(wanted, severity="warning"), 0, "Mine.", actor=city.second)
    assert city.office.name in told.value.message
    assert Rule.objects.filter(code="jump:trade").count() == 1


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"least": "many"}, "least"),
        ({"least": "5", "most": "1"}, "most"),
        ({"percent": "5"}, "percent"),
    ],
)
def test_what_is_no_rule_is_not_stored(city: City, params: dict[str, str], field: str) -> None:
    wanted = RuleSettings("range:trade", "range", "error", {"metric": "trade", **params})
    with pytest.raises(Invalid) as told:
        change_rule(wanted, 0, WHY, actor=city.office)
    assert field in told.value.fields
    with pytest.raises(Invalid):
        change_rule(
            replace(wanted, params={"metric": "trade", "least": "0.0", "most": None}),
            0,
            WHY,
            actor=city.office,
        )
    assert not Rule.objects.filter(code="range:trade").exists()


def test_the_history_cannot_be_rewritten(city: City) -> None:
    retire_form(CODE, WHY, revision=1, actor=city.office)
    with pytest.raises(IntegrityError), transaction.atomic():
        SetupEvent.objects.update(reason="another")
    with pytest.raises(IntegrityError), transaction.atomic():
        SetupEvent.objects.all().delete()


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR])
def test_everybody_inside_reads_forms_and_rules(city: City, role: Role) -> None:
    reader = replace(city.liaison, roles=frozenset({role}))
    assert form_setup(form(), actor=reader).candidates == ()
    assert rule_rows(actor=reader)

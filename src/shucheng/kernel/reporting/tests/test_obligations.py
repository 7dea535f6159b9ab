"""Forms made from metrics, who owes what by when, extensions, what is late."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from tests.records import make_area, make_organisation

from shucheng.kernel.actor import Role
from shucheng.kernel.errors import Conflict, Forbidden, Invalid
from shucheng.kernel.identity.models import Area, Organisation
from shucheng.kernel.observations.actions.metrics import define_metric_version
from shucheng.kernel.observations.models import Metric
from shucheng.kernel.reporting.actions.forms import generate_forms, import_reporting
from shucheng.kernel.reporting.actions.obligations import (
    ask_extension,
    decide_extension,
    open_obligations,
)
from shucheng.kernel.reporting.engine.standing import due, standing
from shucheng.kernel.reporting.inputs import FormSettings, ReportingSettings, RuleSettings
from shucheng.kernel.reporting.jobs import open_due
from shucheng.kernel.reporting.models import ExtensionEvent, Form, FormLine, Obligation, Rule
from shucheng.kernel.reporting.queries.lists import (
    extension_requests,
    forms,
    matrix,
    obligation_row,
    obligations_of,
)
from shucheng.kernel.reporting.queries.sheets import sheet_of
from shucheng.kernel.reporting.tests.conftest import SYSTEM, TODAY, City, metric
from shucheng.lib.periods import Period


def lines(form: str) -> list[str]:
    found = FormLine.objects.select_related("metric").filter(form__code=form, last_day__isnull=True)
    return [line.key for line in found.order_by("position")]


# Pure: how an obligation stands.

DUE = date(2026, 8, 14)


def test_nothing_begun_is_overdue_from_the_day_after_the_due_day() -> None:
    assert not standing(DUE, DUE, ()).overdue
    assert standing(DUE, date(2026, 8, 15), ()).overdue


def test_a_draft_and_a_returned_sheet_are_overdue_as_well() -> None:
    for state in ("draft", "returned"):
        assert standing(DUE, TODAY, ((state, "", DUE),)).overdue


def test_handed_in_after_the_due_day_is_late_for_good() -> None:
    late = standing(DUE, TODAY, (("submitted", "department", date(2026, 8, 17)),))
    assert (late.overdue, late.late) == (False, True)
    assert standing(DUE, TODAY, (("published", "", date(2026, 8, 17)),)).late
    assert not standing(DUE, TODAY, (("published", "", DUE),)).late


def test_a_correction_does_not_take_back_what_is_published() -> None:
    both = standing(DUE, TODAY, (("published", "", DUE), ("returned", "", TODAY)))
    assert (both.word, both.correcting, both.overdue) == ("published", "returned", False)
    dropped = standing(DUE, TODAY, (("published", "", DUE), ("dropped", "", TODAY)))
    assert dropped.correcting == ""


def test_working_days_count_and_a_year_nobody_announced_is_said_to_be_provisional() -> None:
    # National Day week of 2025: 1 to 8 October off, 11 October worked.
    assert due(Period.parse("2025-09"), 3).day == date(2025, 10, 11)
    assert not due(Period.parse("2025-09"), 3).provisional
    assert due(Period.parse("2049-09"), 3).provisional


# Forms and obligations.


@pytest.mark.django_db
def test_forms_are_made_from_owner_frequency_and_who_reports(city: City) -> None:
    assert {form.code: lines(form.code) for form in forms(actor=city.liaison)} == {
        "industry-m-city": ["revenue", "trade"],
        "industry-m-area": ["revenue", "trade"],
        "industry-q-city": ["share", "firms"],
        "industry-q-area": ["firms"],
    }


@pytest.mark.django_db
def test_making_them_again_changes_nothing(city: City) -> None:
    again = generate_forms(actor=SYSTEM)
    assert (again.forms, again.lines, again.retired) == (0, 0, 0)


@pytest.mark.django_db
def test_a_new_metric_is_asked_from_the_running_period_on(city: City) -> None:
    from shucheng.kernel.observations.actions.metrics import import_metrics

    import_metrics([metric("exports")], actor=SYSTEM)
    assert generate_forms(actor=SYSTEM).lines == 2
    old = sheet_of(city.owed().pk, actor=city.liaison)
    assert [cell.key for cell in old.cells] == ["revenue", "trade"]
    open_obligations(actor=SYSTEM, until=date(2026, 9, 1))
    new = sheet_of(city.owed(period="2026-08").pk, actor=city.liaison)
    assert [cell.key for cell in new.cells] == ["revenue", "trade", "exports"]


@pytest.mark.django_db
def test_a_metric_that_is_gone_is_retired_and_what_was_asked_stays(city: City) -> None:
    Metric.objects.filter(code="trade").update(origin="imported")
    assert generate_forms(actor=SYSTEM).retired == 2
    assert [cell.key for cell in sheet_of(city.owed().pk, actor=city.liaison).cells] == [
        "revenue",
        "trade",
    ]
    open_obligations(actor=SYSTEM, until=date(2026, 9, 1))
    newer = sheet_of(city.owed(period="2026-08").pk, actor=city.liaison)
    assert [cell.key for cell in newer.cells] == ["revenue"]


@pytest.mark.django_db
def test_a_metric_of_another_frequency_moves_to_the_other_form(city: City) -> None:
    define_metric_version(
        metric("trade", frequency="Q"), reason="Quarterly from now on.", actor=city.office
    )
    generate_forms(actor=SYSTEM)
    assert lines("industry-m-area") == ["revenue"]
    assert lines("industry-q-area") == ["trade", "firms"] or lines("industry-q-area") == [
        "firms",
        "trade",
    ]


@pytest.mark.django_db
def test_dimensions_make_a_cell_for_each_combination(city: City) -> None:
    from shucheng.kernel.observations.actions.metrics import import_metrics

    import_metrics(
        [metric("staff", unit="人", dimensions={"size": ("large", "small"), "sex": ("f", "m")})],
        actor=SYSTEM,
    )
    generate_forms(actor=SYSTEM)
    assert lines("industry-m-area")[2:] == [
        "staff|sex=f;size=large",
        "staff|sex=f;size=small",
        "staff|sex=m;size=large",
        "staff|sex=m;size=small",
    ]


@pytest.mark.django_db
def test_every_organisation_owes_every_finished_period_once(city: City) -> None:
    owed = obligations_of(actor=city.liaison)
    assert [(row.obligation.form.code, row.obligation.period) for row in owed] == [
        ("industry-m-area", "2026-05"),
        ("industry-m-area", "2026-06"),
        ("industry-q-area", "2026-Q2"),
        ("industry-m-area", "2026-07"),
    ]
    assert open_obligations(actor=SYSTEM) == 0
    assert owed[3].obligation.due_on == date(2026, 8, 14)


@pytest.mark.django_db
def test_past_periods_are_opened_on_demand(city: City) -> None:
    count = open_obligations(actor=city.office, first="2026-03", forms=["industry-m-area"])
    assert count == 4
    with pytest.raises(Forbidden):
        open_obligations(actor=city.liaison)


@pytest.mark.django_db
def test_the_clock_opens_what_is_due_and_writes_nothing_where_nothing_is(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shucheng.kernel.audit.models import AuditEntry

    before = AuditEntry.objects.count()
    assert open_due({}, actor=SYSTEM, progress=None) == {"opened": 0}
    assert AuditEntry.objects.count() == before
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2026, 9, 1))
    assert open_due({}, actor=SYSTEM, progress=None) == {"opened": 3}


@pytest.mark.django_db
def test_a_due_day_over_an_unannounced_year_is_reckoned_anew_once_it_is_known(city: City) -> None:
    owed = city.owed()
    Obligation.objects.filter(pk=owed.pk).update(due_on=date(2026, 8, 17), provisional=True)
    open_due({}, actor=SYSTEM, progress=None)
    owed.refresh_from_db()
    assert (owed.due_on, owed.provisional) == (date(2026, 8, 14), False)


@pytest.mark.django_db
def test_the_matrix_shows_who_reported_what(city: City) -> None:
    city.published()
    city.draft("yandu")
    shown = matrix("industry-m-area", actor=city.office)
    assert shown.periods == ("2026-05", "2026-06", "2026-07")
    words = {
        owed.organisation.code: [cell.standing.word for cell in cells] for owed, cells in shown.rows
    }
    # A draft is its organisation's own business.
    assert words == {"tinghu": ["open", "open", "published"], "yandu": ["open"] * 3}
    assert [cell.standing.overdue for cell in shown.rows[1][1]] == [True, True, True]


@pytest.mark.django_db
def test_a_county_that_came_later_owes_from_then_on(city: City) -> None:
    new = make_organisation(
        "new", kind=Organisation.Kind.FUNCTIONAL_ZONE, area=make_area("320900-zone")
    )
    open_obligations(actor=SYSTEM)
    assert Obligation.objects.filter(organisation=new).exists()


@pytest.mark.django_db
def test_one_organisation_gives_the_values_of_an_area(city: City) -> None:
    zone = Organisation.Kind.FUNCTIONAL_ZONE
    inside = make_organisation("park", kind=zone, area=Area.objects.get(code="320902"))
    whole = make_organisation("trial", kind=zone, area=Area.objects.get(code="320900"))
    open_obligations(actor=SYSTEM, until=date(2026, 9, 1))
    assert not Obligation.objects.filter(organisation__in=[inside, whole]).exists()


# Extensions.


@pytest.mark.django_db
def test_an_extension_that_is_granted_moves_the_due_day(city: City) -> None:
    owed = city.owed()
    asked = ask_extension(owed.pk, date(2026, 8, 28), "Two firms moved.", actor=city.liaison)
    assert [each.pk for each in extension_requests(actor=city.department)] == [asked.pk]
    assert extension_requests(actor=city.neighbour) == []
    row = obligation_row(owed.pk, actor=city.liaison)
    assert row.standing.overdue
    decide_extension(asked.pk, True, "", actor=city.department)
    row = obligation_row(owed.pk, actor=city.liaison)
    assert (row.standing.due_on, row.standing.overdue) == (date(2026, 8, 28), False)
    assert row.extension.kind == "granted"
    assert sheet_of(owed.pk, actor=city.liaison).due_on == date(2026, 8, 28)


@pytest.mark.django_db
def test_a_refusal_needs_a_reason_and_a_request_is_answered_once(city: City) -> None:
    asked = ask_extension(city.owed().pk, date(2026, 8, 28), "Please.", actor=city.liaison)
    with pytest.raises(Invalid):
        decide_extension(asked.pk, False, " ", actor=city.office)
    decide_extension(asked.pk, False, "The council meets on Monday.", actor=city.office)
    with pytest.raises(Conflict):
        decide_extension(asked.pk, True, "", actor=city.department)
    with pytest.raises(Forbidden):
        decide_extension(asked.pk, True, "", actor=city.liaison)
    assert obligation_row(city.owed().pk, actor=city.liaison).standing.due_on == DUE


@pytest.mark.django_db
def test_an_extension_is_for_a_later_day_and_ones_own_task(city: City) -> None:
    with pytest.raises(Invalid):
        ask_extension(city.owed().pk, DUE, "Please.", actor=city.liaison)
    with pytest.raises(Forbidden):
        ask_extension(city.owed().pk, date(2026, 8, 28), "Please.", actor=city.neighbour)
    city.handed_in()
    with pytest.raises(Invalid):
        ask_extension(city.owed().pk, date(2026, 8, 28), "Please.", actor=city.liaison)


@pytest.mark.django_db
def test_extensions_cannot_be_rewritten(city: City) -> None:
    ask_extension(city.owed().pk, date(2026, 8, 28), "Please.", actor=city.liaison)
    with pytest.raises(IntegrityError), transaction.atomic():
        ExtensionEvent.objects.update(until=date(2026, 12, 31))


# What a city pack says.

SETTINGS = ReportingSettings(
    due_days={"M": 6},
    forms=(FormSettings("industry", "M", "area", due_days=5, optional=("trade",)),),
    rules=(RuleSettings("cap", "range", "error", {"metric": "revenue", "most": 1000}),),
)


@pytest.mark.django_db
def test_a_pack_changes_forms_and_a_changed_rule_is_a_new_version(city: City) -> None:
    import_reporting(SETTINGS, actor=SYSTEM)
    import_reporting(SETTINGS, actor=SYSTEM)
    form = Form.objects.get(code="industry-m-area")
    assert form.due_days == 5
    cells = {cell.key: cell.required for cell in sheet_of(city.owed().pk, actor=SYSTEM).cells}
    assert cells == {"revenue": True, "trade": False}
    assert Rule.objects.count() == 1
    stricter = replace(SETTINGS.rules[0], params={"metric": "revenue", "most": 900})
    import_reporting(replace(SETTINGS, rules=(stricter,)), actor=SYSTEM)
    assert [rule.params["most"] for rule in Rule.objects.all()] == ["1000", "900"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Rule.objects.update(severity="warning")


@pytest.mark.django_db
def test_a_pack_that_cannot_be_read_stores_nothing(city: City) -> None:
    bad = (RuleSettings("cap", "range", "error", {"least": 1}),)
    with pytest.raises(Invalid) as told:
        import_reporting(replace(SETTINGS, rules=bad), actor=SYSTEM)
    assert "cap" in told.value.message
    assert Form.objects.get(code="industry-m-area").due_days == 10
    unknown = (FormSettings("nobody", "M", "area"),)
    with pytest.raises(Invalid):
        import_reporting(replace(SETTINGS, forms=unknown), actor=SYSTEM)


@pytest.mark.parametrize("role", [Role.LIAISON, Role.REVIEWER, Role.LEADER, Role.AUDITOR])
@pytest.mark.django_db
def test_only_the_plan_office_sets_up_forms(city: City, role: Role) -> None:
    with pytest.raises(Forbidden):
        generate_forms(actor=replace(city.liaison, roles=frozenset({role})))

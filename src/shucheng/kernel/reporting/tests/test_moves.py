"""A submission's way: county, department, plan office; back, and corrected."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.errors import Forbidden, Invalid, NotFound
from shucheng.kernel.observations.models import SIMULATION, Observation
from shucheng.kernel.observations.queries import Selection, as_known_on, history
from shucheng.kernel.reporting.actions.drafts import save_draft, start_correction
from shucheng.kernel.reporting.actions.moves import (
    approve,
    drop_correction,
    publish,
    return_submission,
    submit,
    withdraw,
)
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.errors import MoveImpossible, ProblemsLeft, Stale
from shucheng.kernel.reporting.models import Form, Submission, SubmissionEvent
from shucheng.kernel.reporting.queries.late import submission_of_observation
from shucheng.kernel.reporting.queries.lists import inbox, timeline
from shucheng.kernel.reporting.queries.sheets import entries_of, problems_of, sheet_of
from shucheng.kernel.reporting.tests.conftest import SYSTEM, City

pytestmark = pytest.mark.django_db


def known(metric: str, area: str = "320902") -> list[Observation]:
    return as_known_on(Selection(metric, (area,)), actor=SYSTEM)


def test_a_countys_figure_goes_to_the_department_then_to_the_plan_office(city: City) -> None:
    made = city.handed_in()
    assert (made.state, made.level) == ("submitted", "department")
    assert [row.submission.pk for row in inbox(actor=city.department)] == [made.pk]
    assert inbox(actor=city.office) == []
    made = approve(made.pk, made.revision, actor=city.department)
    assert (made.state, made.level) == ("submitted", "office")
    assert inbox(actor=city.department) == []
    assert known("revenue") == []
    made = approve(made.pk, made.revision, actor=city.office)
    assert made.state == "published"
    assert [row.value for row in known("revenue")] == [Decimal(40)]
    moves = [(event.move, event.person_name) for event in timeline(made.pk, actor=city.liaison)]
    assert moves == [
        ("start", city.liaison.name),
        ("submit", city.liaison.name),
        ("approve", city.department.name),
        ("approve", city.office.name),
    ]


def test_a_departments_figure_goes_to_the_plan_office_at_once(city: City) -> None:
    made = city.handed_in("industry")
    assert made.level == "office"
    approve(made.pk, made.revision, actor=city.office)
    assert [row.value for row in known("revenue", "320900")] == [Decimal(40)]


def test_an_observation_leads_back_to_who_submitted_and_approved_it(city: City) -> None:
    made = city.published()
    (row,) = known("revenue")
    found = submission_of_observation(row)
    assert found is not None
    assert found.pk == made.pk
    assert row.source == "reported"
    assert [event.person_name for event in found.events.all()][-1] == city.office.name


def test_who_is_slower_is_told_who_did_what_when(city: City) -> None:
    made = city.handed_in()
    approve(made.pk, made.revision, actor=city.department)
    with pytest.raises(Stale) as told:
        return_submission(made.pk, made.revision - 1, "Too late.", actor=city.office)
    assert city.department.name in told.value.message
    assert told.value.values["when"]


def test_what_is_returned_is_corrected_and_handed_in_again(city: City) -> None:
    made = city.handed_in()
    made = return_submission(made.pk, made.revision, "Trade is far too low.", actor=city.department)
    assert (made.state, made.level) == ("returned", "")
    made = save_draft(
        made.obligation_id, {"trade": Entry("3")}, revision=made.revision, actor=city.liaison
    )
    made = submit(made.pk, made.revision, actor=city.liaison)
    assert (made.state, made.level) == ("submitted", "department")
    comments = [event.comment for event in timeline(made.pk, actor=city.liaison)]
    assert "Trade is far too low." in comments


def test_a_return_needs_a_comment(city: City) -> None:
    made = city.handed_in()
    with pytest.raises(Invalid):
        return_submission(made.pk, made.revision, "  ", actor=city.department)


def test_taken_back_while_nobody_reviewed_it_and_not_later(city: City) -> None:
    made = city.handed_in()
    made = withdraw(made.pk, made.revision, actor=city.liaison)
    assert made.state == "draft"
    made = submit(made.pk, made.revision, actor=city.liaison)
    made = approve(made.pk, made.revision, actor=city.department)
    with pytest.raises(MoveImpossible):
        withdraw(made.pk, made.revision, actor=city.liaison)


def test_nobody_approves_what_they_handed_in(city: City) -> None:
    from dataclasses import replace

    from shucheng.kernel.actor import Role

    both = replace(city.reporter, roles=frozenset({Role.LIAISON, Role.PLAN_OFFICE}))
    made = save_draft(
        city.owed("industry").pk,
        {"revenue": Entry("1"), "trade": Entry("1")},
        revision=0,
        actor=both,
    )
    made = submit(made.pk, made.revision, actor=both)
    with pytest.raises(Invalid) as told:
        approve(made.pk, made.revision, actor=both)
    assert told.value.code == "reporting.own_submission"


def test_the_same_person_does_not_give_both_approvals(city: City) -> None:
    from dataclasses import replace

    from shucheng.kernel.actor import Role

    both = replace(city.department, roles=frozenset({Role.REVIEWER, Role.PLAN_OFFICE}))
    made = city.handed_in()
    made = approve(made.pk, made.revision, actor=both)
    with pytest.raises(Invalid):
        approve(made.pk, made.revision, actor=both)


@pytest.mark.parametrize("who", ["neighbour", "office", "department", "reporter"])
def test_another_organisations_draft_is_never_seen(city: City, who: str) -> None:
    made = city.draft()
    other = getattr(city, who)
    assert entries_of(made.obligation_id, actor=other) == {}
    with pytest.raises(NotFound):
        timeline(made.pk, actor=other)
    if who in {"neighbour", "reporter"}:
        assert sheet_of(made.obligation_id, actor=other).submission is None
        assert problems_of(made.obligation_id, actor=other) == []
    with pytest.raises(Forbidden):
        save_draft(made.obligation_id, {}, revision=made.revision, actor=other)
    with pytest.raises(Forbidden):
        submit(made.pk, made.revision, actor=other)


def test_whoever_acts_for_the_government_above_does_not_see_a_countys_draft(city: City) -> None:
    from dataclasses import replace

    made = city.draft()
    above = replace(
        city.liaison,
        organisation_id=city.office.organisation_id,
        organisation_ids=frozenset({city.office.organisation_id, city.liaison.organisation_id}),
    )
    assert entries_of(made.obligation_id, actor=above) == {}


def test_a_reviewer_sees_of_a_returned_sheet_what_was_handed_in(city: City) -> None:
    made = city.handed_in()
    made = return_submission(made.pk, made.revision, "Look again.", actor=city.department)
    save_draft(
        made.obligation_id, {"trade": Entry("9")}, revision=made.revision, actor=city.liaison
    )
    assert entries_of(made.obligation_id, actor=city.department)["trade"].value == "2"
    assert entries_of(made.obligation_id, actor=city.liaison)["trade"].value == "9"
    assert entries_of(made.obligation_id, actor=city.neighbour) == {}


def test_errors_keep_a_sheet_from_being_handed_in(city: City) -> None:
    made = city.draft(revenue="-3", trade="abc")
    with pytest.raises(ProblemsLeft) as told:
        submit(made.pk, made.revision, actor=city.liaison)
    assert set(told.value.fields) == {"revenue", "trade"}
    assert "-3" in told.value.fields["revenue"]
    assert Submission.objects.get().state == "draft"


def test_an_approval_that_cannot_publish_stores_nothing_of_itself(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shucheng.kernel.observations.actions import values

    def broken(*_args: object) -> None:
        raise RuntimeError("the machine is switched off")

    made = city.at_office()
    monkeypatch.setattr(values, "announce", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        approve(made.pk, made.revision, actor=city.office)
    kept = Submission.objects.get()
    assert (kept.state, kept.level, kept.revision) == ("submitted", "office", made.revision)
    assert known("revenue") == []
    assert SubmissionEvent.objects.filter(to_state="published").count() == 0


def test_a_correction_needs_a_reason_and_goes_the_same_way(city: City) -> None:
    made = city.published()
    with pytest.raises(Invalid):
        start_correction(made.obligation_id, " ", actor=city.liaison)
    again = start_correction(made.obligation_id, "Counted a firm twice.", actor=city.liaison)
    assert again.number == 2
    assert again.values["revenue"] == {"value": "40"}
    again = save_draft(
        made.obligation_id, {"revenue": Entry("38")}, revision=again.revision, actor=city.liaison
    )
    again = submit(again.pk, again.revision, actor=city.liaison)
    assert [row.value for row in known("revenue")] == [Decimal(40)]
    again = approve(again.pk, again.revision, actor=city.department)
    approve(again.pk, again.revision, actor=city.office)
    (row,) = known("revenue")
    assert (row.value, row.vintage) == (Decimal(38), 2)
    assert "Counted a firm twice." in row.note
    assert [each.value for each in history(row)] == [Decimal(40), Decimal(38)]
    # What did not change has no new vintage.
    assert [each.vintage for each in known("trade")] == [1]


def test_a_correction_can_be_given_up_and_begun_anew(city: City) -> None:
    made = city.published()
    first = start_correction(made.obligation_id, "A mistake?", actor=city.liaison)
    drop_correction(first.pk, first.revision, actor=city.liaison)
    second = start_correction(made.obligation_id, "A mistake.", actor=city.liaison)
    assert second.number == 3
    assert entries_of(made.obligation_id, actor=city.neighbour)["revenue"].value == "40"


def test_a_first_report_cannot_be_given_up(city: City) -> None:
    made = city.draft()
    with pytest.raises(MoveImpossible):
        drop_correction(made.pk, made.revision, actor=city.liaison)


def test_preliminary_figures_are_verified_by_the_same_review(city: City) -> None:
    made = city.draft()
    made = save_draft(
        made.obligation_id,
        {"revenue": Entry("40", status="P")},
        revision=made.revision,
        actor=city.liaison,
    )
    for who, step in ((city.liaison, submit), (city.department, approve), (city.office, approve)):
        made = step(made.pk, made.revision, actor=who)
    assert known("revenue")[0].status == "P"
    again = start_correction(
        made.obligation_id, "Verified with the annual accounts.", actor=city.liaison, verified=True
    )
    for who, step in ((city.liaison, submit), (city.department, approve), (city.office, approve)):
        again = step(again.pk, again.revision, actor=who)
    (row,) = known("revenue")
    assert (row.value, row.status, row.vintage) == (Decimal(40), "A", 2)


def test_a_form_can_publish_in_a_step_of_its_own(city: City) -> None:
    Form.objects.update(publish_apart=True)
    made = city.published()
    assert made.state == "approved"
    assert known("revenue") == []
    publish(made.pk, made.revision, actor=city.office)
    assert [row.value for row in known("revenue")] == [Decimal(40)]


def test_the_steps_of_a_submission_cannot_be_rewritten(city: City) -> None:
    city.handed_in()
    with pytest.raises(IntegrityError), transaction.atomic():
        SubmissionEvent.objects.update(person_name="somebody else")
    with pytest.raises(IntegrityError), transaction.atomic():
        SubmissionEvent.objects.all().delete()


def test_every_step_leaves_an_audit_entry_with_the_digest(city: City) -> None:
    made = city.published()
    codes = list(
        AuditEntry.objects.filter(code__startswith="reporting.submission").values_list(
            "code", flat=True
        )
    )
    assert codes.count("reporting.submission.approved") == 2
    digests = {event.digest for event in made.events.exclude(move="start")}
    assert len(digests) == 1


def test_a_published_figure_is_not_changed_by_typing_over_it(city: City) -> None:
    made = city.published()
    with pytest.raises(Invalid) as told:
        save_draft(
            made.obligation_id, {"revenue": Entry("1")}, revision=made.revision, actor=city.liaison
        )
    assert told.value.code == "reporting.published_already"


def test_a_first_report_over_an_imported_figure_leaves_the_old_one_in_the_history(
    city: City,
) -> None:
    from shucheng.kernel.observations.actions.values import record_observations
    from shucheng.kernel.observations.inputs import ObservationInput

    old = ObservationInput("revenue", "320902", "2026-07", 41)
    record_observations([old], actor=SYSTEM, source=SIMULATION)
    city.published()
    (row,) = known("revenue")
    assert [(each.value, each.source) for each in history(row)] == [
        (Decimal(41), "simulation"),
        (Decimal(40), "reported"),
    ]
    assert row.note

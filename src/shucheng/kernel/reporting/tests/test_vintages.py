"""Preliminary, verified, revised: what was known when, and what a changed definition does."""

from datetime import datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shucheng.kernel.errors import Invalid
from shucheng.kernel.observations.actions.metrics import define_metric_version
from shucheng.kernel.observations.models import Observation
from shucheng.kernel.observations.queries import Selection, as_known_on, history
from shucheng.kernel.reporting.actions.drafts import save_draft, start_correction
from shucheng.kernel.reporting.actions.moves import approve, return_submission, submit
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.errors import ProblemsLeft
from shucheng.kernel.reporting.models import Obligation, SubmissionEvent
from shucheng.kernel.reporting.queries.sheets import problems_of, sheet_of
from shucheng.kernel.reporting.tests.conftest import SYSTEM, City, metric

pytestmark = pytest.mark.django_db


def revenue(as_of: datetime | None = None) -> list[tuple[Decimal | None, str]]:
    found = as_known_on(Selection("revenue", ("320902",), as_of=as_of), actor=SYSTEM)
    return [(row.value, row.status) for row in found]


def publish(city: City, owed: Obligation, value: str, status: str, reason: str) -> None:
    """The whole way, the first time or as a correction."""
    if reason:
        made = start_correction(owed.pk, reason, actor=city.liaison)
    else:
        trade = {"trade": Entry("2")}
        made = save_draft(owed.pk, trade, revision=0, actor=city.liaison)
    explained = Entry(value, status=status, reason="Counted again.")
    made = save_draft(owed.pk, {"revenue": explained}, revision=made.revision, actor=city.liaison)
    for who, step in ((city.liaison, submit), (city.department, approve), (city.office, approve)):
        made = step(made.pk, made.revision, actor=who)


values = st.tuples(
    st.decimals(1, 10**6, places=2).map(lambda value: f"{value.normalize():f}"),
    st.sampled_from(["", "P", "E"]),
)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(told=st.lists(values, min_size=1, max_size=4))
def test_whatever_is_corrected_every_day_knows_what_was_known_then(
    city: City, told: list[tuple[str, str]]
) -> None:
    from django.db import transaction

    with transaction.atomic():
        owed = city.owed()
        known: list[tuple[datetime, list[tuple[Decimal | None, str]]]] = [(timezone.now(), [])]
        for number, (value, status) in enumerate(told):
            reason = f"Correction {number}." if number else ""
            publish(city, owed, value, status, reason)
            known.append((timezone.now(), [(Decimal(value), status or "A")]))
            for moment, then in known:
                assert revenue(moment) == then
        rows = Observation.objects.filter(metric_version__metric__code="revenue")
        vintages = history(rows.order_by("-vintage").first())
        changed = [one for one, before in zip(told, [None, *told], strict=False) if one != before]
        assert [(row.value, row.status) for row in vintages] == [
            (Decimal(value), status or "A") for value, status in changed
        ]
        assert all(row.note for row in vintages[1:]), "every change says why"
        assert all(row.lineage["submission"] for row in vintages)
        transaction.set_rollback(True)


def redefine(unit: str = "万元", **more: object) -> None:
    define_metric_version(
        metric("revenue", unit=unit, definition="With taxes.", **more),
        reason="The statistics bureau counts taxes in.",
        actor=SYSTEM,
    )


def test_a_form_follows_the_new_definition_and_the_old_series_stays(city: City) -> None:
    city.published(period="2026-06")
    before = timezone.now()
    redefine()
    sheet = sheet_of(city.owed().pk, actor=city.liaison)
    cell = next(cell for cell in sheet.cells if cell.key == "revenue")
    assert (cell.unit, cell.definition) == ("万元", "With taxes.")
    assert cell.previous is None, "what was measured in another unit is not set beside it"
    city.published(period="2026-07", revenue="410000")
    rows = as_known_on(Selection("revenue", ("320902",)), actor=SYSTEM)
    assert [(row.period, row.value, row.unit) for row in rows] == [
        ("2026-06", Decimal(40), "亿元"),
        ("2026-07", Decimal(410000), "万元"),
    ]
    assert revenue(before) == [(Decimal(40), "A")]


def test_a_number_typed_under_the_old_unit_is_never_published_under_the_new(city: City) -> None:
    made = city.at_office()
    redefine()
    with pytest.raises(Invalid) as told:
        approve(made.pk, made.revision, actor=city.office)
    assert told.value.code == "reporting.definition_changed"
    made = return_submission(made.pk, made.revision, "The unit changed.", actor=city.office)
    with pytest.raises(ProblemsLeft) as left:
        submit(made.pk, made.revision, actor=city.liaison)
    assert "万元" in left.value.fields["revenue"]
    made = save_draft(
        made.obligation_id,
        {"revenue": Entry("400000", reason="In 万元, with taxes.")},
        revision=made.revision,
        actor=city.liaison,
    )
    for who, step in ((city.liaison, submit), (city.department, approve), (city.office, approve)):
        made = step(made.pk, made.revision, actor=who)
    assert revenue() == [(Decimal(400000), "A")]


def test_warnings_ask_for_a_reason_that_the_reviewer_sees(city: City) -> None:
    city.published(period="2026-06")
    made = city.draft(period="2026-07", revenue="400")
    with pytest.raises(ProblemsLeft) as told:
        submit(made.pk, made.revision, actor=city.liaison)
    assert "900" in told.value.fields["revenue"]
    made = save_draft(
        made.obligation_id,
        {"revenue": Entry("400", reason="A new plant.")},
        revision=made.revision,
        actor=city.liaison,
    )
    made = submit(made.pk, made.revision, actor=city.liaison)
    event = SubmissionEvent.objects.get(submission=made, move="submit")
    assert [problem["code"] for problem in event.problems] == ["jump"]
    assert event.values["revenue"]["reason"] == "A new plant."
    shown = problems_of(made.obligation_id, actor=city.department)
    assert [(problem.code, problem.values["previous"]) for problem in shown] == [("jump", "40")]


def test_a_missing_value_says_so_and_why(city: City) -> None:
    made = city.draft(revenue="")
    made = save_draft(
        made.obligation_id,
        {"revenue": Entry("", status="O")},
        revision=made.revision,
        actor=city.liaison,
    )
    with pytest.raises(ProblemsLeft):
        submit(made.pk, made.revision, actor=city.liaison)
    made = save_draft(
        made.obligation_id,
        {"revenue": Entry("", status="O", note="The firms' accounts are under audit.")},
        revision=made.revision,
        actor=city.liaison,
    )
    for who, step in ((city.liaison, submit), (city.department, approve), (city.office, approve)):
        made = step(made.pk, made.revision, actor=who)
    assert revenue() == [(None, "O")]


def test_the_sum_of_the_counties_is_held_against_the_city(city: City) -> None:
    city.published(organisation="tinghu")
    city.published(organisation="yandu")
    made = city.draft("industry", revenue="100", trade="4")
    found = problems_of(made.obligation_id, actor=city.reporter)
    assert [(problem.key, problem.code) for problem in found] == [("revenue", "areas_differ")]
    assert (found[0].values["total"], found[0].values["city"]) == ("80", "100")


def test_a_cell_shows_the_period_before_and_the_year_before(city: City) -> None:
    from shucheng.kernel.observations.actions.values import record_observations
    from shucheng.kernel.observations.inputs import ObservationInput

    rows = [
        ObservationInput("revenue", "320902", "2025-07", 31),
        ObservationInput("revenue", "320902", "2026-06", 39),
        ObservationInput("revenue", "320903", "2026-06", 99),
    ]
    record_observations(rows, actor=SYSTEM)
    (cell, _trade) = sheet_of(city.owed().pk, actor=city.liaison).cells
    assert (cell.previous, cell.year_ago) == (Decimal(39), Decimal(31))


def test_what_others_know_stands_beside_a_cell(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    from shucheng.kernel.reporting import beside

    def targets(metrics, area, period):
        assert (area, str(period)) == ("320902", "2026-07")
        return {"revenue": (("2026 target", Decimal(520)),)}

    monkeypatch.setattr(beside, "_PROVIDERS", [targets])
    (cell, trade) = sheet_of(city.owed().pk, actor=city.liaison).cells
    assert cell.beside == (("2026 target", Decimal(520)),)
    assert trade.beside == ()

"""Simulated firms: marked, in every state, and as much as their areas have."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from shucheng.bays.statistics.actions.batches import take_over
from shucheng.bays.statistics.actions.coefficients import decide_coefficient, propose_coefficient
from shucheng.bays.statistics.models import Batch, Coefficient, Firm, Link, Prospect, ProspectEvent
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.published import published
from shucheng.bays.statistics.simulation.firms import Told, simulate_firms
from shucheng.bays.statistics.tests.city import CITY, EAST, OFFICE, WEST, areas
from shucheng.kernel.public import SIMULATION, Area, Observation, Organisation, run_pending_jobs
from shucheng.lib.periods import Period

pytestmark = pytest.mark.django_db

TODAY = date(2025, 9, 25)
FIRMS = 3_000
FLOWS = {
    ("core_revenue", area, period): Decimal(1_000_003 * number + 7_001 * at)
    for number, area in enumerate((EAST, WEST), start=1)
    for year in (2024, 2025)
    for at, period in enumerate(Period.parse(f"{year}-{month:02}") for month in range(1, 13))
    if period.end < TODAY
} | {
    ("core_value_added", area, Period.parse(f"{year}-Q{quarter}")): Decimal(611_003 * number)
    for number, area in enumerate((EAST, WEST), start=1)
    for year, quarters in ((2024, 4), (2025, 2))
    for quarter in range(1, quarters + 1)
}


def simulated() -> Told | None:
    return simulate_firms(
        TODAY,
        areas={EAST: 2.0, WEST: 1.0},
        flows=FLOWS,
        parks={EAST: ["东园"]},
        firms=FIRMS,
        seed=7,
        actor=OFFICE,
    )


@pytest.fixture
def told() -> Told | None:
    areas()
    for area in Area.objects.exclude(code=CITY):
        Organisation.objects.create(
            code=f"of-{area.code}", name=area.name, kind="county_government", area=area
        )
    return simulated()


def sums() -> dict[tuple[str, str, int], tuple[Decimal, Decimal]]:
    """Measure, area and month → what the designated core firms have, year to date, in bounds."""
    rows = ask(lambda micro: micro.account(by=["area"], designated=True).rows(), "sums")
    return {
        (f"core_{measured}", row["area"], row["period"]): (
            row[f"{measured}_lower"],
            row[f"{measured}_upper"],
        )
        for row in rows
        for measured in ("revenue", "value_added")
    }


def asked() -> dict[tuple[str, str, int], Decimal]:
    """What the city has, year to date, added up here by hand."""
    return {
        (measured, area, period.end.year * 100 + period.end.month): sum(
            (
                amount
                for (other, of, each), amount in FLOWS.items()
                if (other, of, each.start.year) == (measured, area, period.start.year)
                and each.end <= period.end
            ),
            Decimal(0),
        )
        for measured, area, period in FLOWS
        if period.end.month > 1
    }


def all_in() -> None:
    """Every return that waits is taken over, every share that is open is approved."""
    for batch in Batch.objects.filter(state=Batch.State.STAGED):
        take_over(batch.pk, batch.revision, actor=OFFICE)
    run_pending_jobs()
    for each in Coefficient.objects.filter(state=Coefficient.State.REFUSED):
        again = {"since": each.since, "reason": "补充明细", "actor": OFFICE}
        code = each.firm.credit_code if each.firm else ""
        propose_coefficient(code, each.de_code, each.share, **again)
    for each in Coefficient.objects.filter(state=Coefficient.State.PROPOSED):
        decide_coefficient(each.pk, each.revision, approve=True, reason="核定", actor=OFFICE)


def test_a_simulated_city_is_marked_in_every_state_and_adds_up(told: Told | None) -> None:
    """One after the other over one city: to make it takes most of the time."""
    everything_is_marked_as_simulated(told)
    every_state_can_be_seen()
    a_second_run_adds_nothing()
    what_waits_leaves_bounds_that_hold_what_the_city_has()
    once_all_is_in_firms_add_up_to_the_last_thousand_yuan()


def everything_is_marked_as_simulated(told: Told | None) -> None:
    assert told is not None
    assert told.firms >= FIRMS
    assert not Firm.objects.exclude(name__startswith="模拟企业").exists()
    assert not Batch.objects.filter(simulated=False).exists()
    assert not Coefficient.objects.filter(simulated=False).exists()
    assert not Prospect.objects.filter(simulated=False).exists()
    assert set(Observation.objects.values_list("source", flat=True)) == {SIMULATION}
    assert Observation.objects.count() == told.figures > 0


def every_state_can_be_seen() -> None:
    states = Counter(Batch.objects.values_list("kind", "state"))
    assert states["returns", Batch.State.STAGED] == 2
    assert states["returns", Batch.State.LAID_ASIDE] == 1
    assert {kind for kind, state in states if state == Batch.State.APPLIED} == set(Batch.Kind)
    assert set(Coefficient.objects.values_list("state", flat=True)) == set(Coefficient.State)
    assert set(Link.objects.values_list("state", flat=True)) == set(Link.State)
    assert Firm.objects.filter(merged_into__isnull=False).exists()
    assert set(Prospect.objects.values_list("stage", flat=True)) == set(Prospect.Stage)
    assert Prospect.objects.filter(due__lt=TODAY).exists()
    assert set(Prospect.objects.values_list("owner__code", flat=True)) == {
        f"of-{EAST}",
        f"of-{WEST}",
    }
    running = Prospect.objects.filter(stage=Prospect.Stage.RUNNING).first()
    assert running is not None
    assert ProspectEvent.objects.filter(prospect=running).count() == 6


def what_waits_leaves_bounds_that_hold_what_the_city_has() -> None:
    found = sums()
    settled = {key: amount for key, amount in asked().items() if key[2] < 202507}
    assert len(settled) == 2 * (11 + 5 + 4 + 2)
    assert all(found[key][0] <= amount <= found[key][1] for key, amount in settled.items())
    assert any(found[key][0] < found[key][1] for key in settled)


def once_all_is_in_firms_add_up_to_the_last_thousand_yuan() -> None:
    all_in()
    found, wanted = sums(), asked()
    assert {key: found[key] for key in wanted} == {k: (v, v) for k, v in wanted.items()}
    # What was published before keeps what was known then.
    told_of = Observation.objects.get(
        metric_version__metric__code="statistics.core_revenue",
        area__code=CITY,
        period="2025-02",
        superseded_by=None,
    )
    february = [wanted["core_revenue", area, 202502] for area in (EAST, WEST)]
    published_then = published(202502)
    assert published_then
    assert told_of.value == Decimal(published_then.of("core")[1] or 0) / 100_000
    assert 0 < told_of.value <= sum(february) / 100_000


def a_second_run_adds_nothing() -> None:
    before = Batch.objects.count(), Firm.objects.count(), Observation.objects.count()
    assert simulated() is None
    assert (Batch.objects.count(), Firm.objects.count(), Observation.objects.count()) == before

"""The simulated supervision: every state can be seen, everything says that it is simulated."""

from collections.abc import Callable
from datetime import date

from shucheng.plan.models import PlanVersion
from shucheng.plan.supervision.engine.states import State
from shucheng.plan.supervision.jobs import escalate_due
from shucheng.plan.supervision.models import Decision, Meeting, SupervisionItem, TrackedPoint
from shucheng.plan.supervision.queries.items import board
from shucheng.plan.supervision.simulation import simulate_supervision
from shucheng.plan.supervision.tests.conftest import CLI, TODAY, Town


def test_every_state_and_light_is_there_and_labelled(
    town: Town, plan: PlanVersion, red: str, today: Callable[[date], None]
) -> None:
    made = simulate_supervision(TODAY, office="sj")
    assert made == SupervisionItem.objects.count() > 18
    found = board(actor=town.office)
    assert {line.state for line in found.lines} == set(State)
    assert {line.light for line in found.lines} == {"green", "yellow", "red", "grey", "done"}
    assert {line.level for line in found.lines} == {0, 1, 2}
    assert not SupervisionItem.objects.filter(simulated=False).exists()
    assert SupervisionItem.objects.filter(origin="light").count() == 2
    assert TrackedPoint.objects.filter(simulated=True).exists()
    assert Meeting.objects.filter(simulated=True).count() == 2
    assert {decision.is_open for decision in Decision.objects.all()} == {True, False}
    assert escalate_due(TODAY, actor=CLI) == 0, "what is simulated reminds nobody"
    assert simulate_supervision(TODAY, office="sj") == 0, "not twice"


def test_without_a_plan_nothing_is_simulated(town: Town) -> None:
    assert simulate_supervision(TODAY) == 0

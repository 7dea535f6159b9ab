"""Simulated requests: every state somewhere, marked, none in the future, and only once."""

from datetime import date

from shucheng.bays.data.engine.catalogue.requests import request_machine
from shucheng.bays.data.models.cases import Case, Step
from shucheng.bays.data.models.catalogue import DataRequest, Resource
from shucheng.bays.data.queries.requests import late_requests, owed_by, supply_rate
from shucheng.bays.data.simulation.requests import simulate_requests
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.resources import resource

TODAY = date(2026, 11, 30)


def test_there_are_requests_in_every_state_and_late_ones_of_every_office(cast: Cast) -> None:
    free, bound = Resource.Condition.UNCONDITIONAL, Resource.Condition.CONDITIONAL
    for number, holder in enumerate((cast.holder, cast.other) * 2):
        sharing = free if number < 2 else bound
        resource(holder, f"RES-{number}", simulated=True, sharing=sharing, frequency="DAILY")
    assert simulate_requests(TODAY, office="ORG-D") == {"requests": 26}
    states = set(Case.objects.values_list("state", flat=True))
    assert states == set(request_machine().table.states) - {"draft"}
    late = {owed_by(case, TODAY) for case in late_requests(TODAY)}
    assert late == {None, cast.holder.organisation_id, cast.other.organisation_id}
    assert not DataRequest.objects.filter(simulated=False).exists()
    assert all("模拟" in each.title for each in DataRequest.objects.all())
    assert not Step.objects.filter(on__gt=TODAY).exists()
    found = supply_rate(TODAY)
    assert found.simulated
    assert 0 < found.supplied < found.asked
    assert simulate_requests(TODAY, office="ORG-D") == {"requests": 0}


def test_without_departments_that_have_something_nobody_asks(cast: Cast) -> None:
    assert simulate_requests(TODAY, office="ORG-D") == {"requests": 0}

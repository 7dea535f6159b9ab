"""Simulated requests for data in every state, through the actions, with days in the past; some are
late. Seeded by the catalogue's order alone, so that a second run finds the first and does nothing.
"""

from collections.abc import Sequence
from datetime import date

from shucheng.bays.data.actions.requests import Wanted, ask_for_data, move_request
from shucheng.bays.data.engine.catalogue.requests import request_machine
from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.models.catalogue import DataRequest, Resource
from shucheng.bays.data.queries.cases import content_of
from shucheng.bays.data.simulation.acting import acting
from shucheng.kernel.public import Actor, Organisation, Role
from shucheng.lib.workdays import working_days_after

# A step and how many working days it comes after the one before.
Way = tuple[tuple[str, int], ...]
_PASSED: Way = (("assign_conditional", 2),)
_AGREED: Way = (*_PASSED, ("agree_on_conditions", 6))
_REFUSED: Way = (*_PASSED, ("refuse", 8))
_DELIVERED: Way = (*_AGREED, ("deliver", 12))
_USED: Way = (*_DELIVERED, ("accept", 3))
_FREE: Way = (("assign_unconditional", 1), ("agree", 1), ("deliver", 5), ("accept", 2))
# How each got where it is, and how many working days ago it did.
_WAYS: tuple[tuple[Way, int], ...] = (
    ((), 1),
    ((), 6),  # late: the office
    ((("return", 2),), 3),
    (_FREE[:1], 0),
    (_FREE[:1], 3),  # late: the holder
    (_PASSED, 4),
    (_PASSED, 14),  # late: the holder
    ((*_PASSED, ("ask_explanation", 3)), 2),
    (_AGREED, 9),
    (_AGREED, 27),  # late: the holder
    (_REFUSED, 2),
    ((*_REFUSED, ("dispute", 3)), 5),
    ((*_REFUSED, ("give_up", 2)), 20),
    ((*_REFUSED, ("dispute", 2), ("decide_supply", 7), ("deliver", 8)), 2),
    (_DELIVERED, 2),
    ((*_DELIVERED, ("object_to_delivery", 2)), 4),
    (_USED, 10),
    (_USED, 30),  # late: the asker
    (_FREE, 8),
    ((*_USED, ("rate", 10)), 15),
    ((*_FREE, ("rate", 6)), 60),
    ((*_FREE, ("rate", 12)), 30),
    ((*_USED, ("rate", 4), ("report_defect", 20)), 2),
    ((*_USED, ("rate", 9), ("finish", 30)), 12),
    ((*_PASSED, ("withdraw", 3)), 25),
    ((*_USED, ("stop", 25)), 18),
)
_PURPOSES = ("办理行政审批时核验", "编制行业运行分析", "开展联合监管", "发放惠民补贴时比对")


def simulate_requests(today: date, *, office: str) -> dict[str, int]:
    """Departments ask each other for what they have in the simulated catalogue; `office`: the code
    of the data office. Nothing where there are simulated requests already."""
    listed = Resource.objects.filter(simulated=True, state=Resource.State.LISTED)
    resources = list(listed.select_related("holder").order_by("code"))
    askers = list({each.holder_id: each.holder for each in resources}.values())
    data_office = Organisation.objects.filter(code=office).first()
    simulated = DataRequest.objects.filter(simulated=True)
    if data_office is None or len(askers) < 2 or simulated.exists():
        return {"requests": 0}
    free = [each for each in resources if each.sharing == Resource.Condition.UNCONDITIONAL]
    others = [each for each in resources if each not in free]
    made = 0
    for number, (way, ago) in enumerate(_WAYS):
        kind = free if way[:1] == _FREE[:1] else others
        if kind:
            one = kind[number % len(kind)]
            _walk(one, _asker(one, askers, number), data_office, way, ago, today, number)
            made += 1
    return {"requests": made}


def _walk(
    one: Resource,
    asker: Organisation,
    office: Organisation,
    way: Way,
    ago: int,
    today: date,
    number: int,
) -> None:
    who = {
        "asker": acting(asker),
        "holder": acting(one.holder),
        "office": acting(office, Role.PLAN_OFFICE),
    }
    steps = sum(days for _event, days in way)
    start = working_days_after(today, -(steps + ago)).day
    case = _asked(one, asker, who["asker"], start, _PURPOSES[number % len(_PURPOSES)])
    after = 0
    for event, days in way:
        after += days
        by = request_machine().table.events[event].by[0]
        case = _moved(case, event, who[by], working_days_after(start, after).day, 3 + number % 3)


def _asked(one: Resource, asker: Organisation, actor: Actor, start: date, purpose: str) -> Case:
    wanted = Wanted(
        title=f"{one.title}（模拟需求）",
        items=f"{one.title}中与办理事项有关的数据项，近一年，全市。",
        purpose=f"{purpose}（模拟）",
        legal_basis="部门职责规定（模拟）",
        security_measures="政务外网内使用，专人专岗，用后销毁（模拟）",
        security_contact="模拟责任人",
        resource=one.code,
        mode="api",
        frequency=one.frequency,
    )
    return ask_for_data(wanted, asker=asker.pk, actor=actor, on=start, simulated=True)


def _moved(case: Case, event: str, actor: Actor, day: date, rating: int) -> Case:
    machine = request_machine()
    wants = machine.wants(content_of(case), event, day)
    names = machine.table.evidence
    proofs = {
        part: {"text": f"{names[part].zh}（模拟）"}
        for each in wants
        for part in each.split("|")[:1]
    }
    return move_request(
        case.code, case.revision, event, actor=actor, proofs=proofs, rating=rating, on=day
    )


def _asker(one: Resource, askers: Sequence[Organisation], number: int) -> Organisation:
    others = [each for each in askers if each.pk != one.holder_id]
    return others[number % len(others)]

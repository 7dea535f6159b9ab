"""Departments ask each other for data: who sees it, who answers, by when, and what is counted."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shucheng.bays.data.actions.exporting_requests import export_requests
from shucheng.bays.data.actions.requests import (
    Wanted,
    ask_for_data,
    move_request,
    tell_late_requests,
)
from shucheng.bays.data.actions.turning import turn_day
from shucheng.bays.data.engine.catalogue.requests import request_machine
from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.models.catalogue import DataRequest, Resource
from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.queries.catalogue import resource_page
from shucheng.bays.data.queries.requests import requests_page, requests_seen, supply_rate
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.resources import resource
from shucheng.kernel.public import Actor, Forbidden, Invalid, Role, count_open_alerts, system_actor

MONDAY = date(2026, 3, 2)
WANTED = Wanted(
    title="企业登记信息",
    items="企业名称、统一社会信用代码，2026年，全市",
    purpose="办理医疗机构执业登记时核验",
    legal_basis="医疗机构管理条例",
    security_measures="政务外网内使用，专人专岗",
    security_contact="科室负责人",
    resource="RES-1",
)


def asked(cast: Cast, sharing: str = Resource.Condition.CONDITIONAL, **more: Any) -> Case:
    if not Resource.objects.filter(code="RES-1").exists():
        resource(cast.holder, sharing=sharing)
    return ask_for_data(
        replace(WANTED, **more), asker=cast.other.organisation_id or 0, actor=cast.other, on=MONDAY
    )


def went(cast: Cast, case: Case, *events: str, on: date = MONDAY, **more: Any) -> Case:
    """The steps, each by whom it belongs to and with all that it wants."""
    who = {"asker": cast.other, "holder": cast.holder, "office": cast.bureau}
    table = request_machine().table
    for event in events:
        case = move_request(
            case.code,
            case.revision,
            event,
            actor=who[table.events[event].by[0]],
            proofs=proofs(event),
            on=on,
            **(more if event == events[-1] else {}),
        )
    return case


def proofs(event: str) -> Mapping[str, Mapping[str, Any]]:
    wants = request_machine().needs(event)
    return {part: {"text": "见附件"} for each in wants for part in each.split("|")}


_TOLD = {"bureau": 1, "holder": 1, "other": 0, "buyer": 0}
USED = ("assign_conditional", "agree_on_conditions", "deliver", "accept")


def test_a_request_goes_from_asking_to_its_rating(cast: Cast) -> None:
    case = went(cast, asked(cast), *USED)
    case = went(cast, case, "rate", rating=4)
    assert (case.state, DataRequest.objects.get().rating) == ("rated", 4)
    kinds = EvidenceEvent.objects.filter(about=case.code).values_list("kind", flat=True)
    assert list(kinds) == [f"case.{each}" for each in ("submit", *USED, "rate")]


def test_without_stars_from_one_to_five_nothing_is_rated(cast: Cast) -> None:
    case = went(cast, asked(cast), *USED)
    for rating in (None, 0, 6):
        with pytest.raises(Invalid) as refused:
            went(cast, case, "rate", rating=rating)
        assert set(refused.value.fields) == {"rating"}
    assert DataRequest.objects.get().rating is None


def test_what_is_missing_is_said_beside_its_field_and_nothing_is_kept(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        asked(cast, purpose=" ", security_contact="", mode="pigeon")
    assert set(refused.value.fields) == {"purpose", "security_contact", "mode"}
    assert not DataRequest.objects.exists()
    assert not Case.objects.exists()


def test_nobody_asks_its_own_office_or_for_another(cast: Cast) -> None:
    resource(cast.holder)
    own = cast.holder.organisation_id or 0
    with pytest.raises(Invalid) as refused:
        ask_for_data(WANTED, asker=own, actor=cast.holder)
    assert set(refused.value.fields) == {"holder"}
    for actor in (cast.other, cast.operator, cast.bureau):
        with pytest.raises(Forbidden):
            ask_for_data(WANTED, asker=own, actor=actor)


def test_data_that_is_in_no_catalogue_is_asked_of_a_department(cast: Cast) -> None:
    case = asked(cast, resource="", holder=cast.holder.organisation_id)
    assert (case.asked_id, case.about) == (cast.holder.organisation_id, case.code)
    with pytest.raises(Invalid) as refused:
        asked(cast, resource="", holder=cast.buyer.organisation_id)
    assert set(refused.value.fields) == {"holder"}


def test_what_is_shared_without_conditions_is_neither_refused_nor_put_on_conditions(
    cast: Cast,
) -> None:
    case = asked(cast, sharing=Resource.Condition.UNCONDITIONAL)
    for event in ("assign_conditional", "decline"):
        with pytest.raises(Invalid) as refused:
            went(cast, case, event)
        assert refused.value.code == "data.request.unconditional"
    assert went(cast, case, "assign_unconditional").state == "asked_unconditional"


def test_what_is_on_conditions_is_not_passed_on_as_without(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        went(cast, asked(cast), "assign_unconditional")
    assert refused.value.code == "data.request.conditional"


def test_each_step_belongs_to_one_office(cast: Cast) -> None:
    case = asked(cast)
    for actor in (cast.other, cast.holder, cast.leader):
        with pytest.raises(Forbidden):
            move_request(
                case.code,
                case.revision,
                "assign_conditional",
                actor=actor,
                proofs=proofs("assign_conditional"),
                on=MONDAY,
            )


def test_both_offices_and_who_oversees_see_a_request_and_no_third_office(cast: Cast) -> None:
    case = asked(cast, holder=None)
    third = replace(cast.other, organisation_id=None, organisation_ids=frozenset())
    sees = {
        name: case in requests_seen(actor)
        for name, actor in (
            *((name, getattr(cast, name)) for name in ("other", "holder", "bureau", "auditor")),
            ("third", third),
        )
    }
    assert sees == {"other": True, "holder": True, "bureau": True, "auditor": True, "third": False}
    for actor in (cast.buyer, cast.operator):
        with pytest.raises(Forbidden):
            requests_seen(actor)
    assert [each.code for each in resource_page("RES-1", actor=cast.holder).requests] == [case.code]
    assert resource_page("RES-1", actor=cast.buyer).requests == []
    assert resource_page("RES-1", actor=third).requests == []


def test_the_list_says_what_waits_for_whom_and_what_is_late(cast: Cast) -> None:
    asked(cast)
    for actor, waits in ((cast.bureau, 1), (cast.holder, 0), (cast.other, 0)):
        assert requests_page({}, actor=actor).waiting == waits
    went(cast, Case.objects.get(), "assign_conditional")
    assert requests_page({"which": "waiting"}, actor=cast.holder).total == 1
    assert requests_page({"which": "asked"}, actor=cast.other).total == 1
    assert requests_page({"which": "asked"}, actor=cast.holder).total == 0
    late = requests_page({"which": "late"}, actor=cast.holder)
    assert (late.total, late.lines[0].line.tone) == (1, "bad")


def test_who_holds_a_request_up_is_alerted_once_for_all_of_them(cast: Cast) -> None:
    asked(cast)
    went(cast, asked(cast), "assign_conditional")
    system = system_actor("job")
    assert tell_late_requests(actor=system, today=MONDAY) == 0
    for _again in range(2):
        assert tell_late_requests(actor=system, today=date(2026, 4, 1)) == 2
    told = {name: count_open_alerts(actor=getattr(cast, name)) for name in _TOLD}
    assert told == _TOLD


def test_a_refusal_nobody_disputes_is_closed_by_the_clock(cast: Cast) -> None:
    case = went(cast, asked(cast), "assign_conditional", "refuse")
    assert turn_day(actor=cast.bureau, on=case.due)["lapse"] == 0
    assert turn_day(actor=cast.bureau, on=date(2026, 4, 1))["lapse"] == 1
    case.refresh_from_db()
    assert case.state == "closed"


def test_the_term_of_use_is_ended_by_the_clock(cast: Cast) -> None:
    case = went(cast, asked(cast), *USED)
    assert case.until == date(2029, 3, 2)
    assert turn_day(actor=cast.bureau, on=date(2029, 3, 3))["expire"] == 1
    case.refresh_from_db()
    assert case.state == "ended"


def test_supplied_is_what_was_accepted_by_the_day_of_what_was_filed_and_not_withdrawn(
    cast: Cast,
) -> None:
    assert supply_rate(MONDAY).share is None
    one, _two, three = asked(cast), asked(cast), asked(cast)
    went(cast, three, "withdraw")
    one = went(cast, one, *USED[:-1])
    assert (supply_rate(MONDAY).supplied, supply_rate(MONDAY).asked) == (0, 2)
    went(cast, one, "accept", on=date(2026, 3, 10))
    assert supply_rate(date(2026, 3, 9)).share == 0
    assert supply_rate(date(2026, 3, 31)).share == 0.5


def test_the_list_leaves_as_csv_with_what_one_may_see(cast: Cast) -> None:
    case = asked(cast, title="=HYPERLINK(1)")
    text = export_requests({}, actor=cast.holder).decode("utf-8-sig")
    assert case.code in text
    assert "'=HYPERLINK" in text
    nobody = Actor(None, "x", frozenset({Role.LIAISON}), None, frozenset())
    assert case.code not in export_requests({}, actor=nobody).decode("utf-8-sig")

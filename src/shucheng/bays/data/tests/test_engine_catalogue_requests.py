"""Requests for data step by step: who may do what, with which evidence, within which time."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import product

import pytest

from shucheng.bays.data.engine.authority.machine import Case, Facts
from shucheng.bays.data.engine.authority.refusal import REASONS, Refused
from shucheng.bays.data.engine.authority.rules import RulesInvalid
from shucheng.bays.data.engine.authority.tables import reach
from shucheng.bays.data.engine.catalogue.model import FOLDER, catalogue_rules
from shucheng.bays.data.engine.catalogue.requests import awaited, read_requests, request_machine
from shucheng.lib.workdays import working_days_after

MACHINE = request_machine()
TABLE = MACHINE.table
MONDAY = date(2026, 3, 2)
WAITS = (0, 1, 20, 1_100)


def full(event: str, day: date, role: str = "") -> Facts:
    """A message that lacks nothing."""
    wanted = frozenset(part for each in MACHINE.needs(event) for part in each.split("|"))
    return Facts(role or TABLE.events[event].by[0], day, wanted | {"overdue_reason"})


def walk(*events: str, day: date = MONDAY) -> Case:
    case = MACHINE.open(day)
    for event in events:
        after = MACHINE.apply(case, event, full(event, day))
        assert isinstance(after, Case), after.message
        case = after
    return case


@cache
def arrived() -> dict[str, Case]:
    """A request in each state, brought there by steps that people could take."""
    found = {TABLE.start: MACHINE.open(MONDAY)}
    ahead = list(found.values())
    for case in ahead:
        for event, wait in product(MACHINE.next_states(case.state), WAITS):
            after = MACHINE.apply(case, event, full(event, case.day + timedelta(days=wait)))
            if isinstance(after, Case) and after.state not in found:
                found[after.state] = after
                ahead.append(after)
    return found


def test_every_state_is_arrived_at_by_real_steps() -> None:
    assert set(arrived()) == set(TABLE.states)


@pytest.mark.parametrize("state", sorted(TABLE.states))
def test_every_event_by_every_role_with_and_without_its_evidence(state: str) -> None:
    """Only what the table says, by whom it says, with all it asks; everything else is refused."""
    case = arrived()[state]
    for event in TABLE.events:
        target, done = MACHINE.next_states(state).get(event), False
        for role, wait in product(TABLE.roles, WAITS):
            facts = full(event, case.day + timedelta(days=wait), role)
            after = MACHINE.apply(case, event, facts)
            if isinstance(after, Refused):
                assert after.code in REASONS
                assert target or after.code == "authority.not-from-here"
                continue
            done = True
            assert (after.state, role in TABLE.events[event].by) == (target, True)
            for lacking in MACHINE.needs(event):
                poor = replace(facts, evidence=facts.evidence - set(lacking.split("|")))
                assert MACHINE.apply(case, event, poor).code == "authority.evidence-missing"
        assert done == (target is not None)


FIRST = ("submit", "assign_unconditional")
ASKED = ("submit", "assign_conditional")
USED = (*FIRST, "agree", "deliver", "accept")


def test_what_is_shared_without_conditions_cannot_be_refused() -> None:
    case = walk(*FIRST)
    assert set(MACHINE.next_states(case.state)) == {"agree", "withdraw"}
    assert MACHINE.apply(case, "refuse", full("refuse", MONDAY)).code == "authority.not-from-here"


def test_the_clocks_are_those_of_the_clause_and_none_of_them_is_confirmed() -> None:
    lengths = {
        code: catalogue_rules().number(clock.length)
        for code, clock in TABLE.clocks.items()
        if clock.length
    }
    assert lengths["answer_unconditional"].value == 1
    assert lengths["answer_conditional"].value == 10
    assert lengths["delivery"].value == 20
    assert "政务数据共享条例" in lengths["delivery"].source
    assert not any(number.confirmed for number in lengths.values())


def test_a_late_answer_says_why() -> None:
    case = walk(*ASKED)
    (clock,) = MACHINE.clocks(case, MONDAY)
    due = working_days_after(MONDAY, 10).day
    assert clock.due == due
    late = due + timedelta(days=1)
    poor = replace(full("agree_on_conditions", late), evidence=frozenset({"reply", "conditions"}))
    refusal = MACHINE.apply(case, "agree_on_conditions", poor)
    assert refusal.values["missing"] == ("overdue_reason",)
    assert isinstance(MACHINE.apply(case, "agree_on_conditions", replace(poor, day=due)), Case)


def test_the_holders_clock_stands_while_the_asker_explains() -> None:
    case = walk(*ASKED, "ask_explanation")
    (clock,) = MACHINE.clocks(case, MONDAY + timedelta(days=30))
    assert (clock.standing, clock.is_over, clock.confirmed) == (True, False, False)
    back = MACHINE.apply(case, "explain", full("explain", MONDAY + timedelta(days=30)))
    (clock,) = MACHINE.clocks(back, back.day)
    assert (clock.standing, clock.left) == (False, 10)


def test_a_refusal_can_be_disputed_in_time_and_lapses_by_the_clock_afterwards() -> None:
    case = walk(*ASKED, "refuse")
    (clock,) = MACHINE.clocks(case, MONDAY)
    assert clock.due is not None
    late = clock.due + timedelta(days=1)
    assert MACHINE.apply(case, "lapse", full("lapse", MONDAY)).code == "authority.too-early"
    assert MACHINE.apply(case, "dispute", full("dispute", late)).code == "authority.too-late"
    assert MACHINE.apply(case, "lapse", full("lapse", late)).state == "closed"
    assert MACHINE.apply(case, "dispute", full("dispute", clock.due)).state == "disputed"


def test_use_rests_on_a_delivery_that_was_accepted_and_ends_with_its_term() -> None:
    delivered, used = walk(*USED[:-1]), walk(*USED)
    assert not MACHINE.holds(delivered, MONDAY)
    assert MACHINE.holds(used, MONDAY)
    assert MACHINE.holds(walk(*USED, "report_defect"), MONDAY)
    (use,) = [each for each in MACHINE.clocks(used, MONDAY) if each.clock == "use"]
    assert use.due == date(2029, 3, 2)
    assert not MACHINE.holds(used, date(2029, 3, 3))
    assert not MACHINE.holds(walk(*USED, "stop"), MONDAY)
    assert MACHINE.effect("stopped") == MACHINE.effect("ended") == "revoke"


@pytest.mark.parametrize("must", ["submit", "deliver", "accept"])
def test_nothing_is_used_without_each_of_the_steps(must: str) -> None:
    text = (FOLDER / "requests.yaml").read_text(encoding="utf-8")
    held = {code for code, state in TABLE.states.items() if state.holds}
    edges = [(s, m.to) for (s, e), m in MACHINE.ready.moves.items() if e != must]
    found = {TABLE.start}
    while more := {to for state, to in edges if state in found} - found:
        found |= more
    assert not found & held
    assert reach(TABLE, TABLE.start) & held
    with pytest.raises(RulesInvalid):
        read_requests(text.replace(f"event: {must},", "event: nothing,"), catalogue_rules())


def test_a_request_written_down_and_read_again_goes_on() -> None:
    case = walk(*USED)
    again = MACHINE.load(MACHINE.dump(case))
    assert MACHINE.apply(again, "rate", full("rate", MONDAY)).state == "rated"


def test_it_is_told_who_has_to_act() -> None:
    assert awaited("sorting") == {"office", "asker"}
    assert awaited("refused") == {"asker", "clock"}
    assert {state for state in TABLE.states if not awaited(state)} == {
        state for state, said in TABLE.states.items() if said.final
    }


def test_what_no_clause_says_is_marked() -> None:
    for code, event in TABLE.events.items():
        assert bool(event.sources) != event.unconfirmed, code

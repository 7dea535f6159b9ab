"""Registration and authorised operation step by step: what is possible, by whom, with what."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
import yaml

from shucheng.bays.data.engine.authority.clocks import years_after
from shucheng.bays.data.engine.authority.machine import Case, CaseInvalid, Facts, Machine
from shucheng.bays.data.engine.authority.refusal import REASONS, Refused
from shucheng.bays.data.engine.authority.rules import (
    RulesInvalid,
    read_rules,
    shipped_rules,
    shipped_texts,
)
from shucheng.bays.data.engine.authority.tables import reach, read_table
from shucheng.bays.data.tests.authority_cases import KINDS, MACHINES, MONDAY, WAITS, arrived, full


def moves(kind: str, without: str = "") -> Iterator[tuple[str, str, str]]:
    for (state, event), move in MACHINES[kind].ready.moves.items():
        if event != without:
            yield state, event, move.to


@pytest.mark.parametrize("kind", KINDS)
def test_every_state_is_arrived_at_by_real_steps(kind: str) -> None:
    assert set(arrived(kind)) == set(MACHINES[kind].table.states)


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_in_every_state_by_every_role(kind: str) -> None:
    """Only what the table says, by whom it says, with all it asks; everything else is refused."""
    machine, seen = MACHINES[kind], 0
    for (state, case), event in product(arrived(kind).items(), machine.table.events):
        target = machine.next_states(state).get(event)
        done = False
        for role, wait in product(machine.table.roles, WAITS):
            facts = full(machine, case, event, case.day + timedelta(days=wait), role=role)
            before = machine.dump(case)
            after = machine.apply(case, event, facts)
            assert machine.dump(case) == before
            if isinstance(after, Refused):
                assert all([after.code in REASONS, after.message, after.hint])
                assert target or after.code == "authority.not-from-here"
                continue
            done = True
            assert (after.state, role in machine.table.events[event].by) == (target, True)
            for lacking in machine.needs(event):
                poor = replace(facts, evidence=facts.evidence - set(lacking.split("|")))
                assert machine.apply(case, event, poor).code == "authority.evidence-missing"
        # What a case of this age cannot do any more (before a term is over) it could have done.
        assert done == (target is not None) or machine.ready.moves[state, event].before
        seen += 1
    assert seen == len(machine.table.states) * len(machine.table.events)


@pytest.mark.parametrize("kind", ["resource_registration", "product_registration"])
@pytest.mark.parametrize("must", ["submit", "accept", "pass", "issue_code"])
def test_no_code_without_each_of_the_five_steps(kind: str, must: str) -> None:
    """申请, 受理, 形式审核, 公示, 赋码 in this order (PD-REG-06)."""
    holding = {c for c, state in MACHINES[kind].table.states.items() if state.holds}
    assert not reached_from("draft", list(moves(kind, without=must))) & holding


@pytest.mark.parametrize(
    "must", ["submit_plan", "approve_plan", "call", "select", "sign", "take_effect"]
)
def test_nothing_operates_without_plan_decision_choice_and_agreement(must: str) -> None:
    """PD-PLN-05, PD-AGR-01, PD-AGR-03."""
    states = MACHINES["authorisation"].table.states
    holding = {code for code, state in states.items() if state.holds}
    assert not reached_from("planning", list(moves("authorisation", without=must))) & holding


def reached_from(start: str, edges: list[tuple[str, str, str]]) -> set[str]:
    found = {start}
    while more := {to for state, _, to in edges if state in found} - found:
        found |= more
    return found


def test_what_is_suspended_comes_back_by_resuming_only_and_what_ended_never() -> None:
    machine = MACHINES["authorisation"]
    holding = {code for code, state in machine.table.states.items() if state.holds}
    back = {e for e, to in machine.next_states("suspended").items() if to in holding}
    assert back == {"resume"}
    edges = list(moves("authorisation", without="resume"))
    assert not reached_from("suspended", edges) & holding
    for ended in ("revoked", "expired", "exited", "closed"):
        assert not reach(machine.table, ended) & holding
        assert machine.effect(ended) == "revoke"
    assert machine.effect("suspended") == machine.effect("planning") == "suspend"
    assert machine.effect("in_force") == "lift"


def test_a_products_application_carries_the_agreement_and_its_release() -> None:
    resource, made = (MACHINES[k] for k in ("resource_registration", "product_registration"))
    assert {*made.needs("submit")} - {*resource.needs("submit")} == {
        "agreement_in_force",
        "release_review",
    }
    noticed = arrived("product_registration")["noticed"]
    day = noticed.day + timedelta(days=40)
    no = made.apply(noticed, "issue_code", full(made, noticed, "issue_code", day, until=None))
    assert no.code == "authority.no-end"


def test_an_unknown_step_and_a_day_before_the_last_one_are_refused() -> None:
    machine = MACHINES["authorisation"]
    case = machine.open(MONDAY)
    facts = Facts("implementer", MONDAY)
    assert machine.apply(case, "fly", facts).code == "authority.unknown-event"
    before = full(machine, case, "submit_plan", MONDAY - timedelta(days=1))
    assert machine.apply(case, "submit_plan", before).code == "authority.back-in-time"
    with pytest.raises(KeyError):
        machine.next_states("nowhere")


def test_a_written_case_is_read_again_or_refused() -> None:
    machine = MACHINES["authorisation"]
    for case in arrived("authorisation").values():
        assert machine.load(machine.dump(case)) == case
    text = machine.dump(machine.open(MONDAY))
    for wrong in (
        "{",
        text.replace("planning", "nowhere"),
        text.replace('"authorisation"', '"resource_registration"'),
        text.replace('"runs":[]', '"runs":[{"clock":"x","started":"2026-01-01"}]'),
    ):
        with pytest.raises(CaseInvalid):
            machine.load(wrong)


@pytest.mark.slow
def test_a_million_random_messages_with_restarts() -> None:
    """Whatever is sent, in whatever order, with restarts between: nothing illegal comes of it."""
    draw = random.Random(20260302)
    nothing: frozenset[str] = frozenset()
    alive = [(kind, MACHINES[kind].open(MONDAY), nothing) for kind in KINDS * 20]
    taken = refusals = restarts = 0
    visited: set[tuple[str, str]] = set()
    for _ in range(1_000_000):
        place = draw.randrange(len(alive))
        kind, case, history = alive[place]
        machine = MACHINES[kind]
        event, facts = random_message(draw, machine, case)
        after = machine.apply(case, event, facts)
        if isinstance(after, Refused):
            refusals += 1
            assert after.code in REASONS
        else:
            taken += 1
            history = history | {event}
            check_move(machine, case, event, facts, after, history)
            visited.add((kind, after.state))
            case = after
        if draw.random() < 0.02:
            restarts += 1
            again = machine.load(machine.dump(case))
            assert again == case
            case = again
        if machine.table.states[case.state].final and draw.random() < 0.3:
            case, history = machine.open(MONDAY), frozenset()
        alive[place] = (kind, case, history)
    assert visited == {
        (k, state)
        for k in KINDS
        for state in MACHINES[k].table.states
        if state != MACHINES[k].table.start or k == "authorisation"
    }
    assert min(taken, refusals, restarts) > 10_000


def random_message(draw: random.Random, machine: Machine, case: Case) -> tuple[str, Facts]:
    """Half of them sensible, the others with anything wrong that can be."""
    onward = list(machine.next_states(case.state))
    sensible = draw.random() < 0.5 and onward
    event = draw.choice(onward if sensible else [*machine.table.events, "fly"])
    wait = draw.choice((0, 0, 1, 3, 15, 30, -1 if draw.random() < 0.2 else 2, 400))
    day = case.day + timedelta(days=wait)
    if ends := [run.until for run in case.runs if run.until and draw.random() < 0.1]:
        day = ends[0] - timedelta(days=draw.randint(-2, 61))
    if event == "fly":
        return event, Facts("nobody", day)
    facts = full(machine, case, event, day, days=draw.choice((1, 5, 6)))
    if sensible:
        return event, replace(facts, role=draw.choice(machine.table.events[event].by))
    role = draw.choice([*machine.table.roles, "nobody"])
    evidence = frozenset(each for each in sorted(facts.evidence) if draw.random() < 0.9)
    until = draw.choice((None, facts.until, day, years_after(day, 1), years_after(day, 9)))
    return event, replace(facts, role=role, evidence=evidence, until=until)


def check_move(
    machine: Machine, case: Case, event: str, facts: Facts, after: Case, history: frozenset[str]
) -> None:
    table = machine.table
    assert machine.next_states(case.state)[event] == after.state
    assert not table.states[case.state].final
    assert facts.role in table.events[event].by
    assert facts.day == after.day >= case.day
    assert after.steps == case.steps + 1
    for needed in machine.needs(event):
        assert facts.evidence & set(needed.split("|"))
    clocks = {run.clock for run in after.runs}
    for code, spec in table.clocks.items():
        if after.state in spec.runs_in:
            assert code in clocks
        elif after.state not in spec.stands_in:
            assert code not in clocks
    assert len(clocks) == len(after.runs)
    if machine.holds(after, after.day):
        registering = "registration" in machine.kind
        assert history >= ({"issue_code"} if registering else {"sign", "take_effect"})
    if table.states[after.state].final:
        assert not machine.next_states(after.state)
        assert not after.runs
    if event in ("revoke", "cancel", "expire", "exit"):
        assert machine.effect(after.state) == "revoke"
    ends = [run.until for run in case.runs if run.until]
    if ends and event not in ("renew",):
        assert [run.until for run in after.runs if run.until] in (ends, [])


# What may be done from each state, written by hand from the measures and not from the tables.
PENDING = "expire revoke"
REGISTRATION = {
    "draft": "supply submit",
    "owed": "submit",
    "submitted": "accept return refuse withdraw",
    "returned": "resubmit withdraw",
    "reviewing": "pass reject ask_completion withdraw",
    "correcting": "complete reject withdraw",
    "noticed": "object issue_code",
    "objected": "uphold dismiss",
    "registered": f"submit_change submit_correction submit_renewal submit_cancellation {PENDING}",
    "change_submitted": f"accept return refuse withdraw {PENDING}",
    "change_returned": f"resubmit withdraw {PENDING}",
    "change_reviewing": f"pass reject ask_completion withdraw {PENDING}",
    "change_correcting": f"complete reject withdraw {PENDING}",
    "change_noticed": f"object enter_change {PENDING}",
    "change_objected": f"uphold dismiss {PENDING}",
    "correction_submitted": f"accept refuse withdraw {PENDING}",
    "correction_reviewing": f"correct reject {PENDING}",
    "renewal_submitted": "renew reject withdraw revoke",
    "cancel_submitted": f"accept refuse withdraw {PENDING}",
    "cancelling": f"cancel reject {PENDING}",
}
OPERATING = "suspend revoke expire"
AUTHORISATION = {
    "planning": "submit_plan abandon",
    "plan_submitted": "approve_plan return_plan abandon",
    "plan_approved": "call amend_plan abandon",
    "selecting": "select fail_call amend_plan abandon",
    "selected": "sign amend_plan abandon",
    "signed": "take_effect revoke expire",
    "in_force": f"ask_supplement ask_renewal ask_exit {OPERATING}",
    "supplement_submitted": f"agree_supplement refuse_supplement extend_review {OPERATING}",
    "supplement_agreed": f"sign_supplement refuse_supplement {OPERATING}",
    "renewal_submitted": "renew refuse_renewal suspend revoke",
    "suspended": "resume exit revoke expire",
    "exiting": f"exit keep {OPERATING}",
    "expired": "close",
    "revoked": "close",
    "exited": "close",
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_tables_are_what_the_measures_say(kind: str) -> None:
    written = AUTHORISATION if kind == "authorisation" else REGISTRATION
    for state in MACHINES[kind].table.states:
        events = set(written.get(state, "").split())
        assert set(MACHINES[kind].next_states(state)) == events, state


# The files
def test_the_rules_agree_with_the_shared_list(shared_folder: Path) -> None:
    """Clause, number and certainty of each rule are those of the list they come from."""
    path = shared_folder / "rules" / "public_data.yaml"
    listed = {each["id"]: each for each in yaml.safe_load(path.read_text("utf-8"))["rules"]}
    for code, rule in shipped_rules().rules.items():
        other = listed[code]
        assert (rule.doc, rule.clause) == (other["source"]["doc"], other["source"]["clause"])
        assert (rule.confidence, rule.jurisdiction) == (other["confidence"], other["jurisdiction"])
        for name, value in rule.params.items():
            assert value == other["params"][name], code


def test_every_clock_and_step_names_a_clause_or_says_that_it_is_a_proposal() -> None:
    for machine in MACHINES.values():
        for code, event in machine.table.events.items():
            assert event.sources or event.unconfirmed, code
    assert shipped_rules().source("PD-REG-14") == (
        "《公共数据资源登记管理暂行办法》（发改数据规〔2025〕26号）第十条"
    )
    assert not shipped_rules().number("PD-AGR-06.max_term_years").confirmed


def broken(file: str, change: Callable[[str], str]) -> str:
    text = shipped_texts()[file]
    changed = change(text)
    assert changed != text
    read = read_rules if file == "rules" else lambda text: read_table(file, text, shipped_rules())
    with pytest.raises(RulesInvalid) as no:
        read(changed)
    return str(no.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("registration", "event: accept, to: cancelling", "event: accept, to: x", "there is no x"),
        ("registration", "by: [registrar], sources: [PD-REG-14]", "by: [mayor]", "no mayor"),
        ("registration", "PD-REG-14.deadline", "PD-REG-14.x", "no number PD-REG-14.x"),
        ("registration", "from: [draft], event", "from: [draft, draft], event", "two moves"),
        ("registration", "en: Revoked, final: true", "en: Revoked", "final state"),
        ("registration", "start: draft", "start: owed", "nothing leads to it"),
        ("registration", "sources: [PD-REG-14]", "sources: [PD-X]", "no PD-X"),
        (
            "registration",
            "kind: wait, length: PD-REG-17.notice_working_days,",
            "kind: wait,",
            "term",
        ),
        ("registration", "evidence: [supply_record]", "evidence: [a_gift]", "no a_gift"),
        ("rules", "doc: CIVIL-CODE", "doc: NOWHERE", "no document"),
        ("rules", "confidence: memory", "confidence: sure", "confidence"),
        ("rules", "version:", "version: [", "not YAML"),
    ],
)
def test_a_table_that_cannot_be_run_is_refused_when_read(
    file: str, old: str, new: str, said: str
) -> None:
    assert said in broken(file, lambda text: text.replace(old, new))

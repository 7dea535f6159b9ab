"""Registration and authorised operation step by step: what is possible, by whom, with what."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import product
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shucheng.bays.data.engine.authority.clocks import Run, read, yearly_due, years_after
from shucheng.bays.data.engine.authority.machine import (
    Case,
    CaseInvalid,
    Facts,
    Machine,
    shipped_machines,
)
from shucheng.bays.data.engine.authority.refusal import REASONS, Refused
from shucheng.bays.data.engine.authority.rules import (
    RulesInvalid,
    read_rules,
    shipped_rules,
    shipped_texts,
)
from shucheng.bays.data.engine.authority.tables import reach, read_table
from shucheng.lib.workdays import is_working_day, working_days_after, working_days_between

MACHINES = shipped_machines()
KINDS = sorted(MACHINES)
MONDAY = date(2026, 3, 2)
# What a step may have to wait for: a notice, an objection, a term that runs out.
WAITS = (0, 1, 30, 700, 1050, 1095, 1100, 1830)


def full(machine: Machine, case: Case, event: str, day: date, **more: object) -> Facts:
    """A message that lacks nothing: the role, all evidence, an end where one is asked for."""
    wanted = frozenset(part for each in machine.needs(event) for part in each.split("|"))
    facts = Facts(machine.table.events[event].by[0], day, wanted | {"overdue_reason"}, None, days=1)
    move = machine.ready.moves.get((case.state, event))
    if move and move.term and event in machine.table.kinds[machine.kind].needs_end:
        ends = [run.until for run in case.runs if run.until]
        base = ends[0] if ends and move.term.starts == "after_end" else day
        facts = replace(facts, until=years_after(base, 2))
    return replace(facts, **more)


def step(machine: Machine, case: Case, event: str, day: date, **more: object) -> Case:
    after = machine.apply(case, event, full(machine, case, event, day, **more))
    assert isinstance(after, Case), after.message
    return after


@cache
def arrived(kind: str) -> dict[str, Case]:
    """A case in each state, brought there by steps that a user could take."""
    machine = MACHINES[kind]
    found = {machine.table.start: machine.open(MONDAY)}
    ahead = list(found.values())
    for case in ahead:
        for event, wait in product(machine.next_states(case.state), WAITS):
            day = case.day + timedelta(days=wait)
            after = machine.apply(case, event, full(machine, case, event, day))
            if isinstance(after, Case) and after.state not in found:
                found[after.state] = after
                ahead.append(after)
    return found


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


def test_a_notice_runs_ten_working_days_and_stands_while_an_objection_is_examined() -> None:
    machine = MACHINES["resource_registration"]
    case = arrived("resource_registration")["noticed"]
    (notice,) = machine.clocks(case, case.day)
    assert (notice.length.value, notice.length.rule, notice.confirmed) == (10, "PD-REG-17", True)
    assert notice.due == working_days_after(case.day, 10).day
    early = machine.apply(case, "issue_code", full(machine, case, "issue_code", notice.due))
    assert (early.code, early.values["due"]) == ("authority.too-early", notice.due.isoformat())
    asked = working_days_after(case.day, 4).day
    objected = step(machine, case, "object", asked)
    answered = working_days_after(asked, 6).day
    again = step(machine, objected, "dismiss", answered)
    (resumed,) = machine.clocks(again, answered)
    assert (resumed.left, resumed.confirmed) == (6, False)
    assert resumed.due == working_days_after(notice.due, 6).day
    coded = step(machine, again, "issue_code", resumed.due + timedelta(days=1))
    assert coded.state == "registered"
    ended = step(machine, objected, "uphold", answered)
    assert (ended.state, ended.runs) == ("terminated", ())


def test_a_late_review_needs_its_reason() -> None:
    machine = MACHINES["resource_registration"]
    case = arrived("resource_registration")["reviewing"]
    late = working_days_after(case.day, 21).day
    facts = full(machine, case, "pass", late)
    no = machine.apply(case, "pass", replace(facts, evidence=facts.evidence - {"overdue_reason"}))
    assert (no.code, no.values["missing"]) == ("authority.evidence-missing", ("overdue_reason",))
    assert machine.clocks(case, late)[0].overdue == 1
    assert machine.apply(case, "pass", facts).state == "noticed"
    # Completion takes as long as it takes: the twenty days stand.
    standing = step(machine, case, "ask_completion", working_days_after(case.day, 19).day)
    (clock,) = machine.clocks(standing, working_days_after(case.day, 90).day)
    assert (clock.left, clock.due, clock.standing) == (1, None, True)


def test_acceptance_begins_anew_with_the_completed_application() -> None:
    machine = MACHINES["product_registration"]
    case = step(machine, machine.open(MONDAY), "submit", MONDAY)
    back = step(machine, case, "return", date(2026, 3, 4))
    assert (back.runs, back.ended[0].clock) == ((), "acceptance")
    again = step(machine, back, "resubmit", date(2026, 4, 15))
    (clock,) = machine.clocks(again, date(2026, 4, 15))
    assert (clock.due, clock.left) == (date(2026, 4, 20), 3)


def test_a_registration_holds_three_years_and_is_renewed_in_its_last_sixty_days() -> None:
    machine = MACHINES["resource_registration"]
    case = arrived("resource_registration")["registered"]
    end = years_after(case.day, 3)
    assert [run.until for run in case.runs] == [end]
    assert machine.holds(case, end)
    assert not machine.holds(case, end + timedelta(days=1))
    assert not machine.holds(case, case.day - timedelta(days=1))

    def asked(day: date) -> str:
        answer = machine.apply(case, "submit_renewal", full(machine, case, "submit_renewal", day))
        return answer.code if isinstance(answer, Refused) else answer.state

    assert asked(end - timedelta(days=61)) == "authority.outside-window"
    assert asked(end - timedelta(days=60)) == asked(end) == "renewal_submitted"
    assert asked(end + timedelta(days=1)) == "authority.outside-window"
    waiting = step(machine, case, "submit_renewal", end)
    assert not machine.holds(waiting, end + timedelta(days=1))
    renewed = step(machine, waiting, "renew", end + timedelta(days=5))
    assert renewed.runs[0].until == years_after(end, 3)
    assert machine.holds(renewed, end + timedelta(days=5))
    early = machine.apply(case, "expire", full(machine, case, "expire", end))
    assert early.code == "authority.too-early"
    gone = step(machine, case, "expire", end + timedelta(days=1), role="clock")
    assert gone.state == "expired"


def test_an_agreement_says_its_end_and_lasts_five_years_at_most() -> None:
    machine = MACHINES["authorisation"]
    case = arrived("authorisation")["selected"]
    last = years_after(case.day, 5)

    def signed(until: date | None) -> Case | Refused:
        return machine.apply(case, "sign", full(machine, case, "sign", case.day, until=until))

    assert signed(None).code == "authority.no-end"
    assert signed(last).state == "signed"
    for wrong in (last + timedelta(days=1), case.day):
        no = signed(wrong)
        assert (no.code, no.values["last"]) == ("authority.term", last.isoformat())


def test_the_source_unit_has_five_days_and_five_more_once() -> None:
    machine = MACHINES["authorisation"]
    case = arrived("authorisation")["supplement_submitted"]
    (review,) = [c for c in machine.clocks(case, case.day) if c.clock == "source_review"]
    assert (review.left, review.confirmed, review.length.rule) == (5, False, "PD-ZJS-05")

    def extended(case: Case, days: int) -> Case | Refused:
        facts = full(machine, case, "extend_review", case.day, days=days)
        return machine.apply(case, "extend_review", facts)

    assert extended(case, 6).code == extended(case, 0).code == "authority.extension"
    longer = extended(case, 5)
    assert [c.left for c in machine.clocks(longer, case.day) if c.clock == "source_review"] == [10]
    assert extended(longer, 1).code == "authority.extension"


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


def test_after_its_term_nothing_begins_or_comes_back() -> None:
    machine = MACHINES["authorisation"]
    for state, event in (("signed", "take_effect"), ("suspended", "resume"), ("exiting", "keep")):
        case = arrived("authorisation")[state]
        (end,) = [run.until for run in case.runs if run.until]
        assert isinstance(machine.apply(case, event, full(machine, case, event, end)), Case)
        late = full(machine, case, event, end + timedelta(days=1))
        no = machine.apply(case, event, late)
        assert (no.code, no.values["due"]) == ("authority.too-late", end.isoformat())
        gone = step(machine, case, "expire", end + timedelta(days=1), role="clock")
        assert machine.effect(gone.state) == "revoke"


# Clocks


def test_days_off_and_days_made_up_count_as_the_notice_says() -> None:
    """国庆 2025: 28 September and 11 October were worked, 1 to 8 October were not."""
    machine = MACHINES["resource_registration"]
    case = step(machine, machine.open(date(2025, 9, 26)), "submit", date(2025, 9, 26))
    assert machine.clocks(case, case.day)[0].due == date(2025, 9, 30)
    case = step(machine, machine.open(date(2025, 9, 30)), "submit", date(2025, 9, 30))
    assert machine.clocks(case, case.day)[0].due == date(2025, 10, 11)


def test_a_year_whose_holidays_are_not_announced_is_provisional() -> None:
    spec = MACHINES["resource_registration"].table.clocks["review"]
    assert read(
        spec, Run("review", date(2040, 1, 5)), date(2040, 1, 6), shipped_rules()
    ).provisional


def test_terms_end_on_the_matching_day_and_reports_on_a_working_day() -> None:
    assert years_after(date(2028, 2, 29), 3) == date(2031, 2, 28)
    assert years_after(date(2025, 3, 1), 3) == date(2028, 3, 1)
    # 31 March 2024 was a Sunday.
    assert yearly_due(shipped_rules(), "PD-DIS-03.due", 2023).day == date(2024, 4, 1)
    assert yearly_due(shipped_rules(), "PD-PRC-16.due", 2024).day == date(2025, 3, 31)


DAYS = st.dates(date(2019, 1, 1), date(2025, 6, 1))
PAUSES = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 40)), max_size=4)


@given(DAYS, PAUSES, st.integers(0, 60))
def test_standing_still_puts_off_the_last_day_by_the_days_it_stood(
    start: date, pauses: list[tuple[int, int]], wait: int
) -> None:
    spec = MACHINES["resource_registration"].table.clocks["review"]
    day, stood = start, []
    for going, standing in pauses:
        begin = day + timedelta(days=going)
        day = begin + timedelta(days=standing)
        stood.append((begin, day))
    run = Run("review", start, tuple(stood))
    today = day + timedelta(days=wait)
    shown = read(spec, run, today, shipped_rules())
    # Counted day by day: worked, and not within a time it stood.
    used = sum(
        is_working_day(each) and not any(a < each <= b for a, b in stood)
        for each in (start + timedelta(days=n) for n in range(1, (today - start).days + 1))
    )
    assert shown.left - shown.overdue == 20 - used
    assert shown.due is not None
    assert shown.is_over == (today > shown.due)
    assert is_working_day(shown.due)
    assert working_days_between(start, shown.due) == 20 + sum(
        working_days_between(a, b) for a, b in stood
    )


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

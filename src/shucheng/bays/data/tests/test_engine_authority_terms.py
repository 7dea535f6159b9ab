"""Registration and authorised operation by the calendar: how long steps and rights take."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shucheng.bays.data.engine.authority.clocks import Run, read, yearly_due, years_after
from shucheng.bays.data.engine.authority.machine import Case
from shucheng.bays.data.engine.authority.refusal import Refused
from shucheng.bays.data.engine.authority.rules import shipped_rules
from shucheng.bays.data.tests.authority_cases import MACHINES, MONDAY, arrived, full, step
from shucheng.lib.workdays import is_working_day, working_days_after, working_days_between


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

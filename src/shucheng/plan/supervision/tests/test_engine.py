"""Laws of the pure parts: states, clocks, stages, scores, milestones."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shucheng.lib.workdays import is_working_day, working_days_between
from shucheng.plan.supervision.engine.clock import (
    Clock,
    DeadlineRule,
    deadline_after_refusal,
    light,
)
from shucheng.plan.supervision.engine.following import Facts, level, parts_of, reached, score
from shucheng.plan.supervision.engine.milestones import Step, progress
from shucheng.plan.supervision.engine.rules import read_rules, rules_on
from shucheng.plan.supervision.engine.states import (
    FINAL,
    MOVES,
    UNISSUED,
    MoveRefused,
    Party,
    State,
    after,
    moves_from,
)
from shucheng.plan.supervision.queries.rules import all_rules
from shucheng.plan.supervision.words import (
    BUTTONS,
    DEEDS,
    MEASURES,
    NEXT_STEPS,
    PARTS,
    RECIPIENTS,
    STAGES,
    STATE_LABELS,
)

# A machine that is busy with other things is not a failure.
settings.register_profile("supervision", deadline=None)
settings.load_profile("supervision")

EVERYBODY = frozenset(Party)
DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))
RULES = all_rules()[-1]
Walk = list[tuple[State, str, State]]


@st.composite
def walks(draw: st.DrawFn) -> Walk:
    """Any sequence of moves that the table allows, made by whoever may make them."""
    state, asked, walk = State.DRAFT, False, []
    for _step in range(draw(st.integers(0, 25))):
        possible = moves_from(state, EVERYBODY, extension_asked=asked)
        if not possible:
            break
        move = draw(st.sampled_from(possible))
        to = after(state, move.name, EVERYBODY, text="reason", extension_asked=asked)
        walk.append((state, move.name, to))
        if move.name == "ask_extension":
            asked = True
        elif move.name in ("grant_extension", "refuse_extension", "cancel"):
            asked = False
        state = to
    return walk


@given(walks())
def test_no_item_is_closed_past_review_issue_signing_and_recheck(walk: Walk) -> None:
    if not walk or walk[-1][2] != State.CLOSED:
        return
    names = [name for _before, name, _after in walk]
    places = [max(i for i, made in enumerate(names) if made == name) for name in _NEEDED]
    assert all(a < b for a, b in pairwise(places)), names


_NEEDED = ("submit", "approve", "issue", "sign", "finish", "close")


@given(walks())
def test_after_a_return_the_leader_approves_anew(walk: Walk) -> None:
    approved = False
    for before, name, _to in walk:
        if name in ("return", "submit"):
            approved = False
        elif name == "approve":
            approved = True
        elif before in (State.APPROVED, State.ISSUED, State.WORKING, State.RECHECK):
            assert approved


@pytest.mark.parametrize("state", sorted(FINAL))
def test_an_ended_item_does_not_move(state: State) -> None:
    assert moves_from(state, EVERYBODY) == ()
    for name in MOVES:
        with pytest.raises(MoveRefused) as refused:
            after(state, name, EVERYBODY, text="please", extension_asked="extension" in name)
        assert refused.value.code == "state"


@given(st.sampled_from(State), st.sampled_from(sorted(MOVES)), st.sets(st.sampled_from(Party)))
def test_nobody_makes_a_move_of_somebody_else(state: State, name: str, who: set[Party]) -> None:
    move = MOVES[name]
    offered = move in moves_from(state, frozenset(who))
    if move.parties & who:
        return
    assert not offered
    with pytest.raises(MoveRefused):
        after(state, name, frozenset(who), text="reason", extension_asked=True)


def test_only_leaders_approve_and_only_the_lead_reports_done() -> None:
    assert MOVES["approve"].parties == {Party.LEADER}
    assert MOVES["finish"].parties == MOVES["sign"].parties == {Party.LEAD}
    assert MOVES["close"].parties == {Party.OFFICE}


@pytest.mark.parametrize("name", [name for name, move in MOVES.items() if move.reasoned])
def test_returns_refusals_and_reports_need_words(name: str) -> None:
    state = min(MOVES[name].sources)
    with pytest.raises(MoveRefused, match="reason"):
        after(state, name, EVERYBODY, text="  ", extension_asked=name == "refuse_extension")


def test_an_item_is_not_closed_over_open_parts_unless_it_is_said_why() -> None:
    with pytest.raises(MoveRefused, match="children"):
        after(State.RECHECK, "close", EVERYBODY, open_children=1)
    said = after(State.RECHECK, "close", EVERYBODY, open_children=1, text="they go on alone")
    assert said == State.CLOSED


def test_while_an_extension_waits_the_work_is_not_called_done() -> None:
    with pytest.raises(MoveRefused, match="waiting"):
        after(State.WORKING, "finish", EVERYBODY, text="done", extension_asked=True)
    with pytest.raises(MoveRefused, match="not_waiting"):
        after(State.WORKING, "grant_extension", EVERYBODY)


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    days = st.one_of(st.none(), DAYS)
    return Clock(draw(DAYS), draw(DAYS), stopped_on=draw(days), asked_on=draw(days))


@given(clocks())
def test_a_clock_is_never_negative_and_never_both_early_and_late(clock: Clock) -> None:
    assert clock.left >= 0
    assert clock.overdue >= 0
    assert not (clock.left and clock.overdue)
    assert clock.is_over or not clock.overdue
    assert clock.reading <= clock.today


@given(clocks())
def test_a_light_follows_from_the_clock_alone(clock: Clock) -> None:
    rule = DeadlineRule(1, 3)
    shown = light(clock, rule)
    assert (shown == "red") == (clock.reading > clock.deadline)
    assert shown in ("red", "yellow", "green")
    hurried = not clock.is_over and clock.stopped_on is None and clock.left <= 3
    assert (shown == "yellow") == hurried
    assert light(clock, rule, final=True) == "done"
    assert light(None, rule) == "grey"


@given(DAYS, DAYS, st.integers(0, 90))
def test_the_clock_stands_while_a_request_made_in_time_waits(
    deadline: date, asked: date, later: int
) -> None:
    at_once = Clock(deadline, asked, asked_on=asked)
    much_later = Clock(deadline, asked + timedelta(days=later), asked_on=asked)
    if asked <= deadline:
        assert much_later.left == at_once.left
        assert much_later.overdue == 0
    else:
        assert much_later.overdue >= at_once.overdue
        assert not much_later.paused


@given(DAYS, DAYS, st.integers(0, 60))
def test_a_refused_request_costs_nobody_a_working_day(
    deadline: date, asked: date, waited: int
) -> None:
    decided = asked + timedelta(days=waited)
    new = deadline_after_refusal(deadline, asked, decided)
    if asked > deadline:
        assert new == deadline
        return
    given_back = working_days_between(asked, decided)
    assert working_days_between(deadline, new) == given_back
    assert new == deadline or is_working_day(new)
    left_when_asked = Clock(deadline, asked).left
    left_when_decided = Clock(new, decided).left
    assert left_when_decided == left_when_asked


def test_a_day_off_after_the_deadline_is_over_but_costs_no_working_day() -> None:
    friday, saturday = date(2026, 8, 21), date(2026, 8, 22)
    clock = Clock(friday, saturday)
    assert clock.is_over
    assert clock.overdue == 0
    assert light(clock, DeadlineRule(1, 3)) == "red"
    assert Clock(friday, date(2026, 8, 24)).overdue == 1


def test_a_deadline_in_a_year_without_announced_holidays_is_provisional() -> None:
    assert Clock(date(2031, 5, 4), date(2026, 8, 20)).provisional
    assert not Clock(date(2026, 9, 4), date(2026, 8, 20)).provisional


def _facts(**facts: object) -> Facts:
    known = {"state": State.WORKING, "issued_on": date(2026, 8, 3), "signed_on": date(2026, 8, 4)}
    return Facts(**{**known, "deadline": date(2026, 8, 20), **facts})


def test_stages_come_one_after_the_other_and_go_up() -> None:
    def codes(facts: Facts, day: date) -> list[str]:
        return [stage.code for stage in reached(facts, RULES, day)]

    assert codes(_facts(), date(2026, 8, 10)) == []
    assert codes(_facts(), date(2026, 8, 17)) == ["due_soon"]
    assert codes(_facts(), date(2026, 8, 21)) == ["overdue"]
    assert codes(_facts(), date(2026, 8, 25)) == ["overdue", "overdue_office"]
    assert level(_facts(), RULES, date(2026, 9, 3)) == 2
    unsigned = _facts(state=State.ISSUED, signed_on=None)
    assert codes(unsigned, date(2026, 8, 4)) == []
    assert codes(unsigned, date(2026, 8, 5)) == ["unsigned"]
    assert codes(unsigned, date(2026, 8, 10)) == ["unsigned", "unsigned_long"]


def test_nobody_is_hurried_while_an_extension_waits_but_the_office() -> None:
    asked = _facts(asked_on=date(2026, 8, 19))
    assert [s.code for s in reached(asked, RULES, date(2026, 9, 10))] == ["extension_waits"]


@given(st.sampled_from(sorted(FINAL | UNISSUED)), DAYS)
def test_what_is_not_issued_or_has_ended_reminds_nobody(state: State, day: date) -> None:
    assert reached(_facts(state=state), RULES, day) == ()


@given(DAYS, st.integers(0, 400))
def test_escalation_never_goes_back_while_nothing_happens(day: date, later: int) -> None:
    facts = _facts(state=State.WORKING, deadline=day)
    now = level(facts, RULES, day + timedelta(days=1))
    assert level(facts, RULES, day + timedelta(days=1 + later)) >= now


def test_a_score_says_what_each_item_took() -> None:
    closed = _facts(
        state=State.CLOSED, signed_on=date(2026, 8, 7), finished_on=date(2026, 8, 24), sent_back=1
    )
    parts = parts_of(closed, RULES.score, date(2026, 9, 30))
    assert [(part.code, part.number, part.points) for part in parts] == [
        ("signed_late", 2, Decimal(-2)),
        ("overdue", 2, Decimal(-2)),
        ("sent_back", 1, Decimal(-3)),
    ]
    assert score([(False, parts)], RULES.score) == 93
    assert score([(True, parts)], RULES.score) == Decimal("96.5")
    early = _facts(state=State.CLOSED, finished_on=date(2026, 8, 10))
    assert [p.code for p in parts_of(early, RULES.score, date(2026, 9, 30))] == ["early"]


@given(st.lists(st.tuples(st.booleans(), DAYS, st.integers(0, 9)), max_size=12), DAYS)
def test_a_score_stays_within_its_bounds(items: list[tuple[bool, date, int]], today: date) -> None:
    given_items = [
        (helps, parts_of(_facts(deadline=deadline, sent_back=back), RULES.score, today))
        for helps, deadline, back in items
    ]
    assert 0 <= score(given_items, RULES.score) <= RULES.score.most


def test_rules_hold_from_their_day_on() -> None:
    first = all_rules()[0]
    assert rules_on(all_rules(), date(2020, 1, 1)) is first
    assert first.unconfirmed
    assert [stage.level for stage in first.stages if stage.measure == "overdue"] == [0, 1, 2]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("", "rules"),
        ("[[rules]]\nversion = 1\nvalid_from = 2025-01-01\nunconfirmed = true\n", "yellow|stage"),
    ],
)
def test_a_rules_file_that_is_wrong_is_refused(tmp_path: object, wrong: str, says: str) -> None:
    path = tmp_path / "rules.toml"  # type: ignore[operator]
    path.write_text(wrong)
    with pytest.raises((ValueError, KeyError), match=says):
        read_rules(path)


def test_everything_the_engine_says_has_words() -> None:
    assert set(MOVES) <= set(DEEDS)
    assert set(MOVES) - set(BUTTONS) == {"edit"}
    assert set(State) == set(STATE_LABELS) == set(NEXT_STEPS)
    for rules in all_rules():
        assert {stage.code for stage in rules.stages} <= set(STAGES)
        assert {stage.measure for stage in rules.stages} <= set(MEASURES)
        assert {name for stage in rules.stages for name in stage.recipients} <= set(RECIPIENTS)
    assert set(PARTS) == {"signed_late", "overdue", "sent_back", "extended", "early"}


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    weights = st.decimals(Decimal("0.1"), Decimal(50), places=1)
    made = st.builds(Step, DAYS, weights, st.one_of(st.none(), DAYS))
    return draw(st.lists(made, max_size=8))


@given(steps(), DAYS)
def test_progress_of_milestones_stays_within_its_whole(steps: list[Step], today: date) -> None:
    found = progress(steps, today)
    assert 0 <= found.done <= 100
    assert 0 <= found.due <= 100
    assert (found.standing == "unplanned") == (not steps)
    assert (found.standing in ("late", "behind")) == (found.late > 0)
    if found.standing == "done":
        assert found.done == 100
        assert found.next_on is None


def test_a_work_point_is_behind_by_its_milestones() -> None:
    spring, autumn = date(2026, 3, 31), date(2026, 10, 31)
    two = [Step(spring, Decimal(1)), Step(autumn, Decimal(3))]
    assert progress(two, date(2026, 2, 1)).standing == "planned"
    assert progress(two, date(2026, 4, 1)).standing == "late"
    made_up = [Step(spring, Decimal(1)), Step(autumn, Decimal(3), date(2026, 3, 1))]
    assert progress(made_up, date(2026, 4, 1)).standing == "behind"
    assert progress(made_up, date(2026, 4, 1)).done == 75
    done = [Step(spring, Decimal(1), spring), Step(autumn, Decimal(3), date(2026, 3, 1))]
    assert progress(done, date(2026, 4, 1)).standing == "done"
    assert progress([], date(2026, 4, 1), due=date(2025, 12, 31)).standing == "late"

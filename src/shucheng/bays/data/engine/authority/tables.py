"""States, events, moves and clocks as data: read and checked.

A table that cannot be run is refused when it is read: two moves for one state and event, a state
that nothing reaches or nothing leaves, a word, rule or number that is not there.
"""

from collections.abc import Collection, Iterator
from functools import cache
from typing import Literal, NamedTuple

from pydantic import Field

from .rules import Rules, RulesInvalid, Strict, load, shipped_rules, shipped_texts

FILES = ("authorisation", "registration")


class Named(Strict):
    zh: str
    en: str


class State(Named):
    """`holds`: rights rest on it; `final`: nothing leaves it."""

    final: bool = False
    holds: bool = False


class Event(Named):
    """`by`: roles that may do it; `evidence`: codes that must be there (`a|b`: one of them)."""

    by: list[str]
    evidence: list[str] = []
    sources: list[str] = []
    unconfirmed: bool = False


class Term(Strict):
    """Sets the end of a term: at most `most` years from today or after its last end. A message may
    leave the end open, if its kind allows that: then the term is the longest one."""

    clock: str
    most: str
    starts: Literal["today", "after_end"]


class Window(Strict):
    """Open for `days` days up to the last day of the clock."""

    clock: str
    days: str


class Extension(Strict):
    clock: str
    most: str


class Move(Strict):
    """`after`: a clock that must be over; `before`: one that must not be over yet."""

    from_: list[str] = Field(alias="from")
    event: str
    to: str
    after: str = ""
    before: str = ""
    window: Window | None = None
    term: Term | None = None
    extend: Extension | None = None


class ClockSpec(Named):
    """`deadline`: somebody (`owed_by`) must act by its last day; `wait`: something must not happen
    before it is over; `term`: something holds until its last day. `length` in working days."""

    kind: Literal["deadline", "wait", "term"]
    length: str = ""
    runs_in: list[str]
    stands_in: list[str] = []
    standing_unconfirmed: bool = False
    owed_by: str
    late_needs: str = ""


class Kind(Named):
    """What the table is used for; `evidence`: what events need here in addition; `needs_end`:
    events that must say when the term ends."""

    evidence: dict[str, list[str]] = {}
    needs_end: list[str] = []


class Table(Strict):
    version: str
    start: str
    roles: dict[str, Named]
    kinds: dict[str, Kind]
    states: dict[str, State]
    events: dict[str, Event]
    evidence: dict[str, Named]
    moves: list[Move]
    clocks: dict[str, ClockSpec]


class Ready(NamedTuple):
    """A table that was checked, with its moves by state and event."""

    table: Table
    rules: Rules
    moves: dict[tuple[str, str], Move]


def read_table(file: str, text: str, rules: Rules) -> Ready:
    """A table from YAML. Raises `RulesInvalid` naming the place and what is wrong."""
    table = load(Table, file, text)
    for place, why in _faults(table, rules):
        raise RulesInvalid(file, place, why)
    moves = {(state, move.event): move for move in table.moves for state in move.from_}
    return Ready(table, rules, moves)


@cache
def shipped_tables() -> dict[str, Ready]:
    texts = shipped_texts()
    return {name: read_table(name, texts[name], shipped_rules()) for name in FILES}


def _faults(table: Table, rules: Rules) -> Iterator[tuple[str, str]]:
    for place, word, known in _words(table, rules):
        if word not in known:
            yield place, f"there is no {word}"
    for place, ref in _numbers(table):
        try:
            rules.number(ref)
        except KeyError:
            yield place, f"there is no number {ref}"
    pairs = [(state, move.event) for move in table.moves for state in move.from_]
    for state, event in sorted({pair for pair in pairs if pairs.count(pair) > 1}):
        yield f"{state}, {event}", "there are two moves"
    reached = reach(table, table.start)
    left = {state for state, _ in pairs}
    for code, spec in table.states.items():
        if code not in reached:
            yield code, "nothing leads to it"
        if spec.final == (code in left):
            yield code, "a final state is one that nothing leaves"
    for code in table.events.keys() - {move.event for move in table.moves}:
        yield code, "no move uses it"
    for code, clock in table.clocks.items():
        if (clock.kind == "term") == bool(clock.length):
            yield code, "a term takes its end from a move, every other clock its length"


def reach(table: Table, start: str) -> set[str]:
    """The states that can be reached from one, itself among them."""
    reached = {start}
    while more := {move.to for move in table.moves if reached & set(move.from_)} - reached:
        reached |= more
    return reached


def _words(table: Table, rules: Rules) -> Iterator[tuple[str, str, Collection[str]]]:
    yield "start", table.start, table.states
    for code, event in table.events.items():
        yield from ((code, role, table.roles) for role in event.by)
        yield from ((code, source, rules.rules) for source in event.sources)
    for code, kind in table.kinds.items():
        yield from ((code, event, table.events) for event in [*kind.evidence, *kind.needs_end])
    for place, needed in _evidence(table):
        yield from ((place, each, table.evidence) for each in needed.split("|"))
    for code, clock in table.clocks.items():
        yield code, clock.owed_by, table.roles
        yield from ((code, state, table.states) for state in clock.runs_in + clock.stands_in)
    for move in table.moves:
        place = f"{move.from_[0]}, {move.event}"
        yield place, move.event, table.events
        yield from ((place, state, table.states) for state in [*move.from_, move.to])
        clocks = [move.after, move.before]
        clocks += [part.clock for part in (move.window, move.term, move.extend) if part]
        yield from ((place, clock, table.clocks) for clock in clocks if clock)


def _evidence(table: Table) -> Iterator[tuple[str, str]]:
    for code, event in table.events.items():
        yield from ((code, each) for each in event.evidence)
    for code, kind in table.kinds.items():
        yield from ((code, each) for also in kind.evidence.values() for each in also)
    for code, clock in table.clocks.items():
        yield from ((code, each) for each in [clock.late_needs] if each)


def _numbers(table: Table) -> Iterator[tuple[str, str]]:
    yield from ((code, clock.length) for code, clock in table.clocks.items() if clock.length)
    for move in table.moves:
        refs = [part.most for part in (move.term, move.extend) if part]
        refs += [move.window.days] if move.window else []
        yield from ((move.event, ref) for ref in refs)

"""Cases that move by a table: who may do what, from which state, with which evidence, when.

A case is plain data and the machine has no memory: written down and read again after any step, it
goes on as if nothing had happened. What is not allowed is answered, not raised (`Refused`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Literal, NamedTuple

from pydantic import TypeAdapter, ValidationError

from .clocks import Reading, Run, moved, read, years_after
from .refusal import Refused, refused
from .tables import Move, Ready, Table, Term, reach, shipped_tables

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a message carries: who does it, when, with which evidence; `until`: the last day of a
    term; `days`: of an extension, in working days."""

    role: str
    day: date
    evidence: frozenset[str] = frozenset()
    until: date | None = None
    days: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """Where a registration or authorisation is. `day`: of the last step; `steps`: how many there
    were; `runs`: clocks that go on; `ended`: those that the last step ended."""

    kind: str
    state: str
    day: date
    steps: int = 0
    runs: tuple[Run, ...] = ()
    ended: tuple[Run, ...] = ()


_CASES = TypeAdapter(Case)


class CaseInvalid(ValueError):
    """A written case that this machine cannot go on with."""

    code = "authority.case-invalid"


class Machine(NamedTuple):
    """One kind of case and its table. Get one by `machine(kind)`."""

    kind: str
    ready: Ready

    @property
    def table(self) -> Table:
        return self.ready.table

    def open(self, day: date) -> Case:
        """A new case in the table's first state."""
        start = self.table.start
        runs, _ = moved(self.table.clocks, (), start, day)
        return Case(self.kind, start, day, runs=runs)

    def next_states(self, state: str) -> dict[str, str]:
        """Where each event leads from a state; empty for a final one. Raises `KeyError`."""
        self.table.states[state]
        return {e: move.to for (start, e), move in self.ready.moves.items() if start == state}

    def needs(self, event: str) -> tuple[str, ...]:
        """The evidence that an event must carry here. Raises `KeyError`."""
        also = self.table.kinds[self.kind].evidence.get(event, [])
        return (*self.table.events[event].evidence, *also)

    def wants(self, case: Case, event: str, day: date) -> tuple[str, ...]:
        """The evidence that an event must carry in this case on that day: what it needs, and the
        reason for a clock that it would end late. Raises `KeyError`."""
        wanted = [*self.needs(event)]
        move = self.ready.moves[case.state, event]
        for run in case.runs:
            spec = self.table.clocks[run.clock]
            goes_on = move.to in spec.runs_in or move.to in spec.stands_in
            if spec.late_needs and not goes_on and self._read(run, day).is_over:
                wanted.append(spec.late_needs)
        return tuple(wanted)

    def apply(self, case: Case, event: str, facts: Facts) -> Case | Refused:
        """The case after the event, or why not; the case itself is never changed. Checked in this
        order: the step exists here, it is the role's, days go forward, clocks, evidence, term.

        Steps and their order: 发改数据规〔2025〕26号 第八条至第十五条, 第二十条 (PD-REG-06 to 24)
        and 27号 第八条至第十六条 (PD-PLN-01 to PD-AGR-04); each event's clauses: in its table."""
        if event not in self.table.events:
            return refused("unknown-event", event=event)
        move = self.ready.moves.get((case.state, event))
        if move is None:
            return refused("not-from-here", event=event, state=case.state)
        allowed = self.table.events[event].by
        if facts.role not in allowed:
            return refused("role", role=facts.role, event=event, allowed=allowed)
        if facts.day < case.day:
            return refused("back-in-time", day=facts.day, last=case.day)
        if no := self._untimely(case, move, facts) or self._unproved(case, move, facts):
            return no
        runs: dict[str, Run] = {run.clock: run for run in case.runs}
        if move.term:
            run = self._term(runs.get(move.term.clock), move.term, facts, event)
            if isinstance(run, Refused):
                return run
            runs[move.term.clock] = run
        if move.extend:
            code = move.extend.clock
            most = self.ready.rules.number(move.extend.most).value
            if runs[code].extension or not 0 < facts.days <= most:
                return refused("extension", clock=code, most=most)
            runs[code] = replace(runs[code], extension=facts.days)
        live, ended = moved(self.table.clocks, runs.values(), move.to, facts.day)
        return Case(self.kind, move.to, facts.day, case.steps + 1, live, ended)

    def clocks(self, case: Case, day: date) -> tuple[Reading, ...]:
        """What each clock of the case shows on a day."""
        return tuple(self._read(run, day) for run in case.runs)

    def holds(self, case: Case, day: date) -> bool:
        """Whether rights can rest on the case on that day: its state says so and its term, which
        a renewal in hand does not prolong, is not over (26号 第十五条; 27号 第十四条(二))."""
        terms = [r for r in case.runs if self.table.clocks[r.clock].kind == "term"]
        running = bool(terms) and all(r.started <= day <= (r.until or day) for r in terms)
        return self.table.states[case.state].holds and running

    def effect(self, state: str) -> Literal["lift", "suspend", "revoke"]:
        """What a state means for all that rests on the case: it holds, it may hold (again), or it
        never will. Noted as a stop after every step, it reaches grants, products and deliveries at
        once (`Book.stops`). Raises `KeyError`."""
        if self.table.states[state].holds:
            return "lift"
        reached = reach(self.table, state)
        return "suspend" if any(self.table.states[each].holds for each in reached) else "revoke"

    def dump(self, case: Case) -> str:
        """The case as one line of JSON."""
        return _CASES.dump_json(case).decode()

    def load(self, text: str) -> Case:
        """A case from `dump`. Raises `CaseInvalid` for another kind, an unknown state or clock."""
        try:
            case = _CASES.validate_json(text)
        except ValidationError as error:
            raise CaseInvalid(f"not a case: {error.errors()[0]['msg']}") from None
        clocks = {run.clock for run in (*case.runs, *case.ended)}
        known = case.state in self.table.states and clocks <= set(self.table.clocks)
        if case.kind != self.kind or not known:
            raise CaseInvalid(f"{case.kind}, {case.state} is no case of {self.kind}")
        return case

    def _read(self, run: Run, day: date) -> Reading:
        return read(self.table.clocks[run.clock], run, day, self.ready.rules)

    def _untimely(self, case: Case, move: Move, facts: Facts) -> Refused | None:
        clocks = {run.clock: self._read(run, facts.day) for run in case.runs}
        if move.after and not clocks[move.after].is_over:
            due = clocks[move.after].due
            return refused("too-early", event=move.event, clock=move.after, due=due)
        if move.before and clocks[move.before].is_over:
            return refused(
                "too-late", event=move.event, clock=move.before, due=clocks[move.before].due
            )
        if move.window and (due := clocks[move.window.clock].due):
            opens = due - self.ready.rules.number(move.window.days).value * _DAY
            if not opens <= facts.day <= due:
                return refused("outside-window", event=move.event, opens=opens, due=due)
        return None

    def _unproved(self, case: Case, move: Move, facts: Facts) -> Refused | None:
        """What is missing of what the event wants."""
        wanted = self.wants(case, move.event, facts.day)
        missing = [each for each in wanted if not facts.evidence & set(each.split("|"))]
        if missing:
            return refused("evidence-missing", event=move.event, missing=missing)
        return None

    def _term(self, run: Run | None, term: Term, facts: Facts, event: str) -> Run | Refused:
        """The term that a step sets: from its day on, or from the day after the last end."""
        base = facts.day
        if term.starts == "after_end" and run and run.until:
            base = run.until
        last = years_after(base, self.ready.rules.number(term.most).value)
        if facts.until is None and event in self.table.kinds[self.kind].needs_end:
            return refused("no-end", event=event)
        until = facts.until or last
        if not base < until <= last:
            return refused("term", until=until, first=base + _DAY, last=last)
        return replace(run, until=until) if run else Run(term.clock, base, until=until)


def machines(tables: Mapping[str, Ready]) -> dict[str, Machine]:
    """A machine for each kind of each table."""
    return {kind: Machine(kind, ready) for ready in tables.values() for kind in ready.table.kinds}


@cache
def shipped_machines() -> dict[str, Machine]:
    """`resource_registration`, `product_registration`, `authorisation`."""
    return machines(shipped_tables())

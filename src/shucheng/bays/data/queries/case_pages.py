"""A case as its page shows it: what happened, what the clocks say, what may be done next and what
that wants. For registrations and authorisations, and any other kind of case."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from shucheng.bays.data.engine.authority import machine as engine
from shucheng.bays.data.engine.authority.clocks import Reading, years_after
from shucheng.bays.data.engine.authority.refusal import Refused
from shucheng.bays.data.engine.authority.tables import Table
from shucheng.bays.data.models.cases import Case, Step
from shucheng.bays.data.queries.cases import clocks_of, content_of, machine_of, roles_of, steps_of
from shucheng.bays.data.queries.refusals import named, sentence
from shucheng.kernel.public import Actor, StoredFile

# Refusals that are about the time, and not about what was attached.
_TIMELY = {"authority.too-early", "authority.too-late", "authority.outside-window"}


@dataclass(frozen=True)
class Proof:
    """One thing that a step was proven with."""

    name: str
    text: str
    file: StoredFile | None


@dataclass(frozen=True)
class Past:
    step: Step
    event: str
    after: str
    role: str
    proofs: list[Proof]


@dataclass(frozen=True)
class Clock:
    """`tone`: how it stands: late, watch (three working days or less), good, none (it stands)."""

    reading: Reading
    name: str
    owed_by: str
    tone: str


@dataclass(frozen=True)
class Wanted:
    """What a step must be proven with: one of the choices."""

    choices: list[tuple[str, str]]


@dataclass(frozen=True)
class Possible:
    """A step that this actor may do now; `not_yet`: why not today."""

    event: str
    name: str
    leads_to: str
    wanted: list[Wanted]
    asks_until: bool = False
    needs_until: bool = False
    last: date | None = None
    most_days: int = 0
    not_yet: str = ""
    sources: list[str] = field(default_factory=list)
    unconfirmed: bool = False
    grave: bool = False


@dataclass(frozen=True)
class CasePage:
    case: Case
    kind: str
    state: str
    final: bool
    holds: bool
    past: list[Past]
    clocks: list[Clock]
    possible: list[Possible]
    waits_for: list[str]


def case_page(
    case: Case, *, actor: Actor, day: date | None = None, own: frozenset[str] = frozenset()
) -> CasePage:
    """`own`: evidence that the platform gives itself and nobody is asked for."""
    day = day or timezone.localdate()
    machine, content = machine_of(case.kind), content_of(case)
    table = machine.table
    clocks = clocks_of(case, day)
    return CasePage(
        case,
        named(table.kinds[case.kind]),
        named(table.states[case.state]),
        table.states[case.state].final,
        machine.holds(content, day),
        _past(case, machine),
        [clock_of(each, machine) for each in clocks],
        [*_possible(case, machine, content, actor, day, own)],
        [named(table.roles[each]) for each in dict.fromkeys(r.spec.owed_by for r in clocks)],
    )


def state_name(case: Case) -> str:
    return named(machine_of(case.kind).table.states[case.state])


def clock_of(reading: Reading, machine: engine.Machine) -> Clock:
    tone = "none" if reading.standing else "good"
    if reading.is_over:
        tone = "bad" if reading.spec.kind == "deadline" else "watch"
    elif reading.spec.kind == "deadline" and reading.left <= 3:
        tone = "watch"
    return Clock(
        reading, named(reading.spec), named(machine.table.roles[reading.spec.owed_by]), tone
    )


def _past(case: Case, machine: engine.Machine) -> list[Past]:
    table, steps = machine.table, steps_of(case.code)
    files = StoredFile.objects.in_bulk(
        [proof["file"] for step in steps for proof in step.evidence.values() if proof.get("file")]
    )
    return [
        Past(
            step,
            named(table.events[step.event]),
            named(table.states[step.after]),
            named(table.roles[step.role]) if step.role in table.roles else step.role,
            [_proof(table, code, proof, files) for code, proof in step.evidence.items()],
        )
        for step in steps
    ]


def _proof(table: Table, code: str, proof: dict[str, Any], files: dict[int, StoredFile]) -> Proof:
    said = [proof.get("text", ""), *proof.get("resources", [])]
    name = named(table.evidence[code]) if code in table.evidence else code
    return Proof(name, " ".join(filter(None, said)), files.get(proof.get("file") or 0))


def _possible(
    case: Case,
    machine: engine.Machine,
    content: engine.Case,
    actor: Actor,
    day: date,
    own: frozenset[str],
) -> Iterator[Possible]:
    table, roles = machine.table, roles_of(case, actor)
    for event, to in machine.next_states(case.state).items():
        spec = table.events[event]
        role = next((each for each in spec.by if each in roles and each != "clock"), None)
        if role is None:
            continue
        move = machine.ready.moves[case.state, event]
        wants = machine.wants(content, event, day)
        whole = frozenset(part for each in wants for part in each.split("|"))
        answer = machine.apply(content, event, engine.Facts(role, day, whole))
        rules = machine.ready.rules
        last = _last(content, machine, event, day) if move.term else None
        yield Possible(
            event,
            named(spec),
            named(table.states[to]),
            [
                Wanted([(part, named(table.evidence[part])) for part in each.split("|")])
                for each in wants
                if each not in own
            ],
            asks_until=move.term is not None,
            needs_until=event in table.kinds[case.kind].needs_end,
            last=last,
            most_days=rules.number(move.extend.most).value if move.extend else 0,
            not_yet=sentence(answer, table)
            if isinstance(answer, Refused) and answer.code in _TIMELY
            else "",
            sources=[rules.source(each) for each in spec.sources],
            unconfirmed=spec.unconfirmed
            or any(not rules.rules[each].confirmed for each in spec.sources),
            grave=machine.effect(to) != "lift" and table.states[case.state].holds,
        )


def _last(content: engine.Case, machine: engine.Machine, event: str, day: date) -> date:
    """The latest day on which the term that a step sets may end."""
    term = machine.ready.moves[content.state, event].term
    years = machine.ready.rules.number(term.most).value if term else 0
    base = day
    for run in content.runs:
        if term and run.clock == term.clock and run.until and term.starts == "after_end":
            base = run.until
    return years_after(base, years)

"""Cases of registration and authorised operation, brought by steps to where a test begins."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import product

from shucheng.bays.data.engine.authority.clocks import years_after
from shucheng.bays.data.engine.authority.machine import Case, Facts, Machine, shipped_machines

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

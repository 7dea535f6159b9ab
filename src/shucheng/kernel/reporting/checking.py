"""Reading a sheet's entries, and everything that is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from shucheng.kernel.observations.inputs import is_missing_status, read_value
from shucheng.kernel.observations.models import Status
from shucheng.kernel.reporting.engine.model import Cell, Entry, Problem, Severity
from shucheng.kernel.reporting.engine.rules import Facts, Rule, judge

# What a reporter may say of a value; the rest of SDMX's list is for those who compute.
STATUSES = (
    Status.NORMAL,
    Status.PROVISIONAL,
    Status.ESTIMATED,
    Status.MISSING,
    Status.NOT_COLLECTED,
    Status.CANNOT_EXIST,
    Status.SUPPRESSED,
)
_CODES = frozenset(status.value for status in STATUSES)


def read_entries(
    cells: Sequence[Cell], entries: Mapping[str, Entry]
) -> tuple[dict[str, Decimal | None], list[Problem]]:
    """The numbers of a sheet (None where there is none), and what cannot be read."""
    numbers: dict[str, Decimal | None] = {}
    problems = []
    for cell in cells:
        entry = entries.get(cell.key, Entry())
        number, code = _read(cell, entry)
        numbers[cell.key] = number
        if code:
            severity: Severity = "warning" if code == "not_given" else "error"
            told = {"name": name_of(cell), "text": entry.value[:40], "unit": cell.unit}
            problems.append(Problem(severity, code, cell.key, values=told))
    return numbers, problems


def _read(cell: Cell, entry: Entry) -> tuple[Decimal | None, str]:
    try:
        number = read_value(entry.value.strip() or None)
    except ValueError as error:
        return None, str(error)
    if entry.status and entry.status not in _CODES:
        return None, "status_unknown"
    missing = is_missing_status(entry.status)
    if number is not None:
        return (None, "value_given") if missing else (number, "")
    if missing:
        return None, "" if entry.note.strip() else "not_given"
    if entry.status:
        return None, "value_missing"
    return None, "required" if cell.required else ""


def problems_with(
    cells: Sequence[Cell],
    entries: Mapping[str, Entry],
    rules: Sequence[Rule],
    facts: Facts,
) -> list[Problem]:
    """Problems in reading, then what the rules find, with the cells' names and units.

    `facts.values` may hold numbers of other sheets that rules compare with; the sheet's own are
    read from the entries.
    """
    numbers, problems = read_entries(cells, entries)
    known = replace(facts, values={**facts.values, **numbers})
    by_key = {cell.key: cell for cell in cells}
    found = [problem for problem in judge(rules, known) if problem.key in by_key]
    for problem in found:
        cell = by_key[problem.key]
        told = {**problem.values, "name": name_of(cell), "unit": cell.unit}
        problems.append(replace(problem, values=told))
    order = {cell.key: at for at, cell in enumerate(cells)}
    return sorted(problems, key=lambda problem: (order[problem.key], problem.severity))


def is_explained(problem: Problem, entries: Mapping[str, Entry]) -> bool:
    """Whether a warning's cell carries a reason; an error is never explained away."""
    return problem.severity == "warning" and bool(entries.get(problem.key, Entry()).reason.strip())


def name_of(cell: Cell) -> str:
    return f"{cell.name} · {cell.dimension_name}" if cell.dimension_name else cell.name

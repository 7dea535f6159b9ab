"""Templates in the reader's language, and what an upload would change in a draft."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shucheng.kernel.actor import Actor
from shucheng.kernel.observations.models import Status
from shucheng.kernel.reporting.checking import STATUSES, name_of
from shucheng.kernel.reporting.engine.model import Cell, Entry, Problem, Sheet
from shucheng.kernel.reporting.engine.workbook.base import as_read
from shucheng.kernel.reporting.engine.workbook.layout import Words
from shucheng.kernel.reporting.engine.workbook.read import (
    Opened,
    Reading,
    open_workbook,
    read_sheet,
)
from shucheng.kernel.reporting.engine.workbook.write import write_workbook
from shucheng.kernel.reporting.queries.sheets import problems_of
from shucheng.kernel.reporting.views.showing import QUIET

COLUMN_NAMES: dict[str, str | Promise] = {
    "number": gettext_lazy("No."),
    "name": gettext_lazy("Metric"),
    "dimension": gettext_lazy("Dimension"),
    "unit": gettext_lazy("Unit"),
    "definition": gettext_lazy("Definition"),
    "previous": gettext_lazy("The period before"),
    "year_ago": gettext_lazy("Same period last year"),
    "target": gettext_lazy("Target"),
    "value": gettext_lazy("This period's value"),
    "status": gettext_lazy("Status"),
    "note": gettext_lazy("Note"),
    "reason": gettext_lazy("Reason for what is unusual"),
}


def template(sheet: Sheet, entries: Mapping[str, Entry]) -> bytes:
    """The sheet as a workbook with what was filled in so far."""
    return write_workbook([sheet], {0: entries}, words())


def words() -> Words:
    return Words(
        organisation=_("Reporting organisation"),
        area=_("Area covered"),
        period=_("Period"),
        due=_("Due on"),
        help=_(
            "Fill in the yellow cells only. Write numbers, no formulas. Leave the status empty for "
            "a verified value; where there is no value, choose a status that says so and a note."
        ),
        columns={name: str(label) for name, label in COLUMN_NAMES.items()},
        statuses={each.value: str(each.label) for each in STATUSES if each is not Status.NORMAL},
        number_wanted=_("Write a number here, without a unit."),
        status_wanted=_("Choose one of the list, or leave the cell empty."),
        required="*",
    )


# What is said together is taken over together: a value and its status are one answer.
_TOGETHER = (("value", "status"), ("note",), ("reason",))


@dataclass(frozen=True, slots=True)
class Staging:
    """What an upload holds for a sheet: `changes` is key → (stored, what would be stored).

    `clashes` is key → (stored, with the file's put over it) where somebody changed the draft after
    the template was downloaded, and the file says something else.
    """

    reading: Reading
    changes: Mapping[str, tuple[Entry, Entry]]
    clashes: Mapping[str, tuple[Entry, Entry]]

    @property
    def entries(self) -> dict[str, Entry]:
        """What would be stored."""
        return {key: wanted for key, (_stored, wanted) in self.changes.items()}


def look_at(
    data: bytes | Opened,
    sheet: Sheet,
    stored: Mapping[str, Entry],
    obligation_id: int,
    *,
    actor: Actor,
    over: bool = False,
) -> tuple[Staging, list[Problem]]:
    """What a task's sheet in an upload would change, and the problems of reading it and of the
    rules, from top to bottom. A row with an error changes nothing until it is corrected."""
    found = stage(data, sheet, stored, over=over)
    reading = found.reading
    problems = list(reading.problems)
    if reading.rows:
        judged = problems_of(obligation_id, actor=actor, entries={**stored, **found.entries})
        read = [
            placed(problem, reading)
            for problem in judged
            if problem.code not in QUIET and problem.key in reading.entries
        ]
        problems = sorted([*problems, *read], key=_from_the_top)
    wrong = {problem.key for problem in problems if problem.severity == "error"}
    good = replace(
        found,
        changes={key: each for key, each in found.changes.items() if key not in wrong},
        clashes={key: each for key, each in found.clashes.items() if key not in wrong},
    )
    return good, problems


def _from_the_top(problem: Problem) -> tuple[int, str, str]:
    """What is about the whole sheet first, then row by row, errors before warnings."""
    _sheet, row, column = problem.place or ("", 0, "")
    return row, problem.severity, column


def stage(
    data: bytes | Opened, sheet: Sheet, stored: Mapping[str, Entry], *, over: bool = False
) -> Staging:
    """Read an upload and compare it with the draft. What was not changed in the file changes
    nothing; where both were changed the draft's stays, or the file's goes `over` it."""
    opened = data if isinstance(data, Opened) else open_workbook(data)
    reading = read_sheet(opened, sheet)
    cells = {cell.key: cell for cell in sheet.cells}
    changes, clashes = {}, {}
    for key, said in reading.entries.items():
        was, base = stored.get(key, Entry()), reading.base.get(key, Entry())
        if said in (base, was):
            continue
        taken, clashing = _merged(as_read(was, cells[key].unit), said, base)
        wanted = replace(was, **taken, **(clashing if over else {}))
        if wanted != was:
            changes[key] = (was, wanted)
        if clashing:
            clashes[key] = (was, replace(was, **clashing))
    kept = () if over else tuple(_clash(cells[key], reading) for key in clashes)
    return Staging(replace(reading, problems=reading.problems + kept), changes, clashes)


def _merged(now: Entry, said: Entry, base: Entry) -> tuple[dict[str, str], dict[str, str]]:
    """What was changed in the file alone, and what was changed in the draft too."""
    taken: dict[str, str] = {}
    clashing: dict[str, str] = {}
    for names in _TOGETHER:
        ours, theirs, before = (
            {name: getattr(entry, name) for name in names} for entry in (said, now, base)
        )
        if ours not in (before, theirs):
            (taken if theirs == before else clashing).update(ours)
    return taken, clashing


def _clash(cell: Cell, reading: Reading) -> Problem:
    place = (*reading.places[cell.key], reading.letters["value"])
    told = {"name": name_of(cell)}
    return Problem("warning", "workbook_clash", cell.key, values=told, place=place)


def placed(problem: Problem, reading: Reading) -> Problem:
    """A problem that the rules found, with the row of the file that it is about."""
    if problem.place or problem.key not in reading.places:
        return problem
    sheet, row = reading.places[problem.key]
    column = reading.letters["reason" if problem.severity == "warning" else "value"]
    return replace(problem, place=(sheet, row, column))

"""Templates in the reader's language, and what an upload would change in a draft."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shucheng.kernel.observations.models import Status
from shucheng.kernel.reporting.checking import STATUSES
from shucheng.kernel.reporting.engine.model import Entry, Problem, Sheet
from shucheng.kernel.reporting.engine.workbook.layout import LETTERS, Words
from shucheng.kernel.reporting.engine.workbook.read import Reading, open_workbook, read_sheet
from shucheng.kernel.reporting.engine.workbook.write import write_workbook

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


@dataclass(frozen=True, slots=True)
class Staging:
    """What an upload holds for a sheet: `changes` is key → (stored, from the file)."""

    reading: Reading
    changes: Mapping[str, tuple[Entry, Entry]]

    @property
    def entries(self) -> dict[str, Entry]:
        """What would be stored."""
        return {key: found for key, (_stored, found) in self.changes.items()}


def stage(data: bytes, sheet: Sheet, stored: Mapping[str, Entry]) -> Staging:
    """Read an upload and compare it with the draft. A file made from an earlier state fills and
    changes cells but empties none."""
    reading = read_sheet(open_workbook(data), sheet)
    changes = {}
    for key, found in reading.entries.items():
        was = stored.get(key, Entry())
        if found != was and not (reading.older and found == Entry()):
            changes[key] = (was, found)
    return Staging(reading, changes)


def placed(problem: Problem, reading: Reading) -> Problem:
    """A problem that the rules found, with the row of the file that it is about."""
    if problem.place or problem.key not in reading.places:
        return problem
    sheet, row = reading.places[problem.key]
    column = LETTERS["reason" if problem.severity == "warning" else "value"]
    return replace(problem, place=(sheet, row, column))

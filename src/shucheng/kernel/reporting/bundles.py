"""One workbook for all that an organisation still owes of a period: a sheet for each task."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shucheng.kernel.actor import Actor
from shucheng.kernel.reporting.access import is_own
from shucheng.kernel.reporting.engine.model import Entry, Problem, Sheet
from shucheng.kernel.reporting.engine.moves import EDITABLE
from shucheng.kernel.reporting.engine.workbook.read import Opened, Owner, open_workbook
from shucheng.kernel.reporting.engine.workbook.write import write_workbook
from shucheng.kernel.reporting.queries.lists import ObligationRow, obligations_of
from shucheng.kernel.reporting.queries.sheets import entries_of, sheet_of
from shucheng.kernel.reporting.workbooks import Staging, look_at, words

# As many sheets as a file that is read may have, with the hidden one.
MOST = 50


@dataclass(frozen=True, slots=True)
class Part:
    """A task's sheet of the file. `problems` are those of reading and of the rules, placed."""

    row: ObligationRow
    sheet: Sheet
    stored: dict[str, Entry]
    found: Staging
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> int:
        return sum(problem.severity == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        return len(self.problems) - self.errors


@dataclass(frozen=True, slots=True)
class Looked:
    """A file that was looked through.

    `problems` are about the file itself or about sheets of somebody else: nothing can be taken
    over then. `settled` are the names of sheets whose task cannot be filled in any more, `absent`
    tasks without a sheet in the file.
    """

    parts: tuple[Part, ...]
    problems: tuple[Problem, ...]
    settled: tuple[str, ...]
    absent: tuple[ObligationRow, ...]

    @property
    def changes(self) -> int:
        return sum(len(part.found.changes) for part in self.parts)


def to_fill_in(rows: Iterable[ObligationRow], *, actor: Actor) -> list[ObligationRow]:
    """Those that the actor can fill in now: own, not closed, not handed in."""
    return [
        row
        for row in rows
        if is_own(row.obligation, actor)
        and row.locked is None
        and (row.submission is None or row.submission.state in EDITABLE)
    ][:MOST]


def waits_to_report(*, actor: Actor) -> bool:
    """Whether a form of the own organisation waits to be filled in or corrected."""
    if not actor.may("reporting.report", actor.organisation_id or 0):
        return False
    return bool(to_fill_in(obligations_of(actor=actor), actor=actor))


def bundle(rows: Sequence[ObligationRow], *, actor: Actor) -> bytes:
    """The sheets of tasks as one workbook, with what was filled in so far."""
    ids = [row.obligation.pk for row in rows]
    sheets = [sheet_of(pk, actor=actor) for pk in ids]
    entries = {at: entries_of(pk, actor=actor) for at, pk in enumerate(ids)}
    return write_workbook(sheets, entries, words())


def look_through(data: bytes, period: str, *, actor: Actor) -> Looked:
    """Read each sheet and judge it exactly as a task's own template is."""
    opened = open_workbook(data)
    if opened.problems:
        return Looked((), opened.problems, (), ())
    every = obligations_of(actor=actor, period=period)
    own = {_place(row): row for row in every if is_own(row.obligation, actor)}
    open_now = {row.obligation.pk for row in to_fill_in(own.values(), actor=actor)}
    parts, problems, settled = [], [], []
    seen = set()
    for owner in opened.owners:
        row = own.get((owner.form, owner.organisation, owner.area, owner.period))
        if row is None:
            problems.append(_stranger(owner, period, actor, own.values()))
        elif row.obligation.pk in seen:
            continue
        elif row.obligation.pk not in open_now:
            settled.append(owner.sheet)
        else:
            parts.append(_part(opened, row, actor))
            seen.add(row.obligation.pk)
    absent = [row for row in own.values() if row.obligation.pk in open_now - seen]
    return Looked(tuple(parts), tuple(problems), tuple(settled), tuple(absent))


def _part(opened: Opened, row: ObligationRow, actor: Actor) -> Part:
    pk = row.obligation.pk
    sheet, stored = sheet_of(pk, actor=actor), entries_of(pk, actor=actor)
    found, problems = look_at(opened, sheet, stored, pk, actor=actor)
    return Part(row, sheet, stored, found, tuple(problems))


def _place(row: ObligationRow) -> tuple[str, str, str, str]:
    owed = row.obligation
    return owed.form.code, owed.organisation.code, owed.area.code, owed.period


def _stranger(owner: Owner, period: str, actor: Actor, own: Iterable[ObligationRow]) -> Problem:
    """How a sheet that belongs to none of the tasks differs from them."""
    places = [_place(row) for row in own]
    code, found = "workbook_form", owner.form
    if owner.organisation not in {organisation for _form, organisation, _area, _period in places}:
        code, found = "workbook_organisation", owner.organisation
    elif owner.period != period:
        code, found = "workbook_period", owner.period
    elif owner.area not in {area for _form, _organisation, area, _period in places}:
        code, found = "workbook_area", owner.area
    told = {"found": found[:60], "wanted": period}
    return Problem("error", code, values=told, place=(owner.sheet, 1, "A"))

"""A sheet's cells as a page shows them: what was typed, what it compares with, what is wrong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from shucheng.kernel.observations.inputs import read_value
from shucheng.kernel.observations.models import Status
from shucheng.kernel.reporting.checking import STATUSES, is_explained
from shucheng.kernel.reporting.engine.model import Cell, Entry, Problem
from shucheng.kernel.reporting.engine.rules import plain
from shucheng.kernel.reporting.engine.typed import as_typed
from shucheng.kernel.reporting.problem_texts import problem_text

# What is only said once somebody wants to hand in: an empty form is no mistake.
QUIET = frozenset({"required"})
ON_A_PAGE = 100
NOTHING = Entry()


@dataclass(frozen=True, slots=True)
class Told:
    """A problem in words; `explained` where a warning's reason is given."""

    severity: str
    text: str
    explained: bool


@dataclass(frozen=True, slots=True)
class Published:
    """What the platform shows now, in words."""

    text: str
    simulated: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One cell on a page.

    `stored` is what somebody else stored meanwhile, where it differs from what was typed;
    `before` what was handed in the time before, `published` what the platform shows now.
    """

    number: int
    cell: Cell
    entry: Entry
    problems: tuple[Told, ...] = ()
    stored: Entry | None = None
    before: Entry | None = None
    published: Published | None = None

    @property
    def value(self) -> Decimal | None:
        return number_of(self.entry)

    @property
    def on_previous(self) -> str:
        return change(self.value, self.cell.previous, self.cell.unit)

    @property
    def on_year(self) -> str:
        return change(self.value, self.cell.year_ago, self.cell.unit)

    @property
    def has_error(self) -> bool:
        return any(told.severity == "error" for told in self.problems)

    @property
    def asks_reason(self) -> bool:
        return bool(self.entry.reason) or any(told.severity == "warning" for told in self.problems)

    @property
    def points(self) -> str:
        """How a difference is written where percent of percent would mislead."""
        return _("%(n)s pp") if self.cell.unit == "%" else ""


@dataclass(frozen=True, slots=True)
class Shown:
    """The lines of one page of a sheet, and counts over the whole sheet."""

    lines: tuple[Line, ...]
    page: int
    pages: int
    total: int
    filled: int
    errors: int
    unexplained: int
    missing: int
    elsewhere: tuple[int, ...] = field(default=())

    @property
    def numbers(self) -> range:
        """The pages there are."""
        return range(1, self.pages + 1)


def shown(
    cells: Sequence[Cell],
    entries: Mapping[str, Entry],
    problems: Iterable[Problem],
    *,
    page: int = 1,
    quiet: bool = True,
    stored: Mapping[str, Entry] | None = None,
    before: Mapping[str, Entry] | None = None,
    published: Mapping[str, Published] | None = None,
) -> Shown:
    """Cut out a page. `quiet` leaves out what is said only at handing in."""
    problems = list(problems)
    told: dict[str, list[Told]] = {}
    for problem in problems:
        if quiet and problem.code in QUIET:
            continue
        explained = is_explained(problem, entries)
        told.setdefault(problem.key, []).append(
            Told(problem.severity, problem_text(problem), explained)
        )
    pages = max(1, -(-len(cells) // ON_A_PAGE))
    page = min(max(page, 1), pages)
    start = (page - 1) * ON_A_PAGE
    lines = []
    for number, cell in enumerate(cells[start : start + ON_A_PAGE], start + 1):
        entry = entries.get(cell.key, NOTHING)
        theirs = (stored or {}).get(cell.key)
        was = (before or {}).get(cell.key, NOTHING) if before else None
        lines.append(
            Line(
                number,
                cell,
                entry,
                tuple(told.get(cell.key, ())),
                theirs,
                was if was is not None and was != entry else None,
                (published or {}).get(cell.key),
            )
        )
    at = {cell.key: where // ON_A_PAGE + 1 for where, cell in enumerate(cells)}
    missing = sum(problem.code in QUIET for problem in problems)
    return Shown(
        tuple(lines),
        page,
        pages,
        len(cells),
        sum(
            entries.get(cell.key, NOTHING).value != "" or _says_none(cell, entries)
            for cell in cells
        ),
        sum(problem.severity == "error" for problem in problems) - missing,
        sum(p.severity == "warning" and not is_explained(p, entries) for p in problems),
        missing,
        tuple(sorted({at[key] for key in told if key in at} - {page})),
    )


def _says_none(cell: Cell, entries: Mapping[str, Entry]) -> bool:
    return entries.get(cell.key, NOTHING).status != ""


def number_of(entry: Entry) -> Decimal | None:
    """The number that was typed; None where there is none."""
    try:
        return read_value(as_typed(entry.value) or None)
    except ValueError:
        return None


def change(now: Decimal | None, then: Decimal | None, unit: str) -> str:
    """+3.9%, or for percentages the difference in points; empty where nothing compares."""
    if now is None or then is None:
        return ""
    if unit == "%":
        return _("%(n)s pp") % {"n": _signed((now - then).quantize(Decimal("0.01")))}
    if then == 0:
        return ""
    percent = (now - then) / abs(then) * 100
    return f"{_signed(percent.quantize(Decimal('0.1')))}%"


def _signed(number: Decimal) -> str:
    return ("+" if number > 0 else "") + plain(number)


def statuses() -> list[tuple[str, str]]:
    """What may be chosen besides the ordinary: code and label."""
    return [(each.value, str(each.label)) for each in STATUSES if each is not Status.NORMAL]


def status_label(code: str) -> str:
    """The label of a stored status; ordinary values (A, or nothing) are verified ones."""
    if code in ("", Status.NORMAL):
        return _("Verified value")
    return dict(statuses()).get(code, code)

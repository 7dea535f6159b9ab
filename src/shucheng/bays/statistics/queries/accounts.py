"""The account (核算表) a page shows: classes in lines, areas (or sizes) in columns, with totals.

Who sees all single firms reads the account itself, with bounds and what is imputed of it. Everybody
else reads what is published (`published`); a county sees its own column as it was counted then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shucheng.bays.statistics.engine.accounts import account
from shucheng.bays.statistics.engine.classification import CORE
from shucheng.bays.statistics.engine.counted import ALL, CITY
from shucheng.bays.statistics.engine.frames import drop
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.engine.published_tables import printed
from shucheng.bays.statistics.models import Batch, Publication
from shucheng.bays.statistics.queries.choices import (
    DESIGNATED,
    NO_PARK,
    SIZES,
    Choice,
    Choices,
    choices,
    unmet,
)
from shucheng.bays.statistics.queries.class_words import class_name
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.places import every_area_name
from shucheng.bays.statistics.queries.published import (
    Published,
    late_by_area,
    published,
    published_months,
)
from shucheng.bays.statistics.queries.seeing import areas_seen
from shucheng.kernel.public import Actor

LEVELS = {"major": 1, "medium": 2, "minor": 3}


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure in the unit shown; bounds are equal where shares are exact. `member` is empty for
    a total. `open`: the firms behind it may be seen by whoever asked. `marked`: as published it
    has imputed firms in it, or may have."""

    code: str = ""
    member: str = ""
    lower: Decimal = Decimal(0)
    upper: Decimal = Decimal(0)
    imputed: Decimal = Decimal(0)
    firms: int = 0
    imputed_firms: int = 0
    unknown: int = 0
    withheld: bool = False
    empty: bool = False
    open: bool = False
    marked: bool = False

    @property
    def is_imputed(self) -> bool:
        return self.imputed_firms > 0 or self.marked

    @property
    def exact(self) -> bool:
        return self.lower == self.upper

    @property
    def imputed_percent(self) -> Decimal | None:
        """What part of it is imputed; None where that is not told of the measure."""
        return 100 * self.imputed / self.upper if self.imputed and self.upper > 0 else None


@dataclass(frozen=True, slots=True)
class Line:
    code: str
    name: str
    cells: tuple[Cell, ...]
    total: Cell


@dataclass(frozen=True, slots=True)
class Table:
    """`more` is what was counted in several classes, below 0; with it lines add up to `whole`.
    There is no `whole` of industries that overlap. `late`: firms that have not reported (of what
    is published: that had not)."""

    choice: Choice
    columns: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    more: Line | None
    whole: Line | None
    protected: bool
    late: int
    versions: Mapping[str, str]
    simulated: bool
    publication: Publication | None = None

    @property
    def withheld(self) -> int:
        every = (*self.lines, *([self.whole] if self.whole else []))
        return sum(cell.withheld for line in every for cell in (*line.cells, line.total))

    @property
    def bounded(self) -> bool:
        return any(not cell.exact for line in self.lines for cell in line.cells)

    @property
    def imputed_share(self) -> Decimal | None:
        """What part of the whole is imputed, in percent; None where there is no whole."""
        if self.protected or not self.whole or self.whole.total.upper <= 0:
            return None
        return (100 * self.whole.total.imputed / self.whole.total.upper).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class AccountPage:
    """`unmet`: what was asked for and is not there, or not for whoever asked, in words."""

    choices: Choices
    table: Table | None
    seen: frozenset[str] | None = field(default=frozenset())
    unmet: tuple[tuple[str, str], ...] = ()


def account_page(asked: Mapping[str, str], *, actor: Actor) -> AccountPage:
    """The account that was asked for, as this actor may see it."""
    actor.require("statistics.view")
    seen = areas_seen(actor)
    out = None if seen is None else published_months(asked.get("measure", ""))
    found = choices(asked, out=out)
    if found.chosen is None:
        return AccountPage(found, None, seen)
    wishes = unmet(asked, found.chosen)
    if seen is None:
        return AccountPage(found, _whole_table(found.chosen), seen, wishes)
    return AccountPage(found, _published_table(found.chosen, seen), seen, wishes)


def simulated() -> bool:
    return Batch.objects.filter(state=Batch.State.APPLIED, simulated=True).exists()


def class_names(scheme: str) -> dict[str, str]:
    """Code → name of the scheme's classes, core ones, in order, in the reader's language."""
    language = (get_language() or "")[:2]
    return ask(lambda micro: _class_names(micro, scheme), "names", scheme, language)


def _class_names(micro: Micro, scheme: str) -> dict[str, str]:
    if scheme == "industries":
        chinese = (get_language() or "").startswith("zh")
        each_name = ((i.code, i.name if chinese else i.name_en) for i in _industries(micro))
        return dict(each_name)
    if scheme == "core":
        return {CORE: _("Core industries of the digital economy")}
    level = LEVELS[scheme]
    found = (each for each in micro.classification.classes if each.level == level and each.core)
    return {
        each.code: f"{each.code} {class_name(each.name)}"
        for each in sorted(found, key=lambda e: e.code)
    }


def _industries(micro: Micro) -> Iterable[Any]:
    return micro.plan_industries.industries


def members(by: str, found: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Code and name of a dimension's members, in the order of the city or of size."""
    if by == "area":
        names = every_area_name()
    elif by == "park":
        parks = sorted(set(found) - {NO_PARK})
        names = {park: park for park in parks} | {NO_PARK: _("Outside parks")}
    else:
        words = SIZES if by == "size" else DESIGNATED
        names = {code: str(name) for code, name in words.items()}
    there = set(found)
    rest = sorted(there - names.keys())
    return (
        *((code, names[code]) for code in names if code in there),
        *zip(rest, rest, strict=True),
    )


# -- the account as it is ----------------------------------------------------------------------
def _whole_table(choice: Choice) -> Table:
    cells, core, late = account_cells(choice)
    columns = members(choice.by, {member for _code, member in cells})
    names = class_names(choice.scheme)
    lines = tuple(
        _line(code, name, [cells.get((code, member)) for member, _name in columns], columns)
        for code, name in names.items()
    )
    lines = tuple(line for line in lines if not all(cell.empty for cell in line.cells))
    whole = more = None
    if choice.scheme != "industries":
        of_core = [core.get((CORE, member)) for member, _name in columns]
        whole = _line(CORE, _("Total"), of_core, columns)
        more = _more_than_once(lines, whole)
    return Table(
        choice,
        columns,
        lines,
        more,
        whole,
        protected=False,
        late=late,
        versions=ask(Micro.versions, "versions"),
        simulated=simulated(),
    )


Cells = dict[tuple[str, str], Cell]


def account_cells(choice: Choice) -> tuple[Cells, Cells, int]:
    """The cells of an account, those of the core as a whole, and how many firms are late."""
    return ask(lambda micro: _account_cells(micro, choice), "account", choice)


def _account_cells(micro: Micro, choice: Choice) -> tuple[Cells, Cells, int]:
    cells = _cells(micro, choice, choice.scheme)
    core = _cells(micro, choice, "core") if choice.scheme != "industries" else {}
    late = late_by_area(micro, choice.period, "core" if core else choice.scheme)
    return cells, core, sum(number for _area, number in late)


def _cells(micro: Micro, choice: Choice, scheme: Any) -> Cells:
    found = account(
        micro.connection,
        by=("class", choice.by),
        scheme=scheme,
        basis=choice.basis,
        designated=None if choice.by == "designated" else True,
        since=choice.period,
        until=choice.period,
    )
    rows = found.rows()
    drop(micro.connection, found.table.alias)
    return {(row["class"], _member(row[choice.by], choice.by)): _cell(row, choice) for row in rows}


def _member(value: Any, by: str) -> str:
    if by == "park" and not value:
        return NO_PARK
    return str(value).lower() if isinstance(value, bool) else str(value or "")


def _cell(row: Mapping[str, Any], choice: Choice) -> Cell:
    measure, scale = choice.measure, choice.measured.scale
    return Cell(
        row["class"],
        _member(row[choice.by], choice.by),
        (row[f"{measure}_lower"] or Decimal(0)) / scale,
        (row[f"{measure}_upper"] or Decimal(0)) / scale,
        (row.get(f"{measure}_imputed_upper") or Decimal(0)) / scale,
        row["firms"],
        row["firms_imputed"],
        row["firms_unknown"],
        open=True,
    )


def _line(
    code: str, name: str, found: list[Cell | None], columns: tuple[tuple[str, str], ...]
) -> Line:
    cells = tuple(
        cell or Cell(code, member, empty=True)
        for cell, (member, _name) in zip(found, columns, strict=True)
    )
    total = Cell(
        code,
        "",
        sum((cell.lower for cell in cells), Decimal(0)),
        sum((cell.upper for cell in cells), Decimal(0)),
        sum((cell.imputed for cell in cells), Decimal(0)),
        sum(cell.firms for cell in cells),
        sum(cell.imputed_firms for cell in cells),
        sum(cell.unknown for cell in cells),
        open=True,
    )
    return Line(code, name, cells, total)


def _more_than_once(lines: tuple[Line, ...], whole: Line) -> Line | None:
    """What firms in several classes have of them together beyond what they count in the whole."""

    def less(total: Cell, parts: Iterable[Cell]) -> Cell:
        every = list(parts)
        return Cell(
            lower=total.lower - sum((each.lower for each in every), Decimal(0)),
            upper=total.upper - sum((each.upper for each in every), Decimal(0)),
            firms=total.firms - sum(each.firms for each in every),
        )

    cells = tuple(
        less(total, (line.cells[at] for line in lines)) for at, total in enumerate(whole.cells)
    )
    last = less(whole.total, (line.total for line in lines))
    if not any(cell.lower or cell.upper for cell in (*cells, last)):
        return None
    return Line("", _("Counted in several classes"), cells, last)


# -- as it is published ----------------------------------------------------------------------------
def _published_table(choice: Choice, seen: frozenset[str]) -> Table | None:
    found = published(choice.period)
    if found is None:
        return None
    out, at = found.known_to(seen), 2 if choice.by == "area" else 3
    used = {key[at] for key in out.cells if key[0] == choice.measure} - {CITY, ALL}
    columns = members(choice.by, used)
    lines = [
        Line(
            code,
            name,
            tuple(_told(out, choice, code, member, seen) for member, _name in columns),
            _told(out, choice, code, "", seen),
        )
        for code, name in {**class_names(choice.scheme), CORE: _("Total")}.items()
    ]
    *shown, whole = [line for line in lines if not line.total.empty or line.code == CORE]
    return Table(
        choice,
        columns,
        tuple(shown),
        None,
        whole,
        protected=True,
        late=sum(found.publication.beside.get("late", {}).values()),
        versions=found.publication.versions,
        simulated=found.publication.simulated,
        publication=found.publication,
    )


def _told(out: Published, choice: Choice, code: str, member: str, seen: frozenset[str]) -> Cell:
    area, size = (member or CITY, ALL) if choice.by == "area" else (CITY, member or ALL)
    there, value = out.of(code, choice.measure, area=area, size=size)
    if not there:
        never = not printed(choice.measure, (code, area, size))
        return Cell(code, member, withheld=never, empty=not never)
    if value is None:
        return Cell(code, member, withheld=True)
    shown = Decimal(value) / choice.measured.scale
    return Cell(
        code,
        member,
        shown,
        shown,
        open=choice.by == "area" and member in seen,
        marked=out.marks.of(code, area),
    )

"""What left the bay: the list of publications, one with its tables as they were printed, and what
the next would stand on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from shucheng.bays.statistics.engine.classification import CORE
from shucheng.bays.statistics.engine.counted import ALL, CITY
from shucheng.bays.statistics.engine.published_tables import measures_of
from shucheng.bays.statistics.models import Publication
from shucheng.bays.statistics.queries.accounts import class_names, members
from shucheng.bays.statistics.queries.choices import MEASURES, Measure, months_of
from shucheng.bays.statistics.queries.covering import Coverage, core_now, coverage
from shucheng.bays.statistics.queries.definitions import imputation_in_force
from shucheng.bays.statistics.queries.imputed_marks import marks_of
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.places import every_area_name
from shucheng.bays.statistics.queries.published import late_by_area, published_year
from shucheng.kernel.public import Actor, NotFound


@dataclass(frozen=True, slots=True)
class Printed:
    """A cell as it went out, in the unit of its measure; None is withheld. `imputed`: it has firms
    counted by an imputed return in it, or may have."""

    measure: str
    code: str
    area: str
    size: str
    value: Decimal | None
    imputed: bool = False

    @property
    def unit(self) -> str:
        return str(MEASURES[self.measure].unit)


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """`cells`: None where there is no firm."""

    code: str
    name: str
    total: Printed
    cells: tuple[Printed | None, ...]


@dataclass(frozen=True, slots=True)
class PrintedTable:
    code: str
    title: str
    columns: tuple[tuple[str, str], ...]
    lines: tuple[PrintedLine, ...]


@dataclass(frozen=True, slots=True)
class PublicationPage:
    """`tables` are those of one measure; `late` areas with firms that had not reported; `imputed`
    and `inexact` firms of the core counted by an imputed return, or in part alone."""

    publication: Publication
    measure: Measure
    measures: tuple[Measure, ...]
    tables: tuple[PrintedTable, ...]
    names: Mapping[str, str]
    late: tuple[tuple[str, int], ...]
    firms: int
    imputed: int
    inexact: int

    @property
    def late_firms(self) -> int:
        return sum(number for _area, number in self.late)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a month (yyyymm) would be published with: the late firms of the core by area, how many
    reported and are imputed, whether imputation is chosen, and the measures that go out. Beside
    the core's revenue since January the published one of the month before in its year, in the
    unit of revenue."""

    period: int
    late: tuple[tuple[str, int], ...]
    coverage: Coverage
    imputed: bool
    measures: tuple[Measure, ...]
    revenue: Decimal | None
    before: tuple[int, Decimal] | None

    @property
    def late_firms(self) -> int:
        return sum(number for _area, number in self.late)


@dataclass(frozen=True, slots=True)
class PublicationList:
    """`open`: months (yyyymm) that can be published, newest first; `preview` of the one chosen."""

    publications: Sequence[Publication]
    open: Sequence[int]
    preview: Preview | None
    simulated: bool


def publications(chosen: int | None = None, *, actor: Actor) -> PublicationList:
    """All that went out, the newest first, and what would with the month `chosen`."""
    actor.require("statistics.view")
    found = list(Publication.objects.order_by("-period").defer("cells", "counted"))
    months = _open(found) if actor.may("statistics.define") else []
    preview = _preview(chosen) if chosen in months else None
    return PublicationList(found, months, preview, any(each.simulated for each in found))


def _open(found: Sequence[Publication]) -> list[int]:
    """The months that firms reported and that follow what is out of their year."""
    last = {each.period // 100: each.period for each in reversed(found)}
    return [month for month in ask(months_of, "months") if month > last.get(month // 100, 0)]


def _preview(month: int) -> Preview:
    late = ask(lambda micro: late_by_area(micro, month), "late", month)
    scale = MEASURES["revenue"].scale
    revenue = core_now(month).get("revenue_lower")
    out = [each for each in published_year(month // 100) if each.publication.period < month]
    before = out[-1].of(CORE)[1] if out else None
    return Preview(
        month,
        _named(dict(late)),
        coverage(month),
        month in imputation_in_force(),
        tuple(MEASURES[code] for code in measures_of(month)),
        None if revenue is None else Decimal(revenue) / scale,
        None if before is None else (out[-1].publication.period, Decimal(before) / scale),
    )


def _named(late: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    names = every_area_name()
    return tuple((names.get(area, area), number) for area, number in late.items())


def publication(publication_id: int, *, actor: Actor) -> Publication:
    actor.require("statistics.view")
    found = Publication.objects.filter(pk=publication_id).defer("counted").first()
    if found is None:
        raise NotFound(_("The publication"))
    return found


def publication_page(publication_id: int, measure: str = "", *, actor: Actor) -> PublicationPage:
    found = publication(publication_id, actor=actor)
    there = {cell[0] for cell in found.cells}
    measures = tuple(each for code, each in MEASURES.items() if code in there)
    chosen = next((each for each in measures if each.code == measure), measures[0])
    counts = {(code, area): numbers for code, area, *numbers in found.beside.get("behind", ())}
    firms, imputed, inexact = counts.get((CORE, CITY), (0, 0, 0))
    names = _names(found)
    return PublicationPage(
        found,
        chosen,
        measures,
        _tables([each for each in printed_cells(found) if each.measure == chosen.code], names),
        names,
        _named(found.beside.get("late", {})),
        firms,
        imputed,
        inexact,
    )


def _tables(printed: Sequence[Printed], names: Mapping[str, str]) -> tuple[PrintedTable, ...]:
    cells = {(each.code, each.area, each.size): each for each in printed}
    areas = members("area", {area for _c, area, _s in cells} - {CITY})
    sizes = members("size", {size for _c, _a, size in cells} - {ALL})
    divisions = [code for code in names if code == CORE or len(code) == 2]
    groups = [code for code in names if code.isdigit() and len(code) > 2]
    industries = [code for code in names if code != CORE and not code.isdigit()]

    def table(
        code: str, title: str, lines: Sequence[str], columns: tuple[tuple[str, str], ...]
    ) -> PrintedTable:
        made = []
        for line in lines:
            if total := cells.get((line, CITY, ALL)):
                inner = tuple(
                    cells.get((line, CITY, member) if columns is sizes else (line, member, ALL))
                    for member, _name in columns
                )
                made.append(PrintedLine(line, names[line], total, inner))
        return PrintedTable(code, title, columns, tuple(made))

    found = (
        table("class-area", _("Divisions by area"), divisions, areas),
        table("class-size", _("Divisions by size"), divisions, sizes) if sizes else None,
        table("groups", _("Groups"), groups, ()),
        table("industry-area", _("Industries of the plan by area"), industries, areas),
    )
    return tuple(each for each in found if each and each.lines)


def printed_cells(found: Publication) -> list[Printed]:
    marks = marks_of(found)
    return [
        Printed(
            measure,
            code,
            area,
            size,
            None if value is None else Decimal(value) / MEASURES[measure].scale,
            value is not None and marks.of(code, area),
        )
        for measure, code, area, size, value in found.cells
    ]


def _names(found: Publication) -> dict[str, str]:
    """Classes in their order, the total last, then industries; codes no definition knows now stand
    for themselves."""
    known = {**class_names("major"), **class_names("medium")}
    ordered = {code: known[code] for code in sorted(known)}
    ordered |= class_names("core") | class_names("industries")
    there: dict[str, Any] = {code: code for _measure, code, *_rest in found.cells}
    return {code: name for code, name in ordered.items() if code in there} | {
        code: code for code in there if code not in ordered
    }

"""What left the bay: the list of publications, and one with its tables as they were printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from shucheng.bays.statistics.engine.published_tables import ALL, CITY
from shucheng.bays.statistics.models import Publication
from shucheng.bays.statistics.queries.accounts import class_names, members
from shucheng.bays.statistics.queries.choices import months_of
from shucheng.bays.statistics.queries.micro import ask
from shucheng.kernel.public import Actor, NotFound

_SHOWN = Decimal(100_000)  # thousand yuan in 亿元


@dataclass(frozen=True, slots=True)
class Printed:
    """A cell as it went out, in 亿元; None is withheld."""

    code: str
    area: str
    size: str
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """`cells`: None where there is no firm."""

    code: str
    name: str
    total: Printed | None
    cells: tuple[Printed | None, ...]


@dataclass(frozen=True, slots=True)
class PrintedTable:
    code: str
    title: str
    columns: tuple[tuple[str, str], ...]
    lines: tuple[PrintedLine, ...]


@dataclass(frozen=True, slots=True)
class PublicationPage:
    publication: Publication
    tables: tuple[PrintedTable, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PublicationList:
    """`open`: months (yyyymm) that firms reported and that are not published, newest first."""

    publications: Sequence[Publication]
    open: Sequence[int]
    simulated: bool


def publications(*, actor: Actor) -> PublicationList:
    """All that went out, the newest first."""
    actor.require("statistics.view")
    found = list(Publication.objects.order_by("-id"))
    out = {each.period for each in found}
    months = ask(months_of, "months") if actor.may("statistics.define") else []
    return PublicationList(
        found, [month for month in months if month not in out], any(p.simulated for p in found)
    )


def publication(publication_id: int, *, actor: Actor) -> Publication:
    actor.require("statistics.view")
    found = Publication.objects.filter(pk=publication_id).first()
    if found is None:
        raise NotFound(_("The publication"))
    return found


def publication_page(publication_id: int, *, actor: Actor) -> PublicationPage:
    found = publication(publication_id, actor=actor)
    names = _names(found)
    cells = {(each.code, each.area, each.size): each for each in printed_cells(found)}
    areas = members("area", {area for _c, area, _s in cells} - {CITY})
    sizes = members("size", {size for _c, _a, size in cells} - {ALL})
    classes = [code for code in names if code == "core" or code.isdigit()]
    industries = [code for code in names if code not in classes]

    def table(code: str, title: str, lines: Sequence[str], by: str) -> PrintedTable:
        columns = areas if by == "area" else sizes
        made = []
        for line in lines:
            total = cells.get((line, CITY, ALL))
            if total is None:
                continue
            inner = tuple(
                cells.get((line, member, ALL) if by == "area" else (line, CITY, member))
                for member, _name in columns
            )
            made.append(PrintedLine(line, names[line], total, inner))
        return PrintedTable(code, title, columns, tuple(made))

    return PublicationPage(
        found,
        (
            table("class-area", _("Classes by area"), classes, "area"),
            table("class-size", _("Classes by size"), classes, "size"),
            table("industry-area", _("Industries of the plan by area"), industries, "area"),
        ),
        names,
    )


def printed_cells(found: Publication) -> list[Printed]:
    return [
        Printed(code, area, size, None if value is None else Decimal(value) / _SHOWN)
        for code, area, size, value in found.cells
    ]


def _names(found: Publication) -> dict[str, str]:
    """Classes in their order, the total last, then industries; codes no definition knows now stand
    for themselves."""
    known = {**class_names("major"), **class_names("medium")}
    ordered = {code: known[code] for code in sorted(known)}
    ordered |= class_names("core") | class_names("industries")
    there: dict[str, Any] = {code: code for code, *_rest in found.cells}
    return {code: name for code, name in ordered.items() if code in there} | {
        code: code for code in there if code not in ordered
    }

"""What leaves as SDMX: the structure with the codes in force, an account, a publication."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.engine.classification import CORE
from shucheng.bays.statistics.engine.exchange import TOTAL, Figure, series_of, tables_flow
from shucheng.bays.statistics.engine.imports.fields import Field, ImportRefused, fields
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.engine.table_files import sdmx_of
from shucheng.bays.statistics.models import Batch, Firm
from shucheng.bays.statistics.queries.accounts import Cell, Table, simulated
from shucheng.bays.statistics.queries.choices import NO_PARK
from shucheng.bays.statistics.queries.delivering import require_sending
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.publications import PublicationPage, printed_cells
from shucheng.kernel.public import Actor, Area, NotFound, address_of, city_area_code
from shucheng.lib.sdmx.model import ANY, KINDS, Code, Flow, Message, Text, agency_of

_SCOPE = {"true": "Y", "false": "N", "": TOTAL}
_NOTHING_YET = datetime(2000, 1, 1, tzinfo=timezone.get_default_timezone())


def sdmx_structure(kind: str, agency: str, name: str, *, actor: Actor) -> bytes:
    """The structure message with every class, industry and area in force, whichever part of it is
    asked for."""
    actor.require("statistics.view")
    flow = _flow({}, ())
    named = name in flow.parts | ANY and agency in {flow.agency, *ANY}
    if kind not in KINDS | ANY or not named:
        raise NotFound(_("The structure"))
    return sdmx_of(Message(flow, (), known_at(), test=simulated()), "structure.json")


def account_message(table: Table) -> Message:
    """An account as whoever asked for it may see it; what was counted in several classes, which
    is of no class, is not in it."""
    choice, city = table.choice, _city()
    figures = []
    for line in (*table.lines, *([table.whole] if table.whole else [])):
        members = [member for member, _name in table.columns]
        for member, cell in zip((*members, ""), (*line.cells, line.total), strict=True):
            if not cell.empty:
                place = _placed(choice.by, member, city)
                figures.append(_figure(table, line.code, cell, place))
    flow = _flow(
        {line.code: line.name for line in table.lines}, (figure.area for figure in figures)
    )
    series = series_of(figures, table.versions["classification"], simulated=table.simulated)
    return Message(flow, series, known_at(), test=table.simulated)


def publication_message(page: PublicationPage) -> Message:
    """A publication: cells that are out, and those withheld without a value."""
    found, city = page.publication, _city()
    figures = [
        Figure(
            measure=each.measure,
            basis="ytd",
            period=found.period,
            activity=each.code,
            area=city if each.area == "city" else each.area,
            lower=each.value,
            size=TOTAL if each.size == "all" else each.size,
            imputed=each.imputed,
        )
        for each in printed_cells(found)
    ]
    flow = _flow(page.names, (figure.area for figure in figures))
    version = str(found.versions.get("classification", ""))
    series = series_of(figures, version, simulated=found.simulated)
    return Message(flow, series, found.recorded_at, test=found.simulated)


def known_at() -> datetime:
    """When the newest batch was taken over."""
    newest = Batch.objects.filter(applied_at__isnull=False).order_by("-applied_at").first()
    return (newest.applied_at if newest else None) or _NOTHING_YET


def _figure(table: Table, code: str, cell: Cell, place: dict[str, str]) -> Figure:
    choice = table.choice
    # What is told to readers is the certain part alone: nothing is said of an upper bound.
    told = table.protected and not cell.open
    return Figure(
        measure=choice.measure,
        basis=choice.basis,
        period=choice.period,
        activity=code,
        lower=None if cell.withheld else cell.lower,
        upper=None if cell.withheld or told else cell.upper,
        imputed=cell.is_imputed,
        internal=not told,
        **place,
    )


def _placed(by: str, member: str, city: str) -> dict[str, str]:
    """The dimensions of a column; an empty member is the total."""
    if by == "area":
        return {"area": member or city}
    if by == "park":
        return {"area": _park_code(member) if member else city}
    if by == "size":
        return {"area": city, "size": member or TOTAL}
    return {"area": city, "scope": _SCOPE[member]}


def _flow(names: Mapping[str, str], areas: Iterable[str]) -> Flow:
    """The flow; codes that no definition knows any more are called by `names`, or by themselves."""
    city = _city()
    activities = ask(_activities, "activities")
    known = {code.id for code in activities}
    more = tuple(Code(code, Text(name)) for code, name in names.items() if code not in known)
    rows = Area.objects.select_related("parent").order_by("order", "code")
    places = {
        area.code: Code(
            area.code, Text(area.name, area.name_en), area.parent.code if area.parent else ""
        )
        for area in rows
    }
    for park in ask(_parks, "parks"):
        places[_park_code(park)] = Code(_park_code(park), Text(park), city)
    places[_park_code(NO_PARK)] = Code(_park_code(NO_PARK), Text("园区以外", "Outside parks"), city)
    for code in (city, *areas):
        places.setdefault(code, Code(code, Text(code)))
    return tables_flow(
        agency_of(city_area_code()),
        places[city].name,
        address_of("/api/v1/statistics/sdmx"),
        (*activities, *more),
        tuple(places.values()),
    )


def _parks(micro: Micro) -> tuple[str, ...]:
    sql = "SELECT DISTINCT park FROM register WHERE park <> '' ORDER BY 1"
    return tuple(park for (park,) in micro.connection.execute(sql).fetchall())


def _park_code(park: str) -> str:
    """The register knows parks by name alone, which is no code: it is made of the name."""
    return f"PARK_{'NONE' if park == NO_PARK else sha256(park.encode()).hexdigest()[:8].upper()}"


def _activities(micro: Micro) -> tuple[Code, ...]:
    """The core, its classes with those above them, the plan's industries."""
    core = Code(CORE, Text("数字经济核心产业", "Core industries of the digital economy"))
    classes = (
        Code(each.code, Text(each.name), each.parent or CORE)
        for each in sorted(micro.classification.classes, key=lambda each: each.code)
        if each.core
    )
    industries = (
        Code(each.code, Text(each.name, each.name_en)) for each in micro.plan_industries.industries
    )
    return (core, *classes, *industries)


def _city() -> str:
    """The code of the whole; a city that has not said which it is goes by that word."""
    return city_area_code() or "CITY"


def codes_of(firms: Iterable[str]) -> dict[str, dict[str, str]]:
    """Area and size of firms as codes, by credit code: a list for people has their names."""
    rows = Firm.objects.filter(credit_code__in=list(firms))
    return {
        code: {"area": area, "size": size}
        for code, area, size in rows.values_list("credit_code", "area", "size")
    }


def import_fields(kind: str, *, actor: Actor) -> dict[str, Field]:
    """What a file of a kind may hold."""
    require_sending(actor)
    try:
        return fields(kind)
    except ImportRefused:
        raise NotFound(_("The kind of file")) from None

"""What the bay measures for the spine: one figure a metric, with what it stands on.

Sums of money are those of publications, and nothing beside: a month is the difference of two totals
that are out. Counts of firms and of honours, which are published lists, are told of every area.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from shucheng.bays.statistics.engine import industries
from shucheng.bays.statistics.engine.accounts import Basis
from shucheng.bays.statistics.engine.cells import Scheme, place
from shucheng.bays.statistics.engine.counted import CITY
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.queries.behind import PREFIX, Counted
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.published import Published, published_year
from shucheng.kernel.public import MetricDefinition, ObservationInput
from shucheng.lib.periods import Period

_YUAN = {"亿元": Decimal(100_000)}  # thousand yuan in one


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric of the bay, the function that measures it in a year, and whom it counts."""

    definition: MetricDefinition
    measure: Callable[["Figure", int, "Places"], Iterator[ObservationInput]]
    counted: Counted

    @property
    def code(self) -> str:
        return self.definition.code


@dataclass(frozen=True, slots=True)
class Places:
    """The city's area code, and the codes of the areas in it."""

    city: str
    areas: tuple[str, ...]


def flow(
    figure: Figure,
    year: int,
    places: Places,
    *,
    scheme: Scheme,
    member: str,
    item: str,
    basis: Basis,
) -> Iterator[ObservationInput]:
    """What is out of a class's sum, in every month or quarter of a year: a total since January less
    the one before. Of months that were not published, what there was is in the next."""
    step = 3 if basis == "quarter" else 1
    areas = {places.city: CITY}
    if scheme == "core":
        areas |= {area: area for area in places.areas}
    before, ended = None, 0
    for out in published_year(year):
        month = out.publication.period % 100
        if month % step:
            continue
        for code, area in areas.items():
            there, total = out.of(member, item, area=area)
            last = before.of(member, item, area=area)[1] if before else 0
            if not there or total is None:
                continue
            since = before.publication.period if before else 0
            made = _told(figure, out, code, area, member, total - (last or 0), since)
            for skipped in range(ended + step, month, step):
                yield replace(made, period=_period(year, skipped, step), value=0, status="K")
            yield made
        before, ended = out, month


def firms(
    figure: Figure, year: int, places: Places, *, honours: Sequence[str] = ()
) -> Iterator[ObservationInput]:
    """How many 规上 core firms there are at each quarter's end, or how many of all core firms hold
    one of these honours."""
    found = ask(lambda micro: _held(micro, year, honours), "held", year, *honours)
    for period, by_area in found:
        yield from _counts(figure, places, period, by_area)


def new_honours(
    figure: Figure, year: int, places: Places, *, kinds: Sequence[str]
) -> Iterator[ObservationInput]:
    """How many firms were given one of these honours in each quarter, by where they are."""
    found = ask(lambda micro: _given(micro, year, kinds), "given", year, *kinds)
    for period, by_area in found:
        yield from _counts(figure, places, period, by_area)


def _held(micro: Micro, year: int, honours: Sequence[str]) -> list[tuple[Period, dict[str, int]]]:
    place(micro.connection, "core", ("area",), designated=None if honours else True)
    held = "AND firm IN (SELECT firm FROM honours WHERE kind IN (SELECT unnest($kinds)))"
    on_the_day = held[:-1] + " AND since <= $day AND coalesce(until, DATE '9999-12-31') >= $day)"
    found = []
    for period in _quarters(micro, year):
        asked: dict[str, Any] = {"month": _month(period)}
        if honours:
            asked |= {"kinds": list(honours), "day": period.end}
        rows = micro.connection.execute(
            f"""SELECT area, count(DISTINCT firm) FROM places JOIN cells USING (cell)
            WHERE $month BETWEEN since AND until {on_the_day if honours else ""}
            GROUP BY area""",  # noqa: S608 - our own texts
            asked,
        ).fetchall()
        found.append((period, dict(rows)))
    return found


def _given(micro: Micro, year: int, kinds: Sequence[str]) -> list[tuple[Period, dict[str, int]]]:
    found = []
    for period in _quarters(micro, year):
        rows = micro.connection.execute(
            """SELECT area, count(DISTINCT firm) FROM honours JOIN register USING (firm)
            WHERE kind IN (SELECT unnest($kinds)) AND honours.since BETWEEN $first AND $last
                AND $month BETWEEN register.since AND register.until
            GROUP BY area""",
            {
                "kinds": list(kinds),
                "first": period.start,
                "last": period.end,
                "month": _month(period),
            },
        ).fetchall()
        found.append((period, dict(rows)))
    return found


def _told(
    figure: Figure, out: Published, code: str, area: str, member: str, amount: int, since: int
) -> ObservationInput:
    beside = out.publication.beside
    counts = {(of, where): numbers for of, where, *numbers in beside.get("behind", ())}
    firms, imputed, inexact = counts.get((member, area), (0, 0, 0))
    late = beside.get("late", {})
    unsure = sum(late.values()) if area == CITY else late.get(area, 0)
    period, frequency = out.publication.period, figure.definition.frequency
    return ObservationInput(
        metric=figure.code,
        area=code,
        period=_period(period // 100, period % 100, 3 if frequency == "Q" else 1),
        value=_places(Decimal(amount) / _YUAN[figure.definition.unit]),
        status="E" if unsure or inexact else "A",
        lineage={
            "bay": "statistics",
            "figure": figure.code,
            "publication": period,
            "since": since,
            **out.publication.versions,
            "firms": firms,
            "not_reported": unsure,
            "imputed": imputed,
            # How much more it could be would tell of a lone firm whose share is not known.
            "in_part": inexact > 0,
        },
    )


def _counts(
    figure: Figure, places: Places, period: Period, found: dict[str, int]
) -> Iterator[ObservationInput]:
    versions = ask(Micro.versions, "versions")
    for area in (places.city, *places.areas):
        number = sum(found.values()) if area == places.city else found.get(area, 0)
        yield ObservationInput(
            metric=figure.code,
            area=area,
            period=str(period),
            value=number,
            lineage={
                "bay": "statistics",
                "figure": figure.code,
                **versions,
                "firms": number,
            },
        )


def _months(micro: Micro, year: int) -> list[int]:
    rows = micro.connection.execute(
        "SELECT DISTINCT period FROM newest WHERE period // 100 = ? ORDER BY 1", [year]
    )
    return [month for (month,) in rows.fetchall()]


def _quarters(micro: Micro, year: int) -> list[Period]:
    """The quarters that have ended by the newest return."""
    return [
        Period.parse(f"{month // 100}-Q{month % 100 // 3}")
        for month in _months(micro, year)
        if month % 100 % 3 == 0
    ]


def _month(period: Period) -> int:
    return period.end.year * 100 + period.end.month


def _period(year: int, month: int, step: int) -> str:
    """The month, or the quarter that ends with it."""
    return f"{year}-Q{month // 3}" if step == 3 else f"{year}-{month:02}"


def _places(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.000001"))


def _money(
    code: str, zh: str, en: str, *, scheme: Scheme, member: str, item: str, basis: Basis
) -> Figure:
    definition = MetricDefinition(
        code=f"{PREFIX}{code}",
        name_zh=zh,
        name_en=en,
        unit="亿元",
        measure="flow",
        frequency="M" if basis == "month" else "Q",
        area_aggregation="sum",
        time_aggregation="sum",
        origin="bay",
        definition="由规模以上企业报表按统计分类汇总；未核定折算系数的企业按确定计入的部分计，上限见来源。",
        definition_en="Summed from the returns of firms above designated size, by class.",
        unconfirmed=True,
    )
    return Figure(
        definition,
        partial(flow, scheme=scheme, member=member, item=item, basis=basis),
        Counted(scheme, member, item, basis),
    )


def _count(
    code: str,
    zh: str,
    en: str,
    *honours: str,
    zh_text: str,
    stock: bool = True,
) -> Figure:
    """The 规上 core firms, or the core firms that hold one of the honours; where it is no stock,
    all firms that were given one."""
    measure = partial(firms, honours=honours) if stock else partial(new_honours, kinds=honours)
    definition = MetricDefinition(
        code=f"{PREFIX}{code}",
        name_zh=zh,
        name_en=en,
        unit="家",
        measure="stock" if stock else "flow",
        frequency="Q",
        area_aggregation="sum",
        time_aggregation="last" if stock else "sum",
        origin="bay",
        definition=zh_text,
        definition_en="Counted in the register of firms and its honours.",
        unconfirmed=True,
    )
    return Figure(definition, measure, Counted(honours=honours, only_new=not stock))


FIGURES: tuple[Figure, ...] = (
    _money(
        "core_revenue",
        "规上数字经济核心产业营业收入（企业汇总）",
        "Revenue of core digital industries (summed from firms)",
        scheme="core",
        member="core",
        item="revenue",
        basis="month",
    ),
    _money(
        "core_value_added",
        "规上数字经济核心产业增加值（企业汇总）",
        "Value added of core digital industries (summed from firms)",
        scheme="core",
        member="core",
        item="value_added",
        basis="quarter",
    ),
    *(
        _money(
            f"industry_{each.code}",
            f"{each.name}产业营业收入（企业汇总）",
            f"{each.name_en}: revenue (summed from firms)",
            scheme="industries",
            member=each.code,
            item="revenue",
            basis="quarter",
        )
        for each in industries.shipped().industries
    ),
    _count(
        "core_firms",
        "规上数字经济核心产业企业数（企业名录）",
        "Core digital firms above designated size (register)",
        zh_text="季末企业名录中属于数字经济核心产业的规模以上企业数。",
    ),
    _count(
        "high_tech_firms",
        "数字经济核心产业高新技术企业数（企业名录）",
        "High-tech firms of core digital industries (register)",
        "high_tech",
        zh_text="季末有效的高新技术企业中属于数字经济核心产业的企业数。",
    ),
    _count(
        "srdi_firms",
        "数字经济核心产业省级以上专精特新企业数（企业名录）",
        "Specialised and innovative firms of core digital industries (register)",
        "srdi",
        "little_giant",
        zh_text="季末有效的省级以上专精特新企业（含“小巨人”）中属于数字经济核心产业的企业数。",
    ),
    _count(
        "smart_factories",
        "新增先进级以上智能工厂（企业名录）",
        "New smart factories, advanced level and above (register)",
        "smart_factory_advanced",
        "smart_factory_excellent",
        "smart_factory_leading",
        stock=False,
        zh_text="季度内新认定先进级及以上智能工厂的企业数，同一企业一季度计一次。",
    ),
    _count(
        "smart_factories_excellent",
        "新增卓越级以上智能工厂（企业名录）",
        "New smart factories, excellent level and above (register)",
        "smart_factory_excellent",
        "smart_factory_leading",
        stock=False,
        zh_text="季度内新认定卓越级及以上智能工厂的企业数，同一企业一季度计一次。",
    ),
)

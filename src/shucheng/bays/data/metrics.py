"""What the bay measures for the spine: one figure a metric, with what it stands on."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from shucheng.bays.data.engine.ledger.settlement import ZONE
from shucheng.bays.data.engine.market import turnover, varieties_listed
from shucheng.bays.data.models.quality import Certificate
from shucheng.bays.data.queries.authorised_index import authorised_index
from shucheng.bays.data.queries.market_figures import listings, trades
from shucheng.bays.data.queries.requests import supply_rate
from shucheng.kernel.public import Actor, MetricDefinition, ObservationInput
from shucheng.lib.periods import Period

FEN_IN_YI = Decimal(10_000_000_000)  # 分 in 亿元
# 100 yuan: the places that an observation keeps; the 分 are in its lineage.
_TOLD = Decimal("0.000001")
# Codes of what a figure stands on that are kept with it; the rest is counted.
_MOST = 200


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric of the bay and the function that measures it in a period that has ended."""

    definition: MetricDefinition
    measure: Callable[["Figure", Period, "Asked"], Iterator[ObservationInput]]

    @property
    def code(self) -> str:
        return self.definition.code


@dataclass(frozen=True, slots=True)
class Asked:
    """The city's area code, the areas in it, and who asks."""

    city: str
    areas: frozenset[str]
    actor: Actor


def _turnover(figure: Figure, period: Period, asked: Asked) -> Iterator[ObservationInput]:
    found = turnover(trades(), period)
    value = (found.value or Decimal(0)) / FEN_IN_YI
    told = _told(figure, asked.city, period, value.quantize(_TOLD), "trades", found.sources)
    yield replace(told, lineage={**told.lineage, "fen": int(found.value or 0)})


def _varieties(figure: Figure, period: Period, asked: Asked) -> Iterator[ObservationInput]:
    found = varieties_listed(listings(), period.end)
    yield _told(figure, asked.city, period, int(found.value or 0), "products", found.sources)


def _datasets(figure: Figure, period: Period, asked: Asked) -> Iterator[ObservationInput]:
    """New ones by where their holder is: a resource counts once, with its first certificate."""
    seen: set[int] = set()
    new: dict[str, list[str]] = {}
    rows = Certificate.objects.select_related("resource__holder__area").order_by("id")
    for row in rows:
        if row.resource_id in seen:
            continue
        seen.add(row.resource_id)
        if not period.start <= _day(row.recorded_at) <= period.end:
            continue
        area = row.resource.holder.area
        code = area.code if area and area.code in asked.areas else asked.city
        new.setdefault(code, []).append(row.code)
    total = [code for codes in new.values() for code in codes]
    yield _told(figure, asked.city, period, len(total), "certificates", total)
    for area_code in sorted(asked.areas):
        codes = new.get(area_code, [])
        yield _told(figure, area_code, period, len(codes), "certificates", codes)


def _index(figure: Figure, period: Period, asked: Asked) -> Iterator[ObservationInput]:
    page = authorised_index(period.end, actor=asked.actor)
    if page.value is None:
        return
    parts = {each.name: each.raw for each in page.branches if each.leaf}
    value = Decimal(str(round(page.value, 4)))
    lineage = {"bay": "data", "definition": page.version, "inputs": parts}
    yield ObservationInput(figure.code, asked.city, str(period), value, lineage=lineage)


def _supply(figure: Figure, period: Period, asked: Asked) -> Iterator[ObservationInput]:
    found = supply_rate(period.end)
    if not found.asked:
        return
    value = (Decimal(100) * found.supplied / found.asked).quantize(Decimal("0.01"))
    lineage = {"bay": "data", "asked": found.asked, "supplied": found.supplied}
    yield ObservationInput(figure.code, asked.city, str(period), value, lineage=lineage)


def _told(
    figure: Figure,
    area: str,
    period: Period,
    value: Decimal | int,
    of: str,
    sources: Any,
) -> ObservationInput:
    codes = list(sources)
    lineage: dict[str, Any] = {"bay": "data", "count": len(codes), of: codes[:_MOST]}
    return ObservationInput(figure.code, area, str(period), value, lineage=lineage)


def _day(moment: datetime) -> date:
    return timezone.localtime(moment, ZONE).date()


def _figure(
    code: str,
    zh: str,
    en: str,
    unit: str,
    measure: str,
    frequency: str,
    areas: str,
    time: str,
    said: tuple[str, str],
    how: Callable[[Figure, Period, Asked], Iterator[ObservationInput]],
    *,
    by_area: bool = False,
) -> Figure:
    definition = MetricDefinition(
        code=f"data.{code}",
        name_zh=zh,
        unit=unit,
        measure=measure,
        frequency=frequency,
        area_aggregation=areas,
        time_aggregation=time,
        name_en=en,
        definition=said[0],
        definition_en=said[1],
        by_area=by_area,
        origin="bay",
        unconfirmed=True,
    )
    return Figure(definition, how)


FIGURES: tuple[Figure, ...] = (
    _figure(
        "turnover",
        "数据交易额（平台结算）",
        "Data trade settled on the platform",
        "亿元",
        "flow",
        "M",
        "sum",
        "sum",
        (
            "当月使用在平台结算的金额，扣除当月退款。",
            "What the month's use came to when it was settled, less the month's refunds.",
        ),
        _turnover,
    ),
    _figure(
        "varieties",
        "数据交易品种（平台在架）",
        "Data varieties on offer on the platform",
        "个",
        "stock",
        "Q",
        "sum",
        "last",
        ("期末在架产品的品种数。", "Distinct varieties of products on offer at the period's end."),
        _varieties,
    ),
    _figure(
        "datasets",
        "新形成高质量数据集（平台认证）",
        "New high-quality data sets certified on the platform",
        "个",
        "flow",
        "Q",
        "sum",
        "sum",
        (
            "期内首次取得数据集证书的数据资源数，按持有单位所在地区。",
            "Resources with their first certificate in the period, by where their holder is.",
        ),
        _datasets,
        by_area=True,
    ),
    _figure(
        "authorised_index",
        "公共数据授权运营指数（建议口径）",
        "Index of authorised operation of public data (proposal)",
        "",
        "index",
        "Q",
        "none",
        "last",
        (
            "按平台建议口径计算，官方口径未公布。",
            "By the platform's proposal; the official formula is not published.",
        ),
        _index,
    ),
    _figure(
        "supply",
        "公共数据需求供给率（平台需求）",
        "Supply rate of data asked for on the platform",
        "%",
        "rate",
        "Q",
        "none",
        "last",
        (
            "截至期末已供给并经需求方确认的数据需求占已提交需求的比例；“高使用价值”的认定口径未公布，暂按全部需求计算。",
            "Requests for data that were supplied and accepted by the period's end, of all that "
            "were filed; which are of high use value is not published, so all of them count.",
        ),
        _supply,
    ),
)


def counted(rows: list[ObservationInput]) -> dict[str, int]:
    """How many values of each figure."""
    return dict(Counter(row.metric for row in rows))

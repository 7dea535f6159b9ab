"""The bay's tables as SDMX: one data flow whose structure accounts and publications share.

A figure is keyed by frequency, measure, basis (since January, of the month ...), class or industry,
area, size and scope (firms above designated size or not). Where a starred class counts between two
bounds, OBS_VALUE is the lower and UPPER_BOUND the upper one. A withheld figure has neither, and
says so: OBS_STATUS Q, CONF_STATUS C; one for the office's own use has CONF_STATUS N.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from shucheng.lib.sdmx.codes import CONFIDENTIALITY, FREQUENCIES, SOURCES, STATUSES, codelist
from shucheng.lib.sdmx.model import Code, Codelist, Component, Flow, Series, Text, Value

VERSION = "1.0.0"
TOTAL = "_T"
# Frequency and measures' units by the names that choices have.
_FREQUENCY = {"ytd": "M", "month": "M", "quarter": "Q", "year": "A"}
_BASES = {
    "ytd": Text("年初至今累计", "Year to date"),
    "month": Text("当月", "Of the month"),
    "quarter": Text("当季", "Of the quarter"),
    "year": Text("全年", "Of the year"),
}
_MEASURES = {
    "revenue": Text("营业收入", "Revenue"),
    "value_added": Text("增加值", "Value added"),
    "employees": Text("从业人员", "Employees"),
    "rd_expense": Text("研发经费", "R&D expense"),
    "rd_staff": Text("研发人员", "R&D people"),
}
_SIZES = {
    TOTAL: Text("合计", "Total"),
    "large": Text("大型", "Large"),
    "medium": Text("中型", "Medium-sized"),
    "small": Text("小型", "Small"),
    "micro": Text("微型", "Micro"),
}
_SCOPES = {
    TOTAL: Text("合计", "Total"),
    "Y": Text("规模以上", "Above designated size"),
    "N": Text("规模以下", "Below designated size"),
}
_UNITS = {"CNY": Text("人民币元", "Yuan renminbi"), "PS": Text("人", "Persons")}
_MULTIPLIERS = {"0": Text("个", "Units"), "8": Text("亿", "Hundred millions")}


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell: `period` (yyyymm) is its last month; amounts in 亿元 or persons. Withheld: neither
    bound. `internal`: not for publication, as the office's own account."""

    measure: str
    basis: str
    period: int
    activity: str
    area: str
    lower: Decimal | None
    upper: Decimal | None = None
    size: str = TOTAL
    scope: str = "Y"
    imputed: bool = False
    internal: bool = False

    @property
    def withheld(self) -> bool:
        return self.lower is None

    @property
    def key(self) -> tuple[str, ...]:
        frequency = _FREQUENCY[self.basis]
        return (
            *(frequency, self.measure, self.basis, self.activity, self.area),
            *(self.size, self.scope),
        )


def tables_flow(
    agency: str,
    maintainer: Text,
    address: str,
    activities: Iterable[Code],
    areas: Iterable[Code],
) -> Flow:
    """The flow with the classes, industries and areas that are known; see `lib.sdmx.model.Flow`."""

    def of(name: str, title: Text, codes: Codelist | None = None) -> Component:
        return Component(name, title, codes)

    def listed(name: str, title: Text, codes: dict[str, Text], only: str = "") -> Component:
        return of(name, title, codelist(f"CL_{name}", title, codes, only))

    activity, area = Text("产业分类", "Class or industry"), Text("地区", "Reference area")
    return Flow(
        agency=agency,
        maintainer=maintainer,
        address=address,
        version=VERSION,
        id="DF_DIGITAL_ECONOMY",
        name=Text("数字经济核算表", "Accounts of the digital economy"),
        structure="DSD_DIGITAL_ECONOMY",
        concepts="CS_DIGITAL_ECONOMY",
        time=Text("报告期", "Time period"),
        dimensions=(
            listed("FREQ", Text("频率", "Frequency"), FREQUENCIES, "AQM"),
            listed("MEASURE", Text("指标", "Measure"), _MEASURES),
            listed("BASIS", Text("口径", "Basis"), _BASES),
            of("ACTIVITY", activity, Codelist("CL_ACTIVITY", activity, tuple(activities))),
            of("REF_AREA", area, Codelist("CL_AREA", area, tuple(areas))),
            listed("SIZE", Text("企业规模", "Size of the firm"), _SIZES),
            listed("SCOPE", Text("规上规下", "Scope"), _SCOPES),
        ),
        measures=(
            Component("OBS_VALUE", Text("数值", "Observation value"), None, "Decimal", False),
            Component("UPPER_BOUND", Text("上限", "Upper bound"), None, "Decimal", False),
        ),
        series_attributes=(
            listed("UNIT_MEASURE", Text("计量单位", "Unit of measure"), _UNITS),
            listed("UNIT_MULT", Text("单位乘数", "Unit multiplier"), _MULTIPLIERS),
            of("CLASSIFICATION", Text("分类版本", "Version of the classification")),
        ),
        value_attributes=(
            listed("OBS_STATUS", Text("数据状态", "Observation status"), STATUSES),
            listed("CONF_STATUS", Text("保密状态", "Confidentiality status"), CONFIDENTIALITY),
            listed("SOURCE", Text("来源", "Source"), SOURCES),
        ),
    )


def series_of(
    figures: Iterable[Figure], classification: str, *, simulated: bool
) -> tuple[Series, ...]:
    """Figures as series of `tables_flow`, in the order of their keys."""
    ordered = sorted(figures, key=lambda each: (each.key, each.period))
    source = "simulation" if simulated else "observed"
    found = []
    for key, group in groupby(ordered, key=lambda each: each.key):
        values = tuple(_value(each, source) for each in group)
        unit = ("PS", "0") if key[1] in ("employees", "rd_staff") else ("CNY", "8")
        found.append(Series(key, (*unit, classification), values))
    return tuple(found)


def _value(figure: Figure, source: str) -> Value:
    status = "Q" if figure.withheld else "I" if figure.imputed else "A"
    confidential = "C" if figure.withheld else "N" if figure.internal else "F"
    bounds = (figure.lower, figure.upper)
    return Value(_time(figure.period, figure.basis), bounds, (status, confidential, source))


def _time(period: int, basis: str) -> str:
    year, month = divmod(period, 100)
    if basis == "year":
        return str(year)
    return f"{year}-Q{month // 3}" if basis == "quarter" else f"{year}-{month:02}"

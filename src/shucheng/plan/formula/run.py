"""Compute formulas over observations in memory, with DuckDB.

rows = [PanelRow("core_revenue", "320900", Period.parse("2026-01"), Decimal("190.2")), ...]
with Panel(rows, {"320900": "", "320981": "320900"}) as panel:
    values = panel.evaluate(formula, first_year=2025)
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from math import isfinite
from types import TracebackType
from typing import Final, Self

from shucheng.lib import duck
from shucheng.lib.periods import Period
from shucheng.plan.formula.proof import Formula, MetricFacts
from shucheng.plan.formula.sql import compile_sql

# What a stored value holds; finer digits of a quotient carry no information of the inputs.
DIGITS: Final = Decimal("0.000001")
# Room for the largest double; what a database column holds is checked where it is stored.
_ROOMY: Final = Context(prec=320)

TABLES: Final = (
    "CREATE TABLE panel (metric VARCHAR, area VARCHAR, dimension VARCHAR, year INTEGER,"
    " half INTEGER, quarter INTEGER, month INTEGER, value DECIMAL(38, 6))",
    "CREATE TABLE areas (area VARCHAR, parent VARCHAR)",
)


def _lines(*names: str) -> str:
    return ", ".join(f"unnest(string_split(?, chr(10))) AS {name}" for name in names)


_PERIODS = ("year", "half", "quarter", "month")
# ruff: noqa: S608 - nothing but our own column names is pasted in
_FILL_PANEL: Final = (
    "INSERT INTO panel SELECT metric, area, dimension,"
    f" {', '.join(f'CAST({name} AS INTEGER)' for name in _PERIODS)},"
    " CAST(NULLIF(value, '') AS DECIMAL(38, 6))"
    f" FROM (SELECT {_lines('metric', 'area', 'dimension', *_PERIODS, 'value')})"
)
_FILL_AREAS: Final = f"INSERT INTO areas SELECT {_lines('area', 'parent')}"


@dataclass(frozen=True, slots=True)
class PanelRow:
    """A value of a cell as known; `value` is None where it is missing."""

    metric: str
    area: str
    period: Period
    value: Decimal | None
    dimension: str = ""

    def cells(self) -> tuple[object, ...]:
        """The row as the relation `panel` holds it."""
        last = self.period.end
        ordinals = (Period.of(last, frequency).ordinal for frequency in ("A", "S", "Q", "M"))
        value = None if self.value is None else f"{self.value:f}"
        return (self.metric, self.area, self.dimension, *ordinals, value)


def months_of_days(
    rows: Iterable[PanelRow], metrics: Mapping[str, MetricFacts]
) -> Iterator[PanelRow]:
    """The rows with days added up to months as their metric adds up over time.

    A month is known once each of its days is. Formulas read nothing finer than months.
    """
    months: dict[tuple[str, str, str, Period], dict[Period, Decimal | None]] = {}
    for row in rows:
        if row.period.frequency != "D":
            yield row
            continue
        month = Period.of(row.period.start, "M")
        cell = (row.metric, row.area, row.dimension, month)
        months.setdefault(cell, {})[row.period] = row.value
    for (metric, area, dimension, month), days in months.items():
        over = metrics[metric].over_time
        yield PanelRow(metric, area, month, _month(days, month, over), dimension)


def _month(days: Mapping[Period, Decimal | None], month: Period, over: str) -> Decimal | None:
    if over == "last":
        return days.get(month.split("D")[-1])
    known = [value for value in days.values() if value is not None]
    if len(known) < month.days or over not in {"sum", "mean"}:
        return None
    total = sum(known, Decimal(0))
    return total if over == "sum" else (total / month.days).quantize(DIGITS, ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Value:
    """A formula's value; `member` is the code of the dimension it was told apart by."""

    area: str
    member: str
    period: Period
    value: Decimal | None


class Panel:
    """Observations that formulas are computed over; `areas` maps each area to its parent."""

    def __init__(self, rows: Iterable[PanelRow], areas: Mapping[str, str]) -> None:
        self._areas = dict(areas)
        self._engine = duck.connect(threads=1, memory="4GB")
        for statement in TABLES:
            self._engine.execute(statement)
        self._fill(_FILL_PANEL, [row.cells() for row in rows])
        self._fill(_FILL_AREAS, list(self._areas.items()))

    def evaluate(self, formula: Formula, *, first_year: int, by: str = "") -> list[Value]:
        """The values of a formula for every area and period that something is known of.

        Ordered by area, member and period; rounded half to even to six decimals.
        """
        city = next((area for area, parent in self._areas.items() if not parent), "")
        query = compile_sql(formula, first_year=first_year, city=city, by=by)
        return sorted(
            (
                Value(area, member, Period(formula.frequency, period), rounded(value))
                for area, member, period, value in self._engine.execute(query).fetchall()
            ),
            key=lambda value: (value.area, value.member, value.period),
        )

    def close(self) -> None:
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _fill(self, statement: str, rows: list[tuple[object, ...]]) -> None:
        """Insert rows, a column at a time as one text: cell by cell takes a hundred times longer.

        No code, period or number holds a line break.
        """
        if rows:
            columns = zip(*rows, strict=True)
            texts = ["\n".join("" if c is None else str(c) for c in column) for column in columns]
            self._engine.execute(statement, texts)


def rounded(value: float | None) -> Decimal | None:
    """A computed double as a stored decimal; None where it is unknown."""
    if value is None or not isfinite(value):
        return None
    return Decimal(repr(value)).quantize(DIGITS, ROUND_HALF_EVEN, _ROOMY)

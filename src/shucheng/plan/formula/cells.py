"""Many formulas over many observations: what each reading finds is added up once, in the database
engine, and the formulas are computed on top of that.

`statements` gives the SQL (DuckDB's) to run over one relation that the caller provides,

    known(id, metric, area, period_end, dimension, value, simulated)
        one row a known or missing value of a cell; `value` is a decimal, NULL where missing

and `Computation.read` makes values of the answers, each with what it stands on.
"""

# ruff: noqa: S608 - names are ours; codes come from a strict grammar or are written as literals

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate, islice
from operator import itemgetter
from typing import Any, Final

from sqlglot import exp

from shucheng.lib.periods import Period
from shucheng.plan.formula.inputs import areas_read, inputs
from shucheng.plan.formula.model import Call, Node, Operation, Reading, Selection, readings
from shucheng.plan.formula.proof import PERIODS_A_YEAR, Formula, MetricFacts
from shucheng.plan.formula.run import rounded
from shucheng.plan.formula.sql import compile_sql, holds

# Named beside every value; raised when the same observations would give another one.
ENGINE: Final = "formula/2"

Rows = list[tuple[Any, ...]]
_Key = tuple[str, Selection]
# A period, its name, and what a value of it stands on: reading, areas, first and last step.
_Step = tuple[Period, str, list[tuple[int, str, int, int]]]

# Where observations close a value's period: the month, the day in it, and the id in one number, so
# that the largest is the newest.
_IDS: Final = 1 << 40
_DAYS: Final = 32

# How many of a metric's selections have a bit in one column; further ones are in a further column.
_BITS: Final = 63

# Every metric's rows added up by area and period, apart by which of the metric's selections count
# them (a bit each).
_SUMS: Final = (
    "CREATE TABLE sums (metric VARCHAR, area VARCHAR, period_end DATE, {chosen},"
    " value DECIMAL(38, 6), known BIGINT, cells BIGINT, rests_on BIGINT, simulated BIGINT,"
    " ids HUGEINT, newest BIGINT)"
)
_MONTH: Final = "(year(period_end) * 12 + month(period_end) - 1)"
_CELLS: Final = (
    "CREATE TABLE cells AS SELECT reading, area, step,"
    " CASE WHEN SUM(known) = CASE WHEN expected = 0 THEN SUM(cells) ELSE expected END"
    " THEN SUM(value) END AS value, SUM(rests_on) AS rests_on, SUM(simulated) AS simulated,"
    f" SUM(ids) AS ids, MAX(month * {_DAYS * _IDS} + newest) AS closing, a_year"
    f" FROM (SELECT *, {_MONTH} AS month, {_MONTH} * a_year // 12 AS step FROM sums"
    " JOIN ({listed}) AS listed USING (metric) WHERE bit = 0 OR {chosen} & bit <> 0)"
    " GROUP BY reading, area, step, expected, a_year"
)
_PANEL: Final = (
    "CREATE TABLE panel AS SELECT concat('r', reading) AS metric, area, '' AS dimension,"
    " month // 12 AS year, month // 6 AS half, month // 3 AS quarter, month, value"
    " FROM (SELECT *, (step + 1) * 12 // a_year - 1 AS month FROM cells)"
    " ORDER BY reading, area, step"
)
# A mean half to even, in whole millionths: a division would leave decimals for doubles.
_MILLIONTHS: Final = "CAST(abs(SUM(value)) * 1000000 AS HUGEINT)"
_LENGTH: Final = "day(ANY_VALUE(last_day(period_end)))"


@dataclass(frozen=True, slots=True)
class CellValue:
    """A formula's value of an area and a period, and what it stands on.

    `newest` is the id of the observation that closes the period, of several the one recorded last.
    `digest` is of the formula and of the observations below: their number and the sum of their
    ids. Rows only grow and a correction has a larger id than what it corrects, so no two states
    of what is known below a value share both.
    """

    area: str
    period: Period
    value: Decimal | None
    simulated: bool
    rests_on: int
    newest: int
    digest: str


class Computation:
    """Formulas over one relation: the statements to run, and the reading of their answers.

    `areas` maps each area to its parent; `first_year` is where cumulative sums begin.
    """

    def __init__(
        self, formulas: Sequence[Formula], areas: Mapping[str, str], first_year: int
    ) -> None:
        self._formulas = formulas
        self._areas = areas
        self._first_year = first_year
        self._keys: dict[_Key, int] = {}
        self._facts: dict[str, MetricFacts] = {}
        for formula in formulas:
            for reading in readings(formula.root):
                self._keys.setdefault((reading.metric, reading.where), len(self._keys))
            self._facts |= formula.metrics
        # Each selection with the column in which it has its bits.
        self._wheres = list(
            dict.fromkeys((key[1], self._place(*key)[0]) for key in self._keys if key[1])
        )
        self._columns = [
            f"chosen{number}" for number in range(1 + max((n for _, n in self._wheres), default=0))
        ]

    def statements(self) -> list[str]:
        """SQL to run in order; the last ones, one a formula after the cells, are answers."""
        return [*self._preparations(), *self._questions()]

    def _preparations(self) -> list[str]:
        return [
            _SUMS.format(chosen=", ".join(f"{name} BIGINT" for name in self._columns)),
            *self._marks(),
            *self._additions(),
            _CELLS.format(listed=self._listed(), chosen=self._chosen_there()),
            _PANEL,
            "CREATE TABLE areas AS " + _values(["area", "parent"], list(self._areas.items())),
        ]

    def _questions(self) -> list[str]:
        city = next((area for area, parent in self._areas.items() if not parent), "")
        return [
            "SELECT reading, area, step, rests_on, simulated, ids, closing FROM cells"
            " ORDER BY reading, area, step",
            *(
                compile_sql(self._over_cells(formula), first_year=self._first_year, city=city)
                for formula in self._formulas
            ),
        ]

    def read(self, answers: Iterable[Rows]) -> Iterator[list[CellValue]]:
        """Each formula's values in order of area and period, as the answers come."""
        own = islice(answers, len(self._preparations()), None)
        below = _Below(next(own), self._keys, self._areas, self._first_year)
        for formula, found in zip(self._formulas, own, strict=True):
            yield below.values(formula, found)

    def _listed(self) -> str:
        """The readings: which metric's rows, which of them, how many cells make it complete."""
        rows = []
        for (metric, where), number in self._keys.items():
            facts = self._facts[metric]
            place, bit = self._place(metric, where)
            a_year = PERIODS_A_YEAR[facts.read_as]
            rows.append((number, metric, place, bit, a_year, facts.cells(where)))
        return _values(["reading", "metric", "place", "bit", "a_year", "expected"], rows)

    def _place(self, metric: str, where: Selection) -> tuple[int, int]:
        """The column and the bit of one of the metric's selections; (0, 0) where it is none."""
        own = [key[1] for key in self._keys if key[0] == metric and key[1]]
        if where not in own:
            return 0, 0
        column, bit = divmod(own.index(where), _BITS)
        return column, 1 << bit

    def _bit(self, metric: str, where: Selection, column: int) -> int:
        """The bit of one of the metric's selections in a column; 0 where it has none there."""
        place, bit = self._place(metric, where)
        return bit if place == column else 0

    def _chosen_there(self) -> str:
        """Of a row added up, the column that a reading's bit is in."""
        if len(self._columns) == 1:
            return self._columns[0]
        cases = (f"WHEN {number} THEN {name}" for number, name in enumerate(self._columns))
        return f"(CASE place {' '.join(cases)} END)"

    def _additions(self) -> Iterator[str]:
        """Fill the sums: once for what is observed by month or less often, once for days."""
        daily = sorted(code for code, facts in self._facts.items() if facts.frequency == "D")
        columns = ", ".join(self._columns)
        chosen = ", ".join(
            f"{self._chosen(number)} AS {name}" for number, name in enumerate(self._columns)
        )
        if len(daily) < len(self._facts):
            apart = f" WHERE metric NOT IN ({_listing(daily)})" if daily else ""
            yield (
                f"INSERT INTO sums SELECT metric, area, period_end, {chosen}, SUM(value),"
                " COUNT(value), COUNT(*), COUNT(*), COUNT(*) FILTER (simulated), SUM(id),"
                f" day(period_end) * {_IDS} + MAX(id) FROM known JOIN marks USING (metric){apart}"
                f" GROUP BY metric, area, period_end, {columns}"
            )
        if daily:
            yield (
                f"INSERT INTO sums SELECT metric, area, last_day(period_end), {chosen},"
                f" {self._month()} AS month, CASE WHEN month IS NULL THEN 0 ELSE 1 END, 1,"
                " COUNT(*), COUNT(*) FILTER (simulated), SUM(id),"
                f" MAX(day(period_end) * {_IDS} + id) FROM known JOIN marks USING (metric)"
                f" WHERE metric IN ({_listing(daily)})"
                f" GROUP BY metric, area, last_day(period_end), {columns}, dimension"
            )

    def _marks(self) -> Iterator[str]:
        """A row a metric, a column a selection: its bit where the metric is read by it, or 0.

        Metrics are of the relation's own type: where that is an enumeration, numbers are compared.
        """
        names = ["metric", *(f"mark{number}" for number in range(len(self._wheres)))]
        columns = ["metric", *(f"CAST(0 AS BIGINT) AS {name}" for name in names[1:])]
        yield f"CREATE TABLE marks AS SELECT {', '.join(columns)} FROM known LIMIT 0"
        rows: list[list[str | int]] = [
            [metric, *(self._bit(metric, *each) for each in self._wheres)] for metric in self._facts
        ]
        yield "INSERT INTO marks " + _values(names, rows)

    def _chosen(self, column: int) -> str:
        """Which of its metric's selections count a row, of those in a column."""
        counted = [
            # One in the other: texts are looked into where it matters alone.
            f"CASE WHEN mark{number} <> 0 THEN CASE WHEN"
            f" {' AND '.join(f'({holds(*each)})' for each in where)}"
            f" THEN mark{number} ELSE 0 END ELSE 0 END"
            for number, (where, own) in enumerate(self._wheres)
            if own == column
        ]
        return " + ".join(counted) or "0"

    def _month(self) -> str:
        """A month of days: known once each of them is, added up as the metric does over time."""
        whole = f"({_MILLIONTHS} // {_LENGTH})"
        rest = f"(2 * ({_MILLIONTHS} - {whole} * {_LENGTH}))"
        up = (
            f"CASE WHEN {rest} > {_LENGTH} OR ({rest} = {_LENGTH} AND {whole} % 2 = 1)"
            " THEN 1 ELSE 0 END"
        )
        mean = f"CAST(sign(SUM(value)) * ({whole} + {up}) AS DECIMAL(30, 0)) * 0.000001"
        complete = f"COUNT(value) = {_LENGTH}"
        how = {
            "last": "MAX(value) FILTER (period_end = last_day(period_end))",
            "sum": f"CASE WHEN {complete} THEN SUM(value) END",
            "mean": f"CASE WHEN {complete} THEN {mean} END",
        }
        cases = " ".join(
            f"WHEN {_literal(code)} THEN {how[facts.over_time]}"
            for code, facts in self._facts.items()
            if facts.frequency == "D" and facts.over_time in how
        )
        return f"CASE metric {cases} END" if cases else "CAST(NULL AS DECIMAL(38, 6))"

    def _over_cells(self, formula: Formula) -> Formula:
        """The formula with each reading as a metric of its own, without dimensions."""
        known: dict[str, MetricFacts] = {}

        def named(node: Node) -> Node:
            if isinstance(node, Reading):
                name = f"r{self._keys[node.metric, node.where]}"
                known[name] = replace(formula.metrics[node.metric], code=name, dimensions={})
                return replace(node, metric=name, where=())
            if isinstance(node, Call):
                return replace(node, arguments=tuple(map(named, node.arguments)))
            if isinstance(node, Operation):
                return replace(node, left=named(node.left), right=named(node.right))
            return node

        return replace(formula, root=named(formula.root), metrics=known)


class _Below:
    """What stands below values, from the cells: running sums over each series' periods."""

    def __init__(
        self, cells: Rows, keys: Mapping[_Key, int], areas: Mapping[str, str], first_year: int
    ) -> None:
        self._keys = keys
        self._areas = areas
        self._first_year = first_year
        self._series: dict[tuple[int, str], _Series] = {}
        self._read: dict[tuple[str, str], list[str]] = {}
        start = 0
        for end in range(1, len(cells) + 1):
            if end == len(cells) or cells[end][:2] != cells[start][:2]:
                reading, area = cells[start][:2]
                self._series[reading, area] = _Series(cells[start:end])
                start = end

    def values(self, formula: Formula, found: Rows) -> list[CellValue]:
        """A formula's values in order of area and period."""
        about = f"{ENGINE} {formula.text} {formula.unit}"
        steps = {
            number: self._step(formula, Period(formula.frequency, number))
            for number in {row[2] for row in found}
        }
        return [
            self._value(about, area, steps[number], value)
            for area, _member, number, value in sorted(found, key=itemgetter(0, 2))
        ]

    def _step(self, formula: Formula, period: Period) -> _Step:
        runs = [
            (self._keys[run.metric, run.where], run.areas, run.first.ordinal, run.last.ordinal)
            for run in inputs(formula, period, self._first_year)
        ]
        return period, str(period), runs

    def _value(self, about: str, area: str, step: _Step, value: float | None) -> CellValue:
        period, name, runs = step
        rests_on = simulated = ids = own = other = 0
        for reading, areas, first, last in runs:
            for each in self._areas_read(areas, area):
                series = self._series.get((reading, each))
                found = series.between(first, last) if series else None
                if found is not None:
                    rests_on += found[0]
                    simulated += found[1]
                    ids += found[2]
                    other = max(other, found[3])
                    if each == area:
                        own = max(own, found[3])
        text = f"{about} {area} {name} {rests_on} {ids}"
        return CellValue(
            area,
            period,
            rounded(value),
            simulated > 0,
            rests_on,
            # A value stands on something: without observations there is no row.
            (own or other) % _IDS,
            hashlib.sha256(text.encode()).hexdigest(),
        )

    def _areas_read(self, areas: str, area: str) -> list[str]:
        if (areas, area) not in self._read:
            self._read[areas, area] = areas_read(areas, area, self._areas)
        return self._read[areas, area]


class _Series:
    """One reading in one area: running sums, so that a run of periods is two look-ups."""

    def __init__(self, cells: Rows) -> None:
        self._steps = [row[2] for row in cells]
        self._counted = [0, *accumulate(int(row[3]) for row in cells)]
        self._simulated = [0, *accumulate(int(row[4]) for row in cells)]
        self._ids = [0, *accumulate(int(row[5]) for row in cells)]
        self._closing = [int(row[6]) for row in cells]

    def between(self, first: int, last: int) -> tuple[int, int, int, int] | None:
        """How many observations, how many simulated, the sum of ids, what closes; in a run."""
        start = bisect_left(self._steps, first)
        end = bisect_right(self._steps, last, start)
        if end == start:
            return None
        return (
            self._counted[end] - self._counted[start],
            self._simulated[end] - self._simulated[start],
            self._ids[end] - self._ids[start],
            self._closing[end - 1],
        )


def _values(names: Sequence[str], rows: Collection[Sequence[str | int]]) -> str:
    """A list of rows as a query; empty lists give a query without rows."""
    if not rows:
        return f"SELECT {', '.join(f'NULL AS {name}' for name in names)} LIMIT 0"
    listed = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows)
    return f"SELECT * FROM (VALUES {listed}) AS listed({', '.join(names)})"


def _listing(codes: Iterable[str]) -> str:
    return ", ".join(map(_literal, codes))


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else exp.Literal.string(value).sql("duckdb")

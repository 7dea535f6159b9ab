"""Compile a proven formula to one SQL query: DuckDB, PostgreSQL or Spark, with equal results.

The query reads two relations that the caller provides:

    panel(metric, area, dimension, year, half, quarter, month, value)
        one row a known or missing value of a cell. The four periods are the running numbers
        (`lib.periods`) of the year, half-year, quarter and month that the period ends in;
        `dimension` is "industry=01;size=large" or empty; `value` is a decimal, NULL where missing.
    areas(area, parent)
        the tree of areas; `parent` is empty for the city.

and gives `area, member, period, value`, one row for every area and period that something is known
of; `value` is NULL where an input is missing. Sums are taken over decimals and everything else is
done in doubles in the order of the formula, so the engines agree to the last bit (but for
`children`, where they may add doubles in another order).
"""

# ruff: noqa: S608 - the steps' names are ours, those of a formula come from a strict grammar, and
# the city's code is written as a literal.

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

import sqlglot
from sqlglot import exp

from shucheng.lib.periods import Frequency
from shucheng.plan.formula.model import Node, Number, Operation, Reading
from shucheng.plan.formula.proof import PERIODS_A_YEAR, Formula

Dialect = Literal["duckdb", "postgres", "spark"]

_COLUMN: Final[dict[Frequency, str]] = {"A": "year", "S": "half", "Q": "quarter", "M": "month"}
_KEYS: Final = ("area", "member")


@dataclass(frozen=True, slots=True)
class _Relation:
    """A step of the query: its name, what its rows are told apart by (beside the period)."""

    name: str
    keys: tuple[str, ...]


def compile_sql(
    formula: Formula,
    *,
    first_year: int,
    city: str,
    dialect: Dialect = "duckdb",
    by: str = "",
) -> str:
    """The query of a formula, for every area and period at once.

    `first_year` is where cumulative sums begin, `city` the code of the whole city's area, `by` a
    dimension whose codes are told apart in `member` (empty: added up, `member` is '').
    """
    query = _Compiler(formula, first_year, city, by).query()
    if dialect == "duckdb":
        return query
    return sqlglot.transpile(query, read="duckdb", write=dialect)[0]


class _Compiler:
    """Turns the tree into a chain of named steps, one a node; equal nodes share a step."""

    def __init__(self, formula: Formula, first_year: int, city: str, by: str) -> None:
        self._formula = formula
        self._first_year = first_year
        self._city = exp.Literal.string(city).sql(dialect="duckdb")
        self._by = by
        self._a_year = PERIODS_A_YEAR[formula.frequency]
        self._steps: list[tuple[str, str]] = []
        self._of: dict[Node, _Relation] = {}

    def query(self) -> str:
        """The chain of steps and what it ends in, as DuckDB writes it."""
        root = self._relation(self._formula.root)
        area = "r.area" if "area" in root.keys else f"{self._city} AS area"
        member = "r.member" if "member" in root.keys else "'' AS member"
        value = _scaled("r.value", self._formula.scale)
        steps = ", ".join(f"{name} AS ({step})" for name, step in self._steps)
        return (
            f"WITH {steps} SELECT {area}, {member}, r.period, {value} AS value"
            f" FROM {root.name} AS r"
        )

    def _relation(self, node: Node) -> _Relation:
        if node not in self._of:
            self._of[node] = self._build(node)
        return self._of[node]

    def _build(self, node: Node) -> _Relation:
        if isinstance(node, Reading):
            return self._reading(node)
        if isinstance(node, Operation):
            return self._operation(node)
        if isinstance(node, Number):
            raise TypeError("a number is written where it is used")
        inner = node.arguments
        match node.function:
            case "yoy":
                return self._against_past(inner[0], self._a_year, _GROWTH)
            case "growth":
                return self._against_past(inner[0], 1, _GROWTH)
            case "change":
                return self._change(inner[0])
            case "share":
                return self._pair(inner[0], inner[1], f"{_QUOTIENT} * 100")
            case "ratio":
                return self._pair(inner[0], inner[1], _QUOTIENT, convert=False)
            case "city":
                return self._whole_city(inner[0])
            case "children":
                return self._children(inner[0])
            case "abs":
                return self._map(self._relation(inner[0]), "ABS(x.value)")

    # Readings ---------------------------------------------------------------------------------

    def _reading(self, reading: Reading) -> _Relation:
        """A metric's observations, added up over dimensions and then to the formula's period."""
        facts = self._formula.metrics[reading.metric]
        native = _COLUMN[facts.read_as]
        told_apart = bool(self._by) and self._by in facts.dimensions
        keys = _KEYS if told_apart else ("area",)
        member = f", {_code_of(self._by)} AS member" if told_apart else ""
        grouped = ", 2" if told_apart else ""
        chosen = "".join(f" AND ({holds(name, codes)})" for name, codes in reading.where)
        cells = facts.cells(reading.where, self._by) or "COUNT(*)"
        read = self._step(
            f"SELECT area{member}, {native} AS step, {_COLUMN[self._formula.frequency]} AS period,"
            f" year, CASE WHEN COUNT(value) = {cells} THEN SUM(value) END AS value"
            f" FROM panel WHERE metric = '{reading.metric}'{chosen}"
            f" GROUP BY area{grouped}, {native}, {_COLUMN[self._formula.frequency]}, year"
        )
        key = ", ".join(keys)
        steps = PERIODS_A_YEAR[facts.read_as] // self._a_year
        match reading.over:
            case "sum" | "mean":
                per = f" / {steps}" if reading.over == "mean" else ""
                text = (
                    f"SELECT {key}, period, CASE WHEN COUNT(value) = {steps}"
                    f" THEN CAST(SUM(value) AS DOUBLE){per} END AS value"
                    f" FROM {read} GROUP BY {key}, period"
                )
            case "last" | "own":
                text = (
                    f"SELECT {key}, period, CAST(value AS DOUBLE) AS value"
                    f" FROM {read} WHERE {_closes(steps)}"
                )
            case "ytd" | "cumulative":
                text = self._running(reading, read, key, steps)
        return _Relation(self._step(text), keys)

    def _running(self, reading: Reading, read: str, key: str, steps: int) -> str:
        """A running sum; a gap before a period leaves it unknown, not smaller."""
        a_year = PERIODS_A_YEAR[self._formula.metrics[reading.metric].read_as]
        if reading.over == "ytd":
            parts, since, begins = f"{key}, year", "", f"year * {a_year}"
        else:
            first = self._first_year * a_year
            parts, since, begins = key, f" WHERE step >= {first}", str(first)
        window = (
            f"(PARTITION BY {parts} ORDER BY step ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
        )
        summed = self._step(
            f"SELECT {key}, period, step,"
            f" CASE WHEN COUNT(value) OVER {window} = step - {begins} + 1"
            f" THEN SUM(value) OVER {window} END AS value FROM {read}{since}"
        )
        return (
            f"SELECT {key}, period, CAST(value AS DOUBLE) AS value"
            f" FROM {summed} WHERE {_closes(steps)}"
        )

    # What works on values of the period -------------------------------------------------------

    def _operation(self, node: Operation) -> _Relation:
        left, right = node.left, node.right
        if isinstance(right, Number):
            number = self._number(node, right, left)
            return self._map(self._relation(left), f"x.value {node.sign} {number}")
        if isinstance(left, Number):
            number = self._number(node, left, right)
            other = "NULLIF(x.value, 0)" if node.sign == "/" else "x.value"
            return self._map(self._relation(right), f"{number} {node.sign} {other}")
        if node.sign == "/":
            return self._pair(left, right, _QUOTIENT, convert=False)
        return self._pair(left, right, f"l.value {node.sign} {{right}}", convert=node.sign in "+-")

    def _number(self, node: Operation, number: Number, beside: Node) -> str:
        """A number as it is written in SQL: beside + and - in the other side's unit."""
        if node.sign in "+-" and number.value:
            return _literal(number.value / self._formula.measures(beside).factor)
        return _literal(number.value)

    def _pair(self, left: Node, right: Node, value: str, *, convert: bool = True) -> _Relation:
        """Two values of the same area, member and period; the right in the left's unit."""
        one, other = self._relation(left), self._relation(right)
        measures = self._formula.measures
        scale = measures(right).scale_to(measures(left)) if convert else Fraction(1)
        keys = tuple(key for key in _KEYS if key in one.keys or key in other.keys)
        chosen = "".join(f"{'l' if key in one.keys else 'r'}.{key}, " for key in keys)
        matched = "".join(
            f" AND l.{key} = r.{key}" for key in keys if key in one.keys and key in other.keys
        )
        step = self._step(
            f"SELECT {chosen}l.period, {value.format(right=_scaled('r.value', scale))} AS value"
            f" FROM {one.name} AS l JOIN {other.name} AS r ON l.period = r.period{matched}"
        )
        return _Relation(step, keys)

    def _change(self, node: Node) -> _Relation:
        """The difference with a year ago; of a share in percentage points."""
        measured = self._formula.measures(node)
        scale = Fraction(1) if measured.powers else measured.factor * 100
        return self._against_past(node, self._a_year, _scaled("(now.value - past.value)", scale))

    def _against_past(self, node: Node, back: int, value: str) -> _Relation:
        inner = self._relation(node)
        keys = "".join(f"now.{key}, " for key in inner.keys)
        matched = "".join(f" AND now.{key} = past.{key}" for key in inner.keys)
        step = self._step(
            f"SELECT {keys}now.period, {value} AS value FROM {inner.name} AS now"
            f" JOIN {inner.name} AS past ON past.period = now.period - {back}{matched}"
        )
        return _Relation(step, inner.keys)

    def _whole_city(self, node: Node) -> _Relation:
        inner = self._relation(node)
        if "area" not in inner.keys:
            return inner
        keys = tuple(key for key in inner.keys if key != "area")
        chosen = "".join(f"x.{key}, " for key in keys)
        step = self._step(
            f"SELECT {chosen}x.period, x.value FROM {inner.name} AS x WHERE x.area = {self._city}"
        )
        return _Relation(step, keys)

    def _children(self, node: Node) -> _Relation:
        """The sum over the areas below, known when each of them is."""
        inner = self._relation(node)
        member = "x.member, " if "member" in inner.keys else ""
        on = "x.area = a.area" if "area" in inner.keys else "TRUE"
        step = self._step(
            f"SELECT a.parent AS area, {member}x.period, CASE WHEN COUNT(x.value) = MIN(n.number)"
            f" THEN SUM(x.value) END AS value FROM areas AS a JOIN {inner.name} AS x ON {on}"
            " JOIN (SELECT parent, COUNT(*) AS number FROM areas GROUP BY parent) AS n"
            f" ON n.parent = a.parent WHERE a.parent <> '' GROUP BY a.parent, {member}x.period"
        )
        return _Relation(step, ("area", *(key for key in inner.keys if key != "area")))

    def _map(self, inner: _Relation, value: str) -> _Relation:
        keys = "".join(f"x.{key}, " for key in inner.keys)
        step = self._step(f"SELECT {keys}x.period, {value} AS value FROM {inner.name} AS x")
        return _Relation(step, inner.keys)

    def _step(self, text: str) -> str:
        name = f"step_{len(self._steps) + 1}"
        self._steps.append((name, text))
        return name


_QUOTIENT: Final = "l.value / NULLIF({right}, 0)"
_GROWTH: Final = "CASE WHEN past.value > 0 THEN (now.value / past.value - 1) * 100 END"


def _closes(steps: int) -> str:
    """Whether a metric's own period is the last one in the formula's period."""
    return f"step = (period + 1) * {steps} - 1"


def _scaled(value: str, scale: Fraction) -> str:
    """A value times a conversion factor, as one exact number above and one below."""
    if scale.numerator != 1:
        value = f"{value} * {_literal(Fraction(scale.numerator))}"
    if scale.denominator != 1:
        value = f"{value} / {_literal(Fraction(scale.denominator))}"
    return f"({value})" if scale != 1 else value


def _literal(value: Fraction) -> str:
    return f"CAST({float(value)!r} AS DOUBLE)"


# Names and codes of dimensions were read by a strict grammar: they hold no quote and no `;`.


def holds(name: str, codes: tuple[str, ...]) -> str:
    """Whether a dimension key holds one of the codes."""
    return " OR ".join(
        f"STRPOS(CONCAT(';', dimension, ';'), ';{name}={code};') > 0" for code in codes
    )


def _code_of(name: str) -> str:
    """The code that a dimension key holds for a dimension."""
    return f"SPLIT_PART(SPLIT_PART(CONCAT(';', dimension, ';'), ';{name}=', 2), ';', 1)"

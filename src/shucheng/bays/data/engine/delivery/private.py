"""Aggregates with differential privacy: counts and sums by groups, with noise of OpenDP.

Two tables are neighbours if one lacks all rows of one unit (a person, a firm). At most
`contributions` rows of a unit are taken, and values are clamped, so that a unit moves the vector of
answers by at most contributions × largest value (L1). Discrete Laplace noise over integers of that
sensitivity / ε makes the release ε-private (OpenDP's own proof and map; Ghosh, Roughgarden &
Sundararajan, "Universally Utility-Maximizing Privacy Mechanisms", 2009). Integers because noise on
floating-point sums can be read back (Mironov, CCS 2012).

Groups are those that the request names: a group that appears because a row is in it tells of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

import duckdb

from .ledger import MILLION, Store, millionths, spend
from .model import Refused, quoted
from .policy import Scalar, literal


@dataclass(frozen=True, slots=True)
class Bounds:
    """A column's values from `low` to `high`, in whole `step`s (0.01 元, 1 km): outside is clamped.
    From what is known of the world, never from the data."""

    low: Decimal
    high: Decimal
    step: Decimal

    def __post_init__(self) -> None:
        if not (self.low < self.high and self.step > 0):
            raise ValueError("low below high, step above 0")

    @property
    def most(self) -> int:
        """The largest clamped value in steps, rounded up, whatever its sign."""
        largest = max(abs(self.low), abs(self.high)) / self.step
        return int(largest.to_integral_value(ROUND_CEILING))


@dataclass(frozen=True, slots=True)
class Question:
    """Rows (no `column`) or a column's sum, over all or by a column with its known `groups`."""

    unit: str
    contributions: int
    column: str = ""
    bounds: Bounds | None = None
    by: str = ""
    groups: Sequence[Scalar] = ()

    @property
    def sensitivity(self) -> int:
        """How far one unit can move the answers, added up, in steps."""
        return self.contributions * (self.bounds.most if self.bounds else 1)


@dataclass(frozen=True, slots=True)
class Release:
    """`values` by group (`None`: over all); of 100 answers 95 are within `within` of the truth."""

    values: Mapping[Scalar | None, Decimal]
    epsilon: Decimal
    within: Decimal


def release(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    question: Question,
    epsilon: Decimal,
    store: Store,
    budget: str,
    use: str,
) -> Release:
    """Answer over `relation` (SQL of the shell's own), after spending ε of the budget on `use`.

    Raises `Refused`: as `ledger.spend`; `question-unusable`; `privacy-missing` where OpenDP is not
    installed. Nothing is spent for these last two."""
    _check(question)
    noisy = _noise(question.sensitivity, millionths(epsilon))
    spend(store, budget, millionths(epsilon), use)
    exact = _exact(connection, relation, question)
    step = question.bounds.step if question.bounds else Decimal(1)
    values = [step * each for each in noisy(list(exact.values()))]
    # P(|noise| > t) = exp(-t·ε / sensitivity)
    within = step * question.sensitivity * Decimal("2.9957") / epsilon
    return Release(dict(zip(exact, values, strict=True)), epsilon, within)


def _check(question: Question) -> None:
    usable = question.contributions >= 1 and bool(question.unit)
    usable &= bool(question.column) == (question.bounds is not None)
    usable &= bool(question.by) == bool(question.groups)
    usable &= len(set(question.groups)) == len(question.groups)
    # A table of a hundred million units of this sensitivity still sums within 64 bits.
    if not usable or question.sensitivity > 10**10:
        raise Refused("question-unusable")


def _noise(sensitivity: int, epsilon: int) -> Any:
    try:
        import opendp.prelude as dp
    except ImportError:
        raise Refused("privacy-missing") from None
    dp.enable_features("contrib")
    domain = dp.vector_domain(dp.atom_domain(T="i64"))
    # A little more noise than asked, so that rounding inside stays on the safe side.
    scale = sensitivity * MILLION / epsilon * (1 + 1e-9)
    measurement = dp.m.make_laplace(domain, dp.l1_distance(T="i64"), scale)
    if measurement.map(sensitivity) > epsilon / MILLION:
        raise Refused("question-unusable", "noise")
    return measurement


def _exact(
    connection: duckdb.DuckDBPyConnection, relation: str, question: Question
) -> dict[Scalar | None, int]:
    """In steps, clamped, at most so many rows of a unit; every named group, empty ones with 0."""
    unit = quoted(question.unit)
    # As text: a form says groups in words, and a number is the same group however it is kept.
    by = f"CAST({quoted(question.by)} AS VARCHAR)" if question.by else "NULL"
    value = "1"
    kept = f"{unit} IS NOT NULL"
    if question.bounds:
        bounds = question.bounds
        column = f"CAST({quoted(question.column)} AS DECIMAL(38, 10))"
        clamped = f"least(greatest({column}, {bounds.low}), {bounds.high})"
        steps = f"CAST(round({clamped} / {bounds.step}) AS BIGINT)"
        value = f"CASE WHEN {column} IS NULL THEN 0 ELSE {steps} END"  # least() passes over NULL
    if question.by:
        kept += f" AND {by} IN ({', '.join(literal(_text(each)) for each in question.groups)})"
    # Which rows of a unit are taken depends on that unit's rows alone.
    rows = connection.execute(
        f"SELECT of, CAST(sum(value) AS BIGINT) FROM ("  # noqa: S608
        f"SELECT {by} AS of, {value} AS value FROM {relation} WHERE {kept} QUALIFY row_number() "
        f"OVER (PARTITION BY {unit} ORDER BY {by}, {value}) <= {question.contributions}) GROUP BY 1"
    ).fetchall()
    found: dict[str | None, int] = dict(rows)
    wanted: Sequence[Scalar | None] = question.groups or (None,)
    return {group: found.get(None if group is None else _text(group), 0) for group in wanted}


def _text(group: Scalar) -> str:
    """As DuckDB writes it."""
    return str(group).lower() if isinstance(group, bool) else str(group)

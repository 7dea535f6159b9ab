"""Coefficients (折算系数): how much of a firm in a starred class counts.

A coefficient is approved for one firm or for a class; a share from 0 to 1, exact or between two
bounds. It holds since its month, until the month before the next one's. Where none is known a
starred class counts between 0 and 1. The bounds are carried to every result, so that lower ≤ the
true figure ≤ upper whatever the true shares are. Shares are whole ten-thousandths: sums stay exact.

Source of the rule: 数字经济及其核心产业统计分类(2021), in our words:
带*的行业小类仅部分活动属于数字经济.
"""

# ruff: noqa: S608 - the names in SQL are this module's own

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from .classification import small_table
from .frames import UNTIL, drop

UNIT = 10_000
"""Shares and rates are stored as whole ten-thousandths."""


class CoefficientInvalid(ValueError):
    """A coefficient outside 0 to 1, finer than a ten-thousandth, for nobody, or stated twice."""

    code = "coefficient-invalid"


@dataclass(frozen=True, slots=True)
class Coefficient:
    """The share of a firm (or of every firm of a class) that counts; of a firm alone when `leaf`,
    the class of level 3, is empty: then it holds for each of its starred classes. `since` is its
    first month (yyyymm); 0: it always held."""

    firm: str | None
    leaf: str | None
    lower: Decimal
    upper: Decimal
    reason: str
    approved: date
    since: int = 0

    def __post_init__(self) -> None:
        if self.firm is None and self.leaf is None:
            raise CoefficientInvalid("a coefficient is for a firm or for a class")
        if not 0 <= self.lower <= self.upper <= 1:
            raise CoefficientInvalid(
                f"a share lies between 0 and 1, the lower first: {self.lower}, {self.upper}"
            )
        if any(share * UNIT % 1 for share in (self.lower, self.upper)):
            raise CoefficientInvalid(f"a share has four places: {self.lower}, {self.upper}")


def install(connection: duckdb.DuckDBPyConnection, coefficients: Iterable[Coefficient]) -> None:
    """Make the table `coefficients` and the shares that follow from it and the classification.

    class_shares: level, code, industry, since, until, lower, upper: what a firm counts by its
    industry alone; firm_shares: the same with `firm`, for firms with a coefficient of their own.
    A firm counts once: over several classes under one parent its shares add up to 1 at most.
    Needs `class_codes` (Classification.install) and `register`. Raises `CoefficientInvalid` when
    two coefficients are for the same firm and class since the same month.
    """
    rows = [
        (c.firm, c.leaf, c.since, int(c.lower * UNIT), int(c.upper * UNIT), c.reason, c.approved)
        for c in coefficients
    ]
    if len({row[:3] for row in rows}) < len(rows):
        raise CoefficientInvalid("two coefficients for the same firm, class and month")
    columns = (
        "firm VARCHAR, leaf VARCHAR, since INTEGER, lower INTEGER, upper INTEGER,"
        " reason VARCHAR, approved DATE"
    )
    small_table(connection, "coefficients", columns, rows)
    for name, made in _TABLES.items():
        drop(connection, name)
        connection.execute(f"CREATE TABLE {name} AS {made}")


def _spans(months: str, of: str, also: str = "") -> str:
    """The spans (since, until) between the `months` at which something of each `of` changes."""
    return f"""
        SELECT {of}, since, {UNTIL} AS until {also}
        FROM (
            SELECT *, lead(since) OVER (PARTITION BY {of} ORDER BY since) AS next FROM ({months})
        )
    """


# When a coefficient holds; when the shares of an industry change; and those of a firm that has
# coefficients, in each industry it is or was of.
_HELD = _spans("FROM coefficients", "firm, leaf", ", lower, upper")
_CLASS_SPANS = _spans(
    """
    SELECT industry, 0 AS since FROM class_codes
    UNION
    SELECT industry, since FROM class_codes JOIN coefficients USING (leaf)
    WHERE partial AND firm IS NULL
    """,
    "industry",
)
_FIRM_SPANS = _spans(
    """
    WITH firms AS (
        SELECT DISTINCT firm, industry FROM register
        SEMI JOIN (SELECT firm FROM coefficients WHERE firm IS NOT NULL) USING (firm)
    )
    SELECT firm, industry, since FROM firms JOIN class_spans USING (industry)
    UNION
    SELECT firm, industry, since FROM firms JOIN coefficients USING (firm)
    """,
    "firm, industry",
)

_CLASS_SHARES = """
SELECT level, class_codes.code, industry, spans.since, spans.until,
    least(sum(coalesce(known.lower, if(partial, 0, 10000))), 10000)::INTEGER AS lower,
    least(sum(coalesce(known.upper, 10000)), 10000)::INTEGER AS upper
FROM class_codes
JOIN class_spans AS spans USING (industry)
LEFT JOIN held AS known
    ON known.firm IS NULL AND known.leaf = class_codes.leaf AND class_codes.partial
    AND spans.since BETWEEN known.since AND known.until
GROUP BY level, class_codes.code, industry, spans.since, spans.until
"""

# A firm's own coefficient for a class goes before one for all its starred classes, and both
# before the class's.
_FIRM_SHARES = """
SELECT spans.firm, level, class_codes.code, industry, spans.since, spans.until,
    least(sum(coalesce(own.lower, every.lower, known.lower, if(partial, 0, 10000))), 10000)
        ::INTEGER AS lower,
    least(sum(coalesce(own.upper, every.upper, known.upper, 10000)), 10000)::INTEGER AS upper
FROM firm_spans AS spans
JOIN class_codes USING (industry)
LEFT JOIN held AS own
    ON own.firm = spans.firm AND own.leaf = class_codes.leaf
    AND spans.since BETWEEN own.since AND own.until
LEFT JOIN held AS every
    ON every.firm = spans.firm AND every.leaf IS NULL AND class_codes.partial
    AND spans.since BETWEEN every.since AND every.until
LEFT JOIN held AS known
    ON known.firm IS NULL AND known.leaf = class_codes.leaf AND class_codes.partial
    AND spans.since BETWEEN known.since AND known.until
GROUP BY spans.firm, level, class_codes.code, industry, spans.since, spans.until
"""

_TABLES = {
    "held": _HELD,
    "class_spans": _CLASS_SPANS,
    "firm_spans": _FIRM_SPANS,
    "class_shares": _CLASS_SHARES,
    "firm_shares": _FIRM_SHARES,
}

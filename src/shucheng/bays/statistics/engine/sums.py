"""Sums of returns by cell and month: what the accounts of every basis are made of.

Returns are read twice, once by firm and narrowly, once into cells. The first tells of every firm
which months it reported, so the second can note of every row whether the firm reported the months
before and after: a month or quarter is then a difference of sums (a sum of differences is the
difference of sums), and no firm's rows need to meet. The few firms of which that does not hold are
not summed: they keep rows of their own.

The sums last asked for are kept, for the next account of the same cells.
"""

# ruff: noqa: S608 - the names in SQL are this module's own

from collections.abc import Sequence

import duckdb

from .cells import Dimension, Scheme, place
from .frames import drop, note, noted
from .value_added import BASE, INCOME, PRODUCTION, REPORTED

FLOWS = ("revenue", "reported", "base", "rd_expense")
"""What is summed of the months; value added is reported, or a rate of the base."""

STOCKS = ("employees", "rd_staff")

BESIDE = (-3, -1, 1, 3)
"""The months beside its own that a row notes, for differences by month and by quarter."""

OWN = 8
"""The bit of the row's own month among those it notes."""

_STRETCH = 5
"""The years of which the months have a bit each in one whole number, twelve a year."""

_IMPUTED = "status <> 'reported'"

# A difference is known where both its ends are: of revenue, value added and R&D. How value added
# was found at either end does not matter.
_UNKNOWN = (
    "revenue IS NULL",
    f"coalesce(revenue, gross_output, {INCOME}, {PRODUCTION}) IS NULL",
    "rd_expense IS NULL",
)


def bit(months: int) -> int:
    """The bit of the month so many after a row's own, among those it notes."""
    return OWN << months if months >= 0 else OWN >> -months


def sum_up(
    connection: duckdb.DuckDBPyConnection,
    scheme: Scheme,
    by: Sequence[Dimension],
    *,
    designated: bool | None,
    since: int,
    until: int,
) -> None:
    """Make the tables of `place`, `sums` and `alone`, unless they are there, of all months of the
    years from `since` to `until`.

    sums: unit, period, beside (a bit for each month of `BESIDE` the firms reported), imputed (for
    each of them and the own that is imputed), firms, known (firms with revenue), stocks, flows. A
    unit is the cell of firms summed together, or below 0 a firm by itself, which `alone` names
    (firm, unit): one whose share is not exact (its bounds ask for the sign of each difference),
    of which more is known in one month than in another, or that reports a year both in its place
    and out of it.
    """
    place(connection, scheme, by, designated=designated)
    first, last = _years(connection, since, until)
    asked = f"{scheme} by {', '.join(by)}, designated {designated}, {first} to {last}"
    if noted(connection, "sums") == asked:
        return
    drop(connection, "sums")
    drop(connection, "alone")
    connection.execute("CREATE TEMP TABLE alone (firm VARCHAR, unit INTEGER)")
    into = "CREATE TEMP TABLE sums AS"
    for year in range(first, last + 1, _STRETCH):
        end = min(year + _STRETCH - 1, last)
        _report(connection, year, end)
        _set_apart(connection, year, end)
        connection.execute(f"{into} {_summed(year, end)}")
        into = "INSERT INTO sums"
    note(connection, "sums", asked)


def _years(connection: duckdb.DuckDBPyConnection, since: int, until: int) -> tuple[int, int]:
    """The first and last year that has returns and is asked for; one at least."""
    found = connection.execute(
        "SELECT min(period // 100), max(period // 100) FROM periods WHERE period BETWEEN ? AND ?",
        [since // 100 * 100, until // 100 * 100 + 12],
    ).fetchone()
    first, last = found or (None, None)
    return (first or 0, last or 0)


def _report(connection: duckdb.DuckDBPyConnection, first: int, last: int) -> None:
    """Make the table `reports`: of every firm the months it reported and those of them that are
    imputed, a bit each, and whether it is steady: what is known of it is known every time."""
    if noted(connection, "reports") == f"{first} to {last}":
        return
    drop(connection, "reports")
    months = f"bit_or(1::BIGINT << {_at('period', first)})"
    returns = f"newest WHERE period BETWEEN {first * 100} AND {last * 100 + 12}"
    gaps = {f"gap_{number}": unknown for number, unknown in enumerate(_UNKNOWN)}
    never = ", ".join(f"{months} FILTER (WHERE {gaps[gap]}) AS {gap}" for gap in gaps)
    steady = " AND ".join(f"coalesce({gap}, present) = present" for gap in gaps)
    # What is imputed or not known is rare. Asked for by themselves, files without it are not read.
    connection.execute(f"""
        CREATE TEMP TABLE reports AS
        SELECT firm, present, coalesce(imputed, 0) AS imputed, {steady} AS steady
        FROM (SELECT firm, {months} AS present FROM {returns} GROUP BY firm)
        LEFT JOIN (
            SELECT firm, {months} AS imputed FROM {returns} AND {_IMPUTED} GROUP BY firm
        ) USING (firm)
        LEFT JOIN (
            SELECT firm, {never}
            FROM {returns} AND (revenue IS NULL OR rd_expense IS NULL) GROUP BY firm
        ) USING (firm)
    """)
    note(connection, "reports", f"{first} to {last}")


def _set_apart(connection: duckdb.DuckDBPyConnection, first: int, last: int) -> None:
    """Make the table `units`: in which unit a firm is summed, since and until when."""
    # Months of the year in which a firm comes to its place or leaves it, before and after that.
    start, end = f"greatest(since, {first * 100 + 1})", f"least(until, {last * 100 + 12})"
    before = f"(present >> {_at(f'({start} // 100 * 100 + 1)', first)})"
    before += f" & ((1::BIGINT << ({start} % 100 - 1)) - 1)"
    after = f"(present >> ({_at(end, first)} + 1)) & ((1::BIGINT << (12 - {end} % 100)) - 1)"
    drop(connection, "units")
    connection.execute(f"""
        CREATE TEMP TABLE units AS
        SELECT firm, since, until, cell AS unit, present, imputed,
            lower < upper OR NOT steady OR {before} <> 0 OR {after} <> 0 AS apart
        FROM places JOIN cells USING (cell) JOIN reports USING (firm)
        WHERE since <= {last * 100 + 12} AND until > {first * 100};
        CREATE OR REPLACE TEMP TABLE apart AS
        SELECT firm, (SELECT count(*) FROM alone) + row_number() OVER () AS number
        FROM (SELECT DISTINCT firm FROM units WHERE apart);
        INSERT INTO alone SELECT firm, -number FROM apart;
        DELETE FROM units WHERE firm IN (SELECT firm FROM apart);
        INSERT INTO units
        SELECT firm, 0, 999912, -number, present, imputed, true
        FROM apart JOIN reports USING (firm)
    """)


def _summed(first: int, last: int) -> str:
    """Returns by unit, period and what is noted. A part of value added that does not apply to a
    firm (an estimate where it reports) is 0 of it, not unknown."""
    here = f"({_at('period', first)} - 3)"
    beside = sum(bit(months) for months in BESIDE)
    either = "CASE WHEN reported IS NOT NULL OR base IS NOT NULL THEN coalesce({}, 0) END"
    return f"""
        SELECT * REPLACE (
            {either.format("reported")} AS reported, {either.format("base")} AS base
        )
        FROM (
            SELECT unit, period, ((present >> {here}) & {beside})::UTINYINT AS beside,
                ((imputed >> {here}) & {beside | OWN})::UTINYINT AS imputed,
                count(*) AS firms, count(revenue) AS known,
                sum(employees) AS employees, sum(rd_staff) AS rd_staff, sum(revenue) AS revenue,
                sum({REPORTED}) AS reported, sum({BASE}) AS base,
                sum(rd_expense) AS rd_expense
            FROM newest JOIN units USING (firm)
            WHERE period BETWEEN since AND until
                AND period BETWEEN {first * 100} AND {last * 100 + 12}
            GROUP BY ALL
        )
    """


def _at(period: str, first: int) -> str:
    """The bit of a period: January of the first year has the fourth, so three are below it."""
    return f"({period} - 88 * ({period} // 100) - {12 * first - 2})"

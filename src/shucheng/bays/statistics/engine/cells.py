"""Which firms count where, and by how much: the cells of an account.

A cell (单元格) is a combination of class, area, park, size and 规上. `place` numbers the
cells asked for and says which firm counts where, since when, and with which share.
"""

# ruff: noqa: S608 - the names in SQL are this module's own

from collections.abc import Sequence
from typing import Literal, get_args

import duckdb

from .frames import drop, note, noted

Scheme = Literal["all", "core", "major", "medium", "minor", "industries"]
"""What a class is: every firm as one; the core as one; 大类, 中类 or 小类 of the classification;
the plan's industries."""

Dimension = Literal["class", "area", "park", "size", "designated"]

_LEVELS = {"core": 0, "major": 1, "medium": 2, "minor": 3}


class AccountInvalid(ValueError):
    """An account of a scheme, dimension or basis there is not."""

    code = "account-invalid"


def place(
    connection: duckdb.DuckDBPyConnection,
    scheme: Scheme,
    by: Sequence[Dimension],
    *,
    designated: bool | None = None,
) -> None:
    """Make the tables `cells` (cell: a number; the dimensions `by`; lower, upper: the share that
    counts, and rate: of value added, in ten-thousandths) and `places` (firm, since, until, cell).
    A number is grouped by in a fraction of the time that names take; the same question asked again
    has the same numbers, and is answered by what is there.

    `designated` restricts them to firms that are 规上, or to those that are not. Raises
    `AccountInvalid` for a scheme or dimension there is not.
    """
    if scheme not in get_args(Scheme):
        raise AccountInvalid(f"there is no scheme {scheme!r}; there are {get_args(Scheme)}")
    if unknown := [name for name in by if name not in get_args(Dimension)]:
        raise AccountInvalid(f"there is no dimension {unknown}; there are {get_args(Dimension)}")
    question = f"{scheme} by {', '.join(by)}, designated {designated}"
    if noted(connection, "places") == question:
        return
    keys = ", ".join((*by, "lower", "upper", "rate"))
    for name in ("cells", "places", "placed"):
        drop(connection, name)
    connection.execute(
        f"""
        CREATE TEMP TABLE placed AS
        SELECT firm, since, until, {keys}
        FROM ({_placed(scheme)}) JOIN rates ON division = left(industry, 2)
        WHERE coalesce(designated = $designated, $designated IS NULL)
        """,
        {"designated": designated},
    )
    same = " AND ".join(
        f"placed.{key} IS NOT DISTINCT FROM cells.{key}" for key in keys.split(", ")
    )
    connection.execute(f"""
        CREATE TEMP TABLE cells AS
        SELECT row_number() OVER (ORDER BY {keys})::INTEGER AS cell, *
        FROM (SELECT DISTINCT {keys} FROM placed);
        CREATE TEMP TABLE places AS
        SELECT firm, since, until, cell FROM placed JOIN cells ON {same};
        DROP TABLE placed
    """)
    note(connection, "places", question)


def _placed(scheme: Scheme) -> str:
    """The register with class and share: by the industry, or by the firm's own coefficient."""
    if scheme == "all":
        return "SELECT register.*, 'all' AS class, 10000 AS lower, 10000 AS upper FROM register"
    if scheme == "industries":
        return """
            SELECT register.*, members.code AS class, 10000 AS lower, 10000 AS upper
            FROM register JOIN industry_members AS members USING (firm, since)
        """
    level = _LEVELS[scheme]
    # A firm whose share changes has a place before and one after that.
    both = """
        register.* REPLACE (
            greatest(register.since, shares.since) AS since,
            least(register.until, shares.until) AS until
        ),
        shares.code AS class, lower, upper
    """
    at_once = "shares.since <= register.until AND register.since <= shares.until"
    return f"""
        SELECT {both}
        FROM register JOIN class_shares AS shares USING (industry)
        ANTI JOIN firm_shares USING (firm)
        WHERE shares.level = {level} AND {at_once}
        UNION ALL
        SELECT {both}
        FROM register JOIN firm_shares AS shares USING (firm, industry)
        WHERE shares.level = {level} AND {at_once}
    """

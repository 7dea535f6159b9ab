"""Which firms count where, and by how much: the cells of an account.

A cell (单元格) is a combination of class, area, park, size and 规上. `place` makes the table
`cells`: a row for every firm, span of the register and class it counts to, with the share
that counts.
"""

# ruff: noqa: S608 - the names in SQL are this module's own

from typing import Literal, get_args

import duckdb

from .frames import drop

Scheme = Literal["all", "core", "major", "medium", "minor", "industries"]
"""What a class is: every firm as one; the core as one; 大类, 中类 or 小类 of the classification;
the plan's industries."""

Dimension = Literal["class", "area", "park", "size", "designated"]

_LEVELS = {"core": 0, "major": 1, "medium": 2, "minor": 3}


class AccountInvalid(ValueError):
    """An account of a scheme, dimension or basis there is not."""

    code = "account-invalid"


def place(
    connection: duckdb.DuckDBPyConnection, scheme: Scheme, *, designated: bool | None = None
) -> None:
    """Make the table `cells`: firm, since, until, class, area, park, size, designated, lower, upper
    (the share, ten-thousandths), rate (value added, ten-thousandths). `designated` restricts it
    to firms that are 规上, or to those that are not."""
    if scheme not in get_args(Scheme):
        raise AccountInvalid(f"there is no scheme {scheme!r}; there are {get_args(Scheme)}")
    drop(connection, "cells")
    connection.execute(
        f"""
        CREATE TEMP TABLE cells AS
        SELECT firm, since, until, class, area, park, size, designated,
            lower::INTEGER AS lower, upper::INTEGER AS upper, rate
        FROM ({_placed(scheme)}) JOIN rates ON division = left(industry, 2)
        WHERE coalesce(designated = $designated, $designated IS NULL)
        """,
        {"designated": designated},
    )


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
    return f"""
        SELECT register.*, shares.code AS class, lower, upper
        FROM register JOIN class_shares AS shares USING (industry)
        ANTI JOIN firm_shares USING (firm)
        WHERE shares.level = {level}
        UNION ALL
        SELECT register.*, shares.code AS class, lower, upper
        FROM register JOIN firm_shares AS shares USING (firm, industry)
        WHERE shares.level = {level}
    """

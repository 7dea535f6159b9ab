"""The industries a plan speaks of ("2+4+2": 电子信息, 光伏, 机器人, 软件 ...), defined as data.

A definition takes firms by industry code (a prefix takes all below it), by tag and by list; a
firm listed in or out is so whatever its code. A firm may belong to several industries: `overlaps`
shows how many firms and how much revenue any two share.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import duckdb
import yaml

from .classification import DATA, small_table
from .definition_error import DefinitionInvalid
from .frames import drop


class IndustriesInvalid(DefinitionInvalid):
    """Definitions that contradict themselves or take nothing."""

    code = "industries-invalid"


@dataclass(frozen=True, slots=True)
class Industry:
    """One industry of the plan; `listed` and `excluded` are credit codes."""

    code: str
    name: str
    name_en: str
    codes: tuple[str, ...]
    tags: tuple[str, ...]
    listed: tuple[str, ...]
    excluded: tuple[str, ...]
    note: str
    unconfirmed: bool


@dataclass(frozen=True, slots=True)
class Industries:
    version: str
    source: str
    industries: tuple[Industry, ...] = field(repr=False)

    def install(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the table `industry_members`: code, firm, since, until (spans of `register`)."""
        _install_rules(connection, "industry_rules", self)
        drop(connection, "industry_members")
        connection.execute(f"CREATE TABLE industry_members AS {_MEMBERS}")

    def rules(self) -> list[tuple[str, str, str]]:
        """Code, kind (code, tag, in, out) and value of everything that leads to an industry."""
        return [
            (each.code, kind, value)
            for each in self.industries
            for kind, values in (
                ("code", each.codes),
                ("tag", each.tags),
                ("in", each.listed),
                ("out", each.excluded),
            )
            for value in values
        ]


def firms_taken(connection: duckdb.DuckDBPyConnection, defined: Industries) -> dict[str, int]:
    """How many firms of the register each industry takes by now, whatever is in force."""
    _install_rules(connection, "asked_rules", defined)
    taken = _MEMBERS.replace("industry_rules", "asked_rules")
    rows = connection.execute(
        f"SELECT code, count(DISTINCT firm) FROM ({taken}) WHERE until = 999912 GROUP BY code"  # noqa: S608
    ).fetchall()
    return {each.code: 0 for each in defined.industries} | dict(rows)


def _install_rules(connection: duckdb.DuckDBPyConnection, table: str, defined: Industries) -> None:
    columns = "code VARCHAR, kind VARCHAR, value VARCHAR"
    small_table(connection, table, columns, list(defined.rules()))


_MEMBERS = """
WITH led AS (
    SELECT code, industry FROM (SELECT DISTINCT industry FROM register)
    JOIN industry_rules ON kind = 'code' AND value = left(industry, length(value))
),
taken AS (
    SELECT code, firm, since, until FROM register JOIN led USING (industry)
    UNION
    SELECT code, firm, since, until FROM (
        SELECT firm, since, until, unnest(tags) AS tag FROM register
    ) JOIN industry_rules ON kind = 'tag' AND value = tag
    UNION
    SELECT code, firm, since, until
    FROM register JOIN industry_rules ON kind = 'in' AND value = firm
)
SELECT code, firm, since, until FROM taken
WHERE (code, firm) NOT IN (SELECT (code, value) FROM industry_rules WHERE kind = 'out')
"""


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two industries share; of one with itself: all it has. Revenue in thousand yuan, year
    to date."""

    one: str
    other: str
    firms: int
    revenue: int


def overlaps(connection: duckdb.DuckDBPyConnection, period: int) -> list[Overlap]:
    """Firms and revenue that any two industries share in `period` (yyyymm), as a full matrix."""
    rows = connection.execute(_OVERLAPS, {"period": period}).fetchall()
    return [Overlap(*row) for row in rows]


_OVERLAPS = """
WITH members AS (
    SELECT code, firm, revenue
    FROM industry_members JOIN newest USING (firm)
    WHERE period = $period AND period BETWEEN since AND until
),
codes AS (SELECT DISTINCT code FROM industry_rules),
shared AS (
    SELECT a.code AS one, b.code AS other, count(*) AS firms, sum(a.revenue) AS revenue
    FROM members AS a JOIN members AS b USING (firm) GROUP BY ALL
)
SELECT a.code, b.code, coalesce(firms, 0), coalesce(revenue, 0)::BIGINT
FROM codes AS a CROSS JOIN codes AS b
LEFT JOIN shared ON one = a.code AND other = b.code
ORDER BY ALL
"""


@cache
def shipped() -> Industries:
    """The eight industries of the first plan; their limits are not confirmed."""
    return read(yaml.safe_load((DATA / "industries.yaml").read_text(encoding="utf-8")))


def read(data: dict[str, Any]) -> Industries:
    """Definitions from a mapping as `data/industries.yaml` holds it. Raises `IndustriesInvalid`
    for a code twice, a prefix that is not 1 to 4 digits, a firm both in and out, or an industry
    that nothing leads to."""
    industries = tuple(map(_industry, data["industries"]))
    codes = [each.code for each in industries]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise IndustriesInvalid("name-twice", place=", ".join(twice))
    for each in industries:
        if wrong := [code for code in each.codes if not re.fullmatch(r"[0-9]{1,4}", code)]:
            raise IndustriesInvalid("industry-form", place=each.code, value=", ".join(wrong))
        if both := set(each.listed) & set(each.excluded):
            raise IndustriesInvalid("in-and-out", place=each.code, value=", ".join(sorted(both)))
        if not each.codes and not each.tags and not each.listed:
            raise IndustriesInvalid("industry-empty", place=each.code)
    return Industries(str(data["version"]), data.get("source", ""), industries)


def _industry(entry: dict[str, Any]) -> Industry:
    def texts(key: str) -> tuple[str, ...]:
        values: Sequence[str] = entry.get(key) or ()
        return tuple(values)

    return Industry(
        entry["code"],
        entry["name"],
        entry.get("name_en", entry["name"]),
        texts("codes"),
        texts("tags"),
        texts("in"),
        texts("out"),
        entry.get("note", ""),
        bool(entry.get("unconfirmed", True)),
    )

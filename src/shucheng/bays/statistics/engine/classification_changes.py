"""What another version of the classification would change: classes, and where industries count.

An industry (GB/T 4754, four digits) is moved when it leads to other classes than before or is
starred where it was not: the firms of it are the ones touched.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from .classification import Class, Classification


@dataclass(frozen=True, slots=True)
class Moved:
    """An industry with the classes of level 3 it leads to; one that counts in part has a star."""

    industry: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """`renamed` are classes whose name, or whether they are core, differs: before and after."""

    added: tuple[Class, ...]
    dropped: tuple[Class, ...]
    renamed: tuple[tuple[Class, Class], ...]
    moved: tuple[Moved, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.dropped or self.renamed or self.moved)


def changes(before: Classification, after: Classification) -> Changes:
    """From one version to another, by code."""
    old = {each.code: each for each in before.classes}
    new = {each.code: each for each in after.classes}
    renamed = tuple(
        (old[code], each)
        for code, each in new.items()
        if code in old and (old[code].name, old[code].core) != (each.name, each.core)
    )
    leads_before, leads_after = _leads(before), _leads(after)
    moved = tuple(
        Moved(industry, leads_before.get(industry, ()), leads_after.get(industry, ()))
        for industry in sorted(leads_before.keys() | leads_after.keys())
        if leads_before.get(industry) != leads_after.get(industry)
    )
    return Changes(
        tuple(each for code, each in new.items() if code not in old),
        tuple(each for code, each in old.items() if code not in new),
        renamed,
        moved,
    )


def firms_by_industry(
    connection: duckdb.DuckDBPyConnection, industries: Iterable[str]
) -> dict[str, int]:
    """How many firms of the register have each of these industries by now (none is left out)."""
    rows = connection.execute(
        """SELECT industry, count(*) FROM register
        WHERE until = 999912 AND industry IN (SELECT unnest($industries)) GROUP BY industry""",
        {"industries": list(industries)},
    ).fetchall()
    return dict(rows)


def _leads(version: Classification) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for each in version.classes:
        for industry in each.codes if each.level == 3 else ():
            star = "*" if industry in each.partial else ""
            found.setdefault(industry, []).append(each.code + star)
    return {industry: tuple(sorted(codes)) for industry, codes in found.items()}

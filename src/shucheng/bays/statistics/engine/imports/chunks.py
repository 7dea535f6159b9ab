"""Staged rows in parts: which there are, and each one's rows.

A chunk's key is made of the file, the mapping and the rows it has, so whoever writes can note the
keys that are done and go on after a crash: the same import always has the same chunks.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from .report import Report

SIZE = 20_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows `first` to `last` (inclusive) of `rows.parquet`, by their column `number`."""

    first: int
    last: int
    key: str


def plan(report: Report, size: int = SIZE) -> tuple[Chunk, ...]:
    """The chunks of an import, in order."""
    told = f"{report.table}:{report.file_digest}:{report.mapping_digest}:{report.good}"
    return tuple(
        Chunk(first, last, hashlib.sha256(f"{told}:{first}-{last}".encode()).hexdigest())
        for first in range(0, report.good, size)
        for last in [min(first + size, report.good) - 1]
    )


def rows(path: Path, chunk: Chunk) -> list[dict[str, Any]]:
    """The rows of a chunk of `path` (`stage.ROWS`), in order."""
    found = duckdb.execute(
        "SELECT * FROM read_parquet(?) WHERE number BETWEEN ? AND ? ORDER BY number",
        [str(path), chunk.first, chunk.last],
    )
    names = [each[0] for each in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

"""How a file that was sent is understood before anybody confirms it."""

from collections.abc import Mapping as Data
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings

from shucheng.bays.statistics.engine.imports.fields import ImportRefused
from shucheng.bays.statistics.engine.imports.mapping import Mapping, header, plain, propose
from shucheng.bays.statistics.engine.imports.source import read
from shucheng.bays.statistics.models import Batch
from shucheng.kernel.public import Area

_SAMPLES = 3
_LOOKED_BACK = 50


def proposed_columns(path: Path, kind: str, folder: Path) -> list[dict[str, Any]]:
    """Every column with a heading: what it is proposed to be, how sure, why, and first values.

    Headings that an earlier file of the kind had are read as they were confirmed then. Raises
    `ImportRefused` for a file that cannot be read.
    """
    limits: dict[str, Any] = {
        "threads": int(settings.ENGINE["threads"]),
        "memory_limit": settings.ENGINE["memory_limit"],
        "temp_directory": str(folder / "spilled"),
    }
    with closing(duckdb.connect(config=limits)) as connection:
        read(connection, path, folder)
        proposal = propose(connection, kind)
        sheet, line, headings = header(connection, kind)
        rows = connection.execute(
            """SELECT * EXCLUDE (sheet, line) FROM raw
            WHERE sheet = ? AND line > ? ORDER BY line LIMIT 50""",
            [sheet, line],
        ).fetchall()
    guesses = {guess.column.heading: guess for guess in proposal.guesses}
    saved = _saved(kind, headings)
    columns = []
    for at, heading in enumerate(headings):
        if not heading:
            continue
        told = [str(row[at])[:40] for row in rows if row[at]]
        column = {
            "heading": heading,
            "field": "",
            "factor": "1",
            "confidence": 0,
            "reason": "",
            "samples": list(dict.fromkeys(told))[:_SAMPLES],
        }
        if saved is not None:
            if heading in saved:
                column |= {**saved[heading], "confidence": 100, "reason": "saved"}
        elif guess := guesses.pop(heading, None):
            column |= {
                "field": guess.column.field,
                "factor": guess.column.factor,
                "confidence": round(guess.confidence * 100),
                "reason": guess.reason,
            }
        columns.append(column)
    return columns


def area_codes(only: frozenset[str] | None = None) -> dict[str, str]:
    """Codes of the city's areas (or `only` some) by code and by name, as a file may name them."""
    areas = Area.objects.all() if only is None else Area.objects.filter(code__in=only)
    found = dict(areas.values_list("name", "code"))
    return found | {code: code for code in found.values()}


def _saved(kind: str, headings: tuple[str, ...]) -> Data[str, dict[str, str]] | None:
    """The mapping of the newest earlier batch all of whose headings this file has."""
    earlier = Batch.objects.filter(kind=kind).exclude(mapping={}).order_by("-pk")
    there = {plain(heading) for heading in headings}
    for mapping in earlier.values_list("mapping", flat=True)[:_LOOKED_BACK]:
        try:
            columns = Mapping.from_data(mapping).columns
        except ImportRefused:
            continue
        if columns and all(plain(each.heading) in there for each in columns):
            return {each.heading: {"field": each.field, "factor": each.factor} for each in columns}
    return None

"""What the cells held when a template was made, kept in its hidden sheet.

An upload says by it what was changed in the file, so that cells nobody touched undo nothing that
somebody changed in the draft meanwhile.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

from shucheng.kernel.reporting.engine.model import Cell, Entry
from shucheng.kernel.reporting.engine.typed import as_typed, without_percent

# A cell of a workbook holds 32,767 characters.
_LONGEST = 30_000


@dataclass(frozen=True, slots=True)
class Was:
    """A row of the template: its number on the sheet, and what its cells held."""

    number: str
    entry: Entry


def as_read(entry: Entry, unit: str) -> Entry:
    """The entry as it is read back from a workbook that nobody touched."""
    note, reason = (text.replace("\r\n", "\n").strip() for text in (entry.note, entry.reason))
    return Entry(value_read(entry.value, unit)[0], entry.status, note, reason)


def value_read(text: str, unit: str) -> tuple[str, bool]:
    """A value's text as it is read, and whether it is a percentage that was not asked for."""
    typed = as_typed(text)
    bare, percent = without_percent(typed)
    return (bare if percent and unit == "%" else typed), percent and unit != "%"


def pack(cells: Sequence[Cell], entries: Mapping[str, Entry]) -> list[str]:
    """The rows of a sheet, in its order, as texts that fit into cells."""
    rows: list[Sequence[str]] = []
    for cell in cells:
        entry = entries.get(cell.key)
        rows.append((cell.key, *astuple(as_read(entry, cell.unit))) if entry else (cell.key,))
    # ASCII alone, and nothing that a workbook takes for an escape (_x0041_).
    text = json.dumps(rows, separators=(",", ":")).replace("_x", "_\\u0078")
    return [text[at : at + _LONGEST] for at in range(0, len(text), _LONGEST)]


def unpack(texts: Sequence[str]) -> dict[str, Was]:
    """Key → row. Raises `ValueError` for what `pack` did not make."""
    try:
        rows = json.loads("".join(texts))
        return {
            str(key): Was(str(number), Entry(*map(str, told)))
            for number, (key, *told) in enumerate(rows, 1)
        }
    except (TypeError, RecursionError):
        raise ValueError("foreign") from None

"""How a sheet looks as a workbook: columns, limits, and the words that a page puts in."""

from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

SCHEMA_NAME = "shucheng.sheet/"
SCHEMA = f"{SCHEMA_NAME}2"
# The hidden sheet that says which sheets of the file are whose.
IDENTITY = "_shucheng"
IDENTITY_HEAD = (
    "sheet",
    "form",
    "organisation",
    "area",
    "period",
    "submission",
    "revision",
)
# The first row of the sheet is 1. Keys stand in the first, hidden column; the hidden row above the
# head holds the names of `COLUMNS`, by which each column is found wherever it was moved.
NAMES_ROW = 5
HEAD_ROW = 6
COLUMNS = (
    "key",
    "number",
    "name",
    "dimension",
    "unit",
    "definition",
    "previous",
    "year_ago",
    "target",
    "value",
    "status",
    "note",
    "reason",
)
EDITABLE = ("value", "status", "note", "reason")
WIDTHS = {
    "number": 5,
    "name": 26,
    "dimension": 14,
    "unit": 8,
    "definition": 34,
    "previous": 13,
    "year_ago": 13,
    "target": 13,
    "value": 15,
    "status": 15,
    "note": 22,
    "reason": 24,
}
LETTERS = {name: get_column_letter(at) for at, name in enumerate(COLUMNS, 1)}

# What a file may be: far more than any form asks, far less than harms the platform.
MOST_ROWS = 20_000
MOST_COLUMNS = 64
MOST_UNPACKED = 150 * 1024 * 1024
MOST_PARTS = 500
MOST_SHEETS = 60
MOST_MERGED = 10_000
LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Words:
    """Every text of a template, in one language.

    `columns` names the columns (`COLUMNS` without the key), `statuses` is SDMX code → label of
    what may be chosen (the empty one left out).
    """

    organisation: str
    area: str
    period: str
    due: str
    help: str
    columns: Mapping[str, str]
    statuses: Mapping[str, str]
    number_wanted: str
    status_wanted: str
    required: str

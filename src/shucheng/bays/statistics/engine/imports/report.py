"""What a dry run says: how many rows are good, what is wrong with the others, what would change."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RowError:
    """One wrong cell: `sheet` by name (empty for csv), `row` as a spreadsheet counts, the column's
    letters and heading, the cell's text, the rule's code; `first_row` is the row it repeats. A
    `warning` is of a row that is good, and looks odd."""

    sheet: str
    row: int
    column: str
    heading: str
    field: str
    value: str | None
    code: str
    first_row: int | None = None
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows have the problem `code` in `field`."""

    code: str
    field: str
    rows: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A firm of which a register tells a fact otherwise than it is known."""

    sheet: str
    row: int
    firm: str
    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """How many known firms a register tells `field` of otherwise, and the first of them."""

    field: str
    firms: int
    first: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A fact that a register says nothing of: for `kept` firms it stays as it is known, `assumed`
    new ones are taken for what is usual."""

    field: str
    kept: int
    assumed: int


@dataclass(frozen=True, slots=True)
class Report:
    """A dry run. `changes` counts good rows as new, changed and unchanged; `errors` are the first
    ones by row, `counts` counts all, and of good rows that look odd so do `warnings` and `warned`;
    `sheets_left_out` have not the mapping's headings. Of a register `differences` and `unsaid`."""

    table: str
    file_digest: str
    mapping_digest: str
    rows: int
    good: int
    bad: int
    changes: dict[str, int]
    counts: tuple[Count, ...]
    errors: tuple[RowError, ...]
    sheets_left_out: tuple[str, ...]
    honours: int = 0
    warned: tuple[Count, ...] = ()
    warnings: tuple[RowError, ...] = ()
    differences: tuple[Difference, ...] = ()
    unsaid: tuple[Unsaid, ...] = ()

    def to_data(self) -> dict[str, Any]:
        """Plain data, to be kept as JSON."""
        return asdict(self)


def error_rows(errors: Iterable[RowError]) -> list[list[str | int | None]]:
    """The errors as a table for `shucheng.lib.tables`, headed by the names of the columns."""
    heading: list[str | int | None] = list(RowError.__dataclass_fields__)
    return [heading, *([getattr(each, str(name)) for name in heading] for each in errors)]


def letters(position: int) -> str:
    """A column's letters in a spreadsheet: 0 is A, 26 is AA."""
    text = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        text = chr(65 + rest) + text
    return text

"""The words of reporting as plain data: what a sheet asks, what somebody answered, what is wrong.

A *sheet* is one organisation's form for one period; its *cells* are the values that are asked for.
A workbook, a page and the API show the same sheets and give back the same *entries*.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One value that is asked for, with what a person compares it with.

    `key` is unique in a sheet: `metric`, or `metric|dimension key` (`enterprises|size=large`).
    `beside` are labelled numbers of others (the plan's target of the year), in the cell's unit.
    """

    key: str
    metric: str
    name: str
    unit: str
    dimension: str = ""
    dimension_name: str = ""
    definition: str = ""
    required: bool = True
    decimals: int = 6
    previous: Decimal | None = None
    year_ago: Decimal | None = None
    previous_simulated: bool = False
    year_ago_simulated: bool = False
    beside: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one organisation is asked for one area and period.

    `revision` is the submission's optimistic version when the sheet was made: an upload that
    carries an older one is told so instead of undoing somebody's work.
    """

    form: str
    form_name: str
    organisation: str
    organisation_name: str
    area: str
    area_name: str
    period: str
    due_on: date | None
    cells: tuple[Cell, ...]
    submission: int | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """What was answered for a cell, as typed: the number is read by `read_value` later.

    `status` is an SDMX observation status or empty; `reason` answers a warning.
    """

    value: str = ""
    status: str = ""
    note: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a sheet cannot be submitted (error), or what it must explain (warning).

    `code` is put into words by a page, with `values`; `place` says where in an uploaded workbook
    (sheet, row, column) where it came from one.
    """

    severity: Severity
    code: str
    key: str = ""
    rule: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    place: tuple[str, int, str] | None = None

"""The pages of sheets of resources: what was sent, and the plan of one."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from shucheng.bays.data.engine.catalogue.sheet_columns import MOST_FIELDS, MOST_RESOURCES
from shucheng.bays.data.engine.catalogue.sheet_files import workbook_of
from shucheng.bays.data.engine.catalogue.sheets import Wrong
from shucheng.bays.data.queries.importing import (
    Line,
    Plan,
    find_sheet,
    plan_of,
    require_importing,
    sheets_seen,
)
from shucheng.bays.data.queries.importing_words import column_name, language, wrong_text
from shucheng.kernel.public import Actor, StoredFile

MOST_SHOWN = 200
_EARLIER = 10


@dataclass(frozen=True, slots=True)
class SheetsPage:
    """`resources`, `fields`: how many of each a sheet may tell."""

    sheets: list[StoredFile]
    resources: int = MOST_RESOURCES
    fields: int = MOST_FIELDS


@dataclass(frozen=True, slots=True)
class Shown:
    """A resource that would be written; `what` names the columns that differ, `emptied` those that
    would say nothing any more."""

    line: Line
    what: str
    emptied: str


@dataclass(frozen=True, slots=True)
class Told:
    """A wrong cell in words."""

    wrong: Wrong
    text: str


@dataclass(frozen=True, slots=True)
class SheetPage:
    """The first of each kind; `plan` has all."""

    plan: Plan
    new: list[Shown]
    changed: list[Shown]
    wrong: list[Told]


def sheets_page(*, actor: Actor) -> SheetsPage:
    return SheetsPage(list(sheets_seen(actor)[:_EARLIER]))


def sheet_page(pk: int, *, actor: Actor) -> SheetPage:
    plan = plan_of(find_sheet(pk, actor=actor), actor=actor)
    return SheetPage(
        plan=plan,
        new=_shown(plan, "new"),
        changed=_shown(plan, "changed"),
        wrong=[Told(each, wrong_text(each)) for each in plan.wrong[:MOST_SHOWN]],
    )


def error_rows(pk: int, *, actor: Actor) -> Iterator[tuple[str | int, ...]]:
    """All that is wrong with a sheet, as rows of a file."""
    plan = plan_of(find_sheet(pk, actor=actor), actor=actor)
    return (
        (each.sheet, each.row, each.column, each.heading, each.value, each.code, wrong_text(each))
        for each in plan.wrong
    )


def template_file(*, actor: Actor) -> bytes:
    """The workbook to be filled in."""
    require_importing(actor)
    return workbook_of(language=language())


def _shown(plan: Plan, state: str) -> list[Shown]:
    lines = [each for each in plan.lines if each.state == state][:MOST_SHOWN]
    return [Shown(each, _names(each.keys), _names(each.emptied)) for each in lines]


def _names(keys: tuple[str, ...]) -> str:
    return _(", ").join(map(column_name, keys))

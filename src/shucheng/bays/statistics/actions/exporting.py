"""Taking an account out as a file: who took what is on record; what is withheld stays withheld."""

from collections.abc import Mapping

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from shucheng.bays.statistics.engine import table_files as tables
from shucheng.bays.statistics.engine.classification import CORE
from shucheng.bays.statistics.engine.counted import CITY
from shucheng.bays.statistics.engine.table_files import Row, csv_of, parquet_of, sdmx_of, xlsx_of
from shucheng.bays.statistics.models import Publication
from shucheng.bays.statistics.queries.accounts import Cell, Line, Table, account_page
from shucheng.bays.statistics.queries.asking import require_as_asked
from shucheng.bays.statistics.queries.exchanging import account_message
from shucheng.bays.statistics.queries.sheets import imputed_note
from shucheng.kernel.public import Actor, NotFound, action, record_export
from shucheng.lib.tables import Value

FORMS = tables.FORMS | tables.SDMX_FORMS
_COLUMNS = {
    "period": "INTEGER",
    "basis": "VARCHAR",
    "measure": "VARCHAR",
    "unit": "VARCHAR",
    "class": "VARCHAR",
    "class_name": "VARCHAR",
    "member": "VARCHAR",
    "member_name": "VARCHAR",
    "lower": "DECIMAL(29, 8)",
    "upper": "DECIMAL(29, 8)",
    "withheld": "BOOLEAN",
    "imputed": "BOOLEAN",
    "classification": "VARCHAR",
    "simulated": "BOOLEAN",
}


@action
def export_account(asked: Mapping[str, str], form: str, *, actor: Actor) -> tuple[str, bytes]:
    """The table that was asked for as the actor may see it: the file's name and content. Refused
    where there is none just as asked for, or not for the actor."""
    table = account_page(asked, actor=actor).table
    if form not in FORMS or table is None:
        raise NotFound(_("The account"))
    choice = table.choice
    require_as_asked(asked, choice.told)
    record_export(
        "statistics.account", len(table.lines), actor=actor, form=form, account=choice.address
    )
    name = f"{choice.scheme}-{choice.by}-{choice.measure}-{choice.basis}-{choice.period}.{form}"
    if form in tables.SDMX_FORMS:
        return name, sdmx_of(account_message(table), form)
    if form == "parquet":
        return name, parquet_of(_COLUMNS, _figures(table))
    head, rows = _sheet(table)
    if form == "csv":
        return name, csv_of(head, rows, notes(table))
    return name, xlsx_of(_("Table of the account"), head, rows, _("About"), notes(table))


def notes(table: Table) -> list[Row]:
    """What the figures stand on."""
    choice, versions = table.choice, table.versions
    found: list[Row] = [
        (_("What is measured"), f"{choice.measured.name} ({choice.measured.unit})"),
        (_("Period"), choice.words),
        (_("Classification"), versions["classification"]),
        (_("Value-added rates"), versions["value_added_rates"]),
        (_("Firms that have not reported"), table.late),
    ]
    if table.simulated:
        found.insert(0, (_("Note"), _("Simulated data. Not figures of the real city.")))
    if table.protected:
        found.append((_("Cells withheld"), table.withheld))
        if table.publication:
            found.append(
                (_("Published on"), localtime(table.publication.recorded_at).date().isoformat())
            )
            if marked := _imputed_firms(table.publication):
                found.append((_("Firms counted by an imputed return"), marked))
            rules = table.publication.certificate["rules_version"]
            found.append((_("Rules of suppression"), rules))
    elif table.imputed_share is not None:
        found.append((_("Imputed share (%)"), table.imputed_share))
    return found + imputed_note(table.versions)


def _imputed_firms(found: Publication) -> str:
    """How many of the core's firms were imputed of how many, as it was published."""
    for code, area, firms, imputed, *_rest in found.beside.get("behind", ()):
        if (code, area) == (CORE, CITY) and imputed:
            return f"{imputed} / {firms}"
    return ""


def _lines(table: Table) -> list[Line]:
    return [*table.lines, *(line for line in (table.more, table.whole) if line)]


def _sheet(table: Table) -> tuple[Row, list[Row]]:
    """Head and rows as on the page, in numbers: where bounds differ anywhere each member has a
    column for either. What is imputed is named in the last column, where anything is."""
    measured, lines = table.choice.measured, _lines(table)
    members = [*(word for _code, word in table.columns), _("Total")]
    cells = [(*line.cells, line.total) for line in lines]
    bounds = [[_bounds(cell, measured.decimals) for cell in row] for row in cells]
    two = any(low != high for row in bounds for low, high in row)
    head = [f"{measured.name} ({measured.unit})"]
    for word in members:
        head += [word + _(", at least"), word + _(", at most")] if two else [word]
    rows: list[list[Value]] = [
        [line.name, *(value for pair in row for value in (pair if two else pair[:1]))]
        for line, row in zip(lines, bounds, strict=True)
    ]
    if any(cell.is_imputed for row in cells for cell in row):
        head.append(_("With imputed firms"))
        for row, marked in zip(rows, cells, strict=True):
            named = [word for word, cell in zip(members, marked, strict=True) if cell.is_imputed]
            row.append(_(", ").join(named))
    return head, list(rows)


def _bounds(cell: Cell, decimals: int) -> tuple[Value, Value]:
    if cell.withheld:
        return _("withheld"), _("withheld")
    if cell.empty:
        return None, None
    return round(cell.lower, decimals), round(cell.upper, decimals)


def _figures(table: Table) -> list[Row]:
    choice = table.choice
    members = [*table.columns, ("", _("Total"))]
    found: list[Row] = []
    for line in _lines(table):
        for (member, name), cell in zip(members, (*line.cells, line.total), strict=True):
            if cell.empty:
                continue
            bounds = (None, None) if cell.withheld else (cell.lower, cell.upper)
            found.append(
                (
                    *(choice.period, choice.basis, choice.measure, str(choice.measured.unit)),
                    *(line.code, line.name, member, name, *bounds),
                    *(cell.withheld, cell.is_imputed),
                    *(table.versions["classification"], table.simulated),
                )
            )
    return found

"""Taking a publication out as a file; only cells that are out are in it."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from shucheng.bays.statistics.engine import table_files as tables
from shucheng.bays.statistics.engine.table_files import (
    Row,
    csv_of,
    parquet_of,
    sdmx_of,
    xlsx_of,
)
from shucheng.bays.statistics.queries.choices import MEASURES, period_words
from shucheng.bays.statistics.queries.exchanging import publication_message
from shucheng.bays.statistics.queries.publications import (
    PublicationPage,
    printed_cells,
    publication_page,
)
from shucheng.bays.statistics.queries.sheets import imputed_note
from shucheng.kernel.public import Actor, NotFound, action, record_export
from shucheng.lib.tables import Value

FORMS = tables.FORMS | tables.SDMX_FORMS
_COLUMNS = {
    "period": "INTEGER",
    "class": "VARCHAR",
    "class_name": "VARCHAR",
    "area": "VARCHAR",
    "size": "VARCHAR",
    "measure": "VARCHAR",
    "unit": "VARCHAR",
    "value": "DECIMAL(29, 5)",
    "withheld": "BOOLEAN",
    "imputed": "BOOLEAN",
    "simulated": "BOOLEAN",
}


@action
def export_publication(publication_id: int, form: str, *, actor: Actor) -> tuple[str, bytes]:
    """The file's name and content."""
    if form not in FORMS:
        raise NotFound(_("The file"))
    page = publication_page(publication_id, actor=actor)
    found = page.publication
    record_export("statistics.publication", len(found.cells), actor=actor, form=form)
    return f"statistics-{found.period}-{found.pk}.{form}", _written(page, form)


def _written(page: PublicationPage, form: str) -> bytes:
    if form in tables.SDMX_FORMS:
        return sdmx_of(publication_message(page), form)
    return _WRITERS[form](page)


def notes(page: PublicationPage) -> list[Row]:
    """What the figures stand on."""
    found, proof = page.publication, page.publication.certificate
    told: list[Row] = [
        (_("Period"), period_words(found.period)),
        (_("Firms that had not reported"), page.late_firms),
        (_("Firms counted by an imputed return"), page.imputed),
        (_("Firms of which only what is certain counts"), page.inexact),
        (_("Classification"), found.versions.get("classification", "")),
        (_("Rules of suppression"), proof["rules_version"]),
        (_("Cells withheld"), f"{proof['withheld']} / {proof['cells']}"),
    ]
    if found.simulated:
        told.insert(0, (_("Note"), _("Simulated data. Not figures of the real city.")))
    return told + imputed_note(found.versions)


def _rows(page: PublicationPage) -> list[Row]:
    period = page.publication.period
    return [
        (
            *(period, each.code, page.names[each.code], each.area, each.size),
            *(each.measure, each.unit, each.value, each.imputed),
        )
        for each in printed_cells(page.publication)
    ]


def _shown(page: PublicationPage) -> tuple[Row, list[Row]]:

    def value(known: Value) -> Value:
        return _("withheld") if known is None else known

    place = (_("Period"), _("Code"), _("Class"), _("Area"), _("Size"))
    head: Row = [*place, _("What is measured"), _("Unit"), _("Value"), _("With imputed firms")]
    rows: list[Row] = [
        [
            *(*row[:5], str(MEASURES[str(row[5])].name), row[6], value(row[7])),
            _("yes") if row[8] else "",
        ]
        for row in _rows(page)
    ]
    return head, rows


def _csv(page: PublicationPage) -> bytes:
    head, rows = _shown(page)
    return csv_of(head, rows, notes(page))


def _xlsx(page: PublicationPage) -> bytes:
    head, rows = _shown(page)
    return xlsx_of(_("Publication"), head, rows, _("About"), notes(page))


def _parquet(page: PublicationPage) -> bytes:
    simulated = page.publication.simulated
    rows = [(*row[:8], row[7] is None, row[8], simulated) for row in _rows(page)]
    return parquet_of(_COLUMNS, rows)


_WRITERS: dict[str, Callable[[PublicationPage], bytes]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "parquet": _parquet,
}

"""Taking a publication out as a file; only cells that are out are in it."""

import csv
import io
from collections.abc import Callable

from django.utils.translation import gettext as _

from shucheng.bays.statistics.engine.table_files import Row, csv_of, parquet_of, xlsx_of
from shucheng.bays.statistics.queries.choices import period_words
from shucheng.bays.statistics.queries.publications import (
    Printed,
    PublicationPage,
    printed_cells,
    publication_page,
)
from shucheng.kernel.public import Actor, NotFound, action, record_export

FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "sdmx.csv": "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8",
}
_COLUMNS = {
    "period": "INTEGER",
    "class": "VARCHAR",
    "class_name": "VARCHAR",
    "area": "VARCHAR",
    "size": "VARCHAR",
    "revenue": "DECIMAL(29, 5)",  # 亿元
    "withheld": "BOOLEAN",
    "simulated": "BOOLEAN",
}
_SDMX = (
    *("STRUCTURE", "STRUCTURE_ID", "ACTION", "FREQ", "ACTIVITY", "REF_AREA", "SIZE"),
    *("TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "CONF_STATUS", "UNIT_MEASURE", "UNIT_MULT"),
    "COMMENT_OBS",
)
_FLOW = "SHUCHENG:DE_REVENUE_YTD(1.0)"


@action
def export_publication(publication_id: int, form: str, *, actor: Actor) -> tuple[str, bytes]:
    """The file's name and content."""
    if form not in FORMS:
        raise NotFound(_("The file"))
    page = publication_page(publication_id, actor=actor)
    found = page.publication
    record_export("statistics.publication", len(found.cells), actor=actor, form=form)
    return f"statistics-{found.period}-{found.pk}.{form}", _WRITERS[form](page)


def notes(page: PublicationPage) -> list[Row]:
    """What the figures stand on."""
    found, proof = page.publication, page.publication.certificate
    told: list[Row] = [
        (_("Unit"), _("100 million yuan")),
        (_("Period"), period_words(found.period)),
        (_("Classification"), found.versions.get("classification", "")),
        (_("Rules of suppression"), proof["rules_version"]),
        (_("Cells withheld"), f"{proof['withheld']} / {proof['cells']}"),
    ]
    if found.simulated:
        told.insert(0, (_("Note"), _("Simulated data. Not figures of the real city.")))
    return told


def _rows(page: PublicationPage) -> list[Row]:
    period = page.publication.period
    return [
        (period, each.code, page.names[each.code], each.area, each.size, each.value)
        for each in _cells(page)
    ]


def _cells(page: PublicationPage) -> list[Printed]:
    return printed_cells(page.publication)


def _shown(page: PublicationPage) -> tuple[Row, list[Row]]:
    head: Row = [_("Period"), _("Code"), _("Class"), _("Area"), _("Size"), _("Revenue")]
    rows: list[Row] = [
        [*row[:-1], _("withheld") if row[-1] is None else row[-1]] for row in _rows(page)
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
    return parquet_of(_COLUMNS, [[*row, row[-1] is None, simulated] for row in _rows(page)])


def _sdmx(page: PublicationPage) -> bytes:
    """SDMX-CSV 2.0. CONF_STATUS: F free, C confidential (then without a value); OBS_STATUS: A
    normal, Q suppressed. https://github.com/sdmx-twg/sdmx-csv"""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_SDMX)
    found = page.publication
    period = f"{found.period // 100}-{found.period % 100:02}"
    comment = "simulated" if found.simulated else ""
    for each in _cells(page):
        value, *status = ("", "Q", "C") if each.value is None else (each.value, "A", "F")
        key = (each.code, each.area, each.size, period)
        writer.writerow(("dataflow", _FLOW, "I", "M", *key, value, *status, "CNY", 8, comment))
    return out.getvalue().encode()


_WRITERS: dict[str, Callable[[PublicationPage], bytes]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "parquet": _parquet,
    "sdmx.csv": _sdmx,
}

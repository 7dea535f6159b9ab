"""What can be downloaded: one place says which formats there are and how each is written."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shucheng.plan.open_data.engine.catalogue import dcat
from shucheng.plan.open_data.engine.messages import data_message, structure_message
from shucheng.plan.open_data.engine.model import DataSet
from shucheng.plan.open_data.engine.tables import plain_csv, sdmx_csv


@dataclass(frozen=True, slots=True)
class Format:
    """`name` is the last part of its address, `media` its media type."""

    name: str
    label: str
    media: str
    ending: str
    write: Callable[[DataSet], str]


def _json(message: object) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def _plain(data: DataSet) -> str:
    head = (
        *(_("Indicator"), _("Code of the indicator"), _("Area"), _("Code of the area")),
        *(_("Period"), _("Value"), _("Unit"), _("Status of the value"), _("Source"), _("Licence")),
        _("Last update"),
    )
    return plain_csv(data, head, english=get_language() == "en")


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("csv", "CSV", "text/csv; charset=utf-8", "csv", _plain),
        Format(
            "sdmx-csv",
            "SDMX-CSV 2.0",
            "application/vnd.sdmx.data+csv;version=2.0.0;charset=utf-8",
            "sdmx.csv",
            sdmx_csv,
        ),
        Format(
            "sdmx-json",
            "SDMX-JSON 2.0",
            "application/vnd.sdmx.data+json;version=2.0.0",
            "sdmx.json",
            lambda data: _json(data_message(data)),
        ),
        Format(
            "structure",
            "SDMX-JSON 2.0 DSD",
            "application/vnd.sdmx.structure+json;version=2.0.0",
            "structure.json",
            lambda data: _json(structure_message(data)),
        ),
        Format(
            "dcat",
            "DCAT JSON-LD",
            "application/ld+json",
            "jsonld",
            lambda data: _json(dcat(data)),
        ),
    )
}
# Those that describe the data instead of being it.
DESCRIPTIONS = ("structure", "dcat")

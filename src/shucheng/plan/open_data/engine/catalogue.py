"""The data set for catalogues: DCAT 3 (https://www.w3.org/TR/vocab-dcat-3/) as JSON-LD."""

from typing import Any

from shucheng.lib.sdmx.codes import SOURCES
from shucheng.lib.sdmx.model import LANGUAGES, Text
from shucheng.plan.open_data.engine import names
from shucheng.plan.open_data.engine.model import DataSet
from shucheng.plan.open_data.engine.model import periods as periods_of

_FORMATS = (
    ("sdmx-csv", "application/vnd.sdmx.data+csv;version=2.0.0", "SDMX-CSV 2.0"),
    ("sdmx-json", "application/vnd.sdmx.data+json;version=2.0.0", "SDMX-JSON 2.0"),
)


def dcat(data: DataSet) -> dict[str, Any]:
    """One `dcat:Dataset` with a distribution for each format; texts in both languages."""
    page = f"{data.address}/open-data/"
    periods = periods_of(data.series)
    licences = sorted({each.licence for each in data.indicators})
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dcterms": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": page,
        "@type": "dcat:Dataset",
        "dcterms:identifier": f"{data.agency}:{names.FLOW}({names.VERSION})",
        "dcterms:title": _texts(Text(f"{data.city.zh}{names.TITLE.zh}", names.TITLE.en)),
        "dcterms:description": _texts(_description(data)),
        "dcterms:publisher": {"@type": "foaf:Organization", "foaf:name": _texts(data.city)},
        "dcterms:modified": {
            "@value": data.prepared.isoformat(timespec="seconds"),
            "@type": "xsd:dateTime",
        },
        "dcterms:license": licences,
        "dcterms:language": LANGUAGES,
        "dcterms:spatial": [area.code for area in data.areas],
        "dcterms:temporal": {
            "@type": "dcterms:PeriodOfTime",
            "dcat:startDate": periods[0] if periods else "",
            "dcat:endDate": periods[-1] if periods else "",
        },
        "dcat:keyword": [text for each in data.indicators for text in _texts(each.name)],
        "dcat:landingPage": page,
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dcterms:title": title,
                "dcat:mediaType": media,
                "dcat:accessURL": f"{page}download/{name}",
                "dcterms:conformsTo": "https://sdmx.org/",
            }
            for name, media, title in _FORMATS
        ],
    }


def _description(data: DataSet) -> Text:
    zh = f"{len(data.indicators)} 项指标，{len(data.series)} 个序列。"
    en = f"{len(data.indicators)} indicators in {len(data.series)} series."
    if data.simulated:
        zh += SOURCES["simulation"].zh + "。"
        en += f" {SOURCES['simulation'].en}."
    return Text(zh, en)


def _texts(text: Text) -> list[dict[str, str]]:
    return [{"@value": said, "@language": tag} for tag, said in text.localised().items()]

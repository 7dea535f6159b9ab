"""SDMX-JSON 2.0.0 messages: data, and the structure that data refers to.

Formats: https://github.com/sdmx-twg/sdmx-json (field guides and schemas of SDMX 3.0). Series are
keyed by the places of their codes in the lists of the message; attributes that are coded or
repeat are indexes, and so is the period.
"""

from typing import Any

from shucheng.plan.open_data.engine import names
from shucheng.plan.open_data.engine.model import DataSet, Series, Text, Value
from shucheng.plan.open_data.engine.model import periods as periods_of

_SCHEMAS = "https://json.sdmx.org/2.0.0"
Json = dict[str, Any]


def data_message(data: DataSet) -> Json:
    """An SDMX-JSON 2.0.0 data message, series by series, periods within."""
    codes = _codes(data)
    periods = periods_of(data.series)
    series_values = _Attributes(names.SERIES_ATTRIBUTES)
    value_values = _Attributes(names.VALUE_ATTRIBUTES)
    at = {name: {code: n for n, (code, _) in enumerate(found)} for name, found in codes.items()}
    period_at = {period: n for n, period in enumerate(periods)}
    written: Json = {}
    for each in data.series:
        key = ":".join(
            str(at[name][code]) for name, code in zip(names.DIMENSIONS, each.key, strict=True)
        )
        written[key] = {
            "attributes": series_values.indexes(_series_facts(data, each)),
            "observations": {
                str(period_at[value.period]): [
                    _number(value),
                    *value_values.indexes({"OBS_STATUS": value.status, "SOURCE": value.source}),
                ]
                for value in each.values
            },
        }
    structure = {
        "links": [
            _link(data, "datastructure.Dataflow", names.FLOW, "dataflow"),
            _link(data, "datastructure.DataStructure", names.STRUCTURE, "datastructure"),
        ],
        **_named(names.TITLE),
        "dimensions": {
            "series": [
                {
                    "id": name,
                    **_named(names.DIMENSIONS[name]),
                    "keyPosition": place,
                    "values": [{"id": code, **_named(text)} for code, text in codes[name]],
                }
                for place, name in enumerate(names.DIMENSIONS)
                if codes[name]
            ],
            "observation": _times(periods),
        },
        "measures": {
            "observation": [{"id": names.MEASURE, **_named(names.CONCEPT_NAMES[names.MEASURE])}]
        },
        "attributes": {
            "series": series_values.written({"dimensions": list(names.DIMENSIONS)}),
            "observation": value_values.written({"observation": {}}),
        },
        "dataSets": [0],
    }
    data_set: Json = {
        "structure": 0,
        "action": "Information",
        "links": [_link(data, "datastructure.Dataflow", names.FLOW, "dataflow")],
        "series": written,
    }
    if data.as_of:
        data_set["validFrom"] = f"{data.as_of.isoformat()}T00:00:00Z"
    return {
        "meta": _meta(data, "data"),
        "data": {"structures": [structure], "dataSets": [data_set]},
    }


def structure_message(data: DataSet) -> Json:
    """An SDMX-JSON 2.0.0 structure message: data flow, data structure, concepts, code lists."""
    return {
        "meta": _meta(data, "structure"),
        "data": {
            "dataflows": [
                {
                    **_maintained(data, names.FLOW, names.TITLE),
                    "structure": names.urn(
                        "datastructure.DataStructure", data.agency, names.STRUCTURE
                    ),
                }
            ],
            "dataStructures": [
                {
                    **_maintained(data, names.STRUCTURE, names.TITLE),
                    "dataStructureComponents": _components(data.agency),
                }
            ],
            "conceptSchemes": [
                {
                    **_maintained(data, names.CONCEPTS, names.TITLE),
                    "isPartial": False,
                    "concepts": [
                        {"id": name, **_named(text)} for name, text in names.CONCEPT_NAMES.items()
                    ],
                }
            ],
            "codelists": [
                {
                    **_maintained(data, names.CODELISTS[name], names.CONCEPT_NAMES[name]),
                    "isPartial": False,
                    # An empty list is left out: the schema asks for a code in it.
                    **({"codes": codes} if codes else {}),
                }
                for name, codes in _lists(data).items()
            ],
        },
    }


class _Attributes:
    """Values of attributes as they come, each once; what is written are their places."""

    def __init__(self, concepts: dict[str, Text]) -> None:
        self.concepts = concepts
        self.values: dict[str, list[str]] = {name: [] for name in concepts}

    def indexes(self, facts: dict[str, str]) -> list[int]:
        found = []
        for name in self.concepts:
            known = self.values[name]
            if facts[name] not in known:
                known.append(facts[name])
            found.append(known.index(facts[name]))
        return found

    def written(self, relationship: Json) -> list[Json]:
        return [
            {
                "id": name,
                **_named(text),
                "relationship": relationship,
                "values": [_attribute_value(name, value) for value in self.values[name]],
            }
            for name, text in self.concepts.items()
            if self.values[name]
        ]


def _attribute_value(name: str, value: str) -> Json:
    if name == "OBS_STATUS":
        return {"id": value, **_named(names.STATUS_NAMES[value])}
    if name == "SOURCE":
        return {"id": value, **_named(names.SOURCES[value])}
    return {"value": value}


def _series_facts(data: DataSet, series: Series) -> dict[str, str]:
    facts = data.by_code()[series.indicator]
    return {
        "UNIT_MEASURE": facts.unit,
        "LICENCE": facts.licence,
        "LAST_UPDATE": series.updated_at.isoformat(timespec="seconds"),
    }


def _codes(data: DataSet) -> dict[str, list[tuple[str, Text]]]:
    """The codes that the series of the message use, by dimension, in the order of the lists."""
    used = {name: {each.key[n] for each in data.series} for n, name in enumerate(names.DIMENSIONS)}
    listed = {
        "FREQ": list(names.FREQUENCIES.items()),
        "INDICATOR": [(each.code, each.name) for each in data.indicators],
        "REF_AREA": [(each.code, each.name) for each in data.areas],
    }
    return {
        name: [(code, text) for code, text in listed[name] if code in used[name]] for name in used
    }


def _times(periods: list[str]) -> list[Json]:
    if not periods:
        return []
    return [
        {
            "id": names.TIME,
            **_named(names.CONCEPT_NAMES[names.TIME]),
            "keyPosition": len(names.DIMENSIONS),
            "roles": [names.TIME],
            "values": [{"id": period, "name": period} for period in periods],
        }
    ]


def _number(value: Value) -> float | int | None:
    if value.value is None:
        return None
    whole = value.value == value.value.to_integral_value()
    return int(value.value) if whole else float(value.value)


def _components(agency: str) -> Json:
    def concept(name: str) -> str:
        return names.urn("conceptscheme.Concept", agency, names.CONCEPTS, name)

    def coded(name: str) -> Json:
        return {"enumeration": names.urn("codelist.Codelist", agency, names.CODELISTS[name])}

    def attribute(name: str, relationship: Json) -> Json:
        # An index has no unit.
        usage = "optional" if name == "UNIT_MEASURE" else "mandatory"
        representation = coded(name) if name in names.CODELISTS else {"format": _format(name)}
        return {
            "id": name,
            "conceptIdentity": concept(name),
            "usage": usage,
            "attributeRelationship": relationship,
            "localRepresentation": representation,
        }

    by_series = {"dimensions": list(names.DIMENSIONS)}
    return {
        "dimensionList": {
            "id": "DimensionDescriptor",
            "dimensions": [
                {
                    "id": name,
                    "position": place,
                    "conceptIdentity": concept(name),
                    "localRepresentation": coded(name),
                }
                for place, name in enumerate(names.DIMENSIONS)
            ],
            "timeDimension": {
                "id": names.TIME,
                "conceptIdentity": concept(names.TIME),
                "localRepresentation": {"format": {"dataType": "ObservationalTimePeriod"}},
            },
        },
        "measureList": {
            "id": "MeasureDescriptor",
            "measures": [
                {
                    "id": names.MEASURE,
                    "conceptIdentity": concept(names.MEASURE),
                    "usage": "optional",
                    "localRepresentation": {"format": {"dataType": "Decimal"}},
                }
            ],
        },
        "attributeList": {
            "id": "AttributeDescriptor",
            "attributes": [
                *(attribute(name, by_series) for name in names.SERIES_ATTRIBUTES),
                *(attribute(name, {"observation": {}}) for name in names.VALUE_ATTRIBUTES),
            ],
        },
    }


def _format(name: str) -> Json:
    return {"dataType": "DateTime" if name == "LAST_UPDATE" else "String"}


def _lists(data: DataSet) -> dict[str, list[Json]]:
    areas = {area.code for area in data.areas}
    return {
        "FREQ": [{"id": code, **_named(text)} for code, text in names.FREQUENCIES.items()],
        "INDICATOR": [
            {
                "id": each.code,
                **_named(each.name),
                **_described(each.definition, each.formula),
            }
            for each in data.indicators
        ],
        "REF_AREA": [
            {
                "id": each.code,
                **_named(each.name),
                **({"parent": each.parent} if each.parent in areas else {}),
            }
            for each in data.areas
        ],
        "OBS_STATUS": [{"id": code, **_named(text)} for code, text in names.STATUS_NAMES.items()],
        "SOURCE": [{"id": code, **_named(text)} for code, text in names.SOURCES.items()],
    }


def _described(definition: Text, formula: Text) -> Json:
    said = {
        language: "\n".join(filter(None, (text, formula.localised()[language])))
        for language, text in definition.localised().items()
    }
    return {"description": said["zh"], "descriptions": said} if any(said.values()) else {}


def _maintained(data: DataSet, name: str, title: Text) -> Json:
    return {
        "id": name,
        "agencyID": data.agency,
        "version": names.VERSION,
        **_named(title),
        "isExternalReference": False,
    }


def _named(text: Text) -> Json:
    return {"name": text.zh, "names": text.localised()}


def _link(data: DataSet, kind: str, name: str, rel: str) -> Json:
    address = f"{data.address}/api/v1/sdmx/structure/{rel}/{data.agency}/{name}"
    return {"rel": rel, "href": address, "urn": names.urn(kind, data.agency, name)}


def _meta(data: DataSet, what: str) -> Json:
    at = f"{data.prepared:%Y%m%dT%H%M%S}"
    day = f"-{data.as_of:%Y%m%d}" if data.as_of else ""
    return {
        "schema": f"{_SCHEMAS}/sdmx-json-{what}-schema.json",
        "id": f"{data.agency}-{what}-{at}{day}",
        "test": data.simulated,
        "prepared": data.prepared.isoformat(timespec="seconds"),
        "contentLanguages": names.LANGUAGES,
        "sender": {"id": data.agency, **_named(data.city)},
    }

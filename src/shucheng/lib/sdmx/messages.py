"""SDMX-JSON 2.0.0 messages: data, and the structure that data refers to.

Formats: https://github.com/sdmx-twg/sdmx-json (field guides and schemas of SDMX 3.0). Series are
keyed by the places of their codes in the lists of the message; attributes that are coded or
repeat are indexes, and so is the period.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from shucheng.lib.sdmx.model import (
    LANGUAGES,
    TIME,
    Code,
    Codelist,
    Component,
    Flow,
    Message,
    Series,
    Text,
    periods_of,
)

_SCHEMAS = "https://json.sdmx.org/2.0.0"
Json = dict[str, Any]


def data_message(message: Message) -> Json:
    """An SDMX-JSON 2.0.0 data message, series by series, periods within."""
    flow = message.flow
    used = [_used(message.series, place, each) for place, each in enumerate(flow.dimensions)]
    periods = periods_of(message.series)
    of_series = _Attributes(flow.series_attributes)
    of_values = _Attributes(flow.value_attributes)
    places = [{code.id: place for place, code in enumerate(codes)} for codes in used]
    period_at = {period: place for place, period in enumerate(periods)}
    written: Json = {}
    for each in message.series:
        key = ":".join(str(at[code]) for at, code in zip(places, each.key, strict=True))
        written[key] = {
            "attributes": of_series.indexes(each.attributes),
            "observations": {
                str(period_at[value.period]): [
                    *(_number(measure) for measure in value.measures),
                    *of_values.indexes(value.attributes),
                ]
                for value in each.values
            },
        }
    structure = {
        "links": [
            _link(flow, "datastructure.Dataflow", flow.id, "dataflow"),
            _link(flow, "datastructure.DataStructure", flow.structure, "datastructure"),
        ],
        **_named(flow.name),
        "dimensions": {
            "series": [
                {
                    "id": each.id,
                    **_named(each.name),
                    "keyPosition": place,
                    "values": [{"id": code.id, **_named(code.name)} for code in codes],
                }
                for place, (each, codes) in enumerate(zip(flow.dimensions, used, strict=True))
                if codes
            ],
            "observation": _times(flow, periods),
        },
        "measures": {"observation": [{"id": m.id, **_named(m.name)} for m in flow.measures]},
        "attributes": {
            "series": of_series.written({"dimensions": [each.id for each in flow.dimensions]}),
            "observation": of_values.written({"observation": {}}),
        },
        "dataSets": [0],
    }
    data_set: Json = {
        "structure": 0,
        "action": "Information",
        "links": [_link(flow, "datastructure.Dataflow", flow.id, "dataflow")],
        "series": written,
    }
    if message.as_of:
        data_set["validFrom"] = f"{message.as_of.isoformat()}T00:00:00Z"
    day = f"-{message.as_of:%Y%m%d}" if message.as_of else ""
    return {
        "meta": _meta(flow, "data", message.prepared, test=message.test, day=day),
        "data": {"structures": [structure], "dataSets": [data_set]},
    }


def structure_message(flow: Flow, prepared: datetime, *, test: bool = False) -> Json:
    """An SDMX-JSON 2.0.0 structure message: data flow, data structure, concepts, code lists."""
    return {
        "meta": _meta(flow, "structure", prepared, test=test),
        "data": {
            "dataflows": [
                {
                    **_maintained(flow, flow.id, flow.name),
                    "structure": flow.urn("datastructure.DataStructure", flow.structure),
                }
            ],
            "dataStructures": [
                {
                    **_maintained(flow, flow.structure, flow.name),
                    "dataStructureComponents": _components(flow),
                }
            ],
            "conceptSchemes": [
                {
                    **_maintained(flow, flow.concepts, flow.name),
                    "isPartial": False,
                    "concepts": [{"id": each.id, **_named(each.name)} for each in flow.components],
                }
            ],
            "codelists": [_codelist(flow, each) for each in flow.codelists],
        },
    }


class _Attributes:
    """Values of attributes as they come, each once; what is written are their places."""

    def __init__(self, components: Sequence[Component]) -> None:
        self.components = components
        self.values: list[list[str]] = [[] for _each in components]

    def indexes(self, facts: Sequence[str]) -> list[int]:
        found = []
        for known, fact in zip(self.values, facts, strict=True):
            if fact not in known:
                known.append(fact)
            found.append(known.index(fact))
        return found

    def written(self, relationship: Json) -> list[Json]:
        return [
            {
                "id": each.id,
                **_named(each.name),
                "relationship": relationship,
                "values": [_attribute_value(each, value) for value in values],
            }
            for each, values in zip(self.components, self.values, strict=True)
            if values
        ]


def _attribute_value(component: Component, value: str) -> Json:
    if component.codelist:
        return {"id": value, **_named(component.codelist.names()[value])}
    return {"value": value}


def _used(series: Sequence[Series], place: int, dimension: Component) -> list[Code]:
    """The codes of a dimension that the series use, in the order of the list."""
    there = {each.key[place] for each in series}
    listed = dimension.codelist.codes if dimension.codelist else ()
    return [code for code in listed if code.id in there]


def _times(flow: Flow, periods: Sequence[str]) -> list[Json]:
    if not periods:
        return []
    return [
        {
            "id": TIME,
            **_named(flow.time),
            "keyPosition": len(flow.dimensions),
            "roles": [TIME],
            "values": [{"id": period, "name": period} for period in periods],
        }
    ]


def _number(value: Decimal | None) -> float | int | None:
    if value is None:
        return None
    whole = value == value.to_integral_value()
    return int(value) if whole else float(value)


def _components(flow: Flow) -> Json:
    def concept(name: str) -> str:
        return flow.urn("conceptscheme.Concept", flow.concepts, name)

    def represented(each: Component) -> Json:
        if each.codelist:
            return {"enumeration": flow.urn("codelist.Codelist", each.codelist.id)}
        return {"format": {"dataType": each.data_type}}

    def component(each: Component, **facts: Any) -> Json:
        identity = {"id": each.id, "conceptIdentity": concept(each.id)}
        return {**identity, **facts, "localRepresentation": represented(each)}

    def usage(each: Component) -> str:
        return "mandatory" if each.mandatory else "optional"

    by_series = {"dimensions": [each.id for each in flow.dimensions]}
    attributes = [
        *((each, by_series) for each in flow.series_attributes),
        *((each, {"observation": {}}) for each in flow.value_attributes),
    ]
    return {
        "dimensionList": {
            "id": "DimensionDescriptor",
            "dimensions": [
                component(each, position=place) for place, each in enumerate(flow.dimensions)
            ],
            "timeDimension": component(
                Component(TIME, flow.time, data_type="ObservationalTimePeriod")
            ),
        },
        "measureList": {
            "id": "MeasureDescriptor",
            "measures": [component(each, usage=usage(each)) for each in flow.measures],
        },
        "attributeList": {
            "id": "AttributeDescriptor",
            "attributes": [
                component(each, usage=usage(each), attributeRelationship=relationship)
                for each, relationship in attributes
            ],
        },
    }


def _codelist(flow: Flow, found: Codelist) -> Json:
    listed = {code.id for code in found.codes}
    codes = [
        {
            "id": code.id,
            **_named(code.name),
            **_described(code.description),
            **({"parent": code.parent} if code.parent in listed else {}),
        }
        for code in found.codes
    ]
    # An empty list is left out: the schema asks for a code in it.
    return {
        **_maintained(flow, found.id, found.name),
        "isPartial": False,
        **({"codes": codes} if codes else {}),
    }


def _described(text: Text) -> Json:
    said = text.localised()
    return {"description": said["zh"], "descriptions": said} if any(said.values()) else {}


def _maintained(flow: Flow, name: str, title: Text) -> Json:
    return {
        "id": name,
        "agencyID": flow.agency,
        "version": flow.version,
        **_named(title),
        "isExternalReference": False,
    }


def _named(text: Text) -> Json:
    return {"name": text.zh, "names": text.localised()}


def _link(flow: Flow, kind: str, name: str, rel: str) -> Json:
    address = f"{flow.address}/structure/{rel}/{flow.agency}/{name}"
    return {"rel": rel, "href": address, "urn": flow.urn(kind, name)}


def _meta(flow: Flow, what: str, prepared: datetime, *, test: bool, day: str = "") -> Json:
    return {
        "schema": f"{_SCHEMAS}/sdmx-json-{what}-schema.json",
        "id": f"{flow.agency}-{what}-{prepared:%Y%m%dT%H%M%S}{day}",
        "test": test,
        "prepared": prepared.isoformat(timespec="seconds"),
        "contentLanguages": LANGUAGES,
        "sender": {"id": flow.agency, **_named(flow.maintainer)},
    }

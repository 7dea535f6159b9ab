"""The data set as SDMX: which dimensions its series have, which lists their codes are of."""

from typing import Any

from shucheng.lib.sdmx import messages
from shucheng.lib.sdmx.codes import FREQUENCIES, SOURCES, STATUSES, codelist
from shucheng.lib.sdmx.model import Code, Codelist, Component, Flow, Message, Text
from shucheng.lib.sdmx.model import Series as SdmxSeries
from shucheng.lib.sdmx.model import Value as SdmxValue
from shucheng.plan.open_data.engine import names
from shucheng.plan.open_data.engine.model import Area, DataSet, Indicator, Series


def data_message(data: DataSet) -> dict[str, Any]:
    """An SDMX-JSON 2.0.0 data message."""
    return messages.data_message(message_of(data))


def structure_message(data: DataSet) -> dict[str, Any]:
    """An SDMX-JSON 2.0.0 structure message."""
    return messages.structure_message(flow_of(data), data.prepared, test=data.simulated)


def message_of(data: DataSet) -> Message:
    facts = data.by_code()
    series = tuple(_series(each, facts[each.indicator]) for each in data.series)
    return Message(flow_of(data), series, data.prepared, data.simulated, data.as_of)


def flow_of(data: DataSet) -> Flow:
    areas = tuple(_area(each) for each in data.areas)
    indicators = tuple(_indicator(each) for each in data.indicators)
    lists = {
        "FREQ": codelist("CL_FREQ", names.DIMENSIONS["FREQ"], FREQUENCIES),
        "INDICATOR": Codelist("CL_INDICATOR", names.DIMENSIONS["INDICATOR"], indicators),
        "REF_AREA": Codelist("CL_AREA", names.DIMENSIONS["REF_AREA"], areas),
        "OBS_STATUS": codelist("CL_OBS_STATUS", names.VALUE_ATTRIBUTES["OBS_STATUS"], STATUSES),
        "SOURCE": codelist("CL_SOURCE", names.VALUE_ATTRIBUTES["SOURCE"], SOURCES),
    }

    def component(name: str, title: Text) -> Component:
        kind = "DateTime" if name == "LAST_UPDATE" else "String"
        # An index has no unit.
        return Component(name, title, lists.get(name), kind, mandatory=name != "UNIT_MEASURE")

    def components(named: dict[str, Text]) -> tuple[Component, ...]:
        return tuple(component(name, title) for name, title in named.items())

    return Flow(
        agency=data.agency,
        maintainer=data.city,
        address=f"{data.address}/api/v1/sdmx",
        version=names.VERSION,
        id=names.FLOW,
        name=names.TITLE,
        structure=names.STRUCTURE,
        concepts=names.CONCEPTS,
        time=names.TIME_NAME,
        dimensions=components(names.DIMENSIONS),
        measures=(Component(names.MEASURE, names.MEASURE_NAME, None, "Decimal", mandatory=False),),
        series_attributes=components(names.SERIES_ATTRIBUTES),
        value_attributes=components(names.VALUE_ATTRIBUTES),
    )


def _series(series: Series, facts: Indicator) -> SdmxSeries:
    updated = series.updated_at.isoformat(timespec="seconds")
    values = (
        SdmxValue(each.period, (each.value,), (each.status, each.source)) for each in series.values
    )
    return SdmxSeries(series.key, (facts.unit, facts.licence, updated), tuple(values))


def _area(area: Area) -> Code:
    return Code(area.code, area.name, area.parent)


def _indicator(indicator: Indicator) -> Code:
    said = {
        language: "\n".join(filter(None, (text, indicator.formula.localised()[language])))
        for language, text in indicator.definition.localised().items()
    }
    return Code(indicator.code, indicator.name, description=Text(said["zh"], said["en"]))

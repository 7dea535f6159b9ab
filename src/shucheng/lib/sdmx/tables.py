"""SDMX-CSV 2.0 (https://github.com/sdmx-twg/sdmx-csv, field guide of SDMX 3.0): the columns
STRUCTURE, STRUCTURE_ID and ACTION, then dimensions, measures and attributes by their ids."""

import io

from shucheng.lib.sdmx.model import TIME, Message, number
from shucheng.lib.tables import write_rows


def sdmx_csv(message: Message) -> str:
    """An SDMX-CSV 2.0 data message; UTF-8 without a mark, CRLF at the end of lines (RFC 4180).

    Identifiers and numbers are written as they are; text never begins like a formula.
    """
    flow = message.flow
    attributes = (*flow.series_attributes, *flow.value_attributes)
    rows: list[list[str]] = [
        [
            *("STRUCTURE", "STRUCTURE_ID", "ACTION"),
            *(each.id for each in flow.dimensions),
            TIME,
            *(each.id for each in (*flow.measures, *attributes)),
        ]
    ]
    named = ("dataflow", f"{flow.agency}:{flow.id}({flow.version})", "I")
    for each in message.series:
        for value in each.values:
            measures = ("" if found is None else number(found) for found in value.measures)
            rows.append(
                [*named, *each.key, value.period, *measures, *each.attributes, *value.attributes]
            )
    text = io.StringIO()
    write_rows(text, rows)
    return text.getvalue()

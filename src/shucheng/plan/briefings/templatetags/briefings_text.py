"""A document for its page: blocks with their kinds, rows with their columns' alignment."""

from collections.abc import Iterator
from dataclasses import dataclass

from django import template

from shucheng.plan.briefings.engine.content import (
    Block,
    Cell,
    Charts,
    Document,
    Heading,
    Note,
    Paragraph,
    Table,
)

register = template.Library()

_KINDS: dict[type, str] = {
    Heading: "heading",
    Paragraph: "paragraph",
    Table: "table",
    Charts: "charts",
    Note: "note",
}


@dataclass(frozen=True, slots=True)
class PlacedChart:
    """A chart with its number in the document, which its picture is asked for by."""

    at: int
    title: str


@dataclass(frozen=True, slots=True)
class PlacedCharts:
    charts: tuple[PlacedChart, ...]


@register.filter
def blocks(document: Document) -> Iterator[tuple[Block | PlacedCharts, str]]:
    at = 0
    for block in document.blocks:
        if isinstance(block, Charts):
            placed = (PlacedChart(at + i, chart.title) for i, chart in enumerate(block.charts))
            yield PlacedCharts(tuple(placed)), "charts"
            at += len(block.charts)
        else:
            yield block, _KINDS[type(block)]


@register.filter
def rows(table: Table) -> Iterator[list[tuple[Cell, str]]]:
    for row in table.rows:
        yield [(cell, col.align) for cell, col in zip(row, table.columns, strict=True)]

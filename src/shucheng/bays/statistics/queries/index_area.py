"""One area's score explained: raw value, what was done to it, its weight, what it contributes.

Contributions are rounded by largest remainders, so that they add up to the score as it is shown.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shucheng.bays.statistics.models import IndexRun
from shucheng.bays.statistics.queries.index_definitions import in_language, metrics_of
from shucheng.bays.statistics.queries.index_values import definitions_of
from shucheng.bays.statistics.queries.index_why import Distance, why_ranked
from shucheng.bays.statistics.queries.index_words import span_of
from shucheng.bays.statistics.queries.indexes import (
    AreaLine,
    IndexPage,
    cells_of,
    explained_area,
    index_page,
)
from shucheng.kernel.public import Actor, NotFound
from shucheng.lib.indexes.definition import Index, Indicator, Node
from shucheng.lib.indexes.score import rounded


@dataclass(frozen=True, slots=True)
class SourceValue:
    """A metric's value in the area; `observations` by period and id."""

    code: str
    name: str
    unit: str
    value: Decimal | None
    observations: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """An indicator on its way to the score. `filled` where the raw value was missing; `drawn_in`
    where an outlier was; `logarithm` where one was taken; `span`: the treated values that are the
    ends of the scale; `ways`: the weights on the way up."""

    name: str
    unit: str
    dimension: str
    up: bool
    confirmed: bool
    raw: float | None
    sources: tuple[SourceValue, ...]
    missing_rule: str
    filled: float | None
    drawn_in: float | None
    logarithm: float | None
    span: tuple[float, float] | None
    normalised: float
    weight: float
    ways: tuple[float, ...]
    contribution: Decimal


@dataclass(frozen=True, slots=True)
class Deduction:
    """What imbalance between the parts of a node takes off."""

    name: str
    geometric: bool
    value: Decimal


@dataclass(frozen=True, slots=True)
class AreaPage:
    page: IndexPage
    line: AreaLine
    steps: tuple[Step, ...]
    deductions: tuple[Deduction, ...]
    score: Decimal
    neighbours: tuple[AreaLine, ...]
    why: tuple[Distance, ...]

    @property
    def run(self) -> IndexRun | None:
        return self.page.run


def area_page(code: str, area: str, period: str = "", *, actor: Actor) -> AreaPage:
    page = index_page(code, period, actor=actor)
    line = explained_area(page, area)
    run, index = page.run, page.definition
    if run is None:
        raise NotFound(code)
    at = run.result["areas"].index(area)
    parts = {one.code: run.result["contributions"][one.code][at] for one in index.indicators}
    losses = {key: row for key, row in run.result["deductions"].items() if any(row)}
    score, shares = rounded(
        run.result["scores"][at], parts | {key: row[at] for key, row in losses.items()}, 2
    )
    units = {row.metric.code: row for row in definitions_of(metrics_of(index))}
    nodes = {node.code: node for node in index.tree.nodes()}
    return AreaPage(
        page=page,
        line=line,
        steps=tuple(
            _step(run, index, one, at, area, units, _way(index, one.code), shares[one.code])
            for one in index.indicators
        ),
        deductions=tuple(
            Deduction(
                in_language(nodes[key].name), nodes[key].aggregation == "geometric", shares[key]
            )
            for key in losses
        ),
        score=score,
        neighbours=page.areas,
        why=why_ranked(page, run, line),
    )


def _step(
    run: IndexRun,
    index: Index,
    one: Indicator,
    at: int,
    area: str,
    units: dict[str, Any],
    way: tuple[Node, ...],
    contribution: Decimal,
) -> Step:
    result = run.result
    filled, treated = result["filled"][one.code][at], result["treated"][one.code][at]
    low, high = result["limits"][one.code]
    kept = min(max(filled, filled if low is None else low), filled if high is None else high)
    below = [*(node.code for node in way[1:]), one.code]
    return Step(
        name=in_language(one.name),
        unit=one.unit,
        dimension=in_language(way[-1].name),
        up=one.direction == "up",
        confirmed=one.confirmed,
        raw=result["raw"][one.code][at],
        sources=tuple(
            SourceValue(
                metric,
                units[metric].metric.name if metric in units else metric,
                units[metric].unit if metric in units else "",
                *_cell(run, metric, area),
            )
            for metric in filter(None, (one.source.metric, one.source.per))
        ),
        missing_rule=one.missing.rule,
        filled=filled if result["imputed"][one.code][at] else None,
        drawn_in=kept if kept != filled else None,
        logarithm=treated if one.log else None,
        span=span_of(index, one, result["treated"][one.code]),
        normalised=result["normalised"][one.code][at],
        weight=100 * result["weights"][one.code],
        ways=tuple(
            100 * result["node_weights"][node.code][part]
            for node, part in zip(way, below, strict=True)
        ),
        contribution=contribution,
    )


def _cell(
    run: IndexRun, metric: str, area: str
) -> tuple[Decimal | None, tuple[tuple[str, int], ...]]:
    value, observations = cells_of(run, metric, area)
    return value, tuple((period, pk) for period, pk in observations)


def _way(index: Index, code: str) -> tuple[Node, ...]:
    """The nodes from the index down to the one that holds an indicator."""

    def below(node: Node) -> tuple[Node, ...]:
        for part in node.children:
            if part.code == code:
                return (node,)
            if isinstance(part, Node) and (found := below(part)):
                return (node, *found)
        return ()

    return below(index.tree)

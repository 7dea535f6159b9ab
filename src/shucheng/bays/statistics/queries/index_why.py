"""Why an area stands where it does, in points of its score: what lifts it and what pulls it down,
against the mean of all areas and against the one next to it.

A score is the sum of its contributions less what imbalance takes off; so is the distance between
two scores the sum of the distances of these.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from shucheng.bays.statistics.models import IndexRun
from shucheng.bays.statistics.queries.index_definitions import in_language
from shucheng.bays.statistics.queries.indexes import AreaLine, IndexPage
from shucheng.lib.indexes.definition import Index

_MOST = 4
_NOTHING = 0.005  # points that would read as 0.00


@dataclass(frozen=True, slots=True)
class Pull:
    """An indicator, or what imbalance takes off, and its points in the distance."""

    name: str
    points: float


@dataclass(frozen=True, slots=True)
class Distance:
    """To whom an area is compared (without a name: to the mean of all), and what makes the
    distance; of each side the largest."""

    name: str
    rank: int
    points: float
    lifts: tuple[Pull, ...]
    pulls: tuple[Pull, ...]

    @property
    def apart(self) -> float:
        return abs(self.points)


def why_ranked(page: IndexPage, run: IndexRun, line: AreaLine) -> tuple[Distance, ...]:
    """Against the mean, and against the area one place ahead (for the first: one behind)."""
    if len(page.areas) < 2:
        return ()
    rows, scores, areas = _rows(page.definition, run), run.result["scores"], run.result["areas"]
    at, place = areas.index(line.code), page.areas.index(line)
    other = page.areas[place - 1 if place else 1]
    beside = areas.index(other.code)
    means = {name: sum(row) / len(row) for name, row in rows.items()}
    return (
        _distance("", 0, scores[at] - sum(scores) / len(scores), _less(rows, at, means)),
        _distance(
            other.name,
            other.rank,
            scores[at] - scores[beside],
            _less(rows, at, {name: row[beside] for name, row in rows.items()}),
        ),
    )


def _rows(index: Index, run: IndexRun) -> dict[str, Sequence[float]]:
    """Every part of a score by its name, over the areas."""
    found: dict[str, Sequence[float]] = {
        in_language(one.name): run.result["contributions"][one.code] for one in index.indicators
    }
    for node in index.tree.nodes():
        row = run.result["deductions"].get(node.code, ())
        if any(row):
            name = in_language(node.name)
            whole = node is index.tree
            found[_("uneven parts") if whole else _("%(name)s: uneven parts") % {"name": name}] = (
                row
            )
    return found


def _less(
    rows: Mapping[str, Sequence[float]], at: int, other: Mapping[str, float]
) -> dict[str, float]:
    return {name: row[at] - other[name] for name, row in rows.items()}


def _distance(name: str, rank: int, points: float, parts: Mapping[str, float]) -> Distance:
    ordered = sorted((Pull(*part) for part in parts.items()), key=lambda pull: -pull.points)
    return Distance(
        name,
        rank,
        points,
        tuple(each for each in ordered if each.points >= _NOTHING)[:_MOST],
        tuple(each for each in reversed(ordered) if each.points <= -_NOTHING)[:_MOST],
    )

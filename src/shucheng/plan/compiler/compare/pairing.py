"""Who is whom in two versions of a plan: the best one-to-one pairing.

Equal things are paired first; the rest fall into small groups of mutual candidates, and each
group is solved exactly (Hungarian method; Kuhn 1955, in the O(n³) form with potentials).
"""

import re
from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from shucheng.plan.compiler.amounts import Amount, measure
from shucheng.plan.compiler.matching import Lexicon, Name, NameIndex, name_of, name_pairs, normalise
from shucheng.plan.compiler.model import CompiledPlan, Target

Edges = Mapping[tuple[int, int], float]
Pairs = list[tuple[int, int]]

# A larger group of mutual candidates is paired greedily, best first.
_EXACT_UP_TO = 60
_KINDS = {"level": "stock", "cumulative": "stock", "annual": "annual", "growth": "growth"}
# Under one heading and with one value a name may be reworded as far as this.
_REWORDED = 0.35
_TEXT_ALIKE = 0.5
_MOST_TEXT_PAIRS = 40_000
# Too little to outweigh any likeness; among equals the nearer in order is the same.
_PER_PLACE = 1e-6


def pair_targets(old: CompiledPlan, new: CompiledPlan) -> Pairs:
    """Positions of the targets that are one promise in both versions."""
    return _pair_entries(_targets(old), _targets(new))


def pair_indicators(old: CompiledPlan, new: CompiledPlan) -> Pairs:
    """Positions of the annex rows that measure one thing in both versions."""
    return _pair_entries(_indicators(old), _indicators(new))


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a target or an indicator is paired by; `group` keeps apart what cannot compare."""

    name: Name
    group: str
    amount: Amount
    comparator: str
    year: Hashable
    heading: str

    @property
    def order(self) -> str:
        """A text that two entries share only when they are equal."""
        parts = (self.name.text, self.group, self.amount, self.comparator, self.year, self.heading)
        return repr(parts)


def _targets(plan: CompiledPlan) -> list[_Entry]:
    titles = {part.id: _timeless(part.title) for part in plan.sections}
    return [
        _Entry(
            name=name_of(target.subject),
            group=_KINDS[target.kind],
            amount=measure(target.value, target.unit),
            comparator=target.comparator,
            year=due_year(target),
            heading=titles.get(target.section, target.section),
        )
        for target in plan.targets
    ]


def _indicators(plan: CompiledPlan) -> list[_Entry]:
    return [
        _Entry(
            name=name_of(row.name),
            group="",
            amount=measure(row.targets[max(row.targets)] if row.targets else 0.0, row.unit),
            comparator=row.comparator,
            year=max(row.targets, default=""),
            heading=_timeless(row.category),
        )
        for row in plan.indicators
    ]


def _timeless(title: str) -> str:
    """A heading without its years: 2025年 ... 工作要点 is next year's list by the same name."""
    return re.sub(r"\d", "", normalise(title))


def due_year(target: Target) -> int | None:
    """The year a target is due: stated, else where its period or the plan ends."""
    if target.year is not None:
        return target.year
    return target.period[1] if target.period else target.implied_year


def _pair_entries(old: list[_Entry], new: list[_Entry]) -> Pairs:
    """One-to-one, the same both ways: the smaller list in text order is always asked first."""
    if [entry.order for entry in old] > [entry.order for entry in new]:
        return [(at, to) for to, at in _pair_entries(new, old)]
    pairs, left, right = pair_equal(old, new)
    lexicon = Lexicon(entry.name for entry in (*old, *new))
    index = NameIndex(lexicon)
    by_value: dict[Hashable, list[int]] = defaultdict(list)
    for to in right:
        index.add(new[to].name)
        by_value[new[to].heading, new[to].amount].append(to)
    edges: dict[tuple[int, int], float] = {}
    for at in left:
        near = {right[place] for place in index.near(old[at].name)}
        near |= set(by_value[old[at].heading, old[at].amount][: NameIndex.candidates])
        for to in near:
            if weight := _likeness(lexicon, old[at], new[to]):
                edges[at, to] = weight - _PER_PLACE * abs(at - to)
    return pairs + pair_best(edges)


def _likeness(lexicon: Lexicon, old: _Entry, new: _Entry) -> float:
    """How surely two entries are one thing; 0 where they cannot be."""
    if old.group != new.group:
        return 0.0
    if old.amount[0] != new.amount[0] and old.name.core != new.name.core:
        return 0.0
    alike = old.amount == new.amount
    together = old.heading == new.heading
    score = lexicon.same(old.name, new.name, corroborated=alike)
    if not score and alike and together:
        loose = lexicon.score(old.name, new.name)
        score = loose if loose >= _REWORDED else 0.0
    if not score:
        return 0.0
    same_words = old.name.text == new.name.text
    agreeing = (
        alike,
        same_words,
        old.year == new.year,
        together,
        old.name.grades == new.name.grades,
    )
    return 4 * score + sum(agreeing) / 2 + (old.comparator == new.comparator) / 4


def pair_texts(old: Sequence[str], new: Sequence[str]) -> Pairs:
    """Sentences by their wording: the same ones first, then the most alike."""
    if list(old) > list(new):
        return [(at, to) for to, at in pair_texts(new, old)]
    pairs, left, right = pair_equal([normalise(text) for text in old], [normalise(t) for t in new])
    if len(left) * len(right) > _MOST_TEXT_PAIRS:
        return pairs
    edges = {
        (at, to): score - _PER_PLACE * abs(at - to)
        for at in left
        for to in right
        if (score := _dice(old[at], new[to])) >= _TEXT_ALIKE
    }
    return pairs + pair_best(edges)


def _dice(left: str, right: str) -> float:
    mine, theirs = name_pairs(normalise(left)), name_pairs(normalise(right))
    return 2 * len(mine & theirs) / (len(mine) + len(theirs))


def pair_equal(
    left: Sequence[Hashable], right: Sequence[Hashable]
) -> tuple[Pairs, list[int], list[int]]:
    """Pairs of equal keys in order, and the positions left over on each side."""
    waiting: dict[Hashable, deque[int]] = defaultdict(deque)
    for at, key in enumerate(right):
        waiting[key].append(at)
    pairs = [(at, waiting[key].popleft()) for at, key in enumerate(left) if waiting[key]]
    paired_left = {at for at, _ in pairs}
    paired_right = {at for _, at in pairs}
    return (
        pairs,
        [at for at in range(len(left)) if at not in paired_left],
        [at for at in range(len(right)) if at not in paired_right],
    )


def pair_best(edges: Edges) -> Pairs:
    """The pairing of greatest total weight; only positions joined by an edge are paired."""
    pairs: Pairs = []
    for group in _groups(edges):
        rows = sorted({row for row, _ in group})
        columns = sorted({column for _, column in group})
        if max(len(rows), len(columns)) > _EXACT_UP_TO:
            pairs += _greedy(group)
            continue
        weights = [[group.get((row, column), 0.0) for column in columns] for row in rows]
        pairs += [
            (rows[at], columns[to])
            for at, to in _assign(weights)
            if (rows[at], columns[to]) in group
        ]
    return sorted(pairs)


def _groups(edges: Edges) -> Iterable[dict[tuple[int, int], float]]:
    """Connected groups of edges."""
    of_row: dict[int, list[int]] = defaultdict(list)
    of_column: dict[int, list[int]] = defaultdict(list)
    for row, column in sorted(edges):
        of_row[row].append(column)
        of_column[column].append(row)
    seen: set[int] = set()
    for first in of_row:
        if first in seen:
            continue
        seen.add(first)
        waiting, group = [first], {}
        while waiting:
            row = waiting.pop()
            for column in of_row[row]:
                group[row, column] = edges[row, column]
                for other in of_column[column]:
                    if other not in seen:
                        seen.add(other)
                        waiting.append(other)
        yield group


def _greedy(edges: Edges) -> Pairs:
    rows: set[int] = set()
    columns: set[int] = set()
    pairs = []
    for row, column in sorted(edges, key=lambda edge: (-edges[edge], edge)):
        if row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
            pairs.append((row, column))
    return pairs


def _assign(weights: list[list[float]]) -> Pairs:
    """The assignment of greatest total weight in a matrix of any shape."""
    if len(weights) > len(weights[0]):
        turned = [list(column) for column in zip(*weights, strict=True)]
        return [(row, column) for column, row in _assign(turned)]
    size, width = len(weights), len(weights[0])
    row_potential = [0.0] * (size + 1)
    column_potential = [0.0] * (width + 1)
    row_of = [0] * (width + 1)
    for row in range(1, size + 1):
        row_of[0] = row
        least = [float("inf")] * (width + 1)
        way = [0] * (width + 1)
        done = [False] * (width + 1)
        column = 0
        while row_of[column]:
            done[column] = True
            current, step, following = row_of[column], float("inf"), 0
            for to in range(1, width + 1):
                if done[to]:
                    continue
                slack = (
                    -weights[current - 1][to - 1] - row_potential[current] - column_potential[to]
                )
                if slack < least[to]:
                    least[to], way[to] = slack, column
                if least[to] < step:
                    step, following = least[to], to
            for to in range(width + 1):
                if done[to]:
                    row_potential[row_of[to]] += step
                    column_potential[to] -= step
                else:
                    least[to] -= step
            column = following
        while column:
            row_of[column] = row_of[way[column]]
            column = way[column]
    return [(row_of[to] - 1, to - 1) for to in range(1, width + 1) if row_of[to]]

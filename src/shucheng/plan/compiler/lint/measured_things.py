"""The measured things of a plan, each with every place that puts a number on it.

An indicator of the annex is the firmest name a thing can have, so indicators come first;
then the sentences of the text in reading order; then the yearly work list. A target joins
the thing that its subject names best, or begins one of its own.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from shucheng.plan.compiler.amounts import Amount, measure
from shucheng.plan.compiler.matching import Lexicon, Name, NameIndex, name_of
from shucheng.plan.compiler.model import Indicator, Target


@dataclass(frozen=True, slots=True)
class Member:
    """A target and how surely it names the thing it was put with (1 is the same words)."""

    target: Target
    score: float

    @property
    def name(self) -> Name:
        return name_of(self.target.subject)


@dataclass(slots=True)
class Thing:
    """One measured thing: its indicator if the annex has one, its sentences, its work points."""

    name: Name
    label: str
    indicator: Indicator | None = None
    text: list[Member] = field(default_factory=list)
    work: list[Member] = field(default_factory=list)
    # Every figure met, for corroboration, and what their units measure.
    amounts: set[Amount] = field(default_factory=set)
    dimensions: set[str] = field(default_factory=set)
    # What it is called in each paragraph or work point.
    called: dict[str, Name] = field(default_factory=dict)

    @property
    def members(self) -> Iterator[Member]:
        yield from self.text
        yield from self.work


def find_things(
    indicators: Iterable[Indicator],
    text: Iterable[Target],
    work: Iterable[Target],
    place_of: Callable[[Target], str],
) -> list[Thing]:
    """Group indicators and targets into things, in the order they are met.

    `place_of` says which paragraph or work point holds a target: two names in one place are
    two things, however alike (百亿级企业 and 十亿级企业).
    """
    indicators, text, work = tuple(indicators), tuple(text), tuple(work)
    names = [name_of(row.name) for row in indicators]
    names += [name_of(target.subject) for target in (*text, *work)]
    finder = _Finder(Lexicon(names), place_of)
    for row in indicators:
        thing = Thing(name_of(row.name), row.name, indicator=row)
        thing.amounts = {measure(value, row.unit) for value in row.targets.values()}
        thing.dimensions = {dimension for dimension, _ in thing.amounts}
        finder.add(thing)
    # What a yearly promise or a growth rate is about is best said by a level beside it.
    for target in sorted(text, key=lambda target: target.kind in {"annual", "growth"}):
        thing, score = finder.place(target)
        thing.text.append(Member(target, score))
    for target in work:
        thing, score = finder.place(target)
        thing.work.append(Member(target, score))
    for thing in finder.things:
        thing.text.sort(key=lambda member: member.target.span)
    return finder.things


class _Finder:
    """Things, and the look-up of the one that a target is about."""

    def __init__(self, lexicon: Lexicon, place_of: Callable[[Target], str]) -> None:
        self.things: list[Thing] = []
        self._place_of = place_of
        self._lexicon = lexicon
        self._index = NameIndex(lexicon)

    def add(self, thing: Thing) -> None:
        self.things.append(thing)
        self._index.add(thing.name)

    def place(self, target: Target) -> tuple[Thing, float]:
        """The thing a target is about, begun anew where no known one fits."""
        name = name_of(target.subject)
        amount = measure(target.value, target.unit)
        best, best_score = None, (0.0, 0.0)
        for at in self._index.near(name):
            thing = self.things[at]
            score = self._fit(target, name, amount, thing)
            # Among equals the one whose grades are the same words: 省级 before 国家级.
            if (score, agree := _agreement(name, thing.name)) > best_score and score > 0:
                best, best_score = thing, (score, agree)
        if best is None:
            best, best_score = Thing(name, target.subject), (1.0, 1.0)
            self.add(best)
        best.amounts.add(amount)
        best.dimensions.add(amount[0])
        best.called.setdefault(self._place_of(target), name)
        return best, best_score[0]

    def _fit(self, target: Target, name: Name, amount: Amount, thing: Thing) -> float:
        here = thing.called.get(self._place_of(target))
        if here is not None and (here.core, here.grades) != (name.core, name.grades):
            return 0.0
        same_words = name.core == thing.name.core and name.grades == thing.name.grades
        if target.kind != "growth" and not same_words and amount[0] not in thing.dimensions:
            return 0.0
        return self._lexicon.same(name, thing.name, corroborated=amount in thing.amounts)


def _agreement(left: Name, right: Name) -> float:
    either = left.grades | right.grades
    if not either:
        return 1.0
    bases = {level for level, _ in left.grades} & {level for level, _ in right.grades}
    return (len(left.grades & right.grades) + len(bases) / 2) / len(either)

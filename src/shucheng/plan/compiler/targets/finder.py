"""Finding the quantified targets of a plan's running text, passage by passage."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shucheng.plan.compiler.model import Period, Qualitative, Target
from shucheng.plan.compiler.structure.passages import Passage
from shucheng.plan.compiler.targets.passage_reader import PassageReader
from shucheng.plan.compiler.targets.years import Calendar, Scope


def find_targets(
    text: str,
    passages: Sequence[Passage],
    period: Period | None,
) -> tuple[list[Target], list[Qualitative]]:
    """Every quantified target of the passages, and the promises without a number.

    `text` is what spans point into; `period` gives a target without a year the plan's last.
    """
    targets: list[Target] = []
    qualitative: list[Qualitative] = []
    calendar = Calendar.of(period, text)
    # The year a section's introduction states holds for its paragraphs and its subsections.
    carried: dict[str, Scope] = {}
    for passage in passages:
        reader = PassageReader.of(text, passage, period, calendar)
        scope = carried.get(passage.section) or _from_above(passage.section, carried)
        carried[passage.section] = reader.read(scope.next_sentence(), targets, qualitative)
    return targets, qualitative


def _from_above(section: str, carried: Mapping[str, Scope]) -> Scope:
    while "." in section:
        section = section.rpartition(".")[0]
        if section in carried:
            return replace(carried[section], past=False)
    return Scope()

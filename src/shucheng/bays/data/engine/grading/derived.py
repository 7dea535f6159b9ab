"""The grade of what is made of graded things, and the ways of delivery that it permits.

The highest of its inputs, and only the ways that every one of them permits (就高从严). A person may
judge otherwise, since aggregates are graded lower than what they are made of; that holds as long as
the inputs are graded no higher than when it was judged. After that the stricter of both counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .model import grade


@dataclass(frozen=True, slots=True)
class Ways:
    """A grade by its code (empty: not graded) and the ways of delivery that it permits."""

    grade: str = ""
    modes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What a person judged, and what the inputs permitted on that day."""

    own: Ways
    over: Ways


def strictest(of: Sequence[Ways]) -> Ways:
    """The highest grade, none where one has none (what is not graded is not known), and the ways
    that all permit, in the order of the first."""
    if not of:
        return Ways()
    graded = all(each.grade for each in of)
    highest = max((each.grade for each in of), key=grade) if graded else ""
    first, *others = of
    return Ways(highest, tuple(m for m in first.modes if all(m in each.modes for each in others)))


def permitted(inputs: Ways, judged: Judged | None) -> Ways:
    """What holds for a product of these inputs."""
    if judged is None:
        return inputs
    if _no_stricter(inputs, judged.over):
        return judged.own
    return strictest([judged.own, inputs])


def _no_stricter(now: Ways, then: Ways) -> bool:
    if not set(then.modes) <= set(now.modes):
        return False
    if now.grade and then.grade:
        return grade(now.grade) <= grade(then.grade)
    return now.grade == then.grade

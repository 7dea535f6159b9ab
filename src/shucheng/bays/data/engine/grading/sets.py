"""The grade of a set, and what a grade permits.

A set ranks as its highest field; fields that say more together raise it (点面结合), and so does the
number of persons in it (GR-PRI-02). The grade decides the ways of delivery; the tables are data.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from .model import Grade, Proposal, Reason, Resource, grade
from .rules import Mode, Rules, Volume


@dataclass(frozen=True, slots=True)
class Permission:
    """A way of delivery and the conditions it is bound to, by code."""

    mode: Mode
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetGrade:
    """`fields`: the highest grade of the fields; `grade`: with what the set adds, and why."""

    fields: Grade
    grade: Grade
    categories: frozenset[str]
    excluded: bool
    reasons: tuple[Reason, ...]
    permitted: tuple[Permission, ...]


def grade_set(resource: Resource, proposals: Iterable[Proposal], rules: Rules) -> SetGrade:
    """The grade of a resource from its fields' proposals. `people` not known counts as none: the
    caller asks for it. A set without fields ranks as an unknown field does."""
    fields = list(proposals)
    found: set[str] = set().union(*(each.categories for each in fields))
    highest = max((each.grade for each in fields), default=grade(rules.levels.unknown))
    reasons: list[Reason] = []
    current = highest
    for joined in rules.levels.joined:
        if all(found & set(some) for some in joined.all):
            if joined.category:
                found.add(joined.category)
            least = grade(joined.at_least) if joined.at_least else rules.grade_of(joined.category)
            current = max(current, least)
            reasons.append(Reason("joined", joined.code, 1.0))
    kinds = _kinds(found, rules)
    raised = current
    for volume in rules.levels.volume:
        if volume.people in kinds and (resource.people or 0) >= volume.from_:
            reasons.append(Reason("volume", volume.code, 1.0, values=resource.people or 0))
            raised = max(raised, _raised(volume, current))
    excluded = any(each.excluded for each in fields)
    permitted = () if excluded else permissions(raised, found, rules)
    return SetGrade(highest, raised, frozenset(found), excluded, tuple(reasons), permitted)


def permissions(of: Grade, categories: Collection[str], rules: Rules) -> tuple[Permission, ...]:
    """The ways of delivery that a grade permits, with the conditions the categories add; none for
    core data. In the order of `modes`."""
    delivery = rules.levels.delivery[of.code]
    asked = [
        condition
        for key, condition in rules.levels.conditions.items()
        if key in categories or key in _kinds(categories, rules)
    ]
    denied = {mode for condition in asked for mode in condition.deny}
    added = [each for condition in asked for each in condition.add]
    return tuple(
        Permission(mode, tuple(dict.fromkeys([*delivery.allow[mode], *added])))
        for mode in rules.levels.modes
        if mode in delivery.allow and mode not in denied
    )


def _kinds(categories: Collection[str], rules: Rules) -> set[str]:
    known = [rules.categories[each] for each in categories]
    return {
        kind
        for kind, holds in (
            ("personal", any(each.subject == "person" for each in known)),
            ("sensitive", any(each.sensitive for each in known)),
        )
        if holds
    }


def _raised(volume: Volume, current: Grade) -> Grade:
    """Several volume rules do not add up: each counts from the fields' own grade."""
    if volume.at_least:
        return max(current, grade(volume.at_least))
    limit = max(current, grade(volume.up_to))
    return Grade(min(limit, current + volume.raise_))

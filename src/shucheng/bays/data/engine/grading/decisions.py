"""What a person decided stays, until what it was decided on is another.

A decision keeps the digest of the proposal it answered. A new proposal, after other data or other
rules, is compared with both: it is shown to a person again only where they could decide otherwise
(GR-UPD-01: content, scale, rules or catalogues changed).
"""

from dataclasses import dataclass
from typing import Literal

from .model import Grade, Proposal

Outcome = Literal["keep", "propose"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided, and on which proposal (`proposed`, as it was shown)."""

    grade: Grade
    categories: frozenset[str]
    proposed: Proposal


@dataclass(frozen=True, slots=True)
class Review:
    """`reason`: why, by code; `categories`: those that the person has not seen."""

    outcome: Outcome
    reason: str
    categories: frozenset[str] = frozenset()


def review(decision: Decision, new: Proposal) -> Review:
    """Whether a decision stands beside a new proposal of the same field.

    keep: `unchanged` (same sight, same rules), `agrees` (the new proposal is what was decided),
    `seen` (the same proposal as the person answered, whatever rules made it), `stricter` (the
    person's grade is the higher one and nothing new was found).
    propose: `excluded` (must not be on the platform), `other-field` (name, comment, type or context
    changed and the grade differs), `new-category`, `higher`, `lower` (the proposal that the person
    followed has fallen)."""
    old = decision.proposed
    if new.excluded and not old.excluded:
        return Review("propose", "excluded", new.categories - old.categories)
    if new.digest == old.digest and new.rules == old.rules:
        return Review("keep", "unchanged")
    unseen = new.categories - old.categories - decision.categories
    if new.grade == decision.grade and not unseen:
        return Review("keep", "agrees")
    if new.subject != old.subject:
        return Review("propose", "other-field", unseen)
    if unseen:
        return Review("propose", "new-category", unseen)
    if new.grade == old.grade and new.categories == old.categories:
        return Review("keep", "seen")
    if new.grade > decision.grade and new.grade > old.grade:
        return Review("propose", "higher")
    if new.grade < old.grade and decision.grade == old.grade:
        return Review("propose", "lower")
    if new.grade < decision.grade:
        return Review("keep", "stricter")
    return Review("keep", "seen")

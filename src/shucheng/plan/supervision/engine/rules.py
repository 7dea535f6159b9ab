"""The published rules of supervision as data: lights, escalation, scores. Versioned together."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from shucheng.plan.supervision.engine.clock import DeadlineRule

Measure = Literal["unsigned", "undecided", "due", "overdue", "unchecked"]
Recipient = Literal["lead", "joint", "office", "leader"]


@dataclass(frozen=True, slots=True)
class Stage:
    """Remind somebody when a count of working days reaches `days`.

    `unsigned` counts since the issue, `undecided` since an extension was asked for, `unchecked`
    since the work was reported as done, `overdue` since the deadline; `due` is reached when no
    more than `days` are left. `level` 0 is a reminder, higher ones are escalation.
    """

    code: str
    measure: Measure
    days: int
    level: int
    recipients: tuple[Recipient, ...]

    def __post_init__(self) -> None:
        if self.days < 0 or not self.recipients:
            raise ValueError(f"{self.code}: working days from 0, and somebody to remind")


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """Points of an organisation over the items it leads or helps with in a time.

    It begins with `start`; each item takes away or adds; the sum is kept within 0 and `most`.
    `joint_share` is how much of it counts for an organisation that helps.
    """

    start: Decimal
    most: Decimal
    signed_late: Decimal
    sign_within: int
    overdue_day: Decimal
    overdue_most: Decimal
    sent_back: Decimal
    extended: Decimal
    early: Decimal
    joint_share: Decimal

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.most:
            raise ValueError("a score begins between 0 and the most there is")
        if not 0 <= self.joint_share <= 1:
            raise ValueError("a share lies between 0 and 1")


@dataclass(frozen=True, slots=True)
class Rules:
    """`unconfirmed`: ours, until the city's office has said that they are its own."""

    version: int
    valid_from: date
    unconfirmed: bool
    deadline: DeadlineRule
    stages: tuple[Stage, ...]
    score: ScoreRule

    def stage(self, code: str) -> Stage | None:
        return next((stage for stage in self.stages if stage.code == code), None)


def read_rules(path: Path) -> tuple[Rules, ...]:
    """All versions of a rules file, the oldest first. Raises `ValueError` for one that is wrong."""
    found = [_rules(entry) for entry in tomllib.loads(path.read_text("utf-8"))["rules"]]
    found.sort(key=lambda rules: rules.version)
    if len({rules.version for rules in found}) < len(found) or not found:
        raise ValueError("each version of the rules stands in the file once")
    if [r.valid_from for r in found] != sorted(r.valid_from for r in found):
        raise ValueError("a later version holds from a later day")
    return tuple(found)


def rules_on(versions: tuple[Rules, ...], day: date) -> Rules:
    """The version that holds on a day; the first one for days before it."""
    held = [rules for rules in versions if rules.valid_from <= day]
    return held[-1] if held else versions[0]


def _rules(entry: Mapping[str, Any]) -> Rules:
    version = int(entry["version"])
    stages = tuple(
        Stage(
            code=stage["code"],
            measure=stage["measure"],
            days=int(stage["days"]),
            level=int(stage["level"]),
            recipients=tuple(stage["recipients"]),
        )
        for stage in entry["stage"]
    )
    if len({stage.code for stage in stages}) < len(stages):
        raise ValueError(f"version {version}: each stage has a code of its own")
    score = {
        name: int(value) if name == "sign_within" else Decimal(str(value))
        for name, value in entry["score"].items()
    }
    return Rules(
        version=version,
        valid_from=entry["valid_from"],
        unconfirmed=bool(entry["unconfirmed"]),
        deadline=DeadlineRule(version, int(entry["yellow_within"])),
        stages=stages,
        score=ScoreRule(**score),  # type: ignore[arg-type]
    )

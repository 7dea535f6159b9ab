"""What classification and grading (数据分类分级) reads and what it answers.

A field goes in with its name, comment, type, perhaps samples, and the resource it belongs to; out
comes a proposal: what it is, how grave, how sure, and why. Nothing that comes out holds a sample:
counts and masked examples only, so that a proposal can be stored, shown and logged.

GB/T 43697-2024: three levels (core, important, general), the general one refined into four.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Literal

Kind = Literal["name", "samples", "context", "joined", "volume", "unknown"]


class Grade(IntEnum):
    """Grades from low to high; compare them as numbers."""

    GENERAL_1 = 1
    GENERAL_2 = 2
    GENERAL_3 = 3
    GENERAL_4 = 4
    IMPORTANT = 5
    CORE = 6

    @property
    def code(self) -> str:
        return self.name.lower()


def grade(code: str) -> Grade:
    """The grade of a code such as `general_2`. Raises `KeyError` for others."""
    return Grade[code.upper()]


@dataclass(frozen=True, slots=True)
class Resource:
    """What a field belongs to. `people`: how many persons the set speaks of (None: not known)."""

    title: str = ""
    department: str = ""
    people: int | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A column as its source describes it. `samples` are never shown, not even in `repr`."""

    name: str
    comment: str = ""
    type: str = ""
    samples: Sequence[object] = field(default=(), repr=False)
    resource: Resource = Resource()


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground of a finding or a grade.

    kind: what spoke (`name`: name or comment; `samples`; `context`: field or resource; `joined` and
    `volume`: the set); rule: the code of the rule in the data files; weight: 0 to 1, what it adds
    by itself; of samples: values read, of them of the right form, of them that pass, and one
    masked example."""

    kind: Kind
    rule: str
    weight: float = 0.0
    values: int = 0
    candidates: int = 0
    hits: int = 0
    example: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """That a field is, or holds, something of `category`, with `confidence` from 0 to 1."""

    category: str
    confidence: float
    grade: Grade
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Proposal:
    """What a field is proposed to be. `findings`: what was accepted, the surest first; `doubts`:
    what was seen and is not sure enough. `grade` is the highest of the findings (就高从严).
    `excluded`: must not enter the platform at all. `subject`: name, comment, type and context,
    without samples, as a digest."""

    findings: tuple[Finding, ...]
    doubts: tuple[Finding, ...]
    grade: Grade
    excluded: bool
    subject: str
    rules: str

    @property
    def category(self) -> str:
        """The surest category, or "" when no rule knows the field."""
        return self.findings[0].category if self.findings else ""

    @property
    def categories(self) -> frozenset[str]:
        return frozenset(each.category for each in self.findings)

    @property
    def confidence(self) -> float:
        return self.findings[0].confidence if self.findings else 0.0

    @cached_property
    def digest(self) -> str:
        """Of what was seen: the subject and each finding with its confidence to a tenth, so that a
        few other rows in a sample do not make it another."""
        seen = sorted(f"{each.category}:{each.confidence:.1f}" for each in self.findings)
        return digest_of(self.subject, *seen)


def digest_of(*parts: str) -> str:
    """SHA-256 over the parts, each with its length, in hexadecimal."""
    made = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        made.update(len(data).to_bytes(8, "big") + data)
    return made.hexdigest()

"""What a city pack says of reporting, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Working days after a period's end, where a city says nothing else.
DUE_DAYS: Mapping[str, int] = {"D": 1, "M": 10, "Q": 15, "S": 20, "A": 30}


@dataclass(frozen=True, slots=True)
class FormSettings:
    """What is different about a generated form; it is named by owner, frequency and kind."""

    owner: str
    frequency: str
    kind: str
    name_zh: str = ""
    name_en: str = ""
    due_days: int | None = None
    publish_apart: bool = False
    # Metrics whose value may be left out.
    optional: tuple[str, ...] = ()
    unconfirmed: bool = False

    @property
    def code(self) -> str:
        return form_code(self.owner, self.frequency, self.kind)


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """A validation rule; `params` are those of `engine/rules.py`."""

    code: str
    kind: str
    severity: str
    params: Mapping[str, Any]
    note: str = ""
    unconfirmed: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class ReportingSettings:
    """`first` is the first period that is asked for (2026-01); empty: the running one."""

    first: str = ""
    due_days: Mapping[str, int] = field(default_factory=dict)
    forms: tuple[FormSettings, ...] = ()
    rules: tuple[RuleSettings, ...] = ()


def form_code(owner: str, frequency: str, kind: str) -> str:
    """`industry-m-area`: what a generated form is called by."""
    return f"{owner}-{frequency.lower()}-{kind}"

"""What becomes of defects when a resource is checked again, and how they are followed up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from .profile import Outcome
from .rules import FOLDER, Dimension

State = Literal["open", "mended", "closed", "accepted"]
Step = Literal["open", "again", "keep", "close"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(_Strict):
    zh: str
    en: str
    standard: str
    unconfirmed: bool = False


class Following(_Strict):
    """`working_days`: within which a holder mends or explains; `recent_days`: how long a check
    counts as recent."""

    version: str
    working_days: int = Field(gt=0)
    recent_days: int = Field(gt=0)
    unconfirmed: bool = False
    dimensions: dict[Dimension, Named]


@cache
def following() -> Following:
    document = yaml.safe_load((FOLDER / "defects.yaml").read_text(encoding="utf-8"))
    return Following.model_validate(document)


@dataclass(frozen=True, slots=True)
class Known:
    """The newest defect of a rule: its state, and how many rows failed when it was last seen."""

    state: State
    failed: int


def followed(known: Mapping[str, Known], outcomes: Iterable[Outcome]) -> dict[str, Step]:
    """What a check means for each rule's defect, by the rule's code; rules without one are absent.

    open: a new defect; again: said to be mended and it is not; keep: still there; close: no row
    fails, or the rule is no more. What was explained and accepted stays so while no more rows
    fail than then."""
    steps: dict[str, Step] = {}
    seen = set()
    for each in outcomes:
        code = each.rule.code
        seen.add(code)
        before = known.get(code)
        state = before.state if before else "closed"
        if each.failed == 0:
            if state in ("open", "mended"):
                steps[code] = "close"
        elif state == "mended":
            steps[code] = "again"
        elif state == "open":
            steps[code] = "keep"
        elif state == "closed" or (before and each.failed > before.failed):
            steps[code] = "open"
    for code, before in known.items():
        if code not in seen and before.state in ("open", "mended"):
            steps[code] = "close"
    return steps

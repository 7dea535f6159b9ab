"""Data as an asset (数据资产入表): the rules as data, after 财会〔2023〕11号 and the standards it
refers to. Every answer of this package names its rules and whether any of
them is unconfirmed. Money in 分. It prepares figures for an accountant and books nothing.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

FILE = Path(__file__).parents[2] / "data" / "assets" / "assets.yaml"
Class = Literal["intangible", "inventory"]
Route = Literal["purchased", "developed", "other"]
RowKind = Literal[
    "section",
    "opening",
    "increase",
    "decrease",
    "moved",
    "closing",
    "carrying_opening",
    "carrying_closing",
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RuleSource(_Strict):
    doc: str
    clause: str
    unconfirmed: bool = False


class RouteCosts(_Strict):
    rules: tuple[str, ...]
    items: dict[str, str] = {}
    phases: dict[str, str] = {}


class HintRule(_Strict):
    rules: tuple[str, ...]
    limit: int
    meaning: str = ""


class BlockKinds(_Strict):
    increase: tuple[str, ...]
    decrease: tuple[str, ...]


class RowRule(_Strict):
    number: int
    label: str
    of: RowKind
    block: str = ""
    kind: str = ""


class TableRule(_Strict):
    rule: str
    columns: dict[str, str]
    blocks: dict[str, BlockKinds]
    rows: tuple[RowRule, ...]


class AssetRules(_Strict):
    version: str
    rules: dict[str, RuleSource]
    documents: dict[str, str]
    effective: date
    costs: dict[Class, dict[Route, RouteCosts]]
    conditions: dict[str, str]
    hints: dict[str, HintRule]
    tables: dict[Class, TableRule]

    def unconfirmed(self, rules: Iterable[str]) -> bool:
        return any(self.rules[each].unconfirmed for each in rules)


@cache
def shipped() -> AssetRules:
    """The rules that come with the package."""
    return AssetRules.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))

"""The hand-labelled plans that the compiler is measured on."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.plan.compiler.gold import REPOSITORY, SHARED

from shucheng.plan.compiler.compile import compile_file
from shucheng.plan.compiler.document import Document
from shucheng.plan.compiler.model import CompiledPlan


@dataclass(frozen=True)
class Labelled:
    """A plan and its labels. A held-out plan is measured; nothing is built on what it says."""

    path: Path
    labels: Path
    held_out: bool = False

    def __str__(self) -> str:
        return self.path.stem

    def gold(self) -> dict[str, Any]:
        self._needs(self.labels)
        gold: dict[str, Any] = json.loads(self.labels.read_text(encoding="utf-8"))
        return gold

    def compiled(self) -> tuple[Document, CompiledPlan]:
        self._needs(self.path)
        return _compiled(self.path)

    @staticmethod
    def _needs(path: Path) -> None:
        if not path.exists():
            pytest.skip(f"the official plan is not at {path.parent}; set SHUCHENG_SHARED")


@cache
def _compiled(path: Path) -> tuple[Document, CompiledPlan]:
    return compile_file(path)


def _corpus(folder: str, *, all_held_out: bool = False) -> list[Labelled]:
    """The plans of a folder under tests/plans; those with even numbers (or all) are held out."""
    labels = sorted((REPOSITORY / "tests" / "plans" / folder).glob("[0-9][0-9]-*.json"))
    return [
        Labelled(path, gold, held_out=all_held_out or int(path.name[:2]) % 2 == 0)
        for gold in labels
        for path in gold.parent.glob(f"{gold.stem}.*")
        if path != gold
    ]


OFFICIAL = Labelled(
    SHARED / "plans" / "yancheng-2025.txt", SHARED / "plans" / "yancheng-2025.gold.json"
)
OURS = Labelled(
    REPOSITORY / "cities" / "yancheng" / "plan.txt",
    REPOSITORY / "cities" / "yancheng" / "plan.gold.json",
)
CORPUS = _corpus("")
SECOND = _corpus("second")
THIRD = _corpus("third", all_held_out=True)

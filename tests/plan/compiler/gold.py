"""A hand-labelled plan as a CompiledPlan, so that rules are tried without the readers.

Sections and spans of table rows are taken from the text by its plainest marks; everything
else is what the labels say.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shucheng.plan.compiler.model import (
    CompiledPlan,
    Indicator,
    Mention,
    Period,
    Qualitative,
    Section,
    Target,
    Task,
    WorkPoint,
)

REPOSITORY = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("SHUCHENG_SHARED", REPOSITORY.parent / "shared"))

_CHAPTER = re.compile(r"([一二三四五六七八九十]+)、(.+)")
_PART = re.compile(r"(\([一二三四五六七八九十]+\))(.+)")
_TASK = re.compile(r"(\d+)\.([^。]+)。.+负责")
_ANNEX = re.compile(r"附件(\d)$")


def official() -> tuple[CompiledPlan, str]:
    """The official plan of Yancheng from its labels, or a skip where it is not at hand."""
    gold = SHARED / "plans" / "yancheng-2025.gold.json"
    if not gold.exists():
        pytest.skip(f"the official plan is not at {gold.parent}; set SHUCHENG_SHARED")
    text = (SHARED / "plans" / "yancheng-2025.txt").read_text(encoding="utf-8")
    return load(json.loads(gold.read_text(encoding="utf-8")), text), text


def load(gold: dict[str, Any], text: str) -> CompiledPlan:
    """Turn labels and text into a compiled plan."""
    sections = list(_sections(text))
    targets = tuple(_targets(gold, sections))
    points = tuple(_work_points(gold, text, targets))
    tasks = tuple(_tasks(gold, text, sections))
    start, end = gold["plan_period"]
    names = [name for task in tasks for name in task.responsible]
    names += [name for row in gold["indicators"] for name in row["lead"]]
    names += [name for point in points for name in point.lead]
    issued = re.search(r"(\d{4})年(\d+)月(\d+)日", text)
    return CompiledPlan(
        title=gold["document"],
        issuer="",
        published="{}-{:0>2}-{:0>2}".format(*issued.groups()) if issued else None,
        period=Period(start, end),
        sections=tuple(sections),
        targets=targets,
        tasks=tasks,
        indicators=tuple(
            Indicator(
                no=row["no"],
                category=row["category"],
                name=row["name"],
                unit=row["unit"],
                cumulative=row["cumulative"],
                targets=row["targets"],
                lead=tuple(row["lead"]),
                span=_row(text, 0, row["no"]),
            )
            for row in gold["indicators"]
        ),
        work_points=points,
        organisations=tuple(
            Mention(name, names.count(name), _first(text, name)) for name in dict.fromkeys(names)
        ),
        qualitative=tuple(
            Qualitative(
                label["quote"],
                _section_id(sections, label["start"]),
                (label["start"], label["end"]),
            )
            for label in gold["qualitative"]
        ),
    )


def _first(text: str, name: str) -> tuple[tuple[int, int], ...]:
    """The first mention; a name that the source wrapped has none in one piece."""
    at = text.find(name)
    return ((at, at + len(name)),) if at >= 0 else ()


def _sections(text: str) -> Iterator[Section]:
    chapter = part = ""
    seen = {"s": 0, "p": 0, "t": 0}
    at = 0
    for line in text.splitlines(keepends=True):
        span = (at, at + len(line.rstrip("\n")))
        at += len(line)
        if found := _ANNEX.match(line.strip()):
            chapter, part = f"a{found[1]}", ""
            yield Section(chapter, f"附件{found[1]}", "", 1, None, span)
        elif found := _CHAPTER.match(line):
            seen = {"s": seen["s"] + 1, "p": 0, "t": 0}
            chapter, part = f"s{seen['s']}", ""
            yield Section(chapter, found[1], found[2].strip(), 1, None, span)
        elif found := _PART.match(line):
            seen |= {"p": seen["p"] + 1, "t": 0}
            part = f"{chapter}.{seen['p']}"
            yield Section(part, found[1], found[2].strip(), 2, chapter, span)
        elif part and (found := _TASK.match(line)):
            seen["t"] += 1
            yield Section(f"{part}.{seen['t']}", found[1], found[2], 3, part, span)


def _section_id(sections: list[Section], at: int) -> str:
    return max((part for part in sections if part.span[0] <= at), key=lambda part: part.span[0]).id


def _targets(gold: dict[str, Any], sections: list[Section]) -> Iterator[Target]:
    for no, label in enumerate(gold["targets"], 1):
        period = label.get("period")
        yield Target(
            id=f"t{no}",
            subject=label["subject"],
            comparator=label["comparator"],
            value=label["value"],
            value_max=label.get("value_max"),
            unit=label["unit"],
            year=label["year"],
            kind=label["kind"],
            section=_section_id(sections, label["start"]),
            quote=label["quote"],
            span=(label["start"], label["end"]),
            year_basis=label.get("year_basis", ""),
            implied_year=label.get("implied_year"),
            period=(period[0], period[1]) if period else None,
        )


def _tasks(gold: dict[str, Any], text: str, sections: list[Section]) -> Iterator[Task]:
    by_title = {part.title: part for part in sections}
    for no, label in enumerate(gold["tasks"], 1):
        part = by_title[label["title"]]
        yield Task(
            id=f"k{no}",
            number=part.number,
            title=label["title"],
            section=part.parent or part.id,
            responsible=tuple(label["responsible"]),
            lead=tuple(label.get("lead", ())),
            open=label["responsible_open"],
            actions=(),
            span=part.span,
        )


def _work_points(
    gold: dict[str, Any], text: str, targets: tuple[Target, ...]
) -> Iterator[WorkPoint]:
    for row in gold["work_points"]:
        start, end = _row(text, 1, row["no"])
        held = tuple(t.id for t in targets if start <= t.span[0] and t.span[1] <= end)
        yield WorkPoint(
            row["no"], row["action"], row["text"], tuple(row["lead"]), held, (start, end)
        )


def _row(text: str, table: int, no: int) -> tuple[int, int]:
    """Where the row of that number stands in the nth table of the text."""
    heads = [found.start() for found in re.finditer(r"^序号 \|", text, re.MULTILINE)]
    found = re.compile(rf"^{no} \|.*$", re.MULTILINE).search(text, heads[table])
    assert found is not None
    return found.span()

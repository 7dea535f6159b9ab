"""From a document to a compiled plan: the one door of the compiler."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from shucheng.plan.compiler.document import Document
from shucheng.plan.compiler.language.folding import fold
from shucheng.plan.compiler.lint.run import lint
from shucheng.plan.compiler.model import CompiledPlan, Mention, Section, Target, Task, WorkPoint
from shucheng.plan.compiler.organisations.mentions import find_organisations
from shucheng.plan.compiler.readers.read import read_file
from shucheng.plan.compiler.readers.unwrap import unwrapped
from shucheng.plan.compiler.structure.header import Header, read_header
from shucheng.plan.compiler.structure.outline import (
    PREAMBLE,
    Line,
    Outline,
    read_structure,
    titles_above,
)
from shucheng.plan.compiler.tables.annexes import Annexes, read_annexes
from shucheng.plan.compiler.tables.work_lists import list_year
from shucheng.plan.compiler.targets.finder import find_targets
from shucheng.plan.compiler.targets.passages import Passage
from shucheng.plan.compiler.tasks import find_tasks

# Names the engine beside what it found; raised when the same text compiles differently.
COMPILER = "shucheng.plan.compiler/1"

# What has been reached is no target: chapters that look back, and those that explain words.
_LOOKS_BACK = re.compile(
    r"^(?:“?十[二三四五]五”?(?:时期|以来|期间)?的?)?"
    r"(?:发展|规划|工作|建设|产业|现实|主要)?(?:基础|现状|背景|形势|成效|成就)"
    r"(?:(?:与|和|及|、).{0,10})?$"
    r"|面临(?:的)?(?:新)?(?:形势|问题|挑战|机遇|环境)|存在(?:的)?(?:主要)?(?:问题|困难)"
    r"|十[三四]五.{0,4}(?:回顾|成效)|^取得(?:的)?(?:主要)?成效|名词解释|术语|^附则$"
)
# 发展基础与总体要求 does both: its sections decide.
_LOOKS_AHEAD = re.compile(r"目标|要求|思路|任务|举措|措施|重点")


def compile_file(
    path: Path | str, known_organisations: Mapping[str, str] | None = None
) -> tuple[Document, CompiledPlan]:
    """Read and compile a plan; PlanUnreadable says why where the file cannot be read."""
    document = read_file(path)
    return document, compile_document(document, known_organisations)


def compile_document(
    document: Document, known_organisations: Mapping[str, str] | None = None
) -> CompiledPlan:
    """Everything the plan says, with spans into `document.text`.

    `known_organisations` maps the names and aliases of a city pack to the pack's own names;
    with it, aliases are counted together and lint reports who is unknown.
    """
    flat = unwrapped(document)
    plan = _compile(flat.document, known_organisations)
    return flat.restore(plan, document)


def _compile(document: Document, known: Mapping[str, str] | None) -> CompiledPlan:
    outline = read_structure(document)
    header = read_header(document, outline)
    tasks = find_tasks(document, outline)
    annexes = read_annexes(document, outline, header.period, header.title)
    passages = sorted(
        [*_running_text(outline, header, annexes), *annexes.passages],
        key=lambda passage: passage.span,
    )
    titles = {section.id: section.title for section in outline.sections}
    targets, qualitative = find_targets(document.text, passages, header.period, titles)
    plan = CompiledPlan(
        title=header.title,
        issuer=header.issuer,
        published=header.published,
        period=header.period,
        sections=_sections(document, outline, targets),
        targets=tuple(targets),
        tasks=tasks,
        indicators=annexes.indicators,
        work_points=_with_targets(annexes.work_points, targets),
        organisations=_organisations(document, header, tasks, annexes, known),
        qualitative=tuple(qualitative),
    )
    return replace(plan, findings=lint(plan, document.text, known))


def _running_text(outline: Outline, header: Header, annexes: Annexes) -> Iterator[Passage]:
    """The paragraphs that targets are looked for in: not the notice, not what looks back."""
    begin = header.title_span[1] if header.title_span else 0
    titles = titles_above(outline.sections)
    parents = {section.parent for section in outline.sections}
    filled = {line.section for line in outline.lines if not line.heading}
    filled |= {table.section for table in outline.tables}
    looking_back = {section.id for section in outline.sections if _is_past(titles[section.id])}
    for line in outline.lines:
        if line.section in looking_back or (line.section == PREAMBLE and line.span[0] < begin):
            continue
        alone = line.section not in parents and line.section not in filled
        if line.heading and not (alone and _is_numbered(line)):
            continue
        year = list_year(*titles.get(line.section, ()), header.title)
        yield Passage(line.body, line.section, year, annexes.listed.get(line.span[0], ""))


def _is_past(titles: tuple[str, ...]) -> bool:
    """Whether a section looks back: the innermost title that says either way decides."""
    for title in map(fold, titles):
        if _LOOKS_AHEAD.search(title):
            return False
        if _LOOKS_BACK.search(title):
            return True
    return False


def _is_numbered(line: Line) -> bool:
    return line.body[0] > line.span[0]


def _sections(document: Document, outline: Outline, targets: list[Target]) -> tuple[Section, ...]:
    """The outline's sections; before them the opening text, where a target stands in it."""
    if not any(target.section == PREAMBLE for target in targets):
        return outline.sections
    end = outline.sections[0].span[0] if outline.sections else len(document.text)
    return (Section(PREAMBLE, "", "", 1, None, (0, end)), *outline.sections)


def _with_targets(points: tuple[WorkPoint, ...], targets: list[Target]) -> tuple[WorkPoint, ...]:
    """Work points with the ids of the targets that stand in their rows."""
    starts = [point.span[0] for point in points]
    held: dict[int, list[str]] = {}
    for target in targets:
        index = bisect_right(starts, target.span[0]) - 1
        if index >= 0 and target.span[1] <= points[index].span[1]:
            held.setdefault(index, []).append(target.id)
    return tuple(
        replace(point, targets=tuple(held.get(index, ()))) for index, point in enumerate(points)
    )


def _organisations(
    document: Document,
    header: Header,
    tasks: tuple[Task, ...],
    annexes: Annexes,
    known: Mapping[str, str] | None,
) -> tuple[Mention, ...]:
    named = [name for task in tasks for name in task.responsible]
    named += [name for row in annexes.indicators for name in row.lead]
    named += [name for point in annexes.work_points for name in point.lead]
    return find_organisations(document.text, dict.fromkeys(named), header.place, known)

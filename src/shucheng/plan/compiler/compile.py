"""From a document to a compiled plan: the one door of the compiler."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from shucheng.plan.compiler.document import Document
from shucheng.plan.compiler.lint.run import lint
from shucheng.plan.compiler.model import CompiledPlan, Mention, Section, Target, Task, WorkPoint
from shucheng.plan.compiler.organisations.mentions import find_organisations
from shucheng.plan.compiler.readers.read import read_file
from shucheng.plan.compiler.readers.unwrap import unwrapped
from shucheng.plan.compiler.structure.background import is_background
from shucheng.plan.compiler.structure.header import Header, read_header
from shucheng.plan.compiler.structure.outline import (
    PREAMBLE,
    Line,
    Outline,
    read_structure,
    titles_above,
)
from shucheng.plan.compiler.structure.passages import Passage
from shucheng.plan.compiler.tables.annexes import Annexes, read_annexes
from shucheng.plan.compiler.tables.work_lists import list_year
from shucheng.plan.compiler.targets.finder import find_targets
from shucheng.plan.compiler.tasks import find_tasks

# Names the engine beside what it found; raised when the same text compiles differently.
COMPILER = "shucheng.plan.compiler/2"


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
    targets, qualitative = find_targets(document.text, passages, header.period)
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
    """The paragraphs that targets are looked for in: not the notice, not the background."""
    begin = header.title_span[1] if header.title_span else 0
    titles = titles_above(outline.sections)
    parents = {section.parent for section in outline.sections}
    filled = {line.section for line in outline.lines if not line.heading}
    filled |= {table.section for table in outline.tables}
    background = {s.id for s in outline.sections if is_background(titles[s.id])}
    for line in outline.lines:
        if line.section in background or (line.section == PREAMBLE and line.span[0] < begin):
            continue
        alone = line.section not in parents and line.section not in filled
        if line.heading and not (alone and _is_numbered(line)):
            continue
        year = list_year(*titles.get(line.section, ()), header.title)
        yield Passage(line.body, line.section, year, annexes.listed.get(line.span[0], ""))


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

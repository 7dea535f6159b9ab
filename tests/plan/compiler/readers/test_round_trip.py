"""The same plan says the same in every format."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.plan.compiler.readers import renderings

from shucheng.plan.compiler.compile import compile_document
from shucheng.plan.compiler.model import CompiledPlan
from shucheng.plan.compiler.readers.read import read_bytes

RENDERINGS: dict[str, Callable[[], bytes]] = {
    "wrapped.txt": lambda: renderings.as_txt(width=38),
    "plan.md": renderings.as_markdown,
    "plan.html": renderings.as_html,
    "plan.docx": renderings.as_docx,
    "plan.pdf": renderings.as_pdf,
}


def compiled(data: bytes, name: str) -> CompiledPlan:
    return compile_document(read_bytes(data, name))


@pytest.fixture(scope="module")
def plain() -> CompiledPlan:
    return compiled(renderings.as_txt(), "plan.txt")


def test_the_plain_text_holds_what_the_plan_promises(plain: CompiledPlan) -> None:
    assert len(plain.targets) >= 12
    assert len(plain.tasks) == 3
    assert plain.indicators[0].targets == {"2025": 480, "2026": 550, "2027": 620}


@pytest.mark.parametrize("name", RENDERINGS)
def test_every_format_compiles_to_the_same_plan(name: str, plain: CompiledPlan) -> None:
    other = compiled(RENDERINGS[name](), name)

    assert targets(other) == targets(plain)
    assert [(task.number, task.title, task.responsible) for task in other.tasks] == [
        (task.number, task.title, task.responsible) for task in plain.tasks
    ]
    assert [(row.name, row.category, row.targets, row.lead) for row in other.indicators] == [
        (row.name, row.category, row.targets, row.lead) for row in plain.indicators
    ]
    assert [(section.id, section.title) for section in other.sections] == [
        (section.id, section.title) for section in plain.sections
    ]
    assert (other.title, other.period) == (plain.title, plain.period)


@pytest.mark.parametrize("name", RENDERINGS)
def test_every_quotation_stands_where_its_span_says(name: str) -> None:
    document = read_bytes(RENDERINGS[name](), name)
    plan = compile_document(document)
    assert plan.targets
    assert [target.quote for target in plan.targets] == [
        document.slice(target.span) for target in plan.targets
    ]


def targets(plan: CompiledPlan) -> list[tuple[object, ...]]:
    return [
        (
            found.subject,
            found.comparator,
            found.value,
            found.unit,
            found.year,
            found.kind,
            found.section,
        )
        for found in plan.targets
    ]


CORPUS = sorted((Path(__file__).parents[3] / "plans").glob("*.txt"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
@pytest.mark.parametrize("width", [32, 40])
def test_plans_of_the_corpus_say_the_same_when_wrapped(path: Path, width: int) -> None:
    text = path.read_text("utf-8")
    lines = [line for one in text.splitlines() for line in renderings.wrapped(one, width)]
    whole = compiled(text.encode(), "plan.txt")
    torn = compiled("\n".join(lines).encode(), "plan.txt")
    assert targets(torn) == targets(whole)
    assert [row.targets for row in torn.indicators] == [row.targets for row in whole.indicators]
    assert [task.responsible for task in torn.tasks] == [task.responsible for task in whole.tasks]

"""Plans in a few lines, for tests of the structure."""

from shucheng.plan.compiler.compile import compile_document
from shucheng.plan.compiler.document import Document
from shucheng.plan.compiler.model import CompiledPlan, Section, Task
from shucheng.plan.compiler.readers.read import read_bytes
from shucheng.plan.compiler.structure.outline import Outline, read_structure


def document(text: str, name: str = "plan.txt") -> Document:
    return read_bytes(text.strip().encode(), name)


def outline(text: str) -> Outline:
    return read_structure(document(text))


def compiled(text: str, name: str = "plan.txt") -> CompiledPlan:
    return compile_document(document(text, name))


def titles(text: str) -> dict[str, str]:
    return {section.id: section.title for section in outline(text).sections}


def section_of(text: str, identity: str) -> Section:
    return next(section for section in outline(text).sections if section.id == identity)


def only_task(text: str) -> Task:
    tasks = compiled(text).tasks
    assert len(tasks) == 1, [task.title for task in tasks]
    return tasks[0]

"""Word templates that people make: Jinja words between braces, filled in a sandbox.

A template may name the words and lists of `context_of` and nothing else. It is filled by the worker
process, bounded in time and memory, with Jinja's sandbox: no attribute beginning with an
underscore, no call of anything that changes something.
"""

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, TemplateError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from shucheng.plan.briefings.engine.content import (
    Document,
    Heading,
    Note,
    Paragraph,
    Table,
)
from shucheng.plan.briefings.engine.packages import settled
from shucheng.plan.briefings.engine.typesetting import TemplateRefused, work

# What a reader has to be told, whatever the template looks like.
REQUIRED: Final = ("title", "as_of", "simulated_note", "draft_note")
WORDS: Final = (
    *("title", "subtitle", "masthead", "number", "issuer", "issued_on", "stamp", "city", "scope"),
    *("kind", "period", "as_of", "rule", "plan", "summary", "simulated_note", "draft_note"),
    *("instructions", "next_steps", "replaces"),
)
LISTS: Final = ("sections", "indicators", "charts", "notes")
_LINKED: Final = (b"attachedTemplate", b"oleObject", b"/image", b"/frame", b"subDocument")


def context_of(document: Document) -> dict[str, Any]:
    """What a template can name, as plain data: words, and lists to loop over.

    `sections`: `heading` and `paragraphs`; `indicators`: a row of the table of indicators by column
    (`no`, `name`, `period`, `value`, `target`, `attainment`, `schedule_progress`, `light`,
    `year_on_year`, `chance`); `notes`; `charts` are pictures.
    """
    words = {name: str(getattr(document, name, "")) for name in WORDS if hasattr(document, name)}
    sections: list[dict[str, Any]] = []
    notes: list[str] = []
    indicators: list[dict[str, str]] = []
    for block in document.blocks:
        if isinstance(block, Heading) and block.level == 1:
            sections.append({"heading": block.text, "paragraphs": []})
        elif isinstance(block, Paragraph):
            if not sections:
                sections.append({"heading": "", "paragraphs": []})
            sections[-1]["paragraphs"].append(block.text)
        elif isinstance(block, Note):
            notes.append(block.text)
        elif isinstance(block, Table) and len(block.columns) == len(_ROW):
            indicators = [
                dict(zip(_ROW, (cell.text for cell in row), strict=True)) for row in block.rows
            ]
    lists = {"sections": sections, "indicators": indicators, "notes": notes}
    return {**dict.fromkeys(WORDS, ""), **words, **document.words, **lists}


_ROW: Final = (
    *("no", "name", "period", "value", "target", "attainment", "schedule_progress", "light"),
    *("year_on_year", "chance"),
)


def fill_docx(
    template: bytes, document: Document, pictures: Sequence[bytes], moment: datetime
) -> bytes:
    """The template filled with the document. Raises `TemplateRefused`."""
    with TemporaryDirectory(prefix="briefing-") as folder:
        room = Path(folder)
        (room / "template.docx").write_bytes(template)
        context = json.dumps(context_of(document), ensure_ascii=False)
        (room / "context.json").write_text(context, encoding="utf-8")
        for at, picture in enumerate(pictures):
            (room / f"chart{at}.png").write_bytes(picture)
        answer = work({"room": str(room), "docx": {"charts": len(pictures)}})
        if "error" in answer:
            raise TemplateRefused(str(answer["error"]))
        return settled((room / "0").read_bytes(), moment.astimezone(UTC))


def check_docx(template: bytes) -> tuple[list[str], list[str]]:
    """(unknown placeholders, missing ones that are required). Raises `TemplateRefused`."""
    _refuse_links(template)
    with TemporaryDirectory(prefix="briefing-") as folder:
        (Path(folder) / "template.docx").write_bytes(template)
        answer = work({"room": folder, "docx": {"names": True}})
    if "error" in answer:
        raise TemplateRefused(str(answer["error"]))
    named = set(answer["names"])
    unknown = sorted(named - {*WORDS, *LISTS})
    return unknown, [name for name in REQUIRED if name not in named]


def _refuse_links(template: bytes) -> None:
    """A template that fetches something when it is opened is refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as package:
            for name in package.namelist():
                if name.endswith(".rels"):
                    _refuse_linked(package.read(name))
    except zipfile.BadZipFile:
        raise TemplateRefused("the file is damaged") from None


def _refuse_linked(relations: bytes) -> None:
    for relation in relations.split(b"<Relationship ")[1:]:
        if b'TargetMode="External"' in relation and any(kind in relation for kind in _LINKED):
            raise TemplateRefused("it links to files outside of itself")


def fill(room: Path, order: dict[str, Any]) -> dict[str, Any]:
    """In the worker: list a template's names, or fill it."""
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    try:
        template = DocxTemplate(str(room / "template.docx"))
        if order.get("names"):
            return {"names": sorted(template.get_undeclared_template_variables(environment))}
        context = json.loads((room / "context.json").read_text(encoding="utf-8"))
        context["charts"] = [
            InlineImage(template, str(room / f"chart{at}.png"), width=Mm(73))
            for at in range(order["charts"])
        ]
        template.render(context, environment, autoescape=True)
        template.save(str(room / "0"))
    except SecurityError as error:
        return {"error": f"it tries what a template may not: {error}"}
    except TemplateError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": "it needs more memory than it is given"}
    except (KeyError, ValueError, TypeError, OSError, zipfile.BadZipFile) as error:
        return {"error": f"it cannot be read: {error}"}
    return {}

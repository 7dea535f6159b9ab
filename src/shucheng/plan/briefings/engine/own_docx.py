"""Word templates that people make: Jinja words between braces, filled in a sandbox.

A template may name the words and lists of `context_of` and nothing else. It is filled by the worker
process, bounded in time and memory, with plain data alone: a picture is a mark in a text, put in
its place when the template has been filled. What it may do is said in `plain_jinja.py`.
"""

import io
import json
import re
import zipfile
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import TemplateError
from jinja2.exceptions import SecurityError

from shucheng.lib.tables import printable
from shucheng.plan.briefings.engine.content import (
    Document,
    Heading,
    Note,
    Paragraph,
    Table,
)
from shucheng.plan.briefings.engine.packages import settled
from shucheng.plan.briefings.engine.plain_jinja import PlainEnvironment
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
_LARGEST_UNPACKED: Final = 100 * 1024 * 1024
# A picture's place in a text: its number between two characters that no script has.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK: Final = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")


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
    _refuse_unsafe(template)
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
    _refuse_unsafe(template)
    with TemporaryDirectory(prefix="briefing-") as folder:
        (Path(folder) / "template.docx").write_bytes(template)
        answer = work({"room": folder, "docx": {"names": True}})
    if "error" in answer:
        raise TemplateRefused(str(answer["error"]))
    named = set(answer["names"])
    unknown = sorted(named - {*WORDS, *LISTS})
    return unknown, [name for name in REQUIRED if name not in named]


def _refuse_unsafe(template: bytes) -> None:
    """A template that fetches something when it is opened, defines entities of XML, or unpacks to
    more than a document can be, is refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as package:
            if sum(info.file_size for info in package.infolist()) > _LARGEST_UNPACKED:
                raise TemplateRefused("it unpacks to more than 100 MB")
            for name in package.namelist():
                if not name.lower().endswith((".rels", ".xml")):
                    continue
                content = package.read(name)
                if b"<!DOCTYPE" in content.replace(b"\0", b""):
                    raise TemplateRefused("its XML has a document type of its own")
                if name.lower().endswith(".rels"):
                    _refuse_linked(content)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error):
        raise TemplateRefused("the file is damaged") from None


def _refuse_linked(relations: bytes) -> None:
    for relation in relations.split(b"<Relationship ")[1:]:
        if b'TargetMode="External"' in relation and any(kind in relation for kind in _LINKED):
            raise TemplateRefused("it links to files outside of itself")


class _Filled(DocxTemplate):  # type: ignore[misc]
    """Fills the parts of a Word file, and puts pictures where their marks are then."""

    def __init__(self, room: Path, pictures: int) -> None:
        super().__init__(str(room / "template.docx"))
        self.room, self.pictures = room, pictures

    def render_xml_part(self, src_xml: Any, part: Any, context: Any, jinja_env: Any = None) -> Any:
        filled = super().render_xml_part(src_xml, part, context, jinja_env)
        return _MARK.sub(lambda mark: self._picture(int(mark[1])), filled)

    def _picture(self, at: int) -> str:
        if at >= self.pictures:
            raise TemplateError("there are fewer charts")
        return str(InlineImage(self, str(self.room / f"chart{at}.png"), width=Mm(73)))


def fill(room: Path, order: dict[str, Any]) -> dict[str, Any]:
    """In the worker: list a template's names, or fill it."""
    pictures = int(order.get("charts", 0))
    environment = PlainEnvironment()
    try:
        template = _Filled(room, pictures)
        if order.get("names"):
            return {"names": sorted(template.get_undeclared_template_variables(environment))}
        context = _told(json.loads((room / "context.json").read_text(encoding="utf-8")))
        context["charts"] = [f"{_OPEN}{at}{_CLOSE}" for at in range(pictures)]
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


def _told(value: Any) -> Any:
    """Without what XML cannot hold, and without marks: a picture's place is the template's word."""
    if isinstance(value, dict):
        return {name: _told(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_told(each) for each in value]
    return printable(value).replace(_OPEN, "").replace(_CLOSE, "")

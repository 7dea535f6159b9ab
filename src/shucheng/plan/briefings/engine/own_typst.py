"""Typst templates that people make: checked by being set once with sample data."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from shucheng.plan.briefings.engine.content import Document
from shucheng.plan.briefings.engine.own_docx import REQUIRED
from shucheng.plan.briefings.engine.typesetting import TemplateRefused, set_pdf

_MOST_CHARACTERS: Final = 200_000


def text_of(template: bytes) -> str:
    """Raises `TemplateRefused`."""
    try:
        text = template.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TemplateRefused("it is not UTF-8 text") from None
    if len(text) > _MOST_CHARACTERS:
        raise TemplateRefused(f"it is longer than {_MOST_CHARACTERS} characters")
    return text


def check_typst(template: bytes, document: Document, fonts: Sequence[Path]) -> list[str]:
    """Set it once; which required words it does not name. Raises `TemplateRefused` with the first
    thing that is wrong: an unknown word, a file or a package that it may not read."""
    text = text_of(template)
    set_pdf(document, fonts, 0, text)
    whole = "data.blocks" in text  # the notes and stamps are among the blocks
    return [name for name in REQUIRED if f"data.{name}" not in text and not (whole and _in(name))]


def _in(name: str) -> bool:
    return name in ("as_of", "simulated_note")

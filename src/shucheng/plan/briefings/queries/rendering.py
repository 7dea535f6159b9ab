"""Set a briefing's files: facts and edition in, Word, PDF and Excel out; nothing is stored."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import FONT_FOLDERS, Invalid, chinese_font
from shucheng.plan.briefings.engine.compose import Edition, compose
from shucheng.plan.briefings.engine.content import Document
from shucheng.plan.briefings.engine.docx import write_docx
from shucheng.plan.briefings.engine.facts import BriefingFacts
from shucheng.plan.briefings.engine.own_docx import fill_docx
from shucheng.plan.briefings.engine.own_typst import text_of
from shucheng.plan.briefings.engine.typesetting import TemplateRefused, draw_charts, set_pdf
from shucheng.plan.briefings.engine.xlsx import write_xlsx
from shucheng.plan.briefings.models import TemplateVersion

Form = Literal["docx", "pdf", "xlsx"]
# Another number when the same facts are worded otherwise: 2 never rounds up to what is not reached,
# 3 has percentages to two decimals and the workbook in words.
SENTENCES = "3"
FORMS: tuple[Form, ...] = ("docx", "pdf", "xlsx")


@dataclass(frozen=True, slots=True)
class Templates:
    """The own templates in use; None is the one that is part of the product."""

    docx: TemplateVersion | None = None
    typst: TemplateVersion | None = None


def render(
    facts: BriefingFacts, edition: Edition, templates: Templates, forms: Sequence[Form] = FORMS
) -> dict[Form, bytes]:
    """The files asked for. Raises `Invalid` without a Chinese font, or where a template fails."""
    document = compose(facts, edition)
    makers = {
        "docx": lambda: _docx(document, facts, templates.docx),
        "pdf": lambda: _pdf(document, facts, templates.typst),
        "xlsx": lambda: write_xlsx(facts, edition, facts.as_of),
    }
    try:
        return {form: makers[form]() for form in forms}
    except TemplateRefused as error:
        raise template_refused(str(error)) from None


def pictures(document: Document, form: Literal["png", "svg"]) -> list[bytes]:
    return draw_charts(document, fonts(), form)


def fonts() -> list[Path]:
    """The folders to look for fonts in. Raises `Invalid` where none has Chinese characters."""
    if chinese_font() is None:
        raise Invalid(
            "briefings.no_chinese_font",
            _("No Chinese font is installed, so neither the PDF nor the charts can be set."),
            _("Have an administrator install one (Debian: fonts-noto-cjk), then try again."),
        )
    return list(FONT_FOLDERS)


def platform_address() -> str:
    """Where browsers reach the platform: the first named host, where it is served by HTTPS; empty
    where it has none that holds outside the machine."""
    hosts = [host for host in settings.ALLOWED_HOSTS if host[:1] not in (".", "*", "[")]
    named = [host for host in hosts if host not in ("localhost", "127.0.0.1")]
    return f"https://{named[0]}" if named and settings.SECURE_SSL_REDIRECT else ""


def template_refused(reason: str) -> Invalid:
    return Invalid(
        "briefings.template_refused",
        _("The template cannot be set: %(reason)s"),
        _("Correct the template and upload it again, or go back to the one of the product."),
        {"file": reason},
        reason=reason,
    )


def made_with() -> dict[str, str]:
    """What sets the files: they are the same bytes again where this is the same."""
    font = chinese_font()
    packages = ("shucheng", "typst", "python-docx", "docxtpl", "openpyxl")
    return {
        **{name: version(name) for name in packages},
        "sentences": SENTENCES,
        "font": f"{font.name} {_digest(font)}" if font else "",
    }


def edition_json(edition: Edition) -> dict[str, Any]:
    return {**asdict(edition), "issued_on": str(edition.issued_on) if edition.issued_on else None}


def edition_from(data: dict[str, Any]) -> Edition:
    day = data["issued_on"]
    return Edition(**{**data, "issued_on": date.fromisoformat(day) if day else None})


def _docx(document: Document, facts: BriefingFacts, template: TemplateVersion | None) -> bytes:
    drawn = pictures(document, "png") if document.charts else []
    if template is None or template.file is None:
        return write_docx(document, drawn, facts.as_of)
    return fill_docx(template.file.read(), document, drawn, facts.as_of)


def _pdf(document: Document, facts: BriefingFacts, template: TemplateVersion | None) -> bytes:
    own = text_of(template.file.read()) if template is not None and template.file else None
    return set_pdf(document, fonts(), int(facts.as_of.timestamp()), own)


@lru_cache(maxsize=4)
def _digest(font: Path) -> str:
    return hashlib.sha256(font.read_bytes()).hexdigest()[:16]

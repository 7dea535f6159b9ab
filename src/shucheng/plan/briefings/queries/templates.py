"""Own templates: which versions there are, and whether one that is uploaded can be used."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor, Invalid
from shucheng.plan.briefings.engine.compose import compose
from shucheng.plan.briefings.engine.own_docx import check_docx, fill_docx
from shucheng.plan.briefings.engine.own_typst import check_typst
from shucheng.plan.briefings.engine.sample import EDITION, sample_facts
from shucheng.plan.briefings.engine.typesetting import TemplateRefused
from shucheng.plan.briefings.models import TemplateKind, TemplateVersion
from shucheng.plan.briefings.queries.rendering import (
    Templates,
    fonts,
    pictures,
    template_refused,
)

_KINDS = {".docx": TemplateKind.DOCX, ".typ": TemplateKind.TYPST}
_LARGEST = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CheckedTemplate:
    """A template that was filled with sample facts and is in order."""

    name: str
    kind: TemplateKind
    data: bytes


def checked_template(name: str, data: bytes, *, actor: Actor) -> CheckedTemplate:
    """Try a template. What is wrong with it is said in words (`Invalid`): unknown placeholders,
    missing ones, what it may not do. It takes seconds: call it outside of a transaction."""
    actor.require("briefings.templates")
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    kind = _KINDS.get(ending)
    if kind is None:
        raise wrong("file", _("A template is a Word file (.docx) or a typst file (.typ)."))
    if not data or len(data) > _LARGEST:
        raise wrong("file", _("The file is empty, or larger than 10 MB."))
    try:
        if kind == TemplateKind.DOCX:
            _check_docx(data)
        else:
            _refuse_names([], check_typst(data, compose(sample_facts(), EDITION), fonts()))
    except TemplateRefused as error:
        raise template_refused(str(error)) from None
    return CheckedTemplate(name, kind, data)


def templates_in_use() -> Templates:
    return Templates(*(newest_template(kind) for kind in ("docx", "typst")))


def newest_template(kind: str) -> TemplateVersion | None:
    """None where the one of the product is in use."""
    found = TemplateVersion.objects.select_related("file").filter(kind=kind)
    newest = found.order_by("-number").first()
    return newest if newest is not None and newest.file_id else None


def template_versions(*, actor: Actor) -> list[TemplateVersion]:
    actor.require("briefings.templates")
    return list(TemplateVersion.objects.select_related("file", "recorded_by"))


def _check_docx(data: bytes) -> None:
    _refuse_names(*check_docx(data))
    facts = sample_facts()
    document = compose(facts, EDITION)
    fill_docx(data, document, pictures(document, "png"), facts.as_of)


def _refuse_names(unknown: list[str], missing: list[str]) -> None:
    if unknown:
        names = ", ".join(unknown)
        raise wrong("file", _("It names what there is not: %(names)s.") % {"names": names})
    if missing:
        names = ", ".join(missing)
        told = _("It does not name what every reader has to be told: %(names)s.")
        raise wrong("file", told % {"names": names})


def wrong(field: str, message: object) -> Invalid:
    return Invalid(
        f"briefings.template_{field}",
        str(message),
        _("The placeholders are listed on this page. Correct the template and upload it again."),
        {field: str(message)},
    )

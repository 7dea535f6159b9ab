"""Replace the templates that briefings are set with. Versions only grow."""

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor, action, record, store_file
from shucheng.plan.briefings.models import TemplateKind, TemplateVersion
from shucheng.plan.briefings.queries.templates import CheckedTemplate, wrong


@action
def replace_template(checked: CheckedTemplate, reason: str, *, actor: Actor) -> TemplateVersion:
    """Use an own template from now on; `checked_template` has tried it."""
    actor.require("briefings.templates")
    if not reason.strip():
        raise wrong("reason", _("Say why the template is replaced."))
    # A typst file is text; the store knows it as such.
    name = checked.name if checked.kind == TemplateKind.DOCX else f"{checked.name}.txt"
    version = TemplateVersion.objects.create(
        kind=checked.kind,
        number=_next(checked.kind),
        file=store_file(name, checked.data, actor=actor),
        reason=reason.strip()[:300],
        recorded_by_id=actor.person_id,
    )
    _record(version, actor)
    return version


@action
def restore_template(kind: str, reason: str, *, actor: Actor) -> TemplateVersion:
    """Go back to the template that is part of the product."""
    actor.require("briefings.templates")
    if kind not in TemplateKind.values:
        raise wrong("kind", _("Choose Word or PDF."))
    if not reason.strip():
        raise wrong("reason", _("Say why the template is replaced."))
    version = TemplateVersion.objects.create(
        kind=kind,
        number=_next(kind),
        reason=reason.strip()[:300],
        recorded_by_id=actor.person_id,
    )
    _record(version, actor)
    return version


def _next(kind: str) -> int:
    own = TemplateVersion.objects.select_for_update().filter(kind=kind)
    list(own.values_list("pk", flat=True))
    return int(own.aggregate(last=Max("number"))["last"] or 0) + 1


def _record(version: TemplateVersion, actor: Actor) -> None:
    facts = {
        "kind": version.kind,
        "number": version.number,
        "file": version.file.sha256 if version.file else "",
        "reason": version.reason,
    }
    record("briefings.template.replaced", version, actor=actor, after=facts)

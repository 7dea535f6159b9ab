"""The templates that briefings are set with."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shucheng.kernel.public import Invalid, NotFound, actor_for
from shucheng.plan.briefings.actions.templates import replace_template, restore_template
from shucheng.plan.briefings.engine.own_docx import LISTS, REQUIRED, WORDS
from shucheng.plan.briefings.engine.typesetting import TEMPLATES
from shucheng.plan.briefings.models import TemplateKind
from shucheng.plan.briefings.queries.templates import (
    checked_template,
    template_versions,
    templates_in_use,
)
from shucheng.plan.briefings.views.pages import attachment
from shucheng.plan.views.back import posted_only


def _to_templates(_request: HttpRequest) -> str:
    return reverse("briefings:templates")


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, error: Invalid | None = None) -> HttpResponse:
    versions = template_versions(actor=actor_for(request))
    in_use = templates_in_use()
    context = {
        "versions": versions,
        "in_use": [
            (kind, label, {"docx": in_use.docx, "typst": in_use.typst}[kind])
            for kind, label in TemplateKind.choices
        ],
        "words": WORDS,
        "lists": LISTS,
        "required": REQUIRED,
        "error": error,
        "errors": error.fields if error else {},
        "typed": request.POST if error else {},
    }
    status = error.status if error else 200
    return render(request, "briefings/templates.html", context, status=status)


@posted_only(_to_templates)
def upload(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    sent = request.FILES.get("file")
    try:
        checked = checked_template(
            (sent.name or "") if sent else "", sent.read() if sent else b"", actor=actor
        )
        replace_template(checked, request.POST.get("reason", ""), actor=actor)
    except Invalid as error:
        return _page(request, error)
    messages.success(request, _("The template is in use from now on."))
    return redirect("briefings:templates")


@posted_only(_to_templates)
def restore(request: HttpRequest) -> HttpResponse:
    try:
        restore_template(
            request.POST.get("kind", ""),
            request.POST.get("reason", ""),
            actor=actor_for(request),
        )
    except Invalid as error:
        return _page(request, error)
    messages.success(request, _("The template of the product is in use again."))
    return redirect("briefings:templates")


@require_safe
def take(request: HttpRequest, version_id: int) -> HttpResponse:
    """A stored version; 0 is the typst template of the product, to begin an own one with."""
    versions = template_versions(actor=actor_for(request))
    if version_id == 0:
        content = (TEMPLATES / "briefing.typ").read_bytes()
        return attachment("briefing.typ", content, "text/plain; charset=utf-8")
    found = next((each for each in versions if each.pk == version_id), None)
    if found is None or found.file is None:
        raise NotFound(_("The template"))
    name = found.file.original_name.removesuffix(".txt")
    return attachment(name, found.file.read(), "application/octet-stream")

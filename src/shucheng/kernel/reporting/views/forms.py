"""Forms: the list, and a form's page where the plan office looks after it."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import Invalid, NotFound, ShuchengError
from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.reporting.actions import form_setup as write
from shucheng.kernel.reporting.queries.rules import names_of
from shucheng.kernel.reporting.queries.setup import all_forms, form_setup
from shucheng.kernel.reporting.queries.told import form_page
from shucheng.lib.numbers import whole_number


@require_safe
def show_forms(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    context = {"forms": all_forms(actor=actor), "may_manage": actor.may("reporting.manage")}
    return render(request, "reporting/forms.html", context)


@require_safe
def show_form(request: HttpRequest, code: str) -> HttpResponse:
    return _response(request, code)


def _response(
    request: HttpRequest, code: str, error: ShuchengError | None = None, deed: str = ""
) -> HttpResponse:
    actor = actor_for(request)
    page = form_page(code, actor=actor)
    setup = form_setup(page.form, actor=actor)
    chosen = whole_number(request.POST.get("line") or request.GET.get("line", ""))
    may_manage = actor.may("reporting.manage")
    names = {line.key: line.metric.name for line, _unit in (*setup.lines, *setup.ended)}
    context = {
        "page": page,
        "form": page.form,
        "setup": setup,
        "names": {**names, **names_of(page.rules)},
        "may_manage": may_manage,
        "chosen": next((each for each, _unit in setup.lines if each.pk == chosen), None)
        if may_manage
        else None,
        "error": error,
        "errors": getattr(error, "fields", {}),
        "deed": deed,
        "posted": request.POST if error else {},
    }
    return render(request, "reporting/form.html", context, status=error.status if error else 200)


@require_POST
def change(request: HttpRequest, code: str, deed: str) -> HttpResponse:
    if deed not in DEEDS:
        raise NotFound(_("This page"))
    take, done = DEEDS[deed]
    try:
        take(code, request.POST, actor_for(request))
    except ShuchengError as error:
        if error.status in (403, 404):
            raise
        return _response(request, code, error, deed)
    messages.success(request, str(done))
    return redirect("reporting:form", code)


def _change(code: str, posted: QueryDict, actor: Actor) -> None:
    wanted = write.FormChanges(
        name_zh=posted.get("name_zh", ""),
        name_en=posted.get("name_en", ""),
        due_days=whole_number(posted.get("due_days", "")),
        publish_apart=posted.get("publish_apart") == "1",
        unconfirmed=posted.get("confirmed") != "1",
    )
    write.change_form(code, wanted, _reason(posted), revision=_revision(posted), actor=actor)


def _retire(code: str, posted: QueryDict, actor: Actor) -> None:
    write.retire_form(code, _reason(posted), revision=_revision(posted), actor=actor)


def _restore(code: str, posted: QueryDict, actor: Actor) -> None:
    write.restore_form(code, _reason(posted), revision=_revision(posted), actor=actor)


def _require(code: str, posted: QueryDict, actor: Actor) -> None:
    required = posted.get("required") == "1"
    line = whole_number(posted.get("line", "")) or 0
    write.require_line(
        code, line, required, _reason(posted), revision=_revision(posted), actor=actor
    )


def _end(code: str, posted: QueryDict, actor: Actor) -> None:
    line = whole_number(posted.get("line", "")) or 0
    actor.require("reporting.manage")
    day = _day(posted, "last_day")
    write.end_line(code, line, day, _reason(posted), revision=_revision(posted), actor=actor)


def _add(code: str, posted: QueryDict, actor: Actor) -> None:
    actor.require("reporting.manage")
    write.add_metric(
        code,
        posted.get("metric", ""),
        _day(posted, "first_day"),
        _reason(posted),
        required=posted.get("required") == "1",
        revision=_revision(posted),
        actor=actor,
    )


DEEDS: dict[str, tuple[Callable[[str, QueryDict, Actor], None], str | Promise]] = {
    "change": (_change, gettext_lazy("The form was changed.")),
    "retire": (_retire, gettext_lazy("The form was taken out of use.")),
    "restore": (_restore, gettext_lazy("The form is in use again.")),
    "require": (_require, gettext_lazy("The line was changed.")),
    "end": (_end, gettext_lazy("The line was ended.")),
    "add": (_add, gettext_lazy("The metric was added.")),
}


def _reason(posted: QueryDict) -> str:
    return posted.get("reason", "")


def _revision(posted: QueryDict) -> int:
    return whole_number(posted.get("revision", "")) or 0


def _day(posted: QueryDict, field: str) -> date:
    try:
        return date.fromisoformat(posted.get(field, "").strip())
    except ValueError:
        raise Invalid(
            "reporting.day_invalid",
            _("This is no day."),
            _("Write it as 2026-08-14."),
            fields={field: _("Write it as 2026-08-14.")},
        ) from None

"""Disclosure: what is owed and late, what was published."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.bays.data.actions.disclosures import publish_disclosure
from shucheng.bays.data.engine.authority.disclosures import shipped_disclosures
from shucheng.bays.data.queries.disclosures import disclosure_page, duties_page
from shucheng.bays.data.queries.refusals import named
from shucheng.kernel.public import Forbidden, NotFound, ShuchengError, actor_for
from shucheng.lib.numbers import whole_number


@require_http_methods(["GET", "HEAD", "POST"])
def disclosures(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    error: ShuchengError | None = None
    if request.method == "POST":
        sent, file = request.POST, request.FILES.get("file")
        code = sent.get("code", "")
        try:
            publish_disclosure(
                code,
                sent.get("kind", ""),
                whole_number(sent.get("year", "")) or 0,
                upload=(file.name or "", file.read()) if file else None,
                actor=actor,
            )
        except (NotFound, Forbidden):
            raise
        except ShuchengError as refused:
            error = refused
        else:
            messages.success(request, _("Published, from what stood on the last day of the year."))
            return redirect(f"{reverse('data:disclosures')}?code={code}")
    page = duties_page(request.GET.get("code", ""), actor=actor)
    context = {"page": page, "error": error, "simulated": page.simulated}
    status = error.status if error else 200
    return render(request, "data/disclosures.html", context, status=status)


@require_safe
def disclosure(request: HttpRequest, disclosure_id: int) -> HttpResponse:
    found = disclosure_page(disclosure_id, actor=actor_for(request))
    kind = shipped_disclosures().kinds[found.kind]
    context = {
        "found": found,
        "told": found.told,
        "case": found.authorisation.case,
        "kind": named(kind),
        "simulated": found.authorisation.case.simulated,
    }
    return render(request, "data/disclosure.html", context)

"""The index of authorised operation, as proposed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shucheng.bays.data.queries.authorised_index import authorised_index
from shucheng.kernel.public import actor_for


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    page = authorised_index(actor=actor_for(request))
    context = {"page": page, "simulated": page.simulated}
    return render(request, "data/authorised_index.html", context)

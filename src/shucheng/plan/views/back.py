"""An address that only takes forms, asked for as a page: Enter in the address bar."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

View = Callable[..., HttpResponse]


def posted_only(back: Callable[..., str]) -> Callable[[View], View]:
    """A view that takes POST; GET leads back to the page whose form it is."""

    def decorate(view: View) -> View:
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            return redirect(back(request, *args, **kwargs))

        return answer

    return decorate


def to_review(_request: HttpRequest, version_id: int) -> str:
    """Where a version stands: its review, or what became of it."""
    return reverse("plan:version", args=[version_id])


def to_list(_request: HttpRequest, **_address: int) -> str:
    return reverse("plan:versions")

"""A form's own address, opened by itself (a bookmark, a reload after signing in), leads to the page
that has the form."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

View = Callable[..., HttpResponse]


def posted(page: str, *kept: str) -> Callable[[View], View]:
    """For views that take a form; `kept` are the arguments that the page takes as well."""

    def decorate(view: View) -> View:
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def answer(request: HttpRequest, **given: Any) -> HttpResponse:
            if request.method == "POST":
                return view(request, **given)
            there: HttpResponse = redirect(page, **{name: given[name] for name in kept})
            return there

        return cast(View, answer)

    return decorate

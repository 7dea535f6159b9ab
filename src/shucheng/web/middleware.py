"""What happens around every request: its id, its language, its errors."""

import logging
import re
import time
import uuid
from collections.abc import Callable

import structlog
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import translation

from shucheng.kernel.public import Forbidden, ShuchengError, actor_for

Respond = Callable[[HttpRequest], HttpResponseBase]
log = structlog.get_logger("shucheng.web")

# What Django and allauth raise to steer a request, and answer themselves.
EXPECTED = (
    Http404,
    PermissionDenied,
    SuspiciousOperation,
    ImmediateHttpResponse,
    ReauthenticationRequired,
)
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


def request_context(respond: Respond) -> Respond:
    """Give the request an id (or keep the proxy's), put it on every log line, log the outcome."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        sent = request.headers.get("X-Request-ID", "")
        request_id = sent if _REQUEST_ID.match(sent) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        response = respond(request)
        response["X-Request-ID"] = request_id
        log.info(
            "request",
            method=request.method,
            path=request.path,
            status=response.status_code,
            milliseconds=round((time.perf_counter() - started) * 1000, 1),
        )
        return response

    return middleware


def language(respond: Respond) -> Respond:
    """Chinese unless this browser or this person chose otherwise.

    The browser's own preference is not asked: an office computer set up in English would
    otherwise hide the language everybody in the room speaks.
    """
    offered = {code for code, _ in settings.LANGUAGES}

    def middleware(request: HttpRequest) -> HttpResponseBase:
        chosen = request.GET.get("lang") or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if chosen not in offered:
            chosen = getattr(request.user, "language", "") or settings.LANGUAGE_CODE
        with translation.override(chosen if chosen in offered else settings.LANGUAGE_CODE):
            request.LANGUAGE_CODE = translation.get_language()
            response = respond(request)
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
            return response

    return middleware


class errors_as_pages:  # noqa: N801 - named as the other middleware functions are
    """Turn a ShuchengError into a page, an htmx fragment or a problem document (RFC 9457)."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.respond(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, EXPECTED):
            return None
        if not isinstance(error, ShuchengError):
            logging.getLogger("shucheng.defect").exception("unexpected error")
            return None
        return error_response(request, error)


def error_response(request: HttpRequest, error: ShuchengError) -> HttpResponse:
    """The error in the form that was asked for; who has not signed in is asked to first."""
    if request.path.startswith("/api/"):
        return problem(request, error)
    if isinstance(error, Forbidden) and actor_for(request).person_id is None:
        return redirect_to_login(request.get_full_path())
    template = "web/error_fragment.html" if getattr(request, "htmx", False) else "web/error.html"
    return render(request, template, {"error": error}, status=error.status)


def problem(request: HttpRequest, error: ShuchengError) -> JsonResponse:
    """RFC 9457 problem details with our code and next step."""
    return JsonResponse(
        {
            "type": "about:blank",
            "status": error.status,
            "code": error.code,
            "title": error.message,
            "detail": error.next_step,
            "fields": getattr(error, "fields", {}),
            "request_id": getattr(request, "request_id", ""),
        },
        status=error.status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )

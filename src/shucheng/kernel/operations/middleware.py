"""Around every request: who it is, on each log line; how long it took, for Prometheus."""

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponseBase

from shucheng.kernel.operations.metrics import METHODS, REQUESTS, SECONDS

Respond = Callable[[HttpRequest], HttpResponseBase]


def measure_requests(respond: Respond) -> Respond:
    """Count each request under the name of its view: never under a path somebody made up."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response = respond(request)
        match = request.resolver_match
        view = (match.view_name or "unnamed") if match else "none"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(view, method, str(response.status_code)).inc()
        SECONDS.labels(view, method).observe(time.perf_counter() - started)
        return response

    return middleware


def actor_in_logs(respond: Respond) -> Respond:
    """Put the number of whoever is signed in on every line; names stay in the audit log."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        _bind(request)
        response = respond(request)
        # Who came with a token, or signed in just now, is known only afterwards.
        _bind(request)
        return response

    return middleware


def _bind(request: HttpRequest) -> None:
    actor = getattr(request, "actor", None)
    person_id = getattr(actor, "person_id", None) or request.session.get("_auth_user_id")
    if person_id is not None:
        structlog.contextvars.bind_contextvars(actor=int(person_id))

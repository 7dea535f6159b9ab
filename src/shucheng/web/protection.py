"""Protection around every request: address, headers, idle sessions, and the gate of sign-in.

Nothing is open by default: a view is reached without signing in only when it says so with
Django's `login_not_required` or is named in `OPEN`. The API checks for itself, at its door.
"""

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    QueryDict,
)
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import (
    Forbidden,
    ShuchengError,
    account_hindrance,
    client_address,
    management_is_withheld,
    note_client_address,
    note_session_seen,
)
from shucheng.web.middleware import error_response

_DIGEST = re.compile(r"(?:^|,)\s*sha-256=:(?P<digest>[A-Za-z0-9+/]{43}=):")
# An escaped NUL in JSON, not an escaped backslash before u0000.
_JSON_NUL = re.compile(rb"\x00|(?<!\\)(?:\\\\)*\\u0000")
# What may be half a surrogate: escaped, or its bytes as they are.
_JSON_HALF = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")
Respond = Callable[[HttpRequest], HttpResponseBase]

OPEN = frozenset(
    {
        "mfa_authenticate",
        "openid_connect_login",
        "openid_connect_callback",
        "socialaccount_login_cancelled",
        "socialaccount_login_error",
        "language",
    }
)
# What may be open to all: see `public_pace`.
PUBLIC = ("/open-data/", "/api/v1/sdmx/")
# What a person may still open while the password must be renewed or a second factor is missing.
RENEWAL = frozenset(
    {
        "account_change_password",
        "account_logout",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_view_recovery_codes",
        "language",
    }
)
# The browser counts the provider's page as a target of the form that leads there.
_FORM_TARGETS = " ".join(["'self'", *settings.OIDC_ORIGINS])
CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        # Charts and bars set widths and colours of elements; scripts stay files of our own.
        "style-src 'self' 'unsafe-inline'",
        "script-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        f"form-action {_FORM_TARGETS}",
        "frame-ancestors 'none'",
    )
)


def trusted_address(respond: Respond) -> Respond:
    """Settle where the request comes from; forwarded headers of strangers are dropped."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        note_client_address(request)
        return respond(request)

    return middleware


def protective_headers(respond: Respond) -> Respond:
    """Tell the browser what it may load, and to keep nothing of a signed-in person's pages."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = respond(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()"
        )
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated and "Cache-Control" not in response.headers:
            patch_cache_control(response, private=True, no_store=True)
        return response

    return middleware


def content_digest(respond: Respond) -> Respond:
    """Refuse an API body that is not what its sender digested (RFC 9530, sha-256)."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        sent = request.headers.get("Content-Digest", "")
        if sent and request.path.startswith("/api/"):
            given = _DIGEST.search(sent)
            found = base64.b64encode(hashlib.sha256(request.body).digest()).decode()
            if given is None or not hmac.compare_digest(given["digest"], found):
                return error_response(request, digest_refused())
        return respond(request)

    return middleware


def digest_refused() -> ShuchengError:
    error = ShuchengError(
        "content.digest",
        _("The body is not what its Content-Digest says."),
        _("Send it again; the header is sha-256=:BASE64:, made over the bytes as sent."),
    )
    error.status = 400
    return error


class clean_text:  # noqa: N801 - named as the other middleware functions are
    """Refuse NUL and half a surrogate, which no text has and PostgreSQL cannot store, wherever
    they are hidden."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.respond(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if "\0" in request.path or _has_nul(request.GET) or self._body_is_unclean(request):
            return error_response(request, text_refused())
        return None

    def _body_is_unclean(self, request: HttpRequest) -> bool:
        if request.method in {"GET", "HEAD"}:
            return False
        if request.content_type == "application/json":
            return bool(_JSON_NUL.search(request.body)) or _has_half(request.body)
        return _has_nul(request.POST)


def _has_nul(given: QueryDict) -> bool:
    return any("\0" in text for _name, texts in given.lists() for text in texts)


def _has_half(body: bytes) -> bool:
    if not _JSON_HALF.search(body):
        return False
    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):
        pass  # no JSON: the door behind says so
    return False


def text_refused() -> ShuchengError:
    error = ShuchengError(
        "text.nul",
        _("What was sent has a character that no text has (NUL, or half of one)."),
        _("Type it anew instead of pasting it."),
    )
    error.status = 400
    return error


def public_pace(respond: Respond) -> Respond:
    """Slow down whoever asks for open data without an account more often than a minute allows.

    A request for an earlier day counts for ten. Counted in the memory of each server process:
    nothing is written for a request that only reads.
    """
    counts: dict[str, int] = {}
    minute = 0

    def middleware(request: HttpRequest) -> HttpResponseBase:
        nonlocal minute
        if not request.path.startswith(PUBLIC) or request.user.is_authenticated:
            return respond(request)
        now = int(time.time() // 60)
        if now != minute:
            counts.clear()
            minute = now
        address = client_address(request)
        # What was known on a day is computed anew for each day that is asked for.
        weight = 10 if {"as_of", "asOf"} & set(request.GET) else 1
        counts[address] = counts.get(address, 0) + weight
        if counts[address] <= settings.OPEN_DATA_REQUESTS_A_MINUTE:
            return respond(request)
        response = error_response(request, too_often())
        response["Retry-After"] = str(60 - int(time.time()) % 60)
        return response

    return middleware


def too_often() -> ShuchengError:
    error = ShuchengError(
        "public.pace",
        _("More was asked from this address than a minute allows."),
        _("Wait a minute, or download everything at once in one file."),
    )
    error.status = 429
    return error


def idle_sessions(respond: Respond) -> Respond:
    """Sign out whoever did nothing for half an hour."""
    idle = settings.SESSION_IDLE_MINUTES * 60

    def middleware(request: HttpRequest) -> HttpResponseBase:
        session = request.session
        if "_auth_user_id" in session:
            now = time.time()
            seen = session.get("seen_at")
            if seen is not None and now - seen > idle:
                logout(request)
                request.idled = True  # type: ignore[attr-defined]
            elif seen is None or now - seen > 60:
                # Once a minute: not every request is worth a write.
                session["seen_at"] = now
                note_session_seen(request)
        return respond(request)

    return middleware


class sign_in_gate:  # noqa: N801 - named as the other middleware functions are
    """To the sign-in page, or to whatever the account needs before it may go on."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.respond(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if request.path.startswith("/api/"):
            return None
        if not request.user.is_authenticated:
            is_open = name in OPEN or not getattr(view, "login_required", True)
            return None if is_open else to_sign_in(request)
        hindrance = account_hindrance(request)
        if hindrance and name not in RENEWAL and getattr(view, "login_required", True):
            return _redirect(request, reverse(hindrance))
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Forbidden):
            return None
        if management_is_withheld(request):
            return error_response(request, management_refused())
        if not request.user.is_authenticated and not request.path.startswith("/api/"):
            return to_sign_in(request)
        return None


def management_refused() -> ShuchengError:
    error = ShuchengError(
        "management.address",
        _("Management duties are not open from this address."),
        _("Use a computer of the management network, or ask whoever runs the platform."),
    )
    error.status = 403
    return error


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back; an htmx fragment takes the whole page along."""
    here = request.get_full_path()
    if getattr(request, "htmx", False):
        current = urlsplit(request.headers.get("HX-Current-URL", ""))
        here = current.path + (f"?{current.query}" if current.query else "")
    query = {"next": here} if request.method == "GET" and here not in {"", "/"} else {}
    if getattr(request, "idled", False):
        query["idle"] = "1"
    address = reverse(settings.LOGIN_URL)
    return _redirect(request, f"{address}?{urlencode(query)}" if query else address)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    error = ShuchengError(
        "csrf",
        _("This page was open for too long, or it was not opened here."),
        _("Go back, reload the page and send it again."),
    )
    error.status = 403
    return error_response(request, error)


def _redirect(request: HttpRequest, address: str) -> HttpResponse:
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)

"""What pages and the API share: the day that is asked for, and copies that others keep."""

import hashlib
from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _

from shucheng.kernel.public import Invalid

_SECONDS_KEPT = 300


def day_of(request: HttpRequest) -> date | None:
    """The day whose knowledge is asked for; none: today's."""
    text = request.GET.get("as_of") or request.GET.get("asOf") or ""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = _("Write the day as 2026-10-12.")
        raise Invalid(
            "open_data.day", _("This is no day."), message, fields={"as_of": message}
        ) from None


def tag_of(*facts: str) -> str:
    """An entity tag (RFC 9110) that changes when any of the facts does."""
    return f'"{hashlib.sha256("/".join(facts).encode()).hexdigest()[:32]}"'


def same(request: HttpRequest, tag: str) -> bool:
    """Whether the caller has this copy already."""
    had = request.headers.get("If-None-Match", "")
    return any(each.strip().removeprefix("W/") in {tag, "*"} for each in had.split(","))


def kept(response: HttpResponse, tag: str = "") -> HttpResponse:
    """Others may keep what anybody may read; what needs an account is asked for again."""
    if tag:
        response["ETag"] = tag
    patch_vary_headers(response, ("Accept", "Cookie"))
    if settings.OPEN_DATA:
        patch_cache_control(response, public=True, max_age=_SECONDS_KEPT)
    else:
        patch_cache_control(response, private=True, no_cache=True)
    return response

"""What the frame of every page shows."""

from functools import partial
from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from shucheng.kernel.public import acting_for, actor_for, count_unread_reminders
from shucheng.plan.public import shell_facts
from shucheng.web.navigation import navigation

VERSION = version("shucheng")


def shell(request: HttpRequest) -> dict[str, Any]:
    if not hasattr(request, "user"):
        return {"here": "/"}
    here = request.get_full_path()
    actor = actor_for(request)
    return {
        "actor": actor,
        "acting_for": acting_for(request),
        "navigation": SimpleLazyObject(partial(navigation, request, actor)),
        "unread_reminders": partial(count_unread_reminders, actor),
        "product_version": VERSION,
        "open_data": settings.OPEN_DATA,
        "city_time_zone": timezone.get_default_timezone_name(),
        # An address as long as a book is not carried on.
        "here": here if len(here) < 2000 else request.path,
        "wall": request.GET.get("wall") == "1",
        **_plan_in_force(request),
    }


def _plan_in_force(request: HttpRequest) -> dict[str, Any]:
    """What a view that read the plan in force kept on the request is not read again."""
    version = getattr(request, "plan_in_force", None)
    if version is None:
        return shell_facts()
    return {"shell_plan": version, "shell_city": version.issuer}

"""What the frame of every page shows."""

from importlib.metadata import version
from typing import Any

from django.http import HttpRequest

from shucheng.kernel.public import actor_for, organisation_name
from shucheng.plan.public import shell_facts
from shucheng.web.navigation import navigation

VERSION = version("shucheng")


def shell(request: HttpRequest) -> dict[str, Any]:
    if not hasattr(request, "user"):
        return {}
    actor = actor_for(request)
    return {
        "actor": actor,
        "acting_for": organisation_name(actor.organisation_id),
        "navigation": navigation(request, actor),
        "product_version": VERSION,
        "wall": request.GET.get("wall") == "1",
        **shell_facts(),
    }

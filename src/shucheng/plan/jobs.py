"""The plan's background work; calls actions only."""

from typing import Any

from django.utils.translation import gettext as _

from shucheng.kernel.public import Actor
from shucheng.plan.actions.forecasts import make_forecasts
from shucheng.plan.actions.load import compile_version


def compile_job(payload: dict[str, Any], *, actor: Actor, progress: Any) -> None:
    progress(0, 2, _("Reading and compiling"))
    compile_version(payload["version"], actor=actor, by_title=bool(payload.get("by_title")))
    progress(2, 2)


def forecast_job(payload: dict[str, Any], *, actor: Actor, progress: Any) -> dict[str, int]:
    return {"made": make_forecasts()}

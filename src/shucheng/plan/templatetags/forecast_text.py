"""Forecasts in words."""

from typing import Final

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shucheng.plan.forecast.model import Insufficient, Step

register = template.Library()

METHODS: Final[dict[str, tuple[str | Promise, str]]] = {
    "last_value": (gettext_lazy("last value"), "Hyndman & Athanasopoulos 2021"),
    "mean": (gettext_lazy("mean"), "Hyndman & Athanasopoulos 2021"),
    "drift": (gettext_lazy("drift"), "Hyndman & Athanasopoulos 2021"),
    "simple": (gettext_lazy("simple exponential smoothing"), "Brown 1959"),
    "theta": (gettext_lazy("Theta"), "Assimakopoulos & Nikolopoulos 2000"),
    "damped_trend": (gettext_lazy("damped trend"), "Gardner & McKenzie 1985"),
    "same_season": (gettext_lazy("same season, with drift"), "Hyndman & Athanasopoulos 2021"),
    "seasonal_simple": (gettext_lazy("seasons and smoothing"), "Brown 1959; Macaulay 1931"),
    "seasonal_theta": (
        gettext_lazy("seasons and Theta"),
        "Assimakopoulos & Nikolopoulos 2000; Macaulay 1931",
    ),
}


@register.filter
def forecast_method(code: str) -> str:
    return str(METHODS[code][0]) if code in METHODS else code


@register.filter
def forecast_source(code: str) -> str:
    """The paper that a method is from."""
    return METHODS[code][1] if code in METHODS else ""


@register.filter
def why_no_forecast(why: Insufficient | None) -> str:
    """One sentence: what is missing."""
    if why is None:
        return ""
    match why.reason:
        case "too_few":
            text = _("%(points)s values are known; a forecast needs at least %(needed)s.")
        case "too_many_gaps":
            text = _("%(missing)s of %(periods)s periods are unknown: more than a quarter.")
        case "never_moved":
            text = _("The value has never moved in %(points)s periods: there is nothing to learn.")
        case _:
            text = _("The plan's last period is known: there is nothing left to forecast.")
    return text % why.values


@register.filter
def short_figure(value: float) -> str:
    """Four significant digits: an estimate has no more; a whole number keeps its digits."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


@register.filter
def band(step: Step, percent: int) -> str:
    """What a band reaches from and to."""
    low, high = step.bands[percent]
    return f"{short_figure(low)} – {short_figure(high)}"


@register.filter
def percent(share: float | None) -> str:
    """A share of one in whole percent."""
    return "—" if share is None else f"{share:.0%}"

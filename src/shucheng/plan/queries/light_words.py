"""Lights, their reasons and what they stand on, in words."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shucheng.lib.periods import Period
from shucheng.plan.judgement.judge import Facts, Light, reached
from shucheng.plan.judgement.ranking import Rank
from shucheng.plan.queries.judged import Judged
from shucheng.plan.queries.promises import COMPARATORS, figure

# In the order in which they are to be looked at.
LIGHTS: Final[dict[Light, str | Promise]] = {
    "red": pgettext_lazy("light", "Red"),
    "blue": pgettext_lazy("light", "Blue"),
    "yellow": pgettext_lazy("light", "Yellow"),
    "green": pgettext_lazy("light", "Green"),
    "grey": pgettext_lazy("light", "Grey"),
}
REASONS: Final[dict[str, str | Promise]] = {
    "on_schedule": gettext_lazy("on schedule"),
    "slightly_behind": gettext_lazy("slightly behind schedule"),
    "behind": gettext_lazy("behind schedule"),
    "reached": gettext_lazy("reached"),
    "late": gettext_lazy("data late"),
    "no_data": gettext_lazy("no data"),
    "no_path": gettext_lazy("no target to hold it against"),
    "nothing_asked": gettext_lazy("nothing asked for"),
}
_USUAL: Final[dict[Light, str]] = {
    "green": "on_schedule",
    "yellow": "slightly_behind",
    "red": "behind",
    "blue": "late",
    "grey": "no_data",
}
METHODS: Final[dict[str, str | Promise]] = {
    "linear": gettext_lazy("straight line"),
    "seasonal": gettext_lazy("by last year's seasons"),
    "by_hand": gettext_lazy("set by hand"),
}
_STEPS: Final[dict[str, str | Promise]] = {
    "M": pgettext_lazy("per period", "month"),
    "Q": pgettext_lazy("per period", "quarter"),
    "S": pgettext_lazy("per period", "half-year"),
    "A": pgettext_lazy("per period", "year"),
}


def light_label(light: Light) -> str:
    return str(LIGHTS[light])


def light_meaning(light: Light) -> str:
    """What a light mostly says, for a legend."""
    return str(REASONS[_USUAL[light]])


def reason_label(reason: str) -> str:
    return str(REASONS[reason])


def why_this_light(judged: Judged) -> str:
    """One sentence: what was held against what."""
    facts, unit = judged.outcome.facts, judged.unit
    match judged.reason:
        case "late":
            return _("The value of %(period)s was due on %(due)s and has not been published.") % {
                "period": judged.period,
                "due": f"{facts.due:%Y-%m-%d}",
            }
        case "no_data":
            return _("Nothing has been published for it yet.")
        case "no_path":
            return _("There is no target for this year, or nobody knows where the year began.")
        case "nothing_asked":
            return _("Its target of this year is 0: nothing is asked for, and nothing is there.")
    values = {
        "period": judged.period,
        "value": f"{figure(facts.value)} {unit}".strip(),
        "expected": f"{expected_said(facts)} {unit}".strip(),
        "progress": figure(judged.schedule_progress),
    }
    if judged.schedule_progress is None:
        return _("In %(period)s it stood at %(value)s; expected by then: %(expected)s.") % values
    return (
        _(
            "In %(period)s it stood at %(value)s; expected by then: %(expected)s. "
            "Schedule progress: %(progress)s%%."
        )
        % values
    )


def pace_said(judged: Judged) -> str:
    """What is still needed by the year's end: “1,200 亿元 a month, 1.3 times the pace so far”."""
    pace = judged.pace
    if pace is None or judged.value is None or judged.target is None:
        return ""
    if judged.reason == "nothing_asked":
        return ""
    facts = judged.outcome.facts
    if reached(judged.value, judged.target, facts.direction, strict=facts.strict):
        return _("This year's target is reached.")
    values = {
        "amount": f"{shortened(abs(pace.needed))} {judged.unit}".strip(),
        "step": _STEPS[_frequency(judged)],
        "ratio": figure(pace.ratio),
    }
    if pace.ratio is None or facts.direction == "down":
        return _("%(amount)s a %(step)s is still needed.") % values
    return _("%(amount)s a %(step)s is still needed, %(ratio)s times the pace so far.") % values


def rank_said(rank: Rank | None) -> str:
    """“2 of 11”."""
    if rank is None:
        return "—"
    return _("%(place)s of %(of)s") % {"place": rank.place, "of": rank.of}


def rank_past(rank: Rank | None) -> str:
    """How stable a rank is: the same all the time, or between which places it moved."""
    if rank is None or rank.periods < 2:
        return ""
    if rank.held == rank.periods:
        return _("the same for %(n)s periods") % {"n": rank.held}
    return _("%(best)s to %(worst)s over %(n)s periods") % {
        "best": rank.best,
        "worst": rank.worst,
        "n": rank.periods,
    }


def expected_said(facts: Facts) -> str:
    """What the path expects; “more than 50” where the number itself is not enough."""
    number = shortened(facts.expected)
    if facts.expected is None or not facts.strict:
        return number
    return f"{COMPARATORS['>' if facts.direction == 'up' else '<']} {number}"


def shortened(value: Decimal | None) -> str:
    """Two decimals are enough of what was computed; fewer where there are fewer."""
    if value is None:
        return "—"
    return figure(value.quantize(Decimal("0.01"), ROUND_HALF_UP))


def _frequency(judged: Judged) -> str:
    return Period.parse(judged.period).frequency

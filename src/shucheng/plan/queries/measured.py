"""What is known so far about an indicator: its binding's metric and the observations of it.

Until the formula language of the monitoring loop arrives, a formula is one of three functions
over one metric: `last(m)`, `ytd(m)` (sum since January) and `cumulative(m)` (sum since the
plan's first year). A formula beyond that is shown as not computable yet, never guessed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shucheng.kernel.public import Observation, known_series
from shucheng.plan.models import Binding, Indicator, PlanVersion

_SIMPLE = ("last", "ytd", "cumulative")
_FUNCTION = re.compile(r"([a-z][a-z0-9_]*)\s*\(")
_METRIC = re.compile(r"\b[a-z][a-z0-9_]*\b(?!\s*\()")
_FORMULA = re.compile(r"^(?P<function>last|ytd|cumulative)\((?P<metric>[a-z][a-z0-9_]*)\)$")


@dataclass(frozen=True, slots=True)
class Known:
    """An indicator's value at a period, and the newest observation that it rests on."""

    period: str
    value: Decimal | None
    source: str
    observation_id: int
    recorded_at: datetime
    rests_on: int = 1

    @property
    def simulated(self) -> bool:
        return self.source == "simulation"

    @property
    def year(self) -> int:
        return int(self.period[:4])


@dataclass(frozen=True, slots=True)
class Measured:
    binding: Binding | None
    metric: str
    series: tuple[Known, ...]
    observations: tuple[Observation, ...] = ()

    def parts_of(self, known: Known) -> tuple[Observation, ...]:
        """The observations that a value is the sum of, in the order of their periods."""
        last = next(
            index for index, o in enumerate(self.observations) if o.pk == known.observation_id
        )
        return self.observations[last + 1 - known.rests_on : last + 1]

    @property
    def latest(self) -> Known | None:
        return self.series[-1] if self.series else None

    @property
    def restarts_yearly(self) -> bool:
        """A sum since January: each year's line begins anew."""
        return self.binding is not None and self.binding.formula.startswith("ytd")


NOTHING = Measured(None, "", ())


def metric_of(formula: str) -> str:
    """The one metric a formula reads; empty where it reads several."""
    match = _FORMULA.match(formula.replace(" ", ""))
    return match["metric"] if match else ""


def why_unmeasured(binding: Binding | None) -> str:
    """What is missing before a value can be computed; empty where nothing is."""
    if binding is None:
        return _("No formula is bound to it yet, so nothing can be measured.")
    if metric_of(binding.formula):
        return ""
    metrics = _METRIC.findall(binding.formula)
    operations = sorted(
        {name for name in _FUNCTION.findall(binding.formula) if name not in _SIMPLE}
    )
    parts = [
        ngettext(
            "it reads %(n)s metric (%(metrics)s)",
            "it reads %(n)s metrics (%(metrics)s)",
            len(metrics),
        )
        % {"n": len(metrics), "metrics": ", ".join(metrics)}
    ]
    if operations:
        parts.append(
            _("it asks for %(operations)s") % {"operations": ", ".join(map(_operation, operations))}
        )
    return _("Not computable yet: %(parts)s. The formula language that can do it is to come.") % {
        "parts": _("; ").join(parts)
    }


def _operation(name: str) -> str:
    return _("the change against a year earlier (yoy)") if name == "yoy" else name


def measured(version: PlanVersion, as_of: date | None = None) -> dict[str, Measured]:
    """Indicator code → what is known, for every indicator of a version, in two queries."""
    bindings = {
        indicator.code: indicator.binding
        for indicator in version.indicators.select_related("binding")
        if indicator.binding
    }
    known = measured_by(bindings.values(), version.period_start or 0, as_of)
    return {code: known[binding.code] for code, binding in bindings.items()}


def measured_by(
    bindings: Iterable[Binding], first_year: int, as_of: date | None = None
) -> dict[str, Measured]:
    """Binding code → what is known, however many bindings there are in two queries."""
    by_code = {binding.code: binding for binding in bindings}
    metrics = {code: metric_of(binding.formula) for code, binding in by_code.items()}
    wanted = sorted({metric for metric in metrics.values() if metric})
    observed = known_series(wanted, as_of=as_of) if wanted else {}
    return {
        code: Measured(
            binding,
            metrics[code],
            compute(binding.formula, observed.get(metrics[code], ()), first_year),
            tuple(observed.get(metrics[code], ())),
        )
        for code, binding in by_code.items()
    }


def measured_one(indicator: Indicator, as_of: date | None = None) -> Measured:
    return measured(indicator.version, as_of).get(indicator.code, NOTHING)


def compute(
    formula: str, observations: Sequence[Observation], first_year: int
) -> tuple[Known, ...]:
    """A formula's values over a series of observations in the order of their periods.

    A missing observation ends a running sum for its year: what follows is unknown, not smaller.
    """
    match = _FORMULA.match(formula.replace(" ", ""))
    if match is None:
        return ()
    known: list[Known] = []
    total: Decimal | None = Decimal(0)
    year, rests_on = 0, 0
    for observation in observations:
        if match["function"] == "cumulative" and observation.period_start.year < first_year:
            continue
        if match["function"] == "last":
            value, rests_on = observation.value, 1
        else:
            if match["function"] == "ytd" and observation.period_start.year != year:
                year, total, rests_on = observation.period_start.year, Decimal(0), 0
            total = (
                None if total is None or observation.value is None else total + observation.value
            )
            value, rests_on = total, rests_on + 1
        known.append(
            Known(
                observation.period,
                value,
                observation.source,
                observation.pk,
                observation.recorded_at,
                rests_on,
            )
        )
    return tuple(known)

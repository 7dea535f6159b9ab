"""Why a number is what it is: the steps from what is shown down to the plan's sentence."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shucheng.kernel.public import (
    Actor,
    NotFound,
    Observation,
    city_area_code,
    observation_with_context,
)
from shucheng.lib.periods import Period
from shucheng.plan.models import Binding, Indicator, Item, PlanVersion, Target
from shucheng.plan.queries.computed import first_year_of, metrics_of, observations_below
from shucheng.plan.queries.measured import measured_one, metric_of, why_unmeasured
from shucheng.plan.queries.promises import figure, promise, promised
from shucheng.plan.queries.text import Sentence, sentence_around
from shucheng.plan.queries.versions import current_version


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One link of the chain: what it is, its facts, and the words it stands on."""

    title: str
    facts: tuple[Fact, ...] = ()
    sentence: Sentence | None = None
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    title: str
    value: str
    unit: str
    simulated: bool
    steps: tuple[Step, ...]


def explain_target(target_id: int, *, actor: Actor) -> Explanation:
    """A target of the text: how it is measured, who decided on it, the sentence."""
    actor.require("plan.view")
    target = (
        Target.objects.select_related("version__plan", "section", "binding")
        .filter(pk=target_id)
        .first()
    )
    if target is None:
        raise NotFound(_("The target"))
    version = target.version
    return Explanation(
        title=target.subject,
        value=promised(
            target.kind,
            target.comparator,
            target.value,
            target.value_max,
            target.unit if target.kind == "growth" else "",
            target.quote,
        ),
        unit="" if target.kind == "growth" else target.unit,
        simulated=False,
        steps=(
            Step(
                _("Target"),
                facts=(
                    Fact(_("Subject"), target.subject),
                    Fact(_("Kind"), str(KIND_LABELS[target.kind])),
                    Fact(_("Year"), _year(target)),
                ),
            ),
            *_measuring(target.binding),
            _decision_step(version, target.ref),
            _sentence_step(version, target.span_start, target.span_end),
        ),
    )


def explain_indicator_target(code: str, year: int, *, actor: Actor) -> Explanation:
    """The number an indicator is to reach in a year."""
    actor.require("plan.view")
    indicator = indicator_of(code)
    target = indicator.path.filter(year=year).first()
    if target is None:
        raise NotFound(_("The yearly target"))
    version = indicator.version
    return Explanation(
        title=f"{indicator.name} · {year}",
        value=promise(indicator.comparator, target.value, None, ""),
        unit=indicator.unit,
        simulated=False,
        steps=(
            Step(
                _("Yearly target"),
                facts=(
                    Fact(_("Indicator"), indicator.name, reverse("plan:indicator", args=[code])),
                    Fact(_("Year"), str(year)),
                    Fact(_("Printed as"), target.printed or figure(target.value)),
                ),
            ),
            *_measuring(indicator.binding),
            _decision_step(version, indicator.ref),
            _sentence_step(version, indicator.span_start, indicator.span_end),
        ),
    )


def explain_value(code: str, period: str, *, actor: Actor) -> Explanation:
    """An indicator's known value at a period: formula, every observation it rests on, sentence."""
    actor.require("plan.view")
    indicator = indicator_of(code)
    found = measured_one(indicator)
    known = next((k for k in found.series if k.period == period), None)
    if known is None or found.binding is None:
        raise NotFound(_("The indicator's value"))
    observation = observation_with_context(known.observation_id, actor=actor)
    link = reverse("plan:indicator", args=[code])
    steps = [
        Step(
            _("Indicator"),
            facts=(
                Fact(_("Indicator"), indicator.name, link),
                Fact(_("Formula"), found.binding.formula),
                Fact(_("Rests on"), _observations_said(known.rests_on)),
            ),
        )
    ]
    if known.rests_on > 1:
        steps.append(
            Step(_("Computed from"), facts=tuple(_parts(found.binding, period, indicator.version)))
        )
    return Explanation(
        title=f"{indicator.name} · {period}",
        value=figure(known.value),
        unit=indicator.unit,
        simulated=known.simulated,
        steps=(
            *steps,
            *_observation_steps(observation),
            _sentence_step(indicator.version, indicator.span_start, indicator.span_end),
        ),
    )


def _parts(binding: Binding, period: str, version: PlanVersion) -> Iterator[Fact]:
    """Every observation below a value; with the metric's code where there are several."""
    below = observations_below(
        binding, city_area_code(), Period.parse(period), first_year_of(version)
    )
    several = len({row.metric for row in below}) > 1
    for row in below:
        label = f"{row.metric} · {row.period}" if several else row.period
        yield Fact(label, figure(row.value), _observation_link(row.id))


def _observations_said(number: int) -> str:
    return ngettext("%(n)s observation", "%(n)s observations", number) % {"n": number}


def _observation_link(observation_id: int) -> str:
    return reverse("observations:observation", args=[observation_id])


def explain_observation(observation_id: int, *, actor: Actor) -> Explanation:
    """A measured value: formula, observation, who recorded it, evidence, sentence."""
    actor.require("plan.view")
    observation = observation_with_context(observation_id, actor=actor)
    metric = observation.metric_version.metric
    binding, indicator = _use_of(metric.code)
    steps: list[Step] = []
    if binding and indicator:
        steps.append(
            Step(
                _("Indicator"),
                facts=(
                    Fact(
                        _("Indicator"),
                        indicator.name,
                        reverse("plan:indicator", args=[indicator.code]),
                    ),
                    Fact(_("Formula"), binding.formula),
                ),
            )
        )
    steps += _observation_steps(observation)
    if indicator:
        steps.append(_sentence_step(indicator.version, indicator.span_start, indicator.span_end))
    return Explanation(
        title=f"{metric.name} · {observation.period}",
        value=figure(observation.value),
        unit=observation.metric_version.unit,
        simulated=observation.source == "simulation",
        steps=tuple(steps),
    )


def indicator_of(code: str) -> Indicator:
    """The indicator of the version in force, or of the newest version that had it."""
    current = current_version()
    found = Indicator.objects.filter(code=code).select_related("version__plan", "binding")
    indicator = (found.filter(version=current).first() if current else None) or found.order_by(
        "-version__number"
    ).first()
    if indicator is None:
        raise NotFound(_("The indicator"))
    return indicator


SOURCES: dict[str, str | Promise] = {
    "simulation": gettext_lazy("simulated"),
    "reported": gettext_lazy("reported"),
    "imported": gettext_lazy("imported"),
}
KIND_LABELS: dict[str, str | Promise] = {
    "level": gettext_lazy("Level at the date"),
    "cumulative": gettext_lazy("Cumulative"),
    "annual": gettext_lazy("Each year"),
    "growth": gettext_lazy("Growth"),
}


def _year(target: Target) -> str:
    if target.year:
        return str(target.year)
    if target.implied_year:
        return _("%(year)s (not stated; the plan's last year)") % {"year": target.implied_year}
    return _("Not stated")


def _measuring(binding: Binding | None) -> tuple[Step, ...]:
    missing = why_unmeasured(binding)
    if binding is None:
        return (Step(_("Measurement"), note=missing),)
    return (
        Step(
            _("Measurement"),
            facts=(Fact(_("Formula"), binding.formula), *_metric_fact(metric_of(binding.formula))),
            note=" ".join(filter(None, (missing, binding.note))),
        ),
    )


def _metric_fact(metric: str) -> tuple[Fact, ...]:
    """The one metric a formula reads; nothing where it reads several."""
    link = reverse("observations:metric", args=[metric]) if metric else ""
    return (Fact(_("Metric"), metric, link),) if metric else ()


def _decision_step(version: PlanVersion, ref: str) -> Step:
    item = Item.objects.filter(version=version, ref=ref).select_related("decided_by").first()
    facts = [
        Fact(_("Version"), f"{version.number or '—'}"),
        Fact(_("Published"), _moment(version.published_at)),
        Fact(_("Compiled by"), version.compiler),
    ]
    if item:
        facts.append(Fact(_("Decision"), str(item.get_decision_display())))
        if item.decided_by:
            facts.append(Fact(_("Decided by"), f"{item.decided_by} · {_moment(item.decided_at)}"))
        if item.note:
            facts.append(Fact(_("Note"), item.note))
    return Step(_("Review"), facts=tuple(facts))


def _sentence_step(version: PlanVersion, start: int, end: int) -> Step:
    text = PlanVersion.objects.values_list("text", flat=True).get(pk=version.pk)
    return Step(
        _("The plan's sentence"),
        sentence=sentence_around(text, start, end),
        url=reverse("plan:text", args=[version.pk]) + f"?start={start}&end={end}#found",
    )


def _observation_steps(observation: Observation) -> list[Step]:
    version = observation.metric_version
    facts = [
        Fact(_("Value"), f"{figure(observation.value)} {version.unit}"),
        Fact(_("Period"), observation.period),
        Fact(_("Area"), str(observation.area)),
        Fact(_("Source"), str(SOURCES.get(observation.source, observation.source))),
        Fact(_("Recorded"), _moment(observation.recorded_at)),
    ]
    if observation.organisation:
        facts.append(Fact(_("Reported by"), str(observation.organisation)))
    if observation.recorded_by:
        facts.append(Fact(_("Recorded by"), str(observation.recorded_by)))
    steps = [
        Step(
            _("Observation"),
            facts=tuple(facts),
            url=reverse("observations:observation", args=[observation.pk]),
        ),
        Step(
            _("Definition"),
            facts=(
                Fact(
                    _("Metric"),
                    version.metric.name,
                    reverse("observations:metric", args=[version.metric.code]),
                ),
                Fact(_("Definition version"), str(version.number)),
            ),
            note=version.definition,
        ),
    ]
    if observation.evidence:
        steps.append(
            Step(
                _("Evidence"),
                facts=(
                    Fact(
                        _("File"),
                        observation.evidence.name,
                        reverse("files:download", args=[observation.evidence.pk]),
                    ),
                ),
            )
        )
    else:
        steps.append(Step(_("Evidence"), note=_("No evidence file is attached.")))
    return steps


def _use_of(metric: str) -> tuple[Binding | None, Indicator | None]:
    """The first indicator in force that is measured by a metric."""
    current = current_version()
    if current is None:
        return None, None
    for indicator in current.indicators.select_related("binding", "version").exclude(binding=None):
        if indicator.binding and metric in metrics_of(indicator.binding.formula):
            return indicator.binding, indicator
    return None, None


def _moment(moment: object) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else "—"  # type: ignore[arg-type]

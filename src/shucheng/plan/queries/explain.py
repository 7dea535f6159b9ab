"""Why a number is what it is: the steps from what is shown down to the plan's sentence."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from shucheng.kernel.public import Actor, NotFound, area_by_code, observation_with_context
from shucheng.plan.models import Indicator, Target
from shucheng.plan.queries.annex_line import converted
from shucheng.plan.queries.formula_words import in_words
from shucheng.plan.queries.measured import Known, Measured, measure_plan, measured_one
from shucheng.plan.queries.promises import figure, promise, promised
from shucheng.plan.queries.steps import (
    KIND_LABELS,
    Explanation,
    Fact,
    Step,
    decision_step,
    measuring,
    observation_steps,
    sentence_step,
    use_of,
    value_steps,
    year_said,
)
from shucheng.plan.queries.versions import current_version


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
                    Fact(_("Year"), year_said(target)),
                ),
            ),
            *measuring(target.binding),
            decision_step(version, target.ref),
            sentence_step(version, target.span_start, target.span_end),
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
            *measuring(indicator.binding),
            decision_step(version, indicator.ref),
            sentence_step(version, indicator.span_start, indicator.span_end),
        ),
    )


def explain_value(
    code: str, period: str, *, actor: Actor, area: str = "", as_of: date | None = None
) -> Explanation:
    """An indicator's known value at a period: formula, every observation it rests on, sentence;
    of an area, and as it was known on a day, where one is named."""
    actor.require("plan.view")
    indicator = indicator_of(code)
    found = measured_one(indicator, as_of, area)
    place = area_by_code(area) if area else None
    known = _known_at(found, period)
    link = reverse("plan:indicator", args=[code])
    return Explanation(
        title=" · ".join(filter(None, (indicator.name, place.label if place else "", period))),
        value=figure(known.value),
        unit=indicator.unit,
        simulated=known.simulated,
        steps=(
            Step(_("Indicator"), facts=(Fact(_("Indicator"), indicator.name, link),)),
            *value_steps(found.binding, known, indicator.version, area=area, as_of=as_of),
            *observation_steps(
                observation_with_context(known.observation_id, actor=actor), actor=actor
            ),
            sentence_step(indicator.version, indicator.span_start, indicator.span_end),
        ),
    )


def explain_target_value(
    target_id: int, period: str, *, actor: Actor, as_of: date | None = None
) -> Explanation:
    """What is known of a target at a period, in the target's unit: how it is computed, from what,
    and the sentence that asked for it."""
    actor.require("plan.view")
    target = Target.objects.select_related("version__plan", "binding").filter(pk=target_id).first()
    if target is None:
        raise NotFound(_("The target"))
    version = target.version
    found = measure_plan(version, targets=[target], as_of=as_of).of(target)
    known = _known_at(found, period)
    value = converted(known.value, found.binding.unit if found.binding else "", target.unit)
    if value is None:
        raise NotFound(_("The target's value"))
    asked = promised(
        target.kind, target.comparator, target.value, target.value_max, target.unit, target.quote
    )
    return Explanation(
        title=f"{target.subject} · {period}",
        value=figure(value),
        unit=target.unit,
        simulated=known.simulated,
        steps=(
            Step(
                _("Target"),
                facts=(
                    Fact(_("Subject"), target.subject, reverse("plan:target", args=[target.pk])),
                    Fact(_("Asked for"), asked),
                    Fact(_("Year"), year_said(target)),
                ),
            ),
            *value_steps(found.binding, known, version, as_of=as_of),
            *observation_steps(
                observation_with_context(known.observation_id, actor=actor), actor=actor
            ),
            decision_step(version, target.ref),
            sentence_step(version, target.span_start, target.span_end),
        ),
    )


def _known_at(found: Measured, period: str) -> Known:
    known = next((k for k in found.series if k.period == period), None)
    if known is None:
        raise NotFound(_("The value of this period"))
    return known


def explain_observation(observation_id: int, *, actor: Actor) -> Explanation:
    """A measured value: formula, observation, who recorded it, evidence, sentence."""
    actor.require("plan.view")
    observation = observation_with_context(observation_id, actor=actor)
    metric = observation.metric_version.metric
    binding, indicator = use_of(metric.code)
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
                    Fact(_("Formula"), in_words(binding.formula)),
                ),
            )
        )
    steps += observation_steps(observation, actor=actor)
    if indicator:
        steps.append(sentence_step(indicator.version, indicator.span_start, indicator.span_end))
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

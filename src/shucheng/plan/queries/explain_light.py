"""Why a light is what it is: the sentence, the facts it was judged from, the rule, the path."""

from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shucheng.kernel.public import Actor, NotFound, city_area_code
from shucheng.plan.queries.explain import indicator_of
from shucheng.plan.queries.judge import judge_plan
from shucheng.plan.queries.judged import Judged, JudgedPlan
from shucheng.plan.queries.light_words import (
    METHODS,
    expected_said,
    light_label,
    pace_said,
    reason_label,
    why_this_light,
)
from shucheng.plan.queries.promises import figure
from shucheng.plan.queries.steps import (
    Explanation,
    Fact,
    Step,
    measuring,
    sentence_step,
)


def explain_light(
    code: str, *, actor: Actor, area: str = "", as_of: date | None = None
) -> Explanation:
    """The light of an indicator, in the city or an area, now or as known on a day."""
    actor.require("plan.view")
    indicator = indicator_of(code)
    plan = judge_plan(
        indicator.version, as_of or timezone.localdate(), indicators=[code], as_of=as_of
    )
    judged = plan.of(code, area)
    if judged is None:
        raise NotFound(_("The indicator in this area"))
    place = plan.areas.get(area, "") if area and area != city_area_code() else ""
    return Explanation(
        title=" · ".join(filter(None, (indicator.name, place, judged.period))),
        value=light_label(judged.light),
        unit=reason_label(judged.reason),
        simulated=judged.simulated,
        steps=(
            Step(_("Judged"), facts=_facts(judged, as_of), note=why_this_light(judged)),
            _rule(plan),
            Step(
                _("Path"),
                facts=(
                    Fact(_("Method"), str(METHODS[judged.method]) if judged.method else "—"),
                    Fact(_("Pace"), pace_said(judged) or "—"),
                ),
            ),
            *measuring(judged.indicator.binding),
            sentence_step(indicator.version, indicator.span_start, indicator.span_end),
        ),
        light=judged.light,
    )


def _facts(judged: Judged, as_of: date | None) -> tuple[Fact, ...]:
    facts, unit = judged.outcome.facts, judged.unit
    link = ""
    if judged.known:
        link = reverse("plan:explain_value", args=[judged.indicator.code, judged.known.period])
        link += f"?area={judged.area}" + (f"&as_of={as_of:%Y-%m-%d}" if as_of else "")
    shown = [Fact(_("Period"), judged.period or "—")]
    value = f"{figure(judged.value)} {unit}".strip()
    if judged.known and judged.known.period != judged.period:
        value += f" ({judged.known.period})"
    shown += [
        Fact(_("Known so far"), value, link),
        Fact(_("Target of the year"), f"{figure(judged.target)} {unit}".strip()),
        Fact(_("Expected by now"), f"{expected_said(facts)} {unit}".strip()),
        Fact(_("Attainment"), _percent(judged.attainment)),
        Fact(_("Schedule progress"), _percent(judged.schedule_progress)),
    ]
    if judged.target_outdated:
        shown.append(Fact(_("Made for"), _("another target than the city has by now")))
    if judged.gap is not None:
        shown.append(Fact(_("Ahead or behind"), f"{judged.gap:+,.2f} {unit}".strip()))
    if facts.due:
        shown.append(Fact(_("Due"), f"{facts.due:%Y-%m-%d}"))
    if facts.today:
        shown.append(Fact(_("Judged on"), f"{facts.today:%Y-%m-%d}"))
    return tuple(shown)


def _rule(plan: JudgedPlan) -> Step:
    rule = plan.rule
    since = f"{rule.since:%Y-%m-%d}" if rule.since else _("from the start")
    return Step(
        _("Rule for lights"),
        facts=(
            Fact(_("Version"), str(rule.rule.version), reverse("plan:light_rule")),
            Fact(_("In force since"), since),
            Fact(_("Green from"), f"{figure(rule.rule.green)}%"),
            Fact(_("Yellow from"), f"{figure(rule.rule.yellow)}%"),
        ),
        note=rule.reason,
    )


def _percent(value: object) -> str:
    return "—" if value is None else f"{value}%"

"""The steps of an explanation: what a link of the chain shows, and how each kind is made."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shucheng.kernel.public import (
    Actor,
    Metric,
    Observation,
    Submission,
    behind,
    city_area_code,
    submission_of_observation,
)
from shucheng.lib.periods import Period
from shucheng.plan.judgement.judge import Light
from shucheng.plan.models import Binding, FormulaVersion, Indicator, Item, PlanVersion, Target
from shucheng.plan.queries.computed import as_told, first_year_of, metrics_of, observations_below
from shucheng.plan.queries.formula_words import in_words
from shucheng.plan.queries.measured import Known, metric_of, why_unmeasured
from shucheng.plan.queries.promises import figure
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
    # Where a light is explained: its colour, for its shape.
    light: Light | None = None


def value_steps(
    binding: Binding | None,
    known: Known,
    version: PlanVersion,
    *,
    area: str = "",
    as_of: date | None = None,
) -> tuple[Step, ...]:
    """How a value is computed, and from which observations where there are several; of the city
    unless an area is named."""
    if binding is None:
        return ()
    told = as_told([binding], as_of)[binding]
    rests = ngettext("%(n)s observation", "%(n)s observations", known.rests_on)
    steps = [
        Step(
            _("Computation"),
            facts=(
                Fact(_("Computed as"), in_words(told.formula)),
                Fact(_("Formula"), told.formula),
                *_formula_version(binding, told),
                Fact(_("Rests on"), rests % {"n": known.rests_on}),
            ),
            note=binding.note,
        )
    ]
    if as_of is not None:
        note = _("Both the formula and the observations are those of that day.")
        steps.append(Step(_("As known on %(day)s") % {"day": f"{as_of:%Y-%m-%d}"}, note=note))
    if known.rests_on > 1:
        parts = tuple(_parts(binding, known.period, version, area or city_area_code(), as_of))
        steps.append(Step(_("Computed from"), facts=parts))
    return tuple(steps)


def _formula_version(binding: Binding, told: Binding | FormulaVersion) -> tuple[Fact, ...]:
    newest = binding.formulas.order_by("-number").first()
    version = told if isinstance(told, FormulaVersion) else newest
    if version is None:
        return ()
    said = _("%(number)s, since %(day)s") % {
        "number": version.number,
        "day": f"{timezone.localtime(version.recorded_at):%Y-%m-%d}",
    }
    return (Fact(_("Formula version"), said),)


def _parts(
    binding: Binding, period: str, version: PlanVersion, area: str, as_of: date | None
) -> Iterator[Fact]:
    """Every observation below a value; with the metric's name where there are several."""
    asked = Period.parse(period)
    below = observations_below(binding, area, asked, first_year_of(version), as_of=as_of)
    metrics = Metric.objects.in_bulk({row.metric for row in below}, field_name="code")
    for row in below:
        label = f"{metrics[row.metric].name} · {row.period}" if len(metrics) > 1 else row.period
        link = reverse("observations:observation", args=[row.id])
        yield Fact(label, figure(row.value), link)


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


def year_said(target: Target) -> str:
    if target.year:
        return str(target.year)
    if target.implied_year:
        return _("%(year)s (not stated; the plan's last year)") % {"year": target.implied_year}
    return _("Not stated")


def measuring(binding: Binding | None) -> tuple[Step, ...]:
    missing = why_unmeasured(binding)
    if binding is None:
        return (Step(_("Measurement"), note=missing),)
    return (
        Step(
            _("Measurement"),
            facts=(
                Fact(_("Computed as"), in_words(binding.formula)),
                Fact(_("Formula"), binding.formula),
                *_metric_fact(metric_of(binding.formula)),
            ),
            note=" ".join(filter(None, (missing, binding.note))),
        ),
    )


def _metric_fact(metric: str) -> tuple[Fact, ...]:
    """The one metric a formula reads; nothing where it reads several."""
    found = Metric.objects.filter(code=metric).first() if metric else None
    if found is None:
        return ()
    return (Fact(_("Metric"), found.name, reverse("observations:metric", args=[metric])),)


def decision_step(version: PlanVersion, ref: str) -> Step:
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


def sentence_step(version: PlanVersion, start: int, end: int) -> Step:
    text = PlanVersion.objects.values_list("text", flat=True).get(pk=version.pk)
    return Step(
        _("The plan's sentence"),
        sentence=sentence_around(text, start, end),
        url=reverse("plan:text", args=[version.pk]) + f"?start={start}&end={end}#found",
    )


def observation_steps(observation: Observation, *, actor: Actor) -> list[Step]:
    version = observation.metric_version
    submission = submission_of_observation(observation)
    facts = [
        Fact(_("Value"), f"{figure(observation.value)} {version.unit}"),
        Fact(_("Period"), observation.period),
        Fact(_("Area"), str(observation.area)),
        Fact(_("Source"), str(SOURCES.get(observation.source, observation.source))),
        Fact(_("Recorded"), _recorded(observation)),
    ]
    if not observation.is_normal:
        facts.append(Fact(_("Status"), str(observation.get_status_display())))
    if observation.supersedes_id and not submission:
        facts.append(Fact(_("Correction"), observation.note))
    if observation.organisation:
        facts.append(Fact(_("Reported by"), str(observation.organisation)))
    if observation.recorded_by:
        facts.append(Fact(_("Recorded by"), str(observation.recorded_by)))
    facts += [Fact(line.label, line.text, line.url) for line in behind(observation, actor=actor)]
    steps = [
        Step(
            _("Observation"),
            facts=tuple(facts),
            url=reverse("observations:observation", args=[observation.pk]),
        ),
        *_submission_step(submission),
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
    return [*steps, _evidence_step(observation, submission)]


def _evidence_step(observation: Observation, submission: Submission | None) -> Step:
    """Every file that was handed in, not only the one that the observation names."""
    files = [observation.evidence] if observation.evidence else []
    if submission:
        files = sorted(submission.evidence.all(), key=lambda file: file.pk)
    if not files:
        return Step(_("Evidence"), note=_("No evidence file is attached."))
    facts = (
        Fact(_("File"), file.name, reverse("files:download", args=[file.pk])) for file in files
    )
    return Step(_("Evidence"), facts=tuple(facts))


def _submission_step(submission: Submission | None) -> tuple[Step, ...]:
    """By whom it was handed in, reviewed and published, where it came on a form."""
    if submission is None:
        return ()
    obligation = submission.obligation
    facts = [
        Fact(
            _("Form"),
            f"{obligation.form.name} · {obligation.period}",
            reverse("reporting:task", args=[obligation.pk]),
        ),
        Fact(_("Reported by"), obligation.organisation.label),
        *(
            Fact(event.label, f"{event.person_name} · {_moment(event.recorded_at)}")
            for event in submission.events.all()
            if event.move in {"submit", "approve", "publish"}
        ),
    ]
    if submission.reason:
        facts.append(Fact(_("Correction"), submission.reason))
    return (Step(_("Submission"), facts=tuple(facts)),)


def use_of(metric: str) -> tuple[Binding | None, Indicator | None]:
    """The first indicator in force that is measured by a metric."""
    current = current_version()
    if current is None:
        return None, None
    for indicator in current.indicators.select_related("binding", "version").exclude(binding=None):
        if indicator.binding and metric in metrics_of(indicator.binding.formula):
            return indicator.binding, indicator
    return None, None


def _recorded(observation: Observation) -> str:
    moment = _moment(observation.recorded_at)
    return _("%(moment)s, simulated") % {"moment": moment} if observation.is_simulated else moment


def _moment(moment: object) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else "—"  # type: ignore[arg-type]

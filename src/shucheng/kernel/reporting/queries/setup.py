"""Forms as the plan office looks after them, and what a change of one would mean now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef
from django.utils import timezone

from shucheng.kernel.actor import Actor
from shucheng.kernel.observations.models import Metric, MetricVersion, Origin
from shucheng.kernel.reporting.engine.moves import EDITABLE, State
from shucheng.kernel.reporting.models import Form, FormKind, FormLine, SetupEvent, Submission
from shucheng.kernel.reporting.queries.asked import newest_versions
from shucheng.kernel.reporting.queries.lists import with_first_owed
from shucheng.lib.periods import Period


@dataclass(frozen=True, slots=True)
class OpenTasks:
    """A period's tasks of a form: not handed in, handed in and not published."""

    period: str
    open: int
    waiting: int


@dataclass(frozen=True, slots=True)
class FormSetup:
    """What the plan office needs to change a form.

    `lines` with their unit are those that are asked now or later, and those that were ended;
    `settled` is the last day of the newest period for which somebody handed in: what was asked up
    to then stays. `tasks` are those that a change reaches, `provisional` how many of them have a
    due day that is reckoned anew.
    """

    lines: tuple[tuple[FormLine, str], ...]
    ended: tuple[tuple[FormLine, str], ...]
    candidates: tuple[Metric, ...]
    tasks: tuple[OpenTasks, ...]
    provisional: int
    settled: date | None
    running: Period
    events: tuple[SetupEvent, ...]

    @property
    def open(self) -> int:
        return sum(each.open for each in self.tasks)

    @property
    def waiting(self) -> int:
        return sum(each.waiting for each in self.tasks)


def all_forms(*, actor: Actor) -> list[Form]:
    """Every form, those in use first."""
    actor.require("reporting.view")
    rows = list(with_first_owed())
    return sorted(rows, key=lambda form: (form.retired_at is not None, form.code))


def form_setup(form: Form, *, actor: Actor) -> FormSetup:
    actor.require("reporting.view")
    today = timezone.localdate()
    lines = list(form.lines.select_related("metric"))
    versions = newest_versions(line.metric_id for line in lines)
    told = [(line, versions[line.metric_id].unit) for line in lines]
    events = SetupEvent.objects.filter(form=form).order_by("-recorded_at", "-id")
    return FormSetup(
        tuple(each for each in told if each[0].last_day is None or each[0].last_day >= today),
        tuple(each for each in told if each[0].last_day and each[0].last_day < today),
        tuple(candidates(form)) if actor.may("reporting.manage") else (),
        tuple(open_tasks(form.pk)),
        form.obligations.filter(provisional=True).count(),
        settled_until(form),
        Period.of(today, form.frequency),  # type: ignore[arg-type]
        tuple(events),
    )


def open_tasks(form_id: int) -> list[OpenTasks]:
    """Periods of a form for which not everything is published, the newest first."""
    found: dict[str, list[int]] = {}
    submissions = Submission.objects.filter(obligation=OuterRef("pk"))
    form = Form.objects.get(pk=form_id)
    tasks = (
        form.obligations.alias(published=Exists(submissions.filter(state=State.PUBLISHED)))
        .filter(published=False)
        .annotate(waits=Exists(submissions.filter(state__in=[State.SUBMITTED, State.APPROVED])))
    )
    for period, waits in tasks.order_by("-period_end", "pk").values_list("period", "waits"):
        counts = found.setdefault(period, [0, 0])
        counts[bool(waits)] += 1
    return [OpenTasks(period, *counts) for period, counts in found.items()]


def settled_until(form: Form) -> date | None:
    """The last day of the newest period for which somebody handed in; None before that."""
    handed_in = Submission.objects.filter(obligation__form=form).exclude(
        state__in=[*EDITABLE, State.DROPPED]
    )
    newest = handed_in.order_by("-obligation__period_end").values_list(
        "obligation__period_end", flat=True
    )
    return newest.first()


def candidates(form: Form) -> list[Metric]:
    """Metrics that fit the form's frequency and kind and that no form of its kind asks for."""
    metrics = Metric.objects.filter(origin=Origin.REPORTED).select_related("owner").order_by("code")
    versions = newest_versions(metrics.values_list("pk", flat=True))
    asked = FormLine.objects.filter(
        form__kind=form.kind, form__retired_at__isnull=True, last_day__isnull=True
    )
    taken = set(asked.values_list("metric_id", flat=True))
    return [
        metric
        for metric in metrics
        if metric.pk in versions and metric.pk not in taken and fits(versions[metric.pk], form)
    ]


def fits(version: MetricVersion, form: Form) -> bool:
    return version.frequency == form.frequency and (version.by_area or form.kind == FormKind.CITY)


def overlapping(form: Form, metric: Metric, keys: Iterable[str], first_day: date) -> bool:
    """Whether the form asks for one of these cells on or after a day already."""
    lines = form.lines.filter(metric=metric, dimension_key__in=list(keys))
    return any(line.last_day is None or line.last_day >= first_day for line in lines)

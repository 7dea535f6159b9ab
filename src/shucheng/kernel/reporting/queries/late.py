"""What the rest of the platform asks of reporting: which figures are awaited, and which submission
an observation came from."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from shucheng.kernel.observations.models import Observation
from shucheng.kernel.observations.origins import Origin
from shucheng.kernel.observations.queries import AsOf, end_of, known
from shucheng.kernel.reporting.engine.moves import State
from shucheng.kernel.reporting.models import FormLine, Obligation, Submission
from shucheng.kernel.reporting.queries.standings import effective_due


@dataclass(frozen=True, slots=True)
class Awaited:
    """A period that a form asks a figure for, which is not there yet, and the day it is due."""

    period: str
    due: date


def awaited_figures(
    as_of: AsOf = None,
) -> dict[tuple[str, str], tuple[Awaited, ...]]:
    """(metric code, area code) → what is awaited now, or was at the end of a day or at a moment;
    four queries.

    A figure that reached the platform on another way (from a bay, imported) is not awaited. Due
    days that were reckoned anew when a year's holidays were announced count as they are now.
    """
    moment = None if as_of is None else end_of(as_of)
    tasks = _open_tasks(moment)
    lines: dict[int, list[FormLine]] = {}
    rows = FormLine.objects.select_related("metric").filter(
        form__in={each.form_id for each in tasks}, required=True
    )
    for line in rows:
        lines.setdefault(line.form_id, []).append(line)
    there = set(
        known(moment)
        .filter(
            metric_version__metric__in={line.metric_id for each in lines.values() for line in each},
            area__in={each.area_id for each in tasks},
            period__in={each.period for each in tasks},
            organisation__isnull=True,
        )
        .values_list("metric_version__metric_id", "area_id", "period")
    )
    found: dict[tuple[str, str], list[Awaited]] = {}
    for task in tasks:
        for line in lines.get(task.form_id, ()):
            is_there = (line.metric_id, task.area_id, task.period) in there
            if line.asks(task.period_end) and not is_there:
                key = (line.metric.code, task.area.code)
                found.setdefault(key, []).append(Awaited(task.period, effective_due(task, moment)))
    return {key: tuple(each) for key, each in found.items()}


def _open_tasks(moment: datetime | None) -> list[Obligation]:
    """Those that nothing is published for, now or as it was at a moment."""
    tasks = Obligation.objects.select_related("area").prefetch_related("extensions")
    if moment is None:
        return list(tasks.exclude(submissions__state=State.PUBLISHED))
    return list(tasks.filter(opened_at__lte=moment).exclude(submissions__published_at__lte=moment))


def submission_of_observation(observation: Observation) -> Submission | None:
    """The submission that an observation was published by, with its events; None where it came
    on another way."""
    number = observation.lineage.get("submission")
    if not isinstance(number, int):
        return None
    return (
        Submission.objects.select_related("obligation__form", "obligation__organisation")
        .prefetch_related("events__organisation", "evidence")
        .filter(pk=number, state=State.PUBLISHED)
        .first()
    )


def origin_of_observation(observation: Observation) -> Origin | None:
    """The form and period that an observation was handed in on, with all its evidence files."""
    submission = submission_of_observation(observation)
    if submission is None:
        return None
    owed = submission.obligation
    return Origin(
        f"{owed.form.name} · {owed.period} · {owed.organisation.label}",
        reverse("reporting:task", args=[owed.pk]),
        tuple(sorted(submission.evidence.all(), key=lambda file: file.pk)),
    )

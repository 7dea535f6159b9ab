"""What the rest of the platform asks of reporting: which figures are asked for and when they are
due, and which submission an observation came from."""

from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Subquery
from django.urls import reverse

from shucheng.kernel.observations.models import Observation
from shucheng.kernel.observations.origins import Origin
from shucheng.kernel.observations.queries import AsOf, end_of, known
from shucheng.kernel.reporting.engine.moves import State
from shucheng.kernel.reporting.models import ExtensionEvent, FormLine, Obligation, Submission


class FigureAsked(NamedTuple):
    """A period that a form asks a figure for, and the day it is due, an extension counted.

    `awaited`: the form needs it, and it is not there yet.
    """

    period: str
    ends_on: date
    due: date
    awaited: bool


def figures_asked(
    as_of: AsOf = None,
) -> dict[tuple[str, str], tuple[FigureAsked, ...]]:
    """(metric code, area code) → what forms ask of it now, or had asked at the end of a day or at a
    moment, answered or not; three queries.

    A figure that reached the platform on another way (from a bay, imported) is not awaited. Due
    days that were reckoned anew when a year's holidays were announced count as they are now.
    """
    moment = None if as_of is None else end_of(as_of)
    tasks = _tasks(moment)
    waiting = [task for task in tasks if not task.is_answered]
    forms = {task.form_id for task in waiting}
    asked = FormLine.objects.annotate(code=F("metric__code")).order_by("form")
    rows = asked.only("form", "metric", "required", "first_day", "last_day")
    lines = {form: list(found) for form, found in groupby(rows, lambda line: line.form_id)}
    there = set(
        known(moment)
        .filter(
            metric_version__metric__in={
                line.metric_id for form in forms for line in lines.get(form, ())
            },
            area__in={task.area_id for task in waiting},
            period__in={task.period for task in waiting},
            organisation__isnull=True,
        )
        .values_list("metric_version__metric_id", "area_id", "period")
    )
    found: dict[tuple[str, str], list[FigureAsked]] = {}
    for task in tasks:
        due = max(task.due_on, task.granted or task.due_on)
        for line in lines.get(task.form_id, ()):
            if line.asks(task.period_end):
                is_there = task.is_answered or (line.metric_id, task.area_id, task.period) in there
                awaited = line.required and not is_there
                each = FigureAsked(task.period, task.period_end, due, awaited)
                found.setdefault((line.code, task.area_code), []).append(each)
    return {key: tuple(each) for key, each in found.items()}


class _Task(NamedTuple):
    form_id: int
    area_id: int
    area_code: str
    period: str
    period_end: date
    due_on: date
    # The latest day an extension was granted until.
    granted: date | None
    # Whether figures are published for it.
    is_answered: bool


def _tasks(moment: datetime | None) -> list[_Task]:
    """The tasks that there are, or were at a moment; there are many, and models of them idle."""
    answers = Submission.objects.filter(obligation=OuterRef("pk"), state=State.PUBLISHED)
    granted = ExtensionEvent.objects.filter(
        obligation=OuterRef("pk"), kind=ExtensionEvent.Kind.GRANTED
    )
    tasks = Obligation.objects.order_by("-period_end", "pk")
    if moment is not None:
        answers = Submission.objects.filter(obligation=OuterRef("pk"), published_at__lte=moment)
        granted = granted.filter(recorded_at__lte=moment)
        tasks = tasks.filter(opened_at__lte=moment)
    rows = tasks.values_list(
        *("form_id", "area_id", "area__code", "period", "period_end", "due_on"),
        Subquery(granted.order_by("-until").values("until")[:1]),
        Exists(answers),
    )
    return [_Task(*row) for row in rows]


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

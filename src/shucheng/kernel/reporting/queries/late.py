"""What other rooms ask: which metrics are late, and where an observation came from."""

from datetime import date

from shucheng.kernel.observations.models import Observation
from shucheng.kernel.observations.queries import known
from shucheng.kernel.reporting.engine.moves import State
from shucheng.kernel.reporting.models import FormLine, Obligation, Submission
from shucheng.kernel.reporting.queries.standings import effective_due


def late_metrics(today: date) -> dict[tuple[str, str], date]:
    """(metric code, area code) → due day, where the due day passed and nothing is published.

    The earliest due day, where several periods are late. A figure that reached the platform on
    another way (from a bay, imported) is not late.
    """
    owed = (
        Obligation.objects.filter(due_on__lt=today)
        .exclude(submissions__state=State.PUBLISHED)
        .select_related("area")
        .prefetch_related("extensions")
    )
    late = [each for each in owed if effective_due(each) < today]
    lines: dict[int, list[FormLine]] = {}
    rows = FormLine.objects.select_related("metric").filter(
        form__in={each.form_id for each in late}, required=True
    )
    for line in rows:
        lines.setdefault(line.form_id, []).append(line)
    there = set(
        known()
        .filter(
            metric_version__metric__in={line.metric_id for each in lines.values() for line in each},
            area__in={each.area_id for each in late},
            period__in={each.period for each in late},
            organisation__isnull=True,
        )
        .values_list("metric_version__metric_id", "area_id", "period")
    )
    found: dict[tuple[str, str], date] = {}
    for obligation in late:
        due = effective_due(obligation)
        for line in lines.get(obligation.form_id, ()):
            key = (line.metric.code, obligation.area.code)
            known_already = (line.metric_id, obligation.area_id, obligation.period) in there
            if line.asks(obligation.period_end) and not known_already:
                found[key] = min(due, found.get(key, due))
    return found


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

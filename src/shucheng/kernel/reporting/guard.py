"""Closed periods keep their figures: asked by the kernel before observations are recorded."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from shucheng.kernel.actor import Actor
from shucheng.kernel.observations.guards import Write
from shucheng.kernel.observations.queries import city_area_code
from shucheng.kernel.reporting.errors import Locked
from shucheng.kernel.reporting.models import FormKind, FormLine
from shucheng.kernel.reporting.queries.locks import closed_now, holds


def refuse_closed_periods(writes: Iterable[Write], actor: Actor) -> None:
    """Raise `Locked` for a figure that a form asks for in a period that is closed.

    The platform itself (the clock, an engine that measured anew) is not stopped: no person
    decides there, and what it records leaves its trace like everything else.
    """
    if actor.is_system:
        return
    closed = closed_now()
    if not closed:
        return
    writes = list(writes)
    lines = FormLine.objects.select_related("form", "metric").filter(
        metric__code__in={write.metric for write in writes}
    )
    city = city_area_code()
    asked: dict[tuple[str, str], list[FormLine]] = {}
    for line in lines:
        asked.setdefault((line.metric.code, line.form.kind), []).append(line)
    for write in writes:
        kind = FormKind.CITY if write.area == city else FormKind.AREA
        for line in asked.get((write.metric, kind.value), ()):
            for event in closed:
                if holds(event, line.form_id, write.start, write.end):
                    what = line.form.name if event.form_id else _("Reporting")
                    raise Locked(
                        what, event.period, event.person_name, event.recorded_at, event.reason
                    )

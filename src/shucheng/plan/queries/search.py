"""Search over the plan in force: targets, indicators, tasks, work points, organisations."""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor
from shucheng.plan.models import PlanVersion, Target, Task, WorkPoint
from shucheng.plan.queries.promises import promised
from shucheng.plan.queries.text import Sentence, sentence_around
from shucheng.plan.queries.versions import current_version

MOST = 20


@dataclass(frozen=True, slots=True)
class Hit:
    kind: str | Promise
    label: str
    url: str
    sentence: Sentence | None = None


def search_plan(words: str, *, actor: Actor) -> list[Hit]:
    """Everything that holds all the words, in the order a person looks for it."""
    actor.require("plan.view")
    current = current_version()
    parts = words.split()[:8]
    if current is None or not parts:
        return []
    version = PlanVersion.objects.get(pk=current.pk)

    def holding(*fields: str) -> Q:
        condition = Q()
        for part in parts:
            any_field = Q()
            for field in fields:
                any_field |= Q(**{f"{field}__icontains": part})
            condition &= any_field
        return condition

    hits = [
        Hit(_("Indicator"), i.name, reverse("plan:indicator", args=[i.code]))
        for i in version.indicators.filter(holding("name", "category"))[:MOST]
    ]
    names = version.duties.filter(holding("name")).values_list("name", flat=True).distinct()
    hits += [
        Hit(_("Organisation"), name, reverse("plan:duties", args=[name]))
        for name in names.order_by("name")[:MOST]
    ]
    for kind, rows, url in (
        (_("Target"), version.targets.filter(holding("subject", "quote"))[:MOST], "plan:target"),
        (_("Task"), version.tasks.filter(holding("title", "quote"))[:MOST], "plan:task"),
        (_("Work point"), version.workpoints.filter(holding("text"))[:MOST], "plan:work_point"),
    ):
        hits += [
            Hit(
                kind,
                _label(row),
                reverse(url, args=[row.pk]),
                sentence_around(version.text, row.span_start, row.span_end, reach=40),
            )
            for row in rows
        ]
    return hits


def _label(row: Target | Task | WorkPoint) -> str:
    if isinstance(row, Target):
        said = promised(row.kind, row.comparator, row.value, row.value_max, row.unit, row.quote)
        return f"{row.subject} {said}"
    return str(row)

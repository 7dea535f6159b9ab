"""The clock of supervision: whoever is to be reminded by the rules is, once for each stage."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from shucheng.kernel.public import Actor
from shucheng.plan.supervision.actions.escalating import escalate_item
from shucheng.plan.supervision.engine.states import FINAL, UNISSUED
from shucheng.plan.supervision.models import SupervisionItem
from shucheng.plan.supervision.queries.items import new_stages

ESCALATE_JOB = "supervision.escalate"


def escalate_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    return {"stages": escalate_due(timezone.localdate(), actor=actor)}


def escalate_due(today: date, *, actor: Actor) -> int:
    """All items that reached a stage since the clock looked last; how many stages were new.

    Each item in a transaction of its own: killed in between, the next run does the rest. What is
    simulated reminds nobody.
    """
    ended = sorted(FINAL | UNISSUED)
    waiting = SupervisionItem.objects.exclude(state__in=ended).filter(simulated=False)
    new = 0
    for pk in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            if new_stages(SupervisionItem.objects.select_for_update().get(pk=pk), today):
                new += escalate_item(pk, today, actor=actor)
    return new

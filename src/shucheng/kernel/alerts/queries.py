"""Which alerts somebody should look at."""

from django.db.models import Q, QuerySet

from shucheng.kernel.actor import Actor
from shucheng.kernel.alerts.models import Alert

PAGE = 100


def addressed_to(actor: Actor) -> QuerySet[Alert]:
    """Alerts for this person, role or organisation; all of them for administrators."""
    if actor.may("alerts.resolve_all"):
        return Alert.objects.all()
    mine = Q(role__in=[role.value for role in actor.roles])
    mine |= Q(organisation_id__in=actor.organisation_ids)
    if actor.person_id is not None:
        mine |= Q(person_id=actor.person_id)
    return Alert.objects.filter(mine)


def open_alerts(actor: Actor) -> QuerySet[Alert]:
    """What is not resolved yet, the newest first."""
    return addressed_to(actor).filter(resolved_at__isnull=True)


def alerts_list(*, actor: Actor, resolved: bool = False) -> list[Alert]:
    actor.require("alerts.view")
    found = addressed_to(actor).filter(resolved_at__isnull=not resolved)
    return list(found.select_related("organisation", "person", "seen_by")[:PAGE])


def count_open_alerts(actor: Actor) -> int:
    """How many are new to those they are addressed to; shown beside the menu entry."""
    return open_alerts(actor).filter(seen_at__isnull=True).count()

"""Which alerts somebody should look at."""

from django.db.models import Q, QuerySet

from shucheng.kernel.actor import Actor
from shucheng.kernel.alerts.models import Alert


def open_alerts(actor: Actor) -> QuerySet[Alert]:
    """Unresolved alerts addressed to this person, role or organisation; all for administrators."""
    found = Alert.objects.filter(resolved_at__isnull=True)
    if actor.may("alerts.resolve_all"):
        return found
    return found.filter(
        Q(person_id=actor.person_id)
        | Q(role__in=[role.value for role in actor.roles])
        | Q(organisation_id__in=actor.organisation_ids)
    )


def count_open_alerts(actor: Actor) -> int:
    return open_alerts(actor).filter(seen_at__isnull=True).count()

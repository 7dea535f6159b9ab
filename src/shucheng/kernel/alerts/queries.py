"""Which alerts somebody should look at."""

from datetime import timedelta

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils import timezone

from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.alerts.models import Alert

PAGE = 100
MAILED_ROLES = (Role.SECURITY, Role.ADMINISTRATOR, Role.AUDITOR)
FRESH = timedelta(hours=24)


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


def to_be_mailed() -> list[Alert]:
    """What management duties or a person should hear of where they are not looking.

    Only what is fresh: a mail server that is configured later does not repeat the past.
    """
    since = timezone.now() - FRESH
    duties = Q(role__in=[role.value for role in MAILED_ROLES]) | Q(person__isnull=False)
    found = Alert.objects.filter(duties, mailed_at=None, resolved_at=None, last_at__gte=since)
    return list(found.exclude(severity=Alert.Severity.NOTICE).order_by("id"))


def recipients(alert: Alert) -> list[tuple[str, str]]:
    """Mail address and language of those an alert is addressed to, each once."""
    people = apps.get_model("identity", "Person")._default_manager.filter(is_active=True)
    now = timezone.now()
    if alert.person_id is not None:
        people = people.filter(pk=alert.person_id)
    else:
        held = Q(memberships__valid_to=None) | Q(memberships__valid_to__gt=now)
        people = people.filter(held, memberships__role=alert.role, memberships__valid_from__lte=now)
    open_now = people.filter(Q(expires_at=None) | Q(expires_at__gt=now)).exclude(email="")
    return sorted(set(open_now.values_list("email", "language")))


def count_open_alerts(actor: Actor) -> int:
    """How many are new to those they are addressed to; shown beside the menu entry."""
    return open_alerts(actor).filter(seen_at__isnull=True).count()

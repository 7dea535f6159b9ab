"""Parties by the code that grants, shares and evidence name them by."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from shucheng.kernel.public import Actor, Organisation, Role


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """What each party is called; a code that nobody has stands for itself."""
    wanted = set(codes)
    found = {each.code: each.label for each in Organisation.objects.filter(code__in=wanted)}
    return {code: found.get(code, code) for code in wanted}


def bureaux() -> list[str]:
    """Who runs the platform, and may have a share for that: where somebody is the plan office."""
    now = timezone.now()
    kept = Q(memberships__valid_to=None) | Q(memberships__valid_to__gt=now)
    found = Organisation.objects.filter(kept, memberships__role=Role.PLAN_OFFICE)
    return sorted({each.code for each in found})


def acts_for(actor: Actor, permission: str, organisation_id: int | None) -> bool:
    """Whether the actor holds a right for that very party."""
    return organisation_id is not None and actor.may(permission, organisation_id)

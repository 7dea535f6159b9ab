"""Who reviews in place of a department that has no reviewer: the plan office, and only then."""

from collections.abc import Collection, Iterable

from django.db.models import Q
from django.utils import timezone

from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.identity.models import Membership, Organisation
from shucheng.kernel.reporting.engine.moves import Level
from shucheng.kernel.reporting.models import Obligation


def without_reviewer(organisation_ids: Iterable[int]) -> set[int]:
    """Those for which no active person holds the review, at the organisation or above it."""
    now = timezone.now()
    held = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=now),
        Q(person__expires_at__isnull=True) | Q(person__expires_at__gt=now),
        role=Role.REVIEWER,
        valid_from__lte=now,
        person__is_active=True,
        person__is_service=False,
    )
    reviewed = set(held.values_list("organisation_id", flat=True))
    # Organisation asked for → where on the way up it is.
    place: dict[int, int] = {each: each for each in organisation_ids}
    lacking = set(place)
    while place:
        lacking -= {asked for asked, at in place.items() if at in reviewed}
        above = dict(
            Organisation.objects.filter(
                pk__in=set(place.values()), parent__isnull=False
            ).values_list("pk", "parent_id")
        )
        place = {
            asked: above[at] for asked, at in place.items() if at in above and asked in lacking
        }
    return lacking


def stands_in(
    obligation: Obligation, level: str, actor: Actor, lacking: Collection[int] | None = None
) -> bool:
    """Whether the actor would give the first review in place of the form's owner.

    A person does: the platform itself reviews nothing. `lacking` is what `without_reviewer` said
    of many owners; asked for this one where not given.
    """
    owner = obligation.form.owner_id
    if level != Level.DEPARTMENT or actor.may("reporting.review", owner):
        return False
    if actor.is_system or not actor.may("reporting.approve"):
        return False
    return owner in (without_reviewer([owner]) if lacking is None else lacking)

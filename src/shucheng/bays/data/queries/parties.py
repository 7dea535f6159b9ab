"""Parties by the code that grants, shares and evidence name them by."""

from collections.abc import Iterable

from shucheng.kernel.public import Actor, Organisation


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """What each party is called; a code that nobody has stands for itself."""
    wanted = set(codes)
    found = {each.code: each.label for each in Organisation.objects.filter(code__in=wanted)}
    return {code: found.get(code, code) for code in wanted}


def acts_for(actor: Actor, permission: str, organisation_id: int | None) -> bool:
    """Whether the actor holds a right for that very party."""
    return organisation_id is not None and actor.may(permission, organisation_id)

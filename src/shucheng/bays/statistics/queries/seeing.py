"""Whose firms an actor may see one by one."""

from shucheng.kernel.public import Actor, Forbidden, Organisation

_RIGHT = "statistics.firms"
# A park or a company lies in a county, and does not govern it.
_OF_A_COUNTY = (Organisation.Kind.COUNTY_GOVERNMENT, Organisation.Kind.DEPARTMENT)


def areas_seen(actor: Actor) -> frozenset[str] | None:
    """The areas whose single firms the actor sees; None for all of them, empty for none.

    A city department sees every firm, a county's government and departments those of the county.
    """
    if not actor.may(_RIGHT):
        return frozenset()
    # Not an organisation's right but the role's own: it holds for organisations one is not in.
    if actor.may(_RIGHT, organisation_id=-1):
        return None
    own = Organisation.objects.filter(pk__in=actor.organisation_ids, area__isnull=False)
    placed = list(own.values_list("kind", "area__code", "area__parent_id"))
    if any(kind == Organisation.Kind.DEPARTMENT and not above for kind, _code, above in placed):
        return None
    return frozenset(code for kind, code, above in placed if above and kind in _OF_A_COUNTY)


def require_firms(actor: Actor) -> frozenset[str] | None:
    """The same for a page of single firms: refused to those who see none."""
    actor.require(_RIGHT)
    seen = areas_seen(actor)
    if seen is not None and not seen:
        raise Forbidden(_RIGHT)
    return seen

"""Whose firms an actor may see one by one.

What is seen is a set of places: the code of an area for all of its firms, and for a park's own
people `area/park` for the firms that the register has in that park.
"""

from shucheng.kernel.public import Actor, Area, Forbidden, Organisation

_RIGHT = "statistics.firms"
# A company lies in a county, and does not govern it.
_OF_A_COUNTY = (Organisation.Kind.COUNTY_GOVERNMENT, Organisation.Kind.DEPARTMENT)
_ZONES = (Organisation.Kind.FUNCTIONAL_ZONE, Organisation.Kind.PARK)
# Areas that are a zone themselves: who runs the zone sees all of them.
_ZONE_AREAS = (Area.Kind.FUNCTIONAL_ZONE, Area.Kind.PARK)


def areas_seen(actor: Actor) -> frozenset[str] | None:
    """The places whose single firms the actor sees; None for all of them, empty for none.

    A city department sees every firm, a county's government and departments those of the county,
    a zone or park those in it.
    """
    if not actor.may(_RIGHT):
        return frozenset()
    # Not an organisation's right but the role's own: it holds for organisations one is not in.
    if actor.may(_RIGHT, organisation_id=-1):
        return None
    own = Organisation.objects.filter(pk__in=actor.organisation_ids, area__isnull=False)
    found: set[str] = set()
    for each in own.select_related("area").prefetch_related("aliases"):
        if (area := each.area) is None:
            continue
        if each.kind == Organisation.Kind.DEPARTMENT and area.parent_id is None:
            return None
        if area.parent_id is None:
            continue
        if each.kind in _OF_A_COUNTY or (each.kind in _ZONES and area.kind in _ZONE_AREAS):
            found.add(area.code)
        elif each.kind in _ZONES:
            names = {each.name, each.full_name, *(alias.text for alias in each.aliases.all())}
            found |= {park_key(area.code, name) for name in names if name}
    return frozenset(found)


def park_key(area: str, park: str) -> str:
    """The place of a park's firms."""
    return f"{area}/{park}"


def sees(seen: frozenset[str] | None, area: str, park: str | None) -> bool:
    """Whether a firm in an area and park is among the places seen."""
    return seen is None or area in seen or park_key(area, park or "") in seen


def require_firms(actor: Actor) -> frozenset[str] | None:
    """The same for a page of single firms: refused to those who see none."""
    actor.require(_RIGHT)
    seen = areas_seen(actor)
    if seen is not None and not seen:
        raise Forbidden(_RIGHT)
    return seen

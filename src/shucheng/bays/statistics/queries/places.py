"""The city's areas by name, in the reader's language and the order they are listed in."""

from shucheng.kernel.public import Area

_ZONES = frozenset({Area.Kind.FUNCTIONAL_ZONE, Area.Kind.PARK})


def area_names() -> dict[str, str]:
    """Code → name of what lies in the city: counties and districts, then zones and parks."""
    below = Area.objects.filter(parent__isnull=False).order_by("order", "code")
    return {each.code: each.label for each in sorted(below, key=lambda each: each.kind in _ZONES)}


def every_area_name() -> dict[str, str]:
    """The same, the city before them."""
    above = Area.objects.filter(parent__isnull=True).order_by("order", "code")
    return {each.code: each.label for each in above} | area_names()

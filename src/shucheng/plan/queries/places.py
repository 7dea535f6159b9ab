"""The areas a plan is held against: read once, for all who ask on the way to one page."""

from collections.abc import Iterable, Sequence

from shucheng.kernel.public import Area

_ZONES = frozenset({"functional_zone", "park"})


def every_area() -> tuple[Area, ...]:
    return tuple(Area.objects.select_related("parent"))


def city_of(places: Iterable[Area]) -> str:
    """The code of the area that all others lie in; empty where there is none."""
    return next((a.code for a in places if a.parent_id is None and a.kind != "province"), "")


def below_city(places: Iterable[Area]) -> list[Area]:
    """Counties and districts, then zones and parks."""
    below = [area for area in places if area.kind not in {"province", "city"}]
    return sorted(below, key=lambda area: area.kind in _ZONES)


def labels_of(places: Sequence[Area]) -> dict[str, str]:
    """Code → name, the city first, then counties, then zones."""
    cities = [area for area in places if area.kind == "city"]
    return {area.code: area.label for area in (*cities, *below_city(places))}

"""Pairs of registrations that may be one firm."""

from dataclasses import dataclass
from importlib.util import find_spec

from django.db.models import QuerySet

from shucheng.bays.statistics.models import Link
from shucheng.bays.statistics.queries.places import every_area_name
from shucheng.bays.statistics.queries.seeing import areas_seen
from shucheng.kernel.public import Actor

PAGE = 20


@dataclass(frozen=True, slots=True)
class DuplicatesPage:
    """`PAGE` pairs of a state, the most probable first; `available`: more can be looked for."""

    links: tuple[Link, ...]
    state: str
    counts: tuple[tuple[str, str, int], ...]
    count: int
    page: int
    pages: int
    areas: dict[str, str]
    available: bool

    @property
    def simulated(self) -> bool:
        return any(each.left.batch.simulated for each in self.links)


def duplicates_page(state: str, page: int, *, actor: Actor) -> DuplicatesPage:
    found = links_seen(actor).select_related("left__batch", "right__batch", "facts_of")
    chosen = state if state in Link.State.values else Link.State.WAITING.value
    counts = tuple(
        (each.value, str(each.label), found.filter(state=each).count()) for each in Link.State
    )
    count = next(number for value, _label, number in counts if value == chosen)
    pages = max(1, -(-count // PAGE))
    at = min(max(page, 1), pages)
    links = found.filter(state=chosen)[(at - 1) * PAGE : at * PAGE]
    return DuplicatesPage(
        tuple(links),
        chosen,
        counts,
        count,
        at,
        pages,
        every_area_name(),
        find_spec("splink") is not None,
    )


def links_seen(actor: Actor) -> QuerySet[Link]:
    """Pairs of which the actor sees both firms."""
    actor.require("statistics.decide")
    seen = areas_seen(actor)
    if seen is None:
        return Link.objects.all()
    return Link.objects.filter(left__area__in=seen, right__area__in=seen)

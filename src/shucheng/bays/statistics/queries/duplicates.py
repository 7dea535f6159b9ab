"""Pairs of registrations that may be one firm."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from shucheng.bays.statistics.models import Firm, Link
from shucheng.bays.statistics.queries.places import every_area_name
from shucheng.bays.statistics.queries.seeing import areas_seen
from shucheng.kernel.public import Actor

PAGE = 10


@dataclass(frozen=True, slots=True)
class Compared:
    """A fact of both registrations; `differs` where that speaks against their being one."""

    name: str
    left: str
    right: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class PairShown:
    link: Link
    facts: tuple[Compared, ...]

    @property
    def per_cent(self) -> float:
        return 100 * self.link.probability

    @property
    def told_last(self) -> Firm | None:
        """The registration of which a later month was told; None where both are of one month."""
        left, right = self.link.left, self.link.right
        if left.since == right.since:
            return None
        return max(left, right, key=lambda firm: firm.since)


@dataclass(frozen=True, slots=True)
class DuplicatesPage:
    """`PAGE` pairs of a state, the most probable first; `available`: more can be looked for."""

    pairs: tuple[PairShown, ...]
    state: str
    counts: tuple[tuple[str, str, int], ...]
    count: int
    page: int
    pages: int
    available: bool

    @property
    def simulated(self) -> bool:
        return any(each.link.left.batch.simulated for each in self.pairs)


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
    areas = every_area_name()
    return DuplicatesPage(
        tuple(PairShown(each, tuple(_facts(each, areas))) for each in links),
        chosen,
        counts,
        count,
        at,
        pages,
        find_spec("splink") is not None,
    )


def _facts(link: Link, areas: dict[str, str]) -> Iterator[Compared]:
    """What of the two can be laid side by side."""
    left, right = link.left, link.right
    for name, of in (
        (_("Address"), lambda firm: firm.address),
        (_("Area"), lambda firm: _place(firm, areas)),
        (_("Industry code"), lambda firm: firm.industry),
        (_("Size"), _size),
    ):
        one, other = of(left), of(right)
        yield Compared(name, one or "—", other or "—", one != other)
    yield Compared(_("Holds since"), _month(left), _month(right))


def _place(firm: Firm, areas: dict[str, str]) -> str:
    return " · ".join(part for part in (areas.get(firm.area, firm.area), firm.park) if part)


def _size(firm: Firm) -> str:
    size = str(firm.get_size_display())
    return f"{size} · {_('above designated size')}" if firm.designated else size


def _month(firm: Firm) -> str:
    return f"{firm.since // 100}-{firm.since % 100:02}"


def links_seen(actor: Actor) -> QuerySet[Link]:
    """Pairs of which the actor sees both firms."""
    actor.require("statistics.decide")
    seen = areas_seen(actor)
    if seen is None:
        return Link.objects.all()
    return Link.objects.filter(left__area__in=seen, right__area__in=seen)

"""Coefficients as a list, and what may be proposed."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from shucheng.bays.statistics.models import Coefficient
from shucheng.bays.statistics.queries.definitions import classes_in_force
from shucheng.bays.statistics.queries.seeing import areas_seen
from shucheng.kernel.public import Actor

MOST = 50


@dataclass(frozen=True, slots=True)
class CoefficientsPage:
    """Those waiting first, then what was decided, the newest first; at most `MOST` of `count`.
    `whole_city`: the actor may propose and decide of whole classes too."""

    waiting: tuple[Coefficient, ...]
    decided: tuple[Coefficient, ...]
    count: int
    classes: tuple[tuple[str, str], ...]
    version: str
    whole_city: bool

    @property
    def simulated(self) -> bool:
        return any(each.simulated for each in (*self.waiting, *self.decided))


def coefficients_page(*, actor: Actor) -> CoefficientsPage:
    """Of firms in the areas the actor sees, and of whole classes."""
    found = coefficients_seen(actor).select_related("firm", "proposed_by", "decided_by")
    classes = classes_in_force()
    waiting = found.filter(state=Coefficient.State.PROPOSED)
    decided = found.exclude(state=Coefficient.State.PROPOSED)
    return CoefficientsPage(
        tuple(waiting[:MOST]),
        tuple(decided.order_by("-decided_at", "-pk")[:MOST]),
        decided.count(),
        tuple((each.code, each.name) for each in classes.classes if each.partial),
        classes.version,
        areas_seen(actor) is None,
    )


def coefficients_seen(actor: Actor) -> QuerySet[Coefficient]:
    actor.require("statistics.decide")
    seen = areas_seen(actor)
    if seen is None:
        return Coefficient.objects.all()
    return Coefficient.objects.filter(Q(firm=None) | Q(firm__area__in=seen))


def coefficients_to_decide(actor: Actor) -> QuerySet[Coefficient]:
    """Those that wait and that the actor may decide: of whole classes only who sees every firm."""
    waiting = coefficients_seen(actor).filter(state=Coefficient.State.PROPOSED)
    return waiting if areas_seen(actor) is None else waiting.exclude(firm=None)

"""Where a resource comes from and what is made of it, two steps each way, as a picture's data: as
far as whoever looks may see it."""

from dataclasses import dataclass

from django.db.models import Case, QuerySet, When

from shucheng.bays.data.models.catalogue import Lineage, Resource
from shucheng.bays.data.queries.catalogue import resources_seen
from shucheng.kernel.public import Actor

DEPTH = 2
_OFFERED = 300


@dataclass(frozen=True, slots=True)
class Node:
    code: str
    title: str
    holder: str
    column: int  # below zero: what it is made from
    how: str = ""


@dataclass(frozen=True, slots=True)
class LineagePicture:
    """Columns from the farthest origin to the farthest result; empty where it stands alone."""

    columns: tuple[tuple[Node, ...], ...]


def lineage_picture(resource: Resource, *, actor: Actor) -> LineagePicture:
    seen = resources_seen(actor)
    before, after = _walk(resource, -1, seen), _walk(resource, 1, seen)
    if not before and not after:
        return LineagePicture(())
    own = [[Node(resource.code, resource.title, resource.holder.label, 0)]]
    return LineagePicture(tuple(tuple(each) for each in (*reversed(before), *own, *after)))


def origins_offered(resource: Resource, *, actor: Actor) -> list[Resource]:
    """What it may be made from, its holder's own first; beyond these one types a code."""
    own = Case(When(holder=resource.holder_id, then=0), default=1)
    return list(resources_seen(actor).exclude(pk=resource.pk).order_by(own, "code")[:_OFFERED])


def _walk(resource: Resource, way: int, visible: QuerySet[Resource]) -> list[list[Node]]:
    """Level by level, each resource once; what is not visible ends its branch."""
    here, there = ("target", "origin") if way < 0 else ("origin", "target")
    level, seen, found = {resource.pk}, {resource.pk}, []
    for depth in range(1, DEPTH + 1):
        rows = Lineage.objects.filter(
            **{f"{here}_id__in": level, f"{there}__in": visible.values("pk")}
        ).select_related(f"{there}__holder")
        nodes = {}
        for row in rows:
            other: Resource = getattr(row, there)
            if other.pk not in seen:
                nodes[other.pk] = Node(
                    other.code, other.title, other.holder.label, way * depth, row.how
                )
        if not nodes:
            break
        seen |= nodes.keys()
        level = set(nodes)
        found.append(list(nodes.values()))
    return found

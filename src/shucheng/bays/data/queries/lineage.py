"""Where a resource comes from and what is made of it, two steps each way, as a picture's data."""

from dataclasses import dataclass

from shucheng.bays.data.models.catalogue import Lineage, Resource

DEPTH = 2


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


def lineage_picture(resource: Resource) -> LineagePicture:
    before = _walk(resource, -1)
    after = _walk(resource, 1)
    if not before and not after:
        return LineagePicture(())
    own = [[Node(resource.code, resource.title, resource.holder.label, 0)]]
    return LineagePicture(tuple(tuple(each) for each in (*reversed(before), *own, *after)))


def _walk(resource: Resource, way: int) -> list[list[Node]]:
    """Level by level, each resource once."""
    here, there = ("target", "origin") if way < 0 else ("origin", "target")
    level, seen, found = {resource.pk}, {resource.pk}, []
    for depth in range(1, DEPTH + 1):
        rows = Lineage.objects.filter(**{f"{here}_id__in": level}).select_related(
            f"{there}__holder"
        )
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

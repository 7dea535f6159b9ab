"""A catalogue validated and written: an entry at a time, so that thousands stay small in memory.

What comes out is what `write` says of the entries that meet the shapes; each of the others is named
with its faults. An entry's own statements and those of what it shares with others (its holder, its
themes) are validated together, so no fault hides between two entries: a shared thing of which two
entries say different things is a fault of the second.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..model import Resource
from .shapes import Shape, Violation, shipped_shapes, violations
from .terms import PREFIXES, Term, grouped
from .write import node, statements


@dataclass(frozen=True, slots=True)
class Published:
    """`document`: JSON-LD of `count` entries; `refused`: by code what each entry violates, with
    `SaidTwice` for a code that is taken or a shared thing that another entry describes otherwise.
    """

    document: str
    count: int
    refused: Mapping[str, tuple[Violation, ...]]


def publish(
    resources: Iterable[Resource], base: str, shapes: Iterable[Shape] | None = None
) -> Published:
    """The entries as JSON-LD, those that do not meet the shapes left out. `base` and errors: see
    `write.statements`."""
    rules = shipped_shapes() if shapes is None else tuple(shapes)
    parts: list[str] = []
    refused: dict[str, tuple[Violation, ...]] = {}
    known: dict[str, dict[str, list[Term]]] = {}
    count = 0
    for one in resources:
        graph = grouped(statements(one, base))
        roots = [each for each in graph if "#" not in each]
        new = [each for each in roots if each not in known]
        faults = violations(graph, rules)
        faults += tuple(
            Violation(each, "", "SaidTwice")
            for each in roots
            if each not in new and (each == roots[0] or graph[each] != known[each])
        )
        if faults:
            refused[one.code] = faults
            continue
        parts += [encode(node(graph, each)) for each in new]
        known |= {each: graph[each] for each in new}
        count += 1
    return Published(
        f'{{"@context":{encode(PREFIXES)},"@graph":[{",".join(parts)}]}}', count, refused
    )


encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

"""What one product's footprint is made of: its supply chain as a tree, and as a Sankey diagram.

The score of every product is known (`scores`), so a branch is weighed before it is followed, and a
tree asks for no further solve. In every node: score = direct + children + rest. Bourgault et al.
2012, Int. J. LCA 17, 939-949, describe such a traversal.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Literal

import numpy as np

from .scores import Scores

# Why a node has no children: its product is on the way to it already (the loop goes round once,
# the rest of it is in `rest`), the tree is deep enough, or has nodes enough; "": all is shown.
End = Literal["", "loop", "depth", "size"]


@dataclass(frozen=True, slots=True)
class Node:
    """`amount` of a product, in the product's unit, and its `score`, of which `direct` leaves at
    the process itself, and `rest` comes with `left_out` inputs that are not shown."""

    product: str
    amount: float
    score: float
    direct: float
    rest: float
    left_out: int
    end: End
    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Link:
    """`value` (the method's unit) of the score at `target` comes from `source`. Names are
    `level:product`, or one of `DIRECT` and `REST`."""

    source: str
    target: str
    value: float


DIRECT, REST = "direct", "rest"


@dataclass
class _Open:
    row: int
    amount: float
    score: float
    above: "_Open | None"
    level: int
    direct: float = 0.0
    rest: float = 0.0
    left_out: int = 0
    end: End = ""
    children: list["_Open"] = field(default_factory=list)

    def is_above(self, row: int) -> bool:
        node: _Open | None = self
        while node is not None:
            if node.row == row:
                return True
            node = node.above
        return False


def tree(
    scores: Scores,
    product: str,
    amount: float = 1.0,
    *,
    cut_off: float = 0.01,
    depth: int = 12,
    size: int = 500,
) -> Node:
    """The supply chain of an amount of a product. Inputs whose score is a smaller share of the
    whole than `cut_off` (0..1, either sign) are left out and added up; the heaviest branches are
    followed first. At most `depth` levels below the root and `size` nodes, or one more's inputs.

    Raises `LcaRefused` (`nobody-makes`).
    """
    system, values = scores.system, scores.values
    matrix, made = system.technosphere, system.technosphere.diagonal()
    start = system.position(product)
    root = _Open(start, amount, amount * float(values[start]), None, 0)
    least = cut_off * abs(root.score)
    waiting = [(-abs(root.score), 0, root)]
    nodes = 1
    while waiting:
        _, _, node = heappop(waiting)
        runs = node.amount / float(made[node.row])
        node.direct = runs * float(scores.direct[node.row])
        if not node.end and nodes >= size:
            node.end = "size"
        column = slice(matrix.indptr[node.row], matrix.indptr[node.row + 1])
        rows = matrix.indices[column]
        others = rows != node.row
        rows, amounts = rows[others], -matrix.data[column][others] * runs
        below = amounts * values[rows]
        shown = np.abs(below) >= least if not node.end else np.zeros(rows.size, bool)
        node.rest = float(below[~shown].sum())
        node.left_out = int(np.count_nonzero(~shown))
        for row, taken, score in zip(rows[shown], amounts[shown], below[shown], strict=True):
            child = _Open(int(row), float(taken), float(score), node, node.level + 1)
            if node.is_above(child.row):
                child.end = "loop"
            elif child.level >= depth:
                child.end = "depth"
            node.children.append(child)
            nodes += 1
            heappush(waiting, (-abs(child.score), nodes, child))
    return _closed(root, system.products)


def links(root: Node) -> tuple[Link, ...]:
    """A tree as links of a Sankey diagram. Branches that meet at one level and product are one;
    what flows into each name flows out of it, the root's score at the end. A credit is negative.
    """
    found: dict[tuple[str, str], float] = defaultdict(float)

    def follow(node: Node, level: int) -> None:
        name = f"{level}:{node.product}"
        if node.direct:
            found[DIRECT, name] += node.direct
        if node.rest:
            found[REST, name] += node.rest
        for child in node.children:
            found[f"{level + 1}:{child.product}", name] += child.score
            follow(child, level + 1)

    follow(root, 0)
    return tuple(Link(*names, value) for names, value in found.items())


def _closed(node: _Open, products: tuple[str, ...]) -> Node:
    below = sorted(node.children, key=lambda each: -abs(each.score))
    return Node(
        product=products[node.row],
        amount=node.amount,
        score=node.score,
        direct=node.direct,
        rest=node.rest,
        left_out=node.left_out,
        end=node.end,
        children=tuple(_closed(each, products) for each in below),
    )

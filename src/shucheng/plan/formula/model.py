"""What a formula is made of: a tree of plain data, which prints as the formula it was read from.

A *reading* adds one metric's own observations up to the formula's period; everything above it
works on values that already belong to that period.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Literal

Span = tuple[int, int]
Sign = Literal["+", "-", "*", "/"]

# How a reading adds up: within the period (sum, mean, its last value), since January (ytd), since
# the plan's first year (cumulative), or as the metric itself defines (own).
Over = Literal["own", "sum", "mean", "last", "ytd", "cumulative"]
READINGS: Final[tuple[Over, ...]] = ("sum", "mean", "last", "ytd", "cumulative")

Function = Literal["yoy", "growth", "change", "share", "ratio", "city", "children", "abs"]
# Function: how many arguments it takes.
FUNCTIONS: Final[dict[Function, int]] = {
    "yoy": 1,  # 同比: against the same period of the year before, in percent
    "growth": 1,  # 环比: against the period before, in percent
    "change": 1,  # 同比增减: the difference with the same period of the year before
    "share": 2,  # 占比: the first as a percentage of the second
    "ratio": 2,  # the first divided by the second
    "city": 1,  # the value of the whole city, beside that of every area
    "children": 1,  # 下级合计: the sum over the areas directly below
    "abs": 1,
}

# {"industry": ("01", "02")} as pairs, sorted by dimension: the codes that count.
Selection = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Number:
    value: Fraction
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        whole, rest = divmod(abs(self.value), 1)
        return f"{whole}" if not rest else f"{float(abs(self.value)):.15g}"


@dataclass(frozen=True, slots=True)
class Reading:
    """One metric, the codes of its dimensions that count, and how it adds up over time."""

    metric: str
    over: Over = "own"
    where: Selection = ()
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        chosen = ", ".join(f"{name}={'|'.join(codes)}" for name, codes in self.where)
        text = f"{self.metric}[{chosen}]" if chosen else self.metric
        return text if self.over == "own" else f"{self.over}({text})"


@dataclass(frozen=True, slots=True)
class Call:
    function: Function
    arguments: tuple["Node", ...]
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        return f"{self.function}({', '.join(str(each) for each in self.arguments)})"


@dataclass(frozen=True, slots=True)
class Operation:
    sign: Sign
    left: "Node"
    right: "Node"
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        left = _bracketed(self.left, self.sign in "*/" and _adds(self.left))
        right = _bracketed(
            self.right,
            isinstance(self.right, Operation) and (self.sign in "*/" or _adds(self.right)),
        )
        return f"{left} {self.sign} {right}"


Node = Number | Reading | Call | Operation


def readings(node: Node) -> Iterator[Reading]:
    """Every reading below a node, in the order of the text."""
    if isinstance(node, Reading):
        yield node
    for child in children(node):
        yield from readings(child)


def children(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Call):
        return node.arguments
    return (node.left, node.right) if isinstance(node, Operation) else ()


def _adds(node: Node) -> bool:
    return isinstance(node, Operation) and node.sign in "+-"


def _bracketed(node: Node, needed: bool) -> str:
    return f"({node})" if needed else str(node)

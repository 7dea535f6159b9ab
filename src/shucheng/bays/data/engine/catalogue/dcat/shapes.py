"""SHACL shapes compiled to checks over plain statements.

A general validator needs minutes for what has to be published in seconds, so the shapes of
`shapes.ttl` are read once and become functions. The part of SHACL Core that is compiled: targets by
class, paths of one predicate, and the constraints of `_COMPILED`; anything else in a shapes graph
is refused, never passed over. Tests hold each answer against pyshacl on the same faults.
(W3C Shapes Constraint Language, 2017: sections 2.1.3.2 and 4.1 to 4.8.)
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import NamedTuple

from rdflib import RDF as RDF_NS
from rdflib import Graph as RdfGraph
from rdflib import Literal as RdfLiteral
from rdflib import URIRef
from rdflib.collection import Collection
from rdflib.namespace import SH
from rdflib.term import Node

from ..model import FOLDER
from .terms import RDF, TYPE, XSD, Graph, Literal, Term


class ShapesInvalid(ValueError):
    """A shapes graph that says more than is compiled here, or less than a shape: `why`."""

    code = "catalogue.shapes-invalid"

    def __init__(self, why: str) -> None:
        super().__init__(why)


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """A node that does not meet a shape: its IRI, the predicate ("": the node itself), and the
    constraint by its SHACL name, such as `MinCount`. The value itself is left out: it can be long,
    and the entry has it."""

    node: str
    path: str
    constraint: str


# What a constraint answers for the values of one path: how many of them fail.
Check = Callable[[Graph, str, Sequence[Term]], int]


class Shape(NamedTuple):
    """Checks of all nodes of a class: of the node itself, and by path."""

    target: str
    own: tuple[tuple[str, Check], ...]
    paths: tuple[tuple[str, tuple[tuple[str, Check], ...]], ...]


@cache
def shipped_shapes() -> tuple[Shape, ...]:
    """The shapes of published entries."""
    return read_shapes((FOLDER / "shapes.ttl").read_text(encoding="utf-8"))


def read_shapes(turtle: str) -> tuple[Shape, ...]:
    """Shapes from Turtle. Raises `ShapesInvalid`."""
    graph = RdfGraph().parse(data=turtle, format="turtle")
    nodes = sorted(graph.subjects(RDF_NS.type, SH.NodeShape), key=str)
    return tuple(_shape(graph, node) for node in nodes)


def violations(graph: Graph, shapes: Iterable[Shape] | None = None) -> tuple[Violation, ...]:
    """Where the statements do not meet the shapes, sorted; empty: they do. One entry of the answer
    for each value that fails, as SHACL counts them."""
    by_class: dict[str, list[Shape]] = {}
    for shape in shipped_shapes() if shapes is None else shapes:
        by_class.setdefault(shape.target, []).append(shape)
    found: list[Violation] = []
    for node, said in graph.items():
        for kind in said.get(TYPE, ()):
            for shape in by_class.get(kind, ()) if isinstance(kind, str) else ():
                found += _failing(graph, node, shape)
    return tuple(sorted(found))


def _failing(graph: Graph, node: str, shape: Shape) -> Iterator[Violation]:
    for name, check in shape.own:
        if check(graph, node, (node,)):
            yield Violation(node, "", name)
    said = graph[node]
    for path, checks in shape.paths:
        values = said.get(path, ())
        for name, check in checks:
            for _ in range(check(graph, node, values)):
                yield Violation(node, path, name)


def _shape(graph: RdfGraph, node: Node) -> Shape:
    target, own, paths = "", [], []
    for predicate, value in graph.predicate_objects(node):
        if predicate == SH.targetClass and not target:
            target = str(value)
        elif predicate == SH.property:
            paths.append(_property(graph, value))
        elif predicate in _COMPILED:
            own.append(_compiled(graph, predicate, value))
        elif predicate != RDF_NS.type:
            raise ShapesInvalid(f"{node}: {predicate} is not compiled")
    if not target:
        raise ShapesInvalid(f"{node}: a shape without a class")
    return Shape(target, tuple(own), tuple(sorted(paths, key=lambda each: each[0])))


def _property(graph: RdfGraph, node: Node) -> tuple[str, tuple[tuple[str, Check], ...]]:
    path = graph.value(node, SH.path)
    if not isinstance(path, URIRef):
        raise ShapesInvalid(f"{path}: a path is one predicate")
    checks = []
    for predicate, value in graph.predicate_objects(node):
        if predicate in _COMPILED:
            checks.append(_compiled(graph, predicate, value))
        elif predicate != SH.path:
            raise ShapesInvalid(f"{path}: {predicate} is not compiled")
    return str(path), tuple(sorted(checks, key=lambda each: each[0]))


def _compiled(graph: RdfGraph, predicate: Node, value: Node) -> tuple[str, Check]:
    name, make = _COMPILED[predicate]
    return name, make(graph, value)


def _each(fails: Callable[[Term], bool]) -> Check:
    return lambda graph, node, values: sum(map(fails, values))


def _min_count(_: RdfGraph, value: Node) -> Check:
    least = int(str(value))
    return lambda graph, node, values: len(values) < least


def _max_count(_: RdfGraph, value: Node) -> Check:
    most = int(str(value))
    return lambda graph, node, values: len(values) > most


def _min_length(_: RdfGraph, value: Node) -> Check:
    least = int(str(value))
    return _each(lambda term: _is_blank(term) or len(_string(term)) < least)


def _max_length(_: RdfGraph, value: Node) -> Check:
    most = int(str(value))
    return _each(lambda term: _is_blank(term) or len(_string(term)) > most)


def _pattern(_: RdfGraph, value: Node) -> Check:
    pattern = re.compile(str(value))
    return _each(lambda term: _is_blank(term) or not pattern.search(_string(term)))


def _datatype(_: RdfGraph, value: Node) -> Check:
    datatype = str(value)
    return _each(lambda term: isinstance(term, str) or not _is_of(term, datatype))


def _node_kind(_: RdfGraph, value: Node) -> Check:
    allowed = str(value).removeprefix(str(SH))
    return _each(lambda term: _kind(term) not in allowed)


def _class(_: RdfGraph, value: Node) -> Check:
    wanted = str(value)

    def check(graph: Graph, node: str, values: Sequence[Term]) -> int:
        return sum(
            isinstance(each, Literal) or wanted not in graph.get(each, {}).get(TYPE, ())
            for each in values
        )

    return check


def _in(graph: RdfGraph, value: Node) -> Check:
    allowed = frozenset(_term(each) for each in Collection(graph, value))
    return _each(lambda term: term not in allowed)


def _unique_language(_: RdfGraph, value: Node) -> Check:
    if str(value) != "true":
        raise ShapesInvalid("uniqueLang is true or not there")

    def check(graph: Graph, node: str, values: Sequence[Term]) -> int:
        said = [v.language.lower() for v in values if isinstance(v, Literal) and v.language]
        return sum(said.count(each) > 1 for each in set(said))

    return check


def _at_most(_: RdfGraph, value: Node) -> Check:
    other = str(value)

    def check(graph: Graph, node: str, values: Sequence[Term]) -> int:
        beside = graph[node].get(other, ())
        return sum(not _is_at_most(each, high) for each in values for high in beside)

    return check


# Name of the SHACL constraint component, and what makes its check from the parameter.
_COMPILED: dict[Node, tuple[str, Callable[[RdfGraph, Node], Check]]] = {
    SH.minCount: ("MinCount", _min_count),
    SH.maxCount: ("MaxCount", _max_count),
    SH.minLength: ("MinLength", _min_length),
    SH.maxLength: ("MaxLength", _max_length),
    SH.pattern: ("Pattern", _pattern),
    SH.datatype: ("Datatype", _datatype),
    SH.nodeKind: ("NodeKind", _node_kind),
    SH["class"]: ("Class", _class),
    SH["in"]: ("In", _in),
    SH.uniqueLang: ("UniqueLang", _unique_language),
    SH.lessThanOrEquals: ("LessThanOrEquals", _at_most),
}


def _is_blank(term: Term) -> bool:
    return isinstance(term, str) and ":" not in term


def _string(term: Term) -> str:
    return term if isinstance(term, str) else term.value


def _kind(term: Term) -> str:
    if isinstance(term, Literal):
        return "Literal"
    return "BlankNode" if _is_blank(term) else "IRI"


# The forms that a value of a datatype can have (XML Schema 1.1, part 2).
_LEXICAL = {
    f"{XSD}date": re.compile(r"\d{4}-\d{2}-\d{2}(Z|[+-]\d{2}:\d{2})?"),
    f"{XSD}boolean": re.compile(r"true|false|0|1"),
    f"{XSD}string": re.compile(r"(?s).*"),
    f"{RDF}langString": re.compile(r"(?s).*"),
}


def _is_of(literal: Literal, datatype: str) -> bool:
    """The datatype itself, and a value that it has: 2025-02-30 is no date."""
    if literal.datatype != datatype:
        return False
    if datatype not in _LEXICAL:
        raise ShapesInvalid(f"{datatype} is not compiled")
    if not _LEXICAL[datatype].fullmatch(literal.value):
        return False
    return datatype != f"{XSD}date" or _is_day(literal.value)


def _is_day(value: str) -> bool:
    with suppress(ValueError):
        return bool(date.fromisoformat(value[:10]))
    return False


def _is_at_most(low: Term, high: Term) -> bool:
    """Of days; what cannot be compared fails (SHACL 4.5.4)."""
    if isinstance(low, str) or isinstance(high, str):
        return False
    both = f"{XSD}date"
    return _is_of(low, both) and _is_of(high, both) and low.value <= high.value


def _term(node: Node) -> Term:
    if isinstance(node, RdfLiteral):
        return Literal(str(node), str(node.datatype or f"{XSD}string"), node.language or "")
    return str(node)

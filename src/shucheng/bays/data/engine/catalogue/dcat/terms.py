"""The vocabularies of a catalogue in RDF, and statements as plain tuples.

Everything here writes IRIs of its own where others leave nodes blank, so two graphs are equal when
their sets of statements are.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from shucheng.lib.tables import printable

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
EU = "http://publications.europa.eu/resource/authority/"
PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "csvw": "http://www.w3.org/ns/csvw#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "shu": "urn:shucheng:terms:",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": XSD,
}
TYPE = f"{RDF}type"


class Literal(NamedTuple):
    """A text (`language` or plain) or a typed value."""

    value: str
    datatype: str = f"{XSD}string"
    language: str = ""


Term = str | Literal
Statement = tuple[str, str, Term]
# What is said of each subject: predicate → terms, in the order in which they came.
Graph = dict[str, dict[str, list[Term]]]


def iri(short: str) -> str:
    """The full form of a name such as `dct:title`."""
    prefix, _, name = short.partition(":")
    return PREFIXES[prefix] + name


def segment(text: str) -> str:
    """Any text as one step of an IRI; its own inverse is `urllib.parse.unquote`."""
    return quote(text, safe="/")


@lru_cache(maxsize=100_000)
def text(value: str) -> Literal:
    """A text in Chinese, the language of the catalogue."""
    return Literal(printable(value), f"{RDF}langString", "zh")


@lru_cache(maxsize=100_000)
def plain(value: str) -> Literal:
    return Literal(printable(value))


def grouped(statements: Iterable[Statement]) -> Graph:
    graph: Graph = {}
    for subject, predicate, term in statements:
        said = graph.get(subject)
        if said is None:
            said = graph[subject] = {}
        if predicate in said:
            said[predicate].append(term)
        else:
            said[predicate] = [term]
    return graph

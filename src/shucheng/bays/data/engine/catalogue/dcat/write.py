"""Entries as DCAT 3, with the properties of DCAT-AP where it has one for what an entry says.

JSON-LD is written from the statements themselves, which is what makes thousands of entries a matter
of seconds; Turtle and RDF/XML go through rdflib. All three say the same statements.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import Any
from typing import Literal as Choice

from rdflib import Graph as RdfGraph
from rdflib import Literal as RdfLiteral
from rdflib import URIRef

from shucheng.lib.geography import place

from ..model import Resource
from .terms import (
    EU,
    PREFIXES,
    TYPE,
    XSD,
    Graph,
    Literal,
    Statement,
    Term,
    grouped,
    iri,
    plain,
    segment,
    text,
)

Form = Choice["turtle", "json-ld", "xml"]

FREQUENCY = f"{EU}frequency/"
FILE_TYPE = f"{EU}file-type/"
ACCESS = {
    "unconditional": f"{EU}access-right/PUBLIC",
    "conditional": f"{EU}access-right/RESTRICTED",
    "none": f"{EU}access-right/NON_PUBLIC",
}
# Formats that the EU's vocabulary of file types has under the same name in capitals.
FILE_TYPES = frozenset(
    {"csv", "json", "geojson", "parquet", "pdf", "tsv", "xls", "xlsx", "xml", "zip", "docx", "jpeg"}
)
DATATYPES = {
    "string": f"{XSD}string",
    "integer": f"{XSD}integer",
    "decimal": f"{XSD}decimal",
    "number": f"{XSD}double",
    "boolean": f"{XSD}boolean",
    "date": f"{XSD}date",
    "datetime": f"{XSD}dateTime",
    "time": f"{XSD}time",
    "binary": f"{XSD}base64Binary",
    "json": PREFIXES["csvw"] + "JSON",
    "other": f"{XSD}anyAtomicType",
}

_I = {
    short: iri(short)
    for short in (
        "odrl:permission", "odrl:prohibition",
        "csvw:Column", "csvw:Schema", "csvw:column", "csvw:datatype", "csvw:name",
        "csvw:primaryKey", "csvw:required", "csvw:tableSchema", "csvw:title", "dcat:Dataset",
        "dcat:Distribution", "dcat:accessURL", "dcat:distribution", "dcat:endDate", "dcat:keyword",
        "dcat:startDate", "dcat:theme", "dcat:version", "dct:LicenseDocument", "dct:Location",
        "dct:MediaTypeOrExtent", "dct:PeriodOfTime", "dct:ProvenanceStatement", "dct:Standard",
        "dct:accessRights", "dct:accrualPeriodicity", "dct:conformsTo", "dct:description",
        "dct:format", "dct:identifier", "dct:license", "dct:provenance", "dct:publisher",
        "dct:spatial", "dct:temporal", "dct:title", "dct:type", "foaf:Agent", "foaf:name",
        "odrl:Set", "odrl:action", "odrl:duty", "odrl:hasPolicy", "odrl:obtainConsent",
        "odrl:target", "odrl:use", "prov:wasDerivedFrom", "rdfs:label", "shu:grade", "shu:position",
        "skos:Concept", "skos:prefLabel",
    )
}  # fmt: skip
_TRUE = Literal("true", f"{XSD}boolean")


def statements(resource: Resource, base: str) -> Iterator[Statement]:
    """All that an entry without `problems` says, each statement once. `base`: the catalogue's IRI,
    which ends in `/`. Raises `KeyError` for a type or condition that is no word of the catalogue.
    """
    me = f"{base}dataset/{segment(resource.code)}"
    yield me, TYPE, _I["dcat:Dataset"]
    yield me, _I["dct:identifier"], plain(resource.code)
    for name, value in (("dct:title", resource.title), ("dct:description", resource.description)):
        if value:
            yield me, _I[name], text(value)
    if resource.version:
        yield me, _I["dcat:version"], plain(resource.version)
    if resource.grade:
        yield me, _I["shu:grade"], plain(resource.grade)
    yield me, _I["dct:accrualPeriodicity"], FREQUENCY + resource.frequency
    for each in dict.fromkeys(resource.keywords):
        yield me, _I["dcat:keyword"], text(each)
    for code in dict.fromkeys(resource.derived_from):
        yield me, _I["prov:wasDerivedFrom"], f"{base}dataset/{segment(code)}"
    yield from _around(resource, me, base)
    yield from _conditions(resource, me)
    yield from _distributions(resource, me)
    yield from _schema(resource, me)


def graph_of(resources: Iterable[Resource], base: str) -> Graph:
    """The statements of all entries by subject, each once."""
    seen = dict.fromkeys(each for one in resources for each in statements(one, base))
    return grouped(seen)


def write(resources: Iterable[Resource], base: str, form: Form = "json-ld") -> str:
    """The entries as a document, see `statements`. `json-ld` carries its context whole: who reads
    it needs no network."""
    graph = graph_of(resources, base)
    if form == "json-ld":
        return json.dumps(_document(graph), ensure_ascii=False, separators=(",", ":"))
    return rdf(graph).serialize(format="pretty-xml" if form == "xml" else form)


def rdf(graph: Graph) -> RdfGraph:
    """The same statements for rdflib."""
    made = RdfGraph()
    for prefix, namespace in PREFIXES.items():
        made.bind(prefix, namespace)
    for subject, said in graph.items():
        for predicate, terms in said.items():
            for term in terms:
                made.add((URIRef(subject), URIRef(predicate), _rdf_term(term)))
    return made


def _rdf_term(term: Term) -> URIRef | RdfLiteral:
    if isinstance(term, str):
        return URIRef(term)
    if term.language:
        return RdfLiteral(term.value, lang=term.language)
    is_string = term.datatype == f"{XSD}string"
    return RdfLiteral(term.value, datatype=None if is_string else URIRef(term.datatype))


def _around(it: Resource, me: str, base: str) -> Iterator[Statement]:
    """What other entries share: holder, themes, places, standards; and the time they speak of."""
    if it.holder.code or it.holder.name:
        holder = f"{base}organisation/{segment(it.holder.code)}"
        yield me, _I["dct:publisher"], holder
        yield holder, TYPE, _I["foaf:Agent"]
        yield holder, _I["dct:identifier"], plain(it.holder.code)
        yield holder, _I["foaf:name"], text(it.holder.name)
    for theme in dict.fromkeys(it.themes):
        node = f"{base}theme/{segment(theme)}"
        yield me, _I["dcat:theme"], node
        yield node, TYPE, _I["skos:Concept"]
        yield node, _I["skos:prefLabel"], text(theme)
    if it.region:
        node = f"{base}region/{segment(it.region)}"
        yield me, _I["dct:spatial"], node
        yield node, TYPE, _I["dct:Location"]
        yield node, _I["dct:identifier"], plain(it.region)
        if found := place(it.region):
            yield node, _I["skos:prefLabel"], text(found.name)
    for standard in dict.fromkeys(it.conforms_to):
        node = f"{base}standard/{segment(standard)}"
        yield me, _I["dct:conformsTo"], node
        yield node, TYPE, _I["dct:Standard"]
        yield node, _I["dct:title"], text(standard)
    if it.starts or it.ends:
        node = f"{me}#time"
        yield me, _I["dct:temporal"], node
        yield node, TYPE, _I["dct:PeriodOfTime"]
        yield from _day(node, "dcat:startDate", it.starts)
        yield from _day(node, "dcat:endDate", it.ends)
    if it.legal_basis:
        node = f"{me}#basis"
        yield me, _I["dct:provenance"], node
        yield node, TYPE, _I["dct:ProvenanceStatement"]
        yield node, _I["rdfs:label"], text(it.legal_basis)


def _day(node: str, name: str, day: date | None) -> Iterator[Statement]:
    if day:
        yield node, _I[name], Literal(day.isoformat(), f"{XSD}date")


def _conditions(it: Resource, me: str) -> Iterator[Statement]:
    """Sharing and opening are a policy each: use is permitted, permitted once somebody consents, or
    prohibited. The terms stand in words."""
    yield me, _I["dct:accessRights"], ACCESS[it.opening]
    if it.licence:
        yield me, _I["dct:license"], f"{me}#licence"
        yield f"{me}#licence", TYPE, _I["dct:LicenseDocument"]
        yield f"{me}#licence", _I["rdfs:label"], text(it.licence)
    for name, kind, terms in (
        ("sharing", it.sharing, it.sharing_terms),
        ("opening", it.opening, it.opening_terms),
    ):
        policy, rule = f"{me}#{name}", f"{me}#{name}-rule"
        yield me, _I["odrl:hasPolicy"], policy
        yield policy, TYPE, _I["odrl:Set"]
        yield policy, _I["dct:type"], f"{PREFIXES['shu']}{name}:{kind}"
        if terms:
            yield policy, _I["dct:description"], text(terms)
        yield policy, _I["odrl:prohibition" if kind == "none" else "odrl:permission"], rule
        yield rule, _I["odrl:target"], me
        yield rule, _I["odrl:action"], _I["odrl:use"]
        if kind == "conditional":
            yield rule, _I["odrl:duty"], f"{me}#{name}-duty"
            yield f"{me}#{name}-duty", _I["odrl:action"], _I["odrl:obtainConsent"]


def _distributions(it: Resource, me: str) -> Iterator[Statement]:
    for number, each in enumerate(it.distributions):
        node = f"{me}#distribution-{number:03}"
        yield me, _I["dcat:distribution"], node
        yield node, TYPE, _I["dcat:Distribution"]
        if each.title:
            yield node, _I["dct:title"], text(each.title)
        if each.url:
            yield node, _I["dcat:accessURL"], each.url
        if each.format in FILE_TYPES:
            yield node, _I["dct:format"], FILE_TYPE + each.format.upper()
        elif each.format:
            yield node, _I["dct:format"], _format(each.format)
    for name in it.formats:
        if name and name not in FILE_TYPES:
            yield _format(name), TYPE, _I["dct:MediaTypeOrExtent"]
            yield _format(name), _I["rdfs:label"], plain(name)


def _format(name: str) -> str:
    return f"{PREFIXES['shu']}format:{segment(name)}"


def _schema(it: Resource, me: str) -> Iterator[Statement]:
    if not it.fields:
        return
    schema = f"{me}#schema"
    for key in dict.fromkeys(field.name for field in it.fields if field.key):
        yield schema, _I["csvw:primaryKey"], plain(key)
    yield me, _I["csvw:tableSchema"], schema
    yield schema, TYPE, _I["csvw:Schema"]
    for number, field in enumerate(it.fields):
        node = f"{schema}-{number:04}"
        yield schema, _I["csvw:column"], node
        yield node, TYPE, _I["csvw:Column"]
        yield node, _I["shu:position"], Literal(str(number), f"{XSD}integer")
        yield node, _I["csvw:name"], plain(field.name)
        yield node, _I["csvw:datatype"], DATATYPES.get(field.type, DATATYPES["other"])
        if field.title:
            yield node, _I["csvw:title"], text(field.title)
        if field.comment:
            yield node, _I["dct:description"], text(field.comment)
        if not field.nullable:
            yield node, _I["csvw:required"], _TRUE


def _document(graph: Graph) -> dict[str, Any]:
    """JSON-LD with parts of an entry (IRIs with a `#`) inside it. A part belongs to one entry
    only, and the way to it never comes back, so each is written once."""
    nodes = [node(graph, each) for each in graph if "#" not in each]
    return {"@context": PREFIXES, "@graph": nodes}


def node(graph: Graph, subject: str) -> dict[str, Any]:
    """What the graph says of a subject, as a JSON-LD object with its parts."""
    made: dict[str, Any] = {"@id": subject}
    for predicate, terms in graph[subject].items():
        if predicate == TYPE:
            made["@type"] = [_short(each) for each in terms if isinstance(each, str)]
        else:
            inside = predicate != _I["dcat:accessURL"]
            values = [_value(graph, each, inside) for each in terms]
            made[_short(predicate)] = values[0] if len(values) == 1 else values
    return made


def _value(graph: Graph, term: Term, inside: bool) -> object:
    if isinstance(term, str):
        is_part = inside and "#" in term and term in graph
        return node(graph, term) if is_part else {"@id": term}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if term.datatype == f"{XSD}string":
        return term.value
    return {"@value": term.value, "@type": _short(term.datatype)}


@cache
def _short(full: str) -> str:
    """`dct:title` for its full form; what no prefix fits stays as it is."""
    for prefix, namespace in PREFIXES.items():
        if full.startswith(namespace) and full != namespace:
            return f"{prefix}:{full[len(namespace) :]}"
    return full

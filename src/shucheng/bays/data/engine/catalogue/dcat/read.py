"""Entries from DCAT, ours or another catalogue's, as Turtle, JSON-LD or RDF/XML.

A document is hostile until read: it has limits of size and depth, RDF/XML may declare no document
type (so no entities), JSON-LD may name no context elsewhere, and nothing asks the network. What an
entry says beyond `Resource` is left out; what it lacks is left empty, for `problems` to tell.
"""

import calendar
import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import unquote
from xml.parsers import expat

from rdflib import Graph as RdfGraph
from rdflib import Literal as RdfLiteral
from rdflib.plugins.parsers.jsonld import to_rdf

from shucheng.lib.geography import find_place, place

from ..model import Distribution, Field, Holder, Resource, words
from .terms import PREFIXES, RDF, TYPE, XSD, Graph, Literal, Statement, Term, grouped, iri
from .write import ACCESS, DATATYPES, FILE_TYPE, FREQUENCY, Form

LARGEST, _DEPTH, _STATEMENTS = 20_000_000, 60, 2_000_000
# What relative addresses in a document stand below.
_HERE = "urn:shucheng:document:"
_NAMESPACE = PREFIXES["shu"]
_TYPES = {datatype: kind for kind, datatype in DATATYPES.items()}
_OPENING = {right: kind for kind, right in ACCESS.items()}
# rdflib cites in its log what it cannot convert.
logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
# EU file types whose short name here differs.
_FORMATS = {"json_ld": "json", "rdf_turtle": "rdf", "rdf_xml": "rdf"}


class DocumentRefused(ValueError):
    """A document that is not read; `code`: `dcat-too-large`, `dcat-too-deep`, `dcat-remote`
    (a context elsewhere), `dcat-entities` (a document type), `dcat-unreadable`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Read:
    """`resources` with the IRI of each; `refused`: IRIs of datasets that are no entry, with why:
    `no-identifier`, `identifier-twice`, `no-title`."""

    resources: tuple[tuple[str, Resource], ...]
    refused: tuple[tuple[str, str], ...] = ()
    next_page: str = ""


def read(document: str | bytes, form: Form) -> Read:
    """The datasets of a document, by IRI. Raises `DocumentRefused`."""
    graph = load(document, form)
    found: list[tuple[str, Resource]] = []
    refused: list[tuple[str, str]] = []
    codes: set[str] = set()
    for subject in sorted(_of_type(graph, "dcat:Dataset")):
        entry = resource_of(graph, subject)
        why = "no-identifier" if not entry.code else "" if entry.title else "no-title"
        why = why or ("identifier-twice" if entry.code in codes else "")
        codes.add(entry.code)
        if why:
            refused.append((subject, why))
        else:
            found.append((subject, entry))
    return Read(tuple(found), tuple(refused), _next_page(graph))


def load(document: str | bytes, form: Form) -> Graph:
    """The statements of a document. Raises `DocumentRefused`."""
    if len(document) > LARGEST:
        raise DocumentRefused("dcat-too-large")
    data = document.encode("utf-8", "surrogatepass") if isinstance(document, str) else document
    try:
        if form == "xml":
            _only_elements(data)
        if form == "json-ld":
            parsed = to_rdf(_checked(json.loads(data)), RdfGraph(), base=_HERE)
        else:
            parsed = RdfGraph().parse(data=data, format=form, publicID=_HERE)
        return grouped(_statements(parsed))
    except DocumentRefused:
        raise
    except RecursionError:
        raise DocumentRefused("dcat-too-deep") from None
    except Exception:
        # rdflib's parsers raise what their parts raise, and cite the document: no more than a code.
        raise DocumentRefused("dcat-unreadable") from None


def _only_elements(data: bytes) -> None:
    """Refuses a document type, which is where entities are declared, and depth."""
    parser, depth = expat.ParserCreate(), 0

    def doctype(*_: object) -> None:
        raise DocumentRefused("dcat-entities")

    def start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEPTH:
            raise DocumentRefused("dcat-too-deep")

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(data, True)


def _checked(value: Any, depth: int = 0) -> Any:
    """JSON whose contexts are all in it: one that is named by an address would be fetched."""
    if depth > _DEPTH:
        raise DocumentRefused("dcat-too-deep")
    if isinstance(value, dict):
        for key, each in value.items():
            if key == "@import" or (key == "@context" and _names_another(each)):
                raise DocumentRefused("dcat-remote")
            _checked(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            _checked(each, depth + 1)
    return value


def _names_another(context: object) -> bool:
    return any(
        isinstance(each, str) for each in (context if isinstance(context, list) else [context])
    )


def _statements(parsed: RdfGraph) -> Iterator[Statement]:
    if len(parsed) > _STATEMENTS:
        raise DocumentRefused("dcat-too-large")
    for subject, predicate, term in parsed:
        if not isinstance(term, RdfLiteral):
            yield str(subject), str(predicate), str(term)
        elif term.language:
            yield (
                str(subject),
                str(predicate),
                Literal(str(term), f"{RDF}langString", term.language),
            )
        else:
            datatype = str(term.datatype or f"{XSD}string")
            yield str(subject), str(predicate), Literal(str(term), datatype)


def resource_of(graph: Graph, me: str) -> Resource:
    """What the statements say of one dataset."""
    said = graph[me]
    starts, ends = _time(graph, said)
    sharing, sharing_terms = _condition(graph, said, "sharing")
    opening, opening_terms = _condition(graph, said, "opening")
    if not opening:
        rights = _first(said, "dct:accessRights")
        opening = _OPENING.get(rights if isinstance(rights, str) else "", "none")
    return Resource(
        code=_text(said, "dct:identifier"),
        title=_text(said, "dct:title"),
        description=_text(said, "dct:description"),
        holder=_holder(graph, said),
        themes=_labels(graph, said, "dcat:theme"),
        keywords=tuple(sorted({_value(each) for each in _all(said, "dcat:keyword")} - {""})),
        legal_basis=next(iter(_labels(graph, said, "dct:provenance")), ""),
        fields=_fields(graph, said),
        frequency=_frequency(said),
        region=_region(graph, said),
        starts=starts,
        ends=ends,
        sharing=sharing or "none",
        sharing_terms=sharing_terms,
        opening=opening,
        opening_terms=opening_terms,
        licence=_licence(graph, said),
        version=_text(said, "dcat:version"),
        derived_from=tuple(sorted(_codes(graph, said, "prov:wasDerivedFrom"))),
        distributions=_distributions(graph, said),
        conforms_to=_labels(graph, said, "dct:conformsTo"),
        grade=_text(said, "shu:grade"),
    )


Said = Mapping[str, Sequence[Term]]


def _of_type(graph: Graph, name: str) -> list[str]:
    return [subject for subject, said in graph.items() if iri(name) in said.get(TYPE, ())]


def _all(said: Said, name: str) -> Sequence[Term]:
    return said.get(iri(name), ())


def _first(said: Said, name: str) -> Term | None:
    """One term, the same whatever order they were read in: Chinese before none before others."""
    return min(_all(said, name), key=_order, default=None)


def _order(term: Term) -> tuple[int, bool, Term]:
    language = term.language.lower() if isinstance(term, Literal) else ""
    rank = 0 if language.startswith("zh") else 2 if language else 1
    return rank, isinstance(term, str), term


def _value(term: Term | None) -> str:
    return term.value if isinstance(term, Literal) else ""


def _text(said: Said, name: str) -> str:
    texts = [each for each in _all(said, name) if isinstance(each, Literal)]
    return min(texts, key=_order).value if texts else ""


def _node(graph: Graph, term: Term | None) -> Said:
    return graph.get(term, {}) if isinstance(term, str) else {}


def _label(graph: Graph, term: Term) -> str:
    """What a thing is called: by a name, else by the last step of its IRI."""
    if isinstance(term, Literal):
        return term.value
    node = _node(graph, term)
    for name in ("skos:prefLabel", "rdfs:label", "dct:title", "foaf:name", "dct:identifier"):
        if label := _text(node, name):
            return label
    return _last_step(term)


def _last_step(address: str) -> str:
    is_blank = "/" not in address and ":" not in address
    return "" if is_blank else unquote(re.split(r"[/#]|:(?!//)", address.rstrip("/#"))[-1])


def _labels(graph: Graph, said: Said, name: str) -> tuple[str, ...]:
    return tuple(sorted({_label(graph, each) for each in _all(said, name)} - {""}))


def _holder(graph: Graph, said: Said) -> Holder:
    for name in ("dct:publisher", "dct:creator"):
        if (term := _first(said, name)) is not None:
            node = _node(graph, term)
            own = term if isinstance(term, str) and ":" in term else ""
            code = _text(node, "dct:identifier") if node else ""
            return Holder(code or own, _text(node, "foaf:name") if code else _label(graph, term))
    return Holder()


def _frequency(said: Said) -> str:
    term = _first(said, "dct:accrualPeriodicity")
    if term is None:
        return "UNKNOWN"
    code = (term if isinstance(term, str) else term.value).removeprefix(FREQUENCY)
    return code if code in words().frequencies else "OTHER"


def _region(graph: Graph, said: Said) -> str:
    for term in sorted(_all(said, "dct:spatial"), key=str):
        node = _node(graph, term)
        codes = (_text(node, "dct:identifier"), _last_step(term) if isinstance(term, str) else "")
        for code in codes:
            if place(code):
                return code
        if found := find_place(_label(graph, term)):
            return found.code
    return ""


def _time(graph: Graph, said: Said) -> tuple[date | None, date | None]:
    node = _node(graph, _first(said, "dct:temporal"))
    return _day(_text(node, "dcat:startDate"), False), _day(_text(node, "dcat:endDate"), True)


def _day(value: str, is_end: bool) -> date | None:
    """A day; of a year or month alone its first or last."""
    match = _DATE.match(value)
    if match is None:
        return None
    year, month, day = (int(each or 0) for each in match.groups())
    with suppress(ValueError):
        if not is_end or day:
            return date(year, month or 1, day or 1)
        return date(year, month or 12, calendar.monthrange(year, month or 12)[1])
    return None


def _condition(graph: Graph, said: Said, name: str) -> tuple[str, str]:
    """Of a policy that says it is one of ours; ("", "") without."""
    start = f"{_NAMESPACE}{name}:"
    for term in _all(said, "odrl:hasPolicy"):
        node = _node(graph, term)
        for kind in _all(node, "dct:type"):
            if isinstance(kind, str) and kind.startswith(start):
                return kind.removeprefix(start), _text(node, "dct:description")
    return "", ""


def _licence(graph: Graph, said: Said) -> str:
    """Of the dataset, else of a distribution, where DCAT-AP has it."""
    for term in _all(said, "dct:license"):
        node = _node(graph, term)
        return _text(node, "rdfs:label") or _address(term) or _label(graph, term)
    for term in _all(said, "dcat:distribution"):
        if found := _first(_node(graph, term), "dct:license"):
            return _address(found) or _label(graph, found)
    return ""


def _address(term: Term) -> str:
    return term if isinstance(term, str) and term.startswith(("http://", "https://")) else ""


def _codes(graph: Graph, said: Said, name: str) -> Iterator[str]:
    for term in _all(said, name):
        if isinstance(term, str):
            own = _text(_node(graph, term), "dct:identifier")
            yield own or unquote(term.rpartition("/dataset/")[2])


def _distributions(graph: Graph, said: Said) -> tuple[Distribution, ...]:
    nodes = [each for each in _all(said, "dcat:distribution") if isinstance(each, str)]
    return tuple(_distribution(graph, _node(graph, each)) for each in sorted(nodes))


def _distribution(graph: Graph, node: Said) -> Distribution:
    term = _first(node, "dct:format") or _first(node, "dcat:mediaType")
    kind = ""
    if isinstance(term, str) and term.startswith(FILE_TYPE):
        kind = term.removeprefix(FILE_TYPE).lower()
    elif term is not None:
        kind = _label(graph, term).rpartition("/")[2].lower()
    url = _first(node, "dcat:accessURL") or _first(node, "dcat:downloadURL")
    address = url if isinstance(url, str) else _value(url)
    return Distribution(_FORMATS.get(kind, kind), address, _text(node, "dct:title"))


def _fields(graph: Graph, said: Said) -> tuple[Field, ...]:
    schema = _node(graph, _first(said, "csvw:tableSchema"))
    keys = {_value(each) for each in _all(schema, "csvw:primaryKey")}
    columns = [_node(graph, each) for each in _columns(graph, schema)]
    return tuple(_field(each, keys) for each in sorted(columns, key=_position))


def _columns(graph: Graph, schema: Said) -> Iterator[Term]:
    """The columns; another catalogue writes them as an RDF list."""
    for term in _all(schema, "csvw:column"):
        seen: set[Term] = set()
        if not _node(graph, term).get(f"{RDF}first"):
            yield term
            continue
        at: Term | None = term
        while at and at not in seen and (cell := _node(graph, at)):
            seen.add(at)
            yield from cell.get(f"{RDF}first", ())
            at = next(iter(cell.get(f"{RDF}rest", ())), None)


def _position(column: Said) -> int:
    value = _text(column, "shu:position")
    return int(value) if value.isascii() and value.isdigit() else 0


def _field(column: Said, keys: set[str]) -> Field:
    name = _text(column, "csvw:name") or _text(column, "csvw:title")
    datatype = _first(column, "csvw:datatype")
    said = datatype if isinstance(datatype, str) else XSD + _value(datatype)
    kind = _TYPES.get(said, "string" if datatype is None else "other")
    required = _text(column, "csvw:required").lower() in ("true", "1")
    comment, title = _text(column, "dct:description"), _text(column, "csvw:title")
    return Field(name, title, kind, comment, not required, name in keys)


def _next_page(graph: Graph) -> str:
    """Where a paged answer goes on (Hydra), or ""."""
    for said in graph.values():
        for name in ("hydra:next", "hydra:nextPage"):
            if isinstance(term := _first(said, name), str):
                return term
    return ""

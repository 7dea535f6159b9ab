"""A page of a catalogue as DCAT: validated entries, and where the next page is.

The way on is said by Hydra inside the document; the shell says it in a `Link` header as well.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rdflib import RDF, URIRef

from ..model import Resource
from .publish import publish
from .shapes import Violation
from .terms import PREFIXES
from .write import Form, graph_of, rdf

_VIEW, _NEXT = "PartialCollectionView", "next"


@dataclass(frozen=True, slots=True)
class Page:
    """`document`: the entries that meet the shapes; `refused`: by code what each other violates."""

    document: str
    refused: Mapping[str, tuple[Violation, ...]]


def page(resources: Sequence[Resource], base: str, form: Form, at: str, further: str = "") -> Page:
    """The page at the address `at`; `further`: the next one's. `base` and errors: see
    `write.statements`."""
    made = publish(resources, base)
    if form == "json-ld":
        document = json.loads(made.document)
        view: dict[str, object] = {"@id": at, "@type": f"hydra:{_VIEW}"}
        if further:
            view[f"hydra:{_NEXT}"] = {"@id": further}
        document["@graph"].append(view)
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        return Page(text, made.refused)
    graph = rdf(graph_of((one for one in resources if one.code not in made.refused), base))
    hydra = PREFIXES["hydra"]
    graph.add((URIRef(at), RDF.type, URIRef(hydra + _VIEW)))
    if further:
        graph.add((URIRef(at), URIRef(hydra + _NEXT), URIRef(further)))
    return Page(graph.serialize(format="pretty-xml" if form == "xml" else form), made.refused)

"""Entries as DCAT and back; shapes as pyshacl reads them; hostile documents read nothing."""

import json
import socket
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shucheng.bays.data.engine.catalogue.dcat.publish import publish
from shucheng.bays.data.engine.catalogue.dcat.read import LARGEST, DocumentRefused, load, read
from shucheng.bays.data.engine.catalogue.dcat.shapes import (
    ShapesInvalid,
    read_shapes,
    shipped_shapes,
    violations,
)
from shucheng.bays.data.engine.catalogue.dcat.terms import (
    RDF,
    TYPE,
    XSD,
    Literal,
    Statement,
    grouped,
    iri,
    plain,
    text,
)
from shucheng.bays.data.engine.catalogue.dcat.write import Form, graph_of, rdf, statements, write
from shucheng.bays.data.engine.catalogue.model import FOLDER, Distribution, Field, Holder, Resource

from .catalogue_entries import WHOLE, resources

BASE = "https://data.example/catalogue/"
FORMS: list[Form] = ["turtle", "json-ld", "xml"]
# What RDF keeps no order of comes back sorted.
SORTED = replace(WHOLE, keywords=tuple(sorted(WHOLE.keywords)))


@pytest.fixture(autouse=True)
def _nothing_asks_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", asked)
    monkeypatch.setattr(urllib.request, "urlopen", asked)
    monkeypatch.setattr(urllib.request.OpenerDirector, "open", asked)


@pytest.mark.parametrize("form", FORMS)
def test_a_whole_entry_comes_back_as_it_went(form: Form) -> None:
    back = read(write([WHOLE], BASE, form), form)
    assert back.resources == ((f"{BASE}dataset/320900-fgw/0001", SORTED),)
    assert back.refused == ()


@settings(max_examples=60)
@given(st.lists(resources, max_size=3, unique_by=lambda each: each.code), st.sampled_from(FORMS))
def test_any_entries_come_back_as_they_went(many: list[Resource], form: Form) -> None:
    # One organisation has one name.
    many = [replace(each, holder=Holder(f"h{n}", each.holder.name)) for n, each in enumerate(many)]
    back = read(write(many, BASE, form), form)
    assert {each for _, each in back.resources} == set(many)
    for each in many:
        said = list(statements(each, BASE))
        assert len(said) == len(set(said))


@pytest.mark.parametrize("form", FORMS)
def test_all_forms_say_the_same_statements(form: Form) -> None:
    many = [WHOLE, replace(WHOLE, code="other", fields=(), starts=None)]
    said = {each for one in many for each in statements(one, BASE)}
    graph = load(write(many, BASE, form), form)
    assert {(s, p, o) for s, all_p in graph.items() for p, os in all_p.items() for o in os} == said


def test_what_xml_cannot_hold_is_left_out_of_every_form() -> None:
    odd = replace(WHOLE, title="a\x00b\x0bc\ud800d", description="两行\n制表\t完")
    for form in FORMS:
        ((_, back),) = read(write([odd], BASE, form), form).resources
        assert (back.title, back.description) == ("abcd", odd.description)


def test_a_catalogue_of_others_is_read_as_far_as_it_goes() -> None:
    document = """
    @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
    @prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix csvw: <http://www.w3.org/ns/csvw#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    <http://else.example/d/1> a dcat:Dataset ; dct:identifier "1" ;
      dct:title "Air"@en , "空气"@zh-CN ; dct:description "plain" ;
      dct:publisher [ a foaf:Agent ; foaf:name "生态环境局" ] ;
      dcat:theme <http://publications.europa.eu/resource/authority/data-theme/ENVI> ;
      dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/5MIN> ;
      dct:spatial [ a dct:Location ; skos:prefLabel "盐城市亭湖区" ] ;
      dct:temporal [ dcat:startDate "2020"^^xsd:gYear ; dcat:endDate "2024-02"^^xsd:gYearMonth ] ;
      dct:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC> ;
      csvw:tableSchema
        [ csvw:column ( [ csvw:name "a" ; csvw:datatype "integer" ] [ csvw:name "b" ] ) ] ;
      dcat:distribution [ dcat:downloadURL <http://else.example/f.csv> ; dcat:mediaType "text/csv" ;
                          dct:license <http://else.example/l> ] .
    <http://else.example/d/2> a dcat:Dataset ; dct:identifier "2" .
    <http://else.example/d/3> a dcat:Dataset ; dct:title "无编码" .
    <http://else.example/d/4> a dcat:Dataset ; dct:title "重复" ; dct:identifier "1" .
    """
    found = read(document, "turtle")
    assert found.resources == (
        (
            "http://else.example/d/1",
            Resource(
                "1",
                "空气",
                "plain",
                Holder("", "生态环境局"),
                themes=("ENVI",),
                fields=(Field("a", type="integer"), Field("b")),
                frequency="OTHER",
                region="320902",
                starts=date(2020, 1, 1),
                ends=date(2024, 2, 29),
                opening="unconditional",
                licence="http://else.example/l",
                distributions=(Distribution("csv", "http://else.example/f.csv"),),
            ),
        ),
    )
    assert found.refused == (
        ("http://else.example/d/2", "no-title"),
        ("http://else.example/d/3", "no-identifier"),
        ("http://else.example/d/4", "identifier-twice"),
    )


RDF_OPEN = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
EVIL = '"https://evil.example/c.jsonld"'
HOSTILE: list[tuple[str, Form, str]] = [
    ('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>', "xml", "dcat-entities"),
    ('<!DOCTYPE r SYSTEM "http://evil.example/x.dtd"><r/>', "xml", "dcat-entities"),
    ('<!DOCTYPE r [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><r>&b;</r>', "xml", "dcat-entities"),
    ("<a>" * 100_000, "xml", "dcat-too-deep"),
    (RDF_OPEN, "xml", "dcat-unreadable"),
    (f'{{"@context": {EVIL}}}', "json-ld", "dcat-remote"),
    ('{"@context": ["file:///etc/passwd", {}]}', "json-ld", "dcat-remote"),
    (f'{{"@context": {{"@import": {EVIL}}}}}', "json-ld", "dcat-remote"),
    (f'{{"@context": {{"a": {{"@id": "urn:a", "@context": {EVIL}}}}}}}', "json-ld", "dcat-remote"),
    (f'{{"@graph": [{{"@context": {EVIL}, "@id": "urn:x"}}]}}', "json-ld", "dcat-remote"),
    ('{"a":' * 100 + "1" + "}" * 100, "json-ld", "dcat-too-deep"),
    ("[" * 100_000, "json-ld", "dcat-too-deep"),
    ("{", "json-ld", "dcat-unreadable"),
    ("<urn:a> <urn:b> " + "(" * 100_000, "turtle", "dcat-too-deep"),
    ("<urn:a> <urn:b> 'never closed", "turtle", "dcat-unreadable"),
    ("# " + "x" * LARGEST, "turtle", "dcat-too-large"),
]


@pytest.mark.parametrize(("document", "form", "code"), HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_document_is_refused_by_a_code_and_asks_nobody(
    document: str, form: Form, code: str
) -> None:
    with pytest.raises(DocumentRefused) as caught:
        read(document, form)
    assert caught.value.code == code
    assert "evil" not in str(caught.value)


def test_a_document_type_is_seen_in_any_encoding() -> None:
    document = '<?xml version="1.0" encoding="utf-16"?>' + HOSTILE[0][0]
    with pytest.raises(DocumentRefused, match="dcat-entities"):
        read(document.encode("utf-16"), "xml")


# --- shapes -------------------------------------------------------------------------------------


def test_a_whole_entry_meets_the_shapes() -> None:
    assert violations(graph_of([WHOLE], BASE)) == ()


ME = f"{BASE}dataset/320900-fgw/0001"
ODD: list[str | Literal] = [
    "urn:x", plain(""), plain("x"), text(""), text("另"), text("长" * 301), text("长" * 20_001),
    Literal("2025-02-30", f"{XSD}date"), Literal("2030-01-01", f"{XSD}date"),
    Literal("yes", f"{XSD}boolean"), Literal("5", f"{XSD}integer"),
    Literal("x", f"{RDF}langString", "ZH"), "https://data.example/", "ftp://data.example/",
]  # fmt: skip


CLOSED = replace(WHOLE, sharing="none", fields=WHOLE.fields[:1])


def faulty() -> Iterator[list[Statement]]:
    """An entry with one fault: a statement gone, changed, or with another beside it. One statement
    of each predicate and kind of subject; every one under a base of its own."""
    count, tried = 0, set()
    for entry in (WHOLE, CLOSED):
        whole = list(dict.fromkeys(statements(entry, BASE)))
        for number, (subject, predicate, term) in enumerate(whole):
            kind = (entry.sharing, predicate, subject.rstrip("0123456789"))
            if kind in tried:
                continue
            tried.add(kind)
            rest = whole[:number] + whole[number + 1 :]
            odds = [odd for odd in ODD if predicate != TYPE or isinstance(odd, str)]
            changed = [[*rest, (subject, predicate, odd)] for odd in odds if odd != term]
            beside = [[*whole, (subject, predicate, odd)] for odd in odds if odd != term]
            for said in [rest, *changed, *beside]:
                count += 1
                yield [_moved(each, f"{BASE}{count}/") for each in said]
    yield [(ME, TYPE, iri("dcat:Dataset"))]


def _moved(statement: Statement, base: str) -> Statement:
    subject, predicate, term = statement
    if isinstance(term, str):
        term = term.replace(BASE, base)
    return subject.replace(BASE, base), predicate, term


Seen = Counter[tuple[str, str, str]]


def ours(said: list[Statement]) -> Seen:
    return Counter((v.node, v.path, v.constraint) for v in violations(grouped(said)))


@cache
def shacl() -> object:
    from rdflib import Graph

    return Graph().parse(FOLDER / "shapes.ttl")


def theirs(said: list[Statement]) -> Seen:
    pyshacl = pytest.importorskip("pyshacl")
    from rdflib.namespace import SH

    _, report, _ = pyshacl.validate(
        rdf(grouped(said)), shacl_graph=shacl(), inference="none", advanced=False
    )
    found: Seen = Counter()
    for result in report.subjects(SH.resultSeverity, SH.Violation):
        component = str(report.value(result, SH.sourceConstraintComponent))
        found[
            str(report.value(result, SH.focusNode)),
            str(report.value(result, SH.resultPath) or ""),
            component.removeprefix(str(SH)).removesuffix("ConstraintComponent"),
        ] += 1
    return found


def test_every_constraint_of_the_shapes_has_a_fault_that_finds_it() -> None:
    asked = {
        (path, name)
        for shape in shipped_shapes()
        for path, checks in shape.paths
        for name, _ in checks
    }
    found = {(path, name) for said in faulty() for _, path, name in ours(said)}
    assert asked - found == set()
    blank = ours([("b1", TYPE, iri("dcat:Dataset"))])
    assert blank["b1", "", "NodeKind"] == 1


def compared(seen: Seen) -> Seen:
    """Without the order of days of which one is none: SHACL says that fails, as we do; rdflib's
    comparison, which pyshacl asks, takes what cannot be compared for smaller. Both see the day."""
    odd = {node for node, _, constraint in seen if constraint == "Datatype"}
    return Counter(
        {
            (node, path, constraint): count
            for (node, path, constraint), count in seen.items()
            if constraint != "LessThanOrEquals" or node not in odd
        }
    )


# rdflib, where it compares.
no_warning = pytest.mark.filterwarnings("ignore:NotImplemented should not be:DeprecationWarning")


@no_warning
@pytest.mark.slow
def test_all_single_faults_are_seen_as_pyshacl_sees_them() -> None:
    said = [each for fault in faulty() for each in fault]
    assert compared(ours(said)) == compared(theirs(said))


def test_a_period_that_ends_before_it_starts_is_seen_as_pyshacl_sees_it() -> None:
    said = list(dict.fromkeys(statements(replace(WHOLE, starts=date(2026, 2, 1)), BASE)))
    assert ours(said) == theirs(said)
    assert ours(said)[f"{ME}#time", iri("dcat:startDate"), "LessThanOrEquals"] == 1


@no_warning
@settings(max_examples=25)
@given(st.data())
def test_several_faults_are_seen_as_pyshacl_sees_them(data: st.DataObject) -> None:
    said = list(dict.fromkeys(statements(WHOLE, BASE)))
    for _ in range(data.draw(st.integers(1, 6))):
        subject, predicate, term = data.draw(st.sampled_from(said))
        change = data.draw(st.sampled_from(["drop", "change", "add"]))
        if change != "add":
            said.remove((subject, predicate, term))
        odd = data.draw(st.sampled_from(ODD))
        fits = predicate != TYPE or isinstance(odd, str)
        if change != "drop" and fits and (subject, predicate, odd) not in said:
            said.append((subject, predicate, odd))
    assert compared(ours(said)) == compared(theirs(said))


@pytest.mark.parametrize(
    "constraint",
    ["sh:minInclusive 3", "sh:hasValue 3", "sh:node shape:Agent", "sh:severity sh:Warning"],
)
def test_a_shape_that_says_more_than_is_compiled_is_refused(constraint: str) -> None:
    shapes = (FOLDER / "shapes.ttl").read_text(encoding="utf-8")
    with pytest.raises(ShapesInvalid, match="not compiled"):
        read_shapes(shapes.replace("sh:path dct:format ;", f"sh:path dct:format ; {constraint} ;"))


# --- publishing ---------------------------------------------------------------------------------


def test_what_is_published_is_what_write_says_of_the_entries_that_meet_the_shapes() -> None:
    good = [WHOLE, replace(WHOLE, code="b", themes=("交通",)), replace(WHOLE, code="c")]
    bad = replace(WHOLE, code="d", title="")
    done = publish([good[0], bad, *good[1:]], BASE)
    assert json.loads(done.document) == json.loads(write(good, BASE))
    assert done.count == 3
    assert [(v.path, v.constraint) for v in done.refused["d"]] == [(iri("dct:title"), "MinCount")]


def test_no_fault_hides_between_two_entries() -> None:
    renamed = replace(WHOLE, code="b", holder=Holder(WHOLE.holder.code, "别的名字"))
    done = publish([WHOLE, WHOLE, renamed], BASE)
    assert done.count == 1
    assert {fault.constraint for fault in done.refused["b"]} == {"SaidTwice"}
    assert {fault.node for fault in done.refused[WHOLE.code]} == {ME}
    assert violations(graph_of([WHOLE, renamed], BASE))

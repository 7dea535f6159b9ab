"""The catalogue for machines: search, an entry, DCAT in three forms, and reading as from CKAN."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Field, Query, Router, Schema
from ninja.params import functions as given

from shucheng.bays.data.engine.catalogue.ckan import search_answer, show_answer
from shucheng.bays.data.engine.catalogue.dcat.pages import Page, page
from shucheng.bays.data.engine.catalogue.dcat.write import Form
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.queries.catalogue import entry_of, find_resource
from shucheng.bays.data.queries.exchange import listed_entry, listed_part, searched_part
from shucheng.bays.data.queries.searching import search_page
from shucheng.kernel.public import actor_for

router = Router()
_TYPES: dict[Form, str] = {
    "turtle": "text/turtle; charset=utf-8",
    "json-ld": "application/ld+json; charset=utf-8",
    "xml": "application/rdf+xml; charset=utf-8",
}
_ENDINGS: dict[str, Form] = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml"}


class Asked(Schema):
    q: str = Field("", max_length=200, description="Words of titles, data items, codes")
    holder: str = Field("", description="Code of an organisation")
    theme: str = ""
    sharing: str = Field("", description="unconditional, conditional or none")
    opening: str = Field("", description="unconditional, conditional or none")
    grade: str = ""
    format: str = ""
    region: str = Field("", description="Code of GB/T 2260")
    page: int = Field(1, ge=1)


class Line(Schema):
    code: str
    title: str
    holder: str = Field(description="Its code")
    theme: str
    sharing: str
    opening: str
    grade: str
    score: float | None = Field(description="Of its newest quality check, from 0 to 1")
    state: str
    changed_at: datetime
    simulated: bool


class Value(Schema):
    value: str
    label: str
    count: int


class SearchOut(Schema):
    total: int
    page: int
    pages: int
    partly: bool = Field(description="No entry has all the words; these have most of them")
    facets: dict[str, list[Value]]
    resources: list[Line]


@router.get("/catalogue", response=SearchOut, summary="Search the catalogue, with facets")
def search(request: HttpRequest, asked: Query[Asked]) -> dict[str, Any]:
    sent = {name: str(value) for name, value in asked.dict().items()}
    found = search_page(sent, actor=actor_for(request))
    return {
        "total": found.total,
        "page": found.page,
        "pages": found.pages,
        "partly": found.partly,
        "facets": {
            facet.code: [
                {"value": each.value, "label": each.label, "count": each.count}
                for each in facet.choices
            ]
            for facet in found.facets
        },
        "resources": [_line(each) for each in found.resources],
    }


@router.get("/catalogue/{code}", summary="An entry of the catalogue with its data items")
def entry(request: HttpRequest, code: str) -> dict[str, Any]:
    found = find_resource(code, actor=actor_for(request))
    return {**_line(found), **asdict(entry_of(found)), "state": found.state}


@router.get("/catalogue.ttl", summary="The catalogue as DCAT in Turtle, a page at a time")
def turtle(request: HttpRequest, page: int = given.Query(1, ge=1)) -> HttpResponse:
    return _dcat(request, "ttl", page)


@router.get("/catalogue.jsonld", summary="The catalogue as DCAT in JSON-LD, a page at a time")
def json_ld(request: HttpRequest, page: int = given.Query(1, ge=1)) -> HttpResponse:
    return _dcat(request, "jsonld", page)


@router.get("/catalogue.rdf", summary="The catalogue as DCAT in RDF/XML, a page at a time")
def rdf_xml(request: HttpRequest, page: int = given.Query(1, ge=1)) -> HttpResponse:
    return _dcat(request, "rdf", page)


@router.get("/dataset/{code}", summary="An entry as DCAT, in the form that is accepted")
def dataset(request: HttpRequest, code: str) -> HttpResponse:
    found = listed_entry(code, _pages_at(request), actor=actor_for(request))
    kinds = {kind.partition(";")[0]: form for form, kind in _TYPES.items()}
    wanted = request.get_preferred_type(list(kinds)) or ""
    form = kinds.get(wanted, "json-ld")
    return _answer(page([found], _base(request), form, request.build_absolute_uri()), form)


@router.get("/ckan/api/3/action/package_search", summary="Search as CKAN answers it")
def package_search(
    request: HttpRequest,
    q: str = given.Query("", max_length=200),
    rows: int = given.Query(10, ge=0),
    start: int = given.Query(0, ge=0),
) -> dict[str, Any]:
    words = "" if q == "*:*" else q
    part = searched_part(words, start, rows, _pages_at(request), actor=actor_for(request))
    return search_answer(part.entries if rows else (), part.total)


@router.get("/ckan/api/3/action/package_show", summary="A package as CKAN answers it")
def package_show(request: HttpRequest, id: str = given.Query(max_length=100)) -> dict[str, Any]:
    return show_answer(listed_entry(id, _pages_at(request), actor=actor_for(request)))


def _dcat(request: HttpRequest, ending: str, number: int) -> HttpResponse:
    form = _ENDINGS[ending]
    part = listed_part(number, _pages_at(request), actor=actor_for(request))
    here = request.build_absolute_uri(request.path)
    further = f"{here}?page={number + 1}" if part.further else ""
    made = page(part.entries, _base(request), form, f"{here}?page={number}", further)
    answer = _answer(made, form)
    if further:
        answer["Link"] = f'<{further}>; rel="next"'
    return answer


def _answer(made: Page, form: Form) -> HttpResponse:
    """How many entries do not meet the shapes is said; which and why, their holders see."""
    answer = HttpResponse(made.document, content_type=_TYPES[form])
    answer["X-Entries-Refused"] = str(len(made.refused))
    return answer


def _base(request: HttpRequest) -> str:
    """What the IRIs begin with: an entry's leads back here."""
    return request.build_absolute_uri(request.path.partition("/data/")[0] + "/data/")


def _pages_at(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("data:catalogue"))


def _line(one: Resource) -> dict[str, Any]:
    return {
        "code": one.code,
        "title": one.title,
        "holder": one.holder.code,
        "theme": one.theme,
        "sharing": one.sharing,
        "opening": one.opening,
        "grade": one.grade,
        "score": one.score,
        "state": one.state,
        "changed_at": one.changed_at,
        "simulated": one.simulated,
    }

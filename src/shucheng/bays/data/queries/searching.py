"""Search over the catalogue: the page of what was asked, with facets in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.catalogue.search.index import (
    FACETS,
    Found,
    Question,
    SearchRefused,
)
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.queries import catalogue_words as words
from shucheng.bays.data.queries.catalogue import index, resources_seen
from shucheng.kernel.public import Actor, Area, Invalid, Organisation
from shucheng.lib.numbers import whole_number

PAGE = 20
# As far as the index goes, and as much of it at once.
MOST, _LARGEST_PAGE = 10_000, 200


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    code: str
    label: str
    choices: tuple[Choice, ...]
    chosen: Choice | None


@dataclass(frozen=True, slots=True)
class SearchPage:
    text: str
    resources: list[Resource]
    total: int
    facets: tuple[Facet, ...]
    partly: bool
    page: int
    pages: int
    asked: dict[str, str]
    simulated: bool


def search_page(sent: Mapping[str, str], *, actor: Actor) -> SearchPage:
    """What fits `q` and the chosen values of facets, best first; counts are of what the asker may
    see."""
    page = max(whole_number(sent.get("page", "")) or 1, 1)
    question, chosen = _question(sent, page, PAGE, actor)
    found, text = _answer(question), question.text
    rows = _rows(found, actor)
    return SearchPage(
        text=text,
        resources=rows,
        total=found.total,
        facets=_facets(found, chosen),
        partly=found.partly,
        page=page,
        pages=max(-(-found.total // PAGE), 1),
        asked={"q": text, **chosen} if text else chosen,
        simulated=any(each.simulated for each in rows),
    )


def all_found(sent: Mapping[str, str], *, actor: Actor) -> list[Resource]:
    """What fits, best first, without pages: as much of it as the index goes through."""
    rows: list[Resource] = []
    for page in range(1, MOST // _LARGEST_PAGE + 1):
        found = _answer(_question(sent, page, _LARGEST_PAGE, actor)[0])
        rows += _rows(found, actor)
        if page * _LARGEST_PAGE >= found.total:
            break
    return rows


def _question(
    sent: Mapping[str, str], page: int, size: int, actor: Actor
) -> tuple[Question, dict[str, str]]:
    """What is asked of the index, and the values of facets that are chosen."""
    actor.require("data.view")
    chosen = {name: sent[name] for name in FACETS if sent.get(name)}
    question = Question(
        text=sent.get("q", "").strip()[:200],
        filters={name: frozenset({value}) for name, value in chosen.items()},
        seen_by=_own_code(actor),
        sees_all=actor.may("data.govern"),
        page=page,
        size=size,
    )
    return question, chosen


def _rows(found: Found, actor: Actor) -> list[Resource]:
    """The resources found, in their order."""
    seen = resources_seen(actor).filter(code__in=found.codes)
    by_code = {each.code: each for each in seen}
    return [by_code[code] for code in found.codes if code in by_code]


def _answer(question: Question) -> Found:
    try:
        return index().search(question)
    except SearchRefused as refused:
        raise Invalid(
            f"data.{refused.code}",
            _("This search cannot be answered."),
            _("Ask for a page nearer to the beginning, or narrow the search."),
        ) from None


def _own_code(actor: Actor) -> str:
    if not actor.may("data.hold") or actor.organisation_id is None:
        return ""
    own = Organisation.objects.filter(pk=actor.organisation_id).first()
    return own.code if own else ""


def _facets(found: Found, chosen: Mapping[str, str]) -> tuple[Facet, ...]:
    made = []
    for code in FACETS:
        values = found.facets.get(code, ())
        labels = _labels(code, [value for value, _count in values])
        choices = tuple(
            Choice(value, labels.get(value, value), count, chosen.get(code) == value)
            for value, count in values
        )
        one = next((each for each in choices if each.chosen), None)
        if choices:
            made.append(Facet(code, str(words.FACETS[code]), choices[:12], one))
    return tuple(made)


def _labels(facet: str, values: list[str]) -> dict[str, str]:
    match facet:
        case "holder":
            rows = Organisation.objects.filter(code__in=values)
            return {each.code: each.label for each in rows}
        case "region":
            return {each.code: each.label for each in Area.objects.filter(code__in=values)}
        case "sharing":
            return words.sharing_words()
        case "opening":
            return words.opening_words()
        case "grade":
            return {value: words.grade_word(value) for value in values}
        case "format":
            return {value: str(words.FORMATS.get(value, value)) for value in values}
    return {}

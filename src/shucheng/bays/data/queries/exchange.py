"""The catalogue for machines: entries of what is listed, a page at a time."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.catalogue import model as engine
from shucheng.bays.data.engine.catalogue.search.index import Question, SearchRefused
from shucheng.bays.data.models.catalogue import Field, Resource
from shucheng.bays.data.queries.catalogue import entry_of, index, resources_seen
from shucheng.kernel.public import Actor, Invalid, NotFound

DCAT_PAGE, CKAN_ROWS = 500, 200


@dataclass(frozen=True, slots=True)
class Part:
    """Entries of a page, and of how many in all; `further`: there is a page after it."""

    entries: list[engine.Resource]
    total: int
    further: bool


def listed_part(page: int, pages_at: str, *, actor: Actor) -> Part:
    """A page of what is in the catalogue, by code; see `entries_of`."""
    rows = _listed(actor)
    start = (max(page, 1) - 1) * DCAT_PAGE
    total = rows.count()
    return Part(
        entries_of(rows[start : start + DCAT_PAGE], pages_at), total, start + DCAT_PAGE < total
    )


def listed_entry(code: str, pages_at: str, *, actor: Actor) -> engine.Resource:
    for entry in entries_of(_listed(actor).filter(code__iexact=code)[:1], pages_at):
        return entry
    raise NotFound(code)


def searched_part(text: str, start: int, rows: int, pages_at: str, *, actor: Actor) -> Part:
    """What is listed and fits the words, best first; without words all, by code."""
    size = min(max(rows, 1), CKAN_ROWS)
    if not text.strip():
        listed = _listed(actor)
        total = listed.count()
        found = entries_of(listed[start : start + size], pages_at)
        return Part(found, total, start + size < total)
    if start % size:
        raise _unanswered(_("`start` has to be a multiple of `rows` where words are sought."))
    try:
        answer = index().search(Question(text=text[:200], page=start // size + 1, size=size))
    except SearchRefused:
        raise _unanswered(_("This search cannot be answered.")) from None
    rows_found = _listed(actor).filter(code__in=answer.codes)
    by_code = {each.code: each for each in entries_of(rows_found, pages_at)}
    entries = [by_code[code] for code in answer.codes if code in by_code]
    return Part(entries, answer.total, start + size < answer.total)


def entries_of(rows: Iterable[Resource], pages_at: str) -> list[engine.Resource]:
    """Entries whose forms have an address: that of the resource's page, where it is asked for."""
    return [_addressed(entry_of(each, _fields(each)), pages_at) for each in rows]


def _listed(actor: Actor) -> QuerySet[Resource]:
    return (
        resources_seen(actor)
        .filter(state=Resource.State.LISTED)
        .select_related("source__file")
        .prefetch_related("fields", "made_from__origin")
        .order_by("code")
    )


def _fields(resource: Resource) -> list[Field]:
    return [each for each in resource.fields.all() if not each.dropped]


def _addressed(entry: engine.Resource, pages_at: str) -> engine.Resource:
    forms = tuple(
        replace(each, url=each.url or f"{pages_at}{entry.code}/") for each in entry.distributions
    )
    return replace(entry, distributions=forms)


def _unanswered(text: str | Promise) -> Invalid:
    return Invalid(
        "data.search", text, _("Ask for a page nearer to the beginning, or narrow the search.")
    )

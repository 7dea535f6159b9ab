"""What was harvested: catalogues of others, what each reading would change, and what of it is here
already."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic import TypeAdapter

from shucheng.bays.data.engine.catalogue import model as engine
from shucheng.bays.data.engine.catalogue.harvest import Harvested, Plan
from shucheng.bays.data.models.catalogue import Harvest, Resource, Source
from shucheng.bays.data.queries.catalogue import entry_of
from shucheng.bays.data.queries.catalogue_words import FIELDS
from shucheng.bays.data.queries.sources import find_source
from shucheng.kernel.public import Actor, NotFound

KINDS = (Source.Kind.CKAN, Source.Kind.DCAT)
MOST_SHOWN = 200
FAILURES = {
    "harvest-unreachable": _("It does not answer, or not as it should."),
    "harvest-not-success": _("It answers that it could not do it."),
    "harvest-unreadable": _("What it answers cannot be read."),
    "harvest-elsewhere": _("Its next page is on another host, which is not read."),
    "harvest-loop": _("Its pages lead in a circle."),
    "harvest-too-large": _("It is larger than is read here."),
    "harvest-form": _("It answers in a form that is none of DCAT's."),
}
REFUSALS = {
    "not-an-object": _("It is no entry."),
    "no-identifier": _("It has no identifier."),
    "no-title": _("It has no title."),
    "not-active": _("It is deleted or a draft there."),
}
_ENTRY = TypeAdapter(engine.Resource)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry that a reading would change; `what`: who publishes a new one, names of what differs,
    or why it is refused."""

    own: str
    title: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class HarvestPage:
    source: Source
    harvests: list[Harvest]
    newest: Harvest | None
    new: list[Line]
    changed: list[Line]
    vanished: list[Line]
    refused: list[Line]
    may_take: bool


def find_harvested(pk: int, *, actor: Actor) -> Source:
    source = find_source(pk, actor=actor)
    if source.kind not in KINDS:
        raise NotFound(str(pk))
    return source


def harvest_page(pk: int, *, actor: Actor) -> HarvestPage:
    source = find_harvested(pk, actor=actor)
    harvests = list(source.harvests.defer("changes")[:20])
    newest = source.harvests.first()
    changes: Mapping[str, Any] = newest.changes if newest else {}
    titles = dict(source.resources.values_list("identifier", "title"))
    return HarvestPage(
        source=source,
        harvests=harvests,
        newest=newest,
        new=[
            Line(own, each["title"], each.get("holder", {}).get("name", ""))
            for own, each in _first(changes, "new")
        ],
        changed=[
            Line(own, each["entry"]["title"], _names(each["keys"]))
            for own, each in _first(changes, "changed")
        ],
        vanished=[
            Line(own, titles.get(own, "")) for own in changes.get("vanished", [])[:MOST_SHOWN]
        ],
        refused=[Line(own, "", refusal_text(why)) for own, why in _first(changes, "refused")],
        may_take=newest is not None and newest.state == Harvest.State.READ,
    )


def known_of(source: Source) -> dict[str, engine.Resource]:
    """What is here already of a source, by its identifiers, as far as it is kept."""
    rows = source.resources.exclude(state=Resource.State.WITHDRAWN).exclude(identifier="")
    told = rows.select_related("holder", "source__file").prefetch_related("fields", "made_from")
    return {
        each.identifier: kept(
            replace(
                entry_of(each, [f for f in each.fields.all() if not f.dropped]),
                holder=engine.Holder(name=each.publisher),
            )
        )
        for each in told
    }


def kept(entry: engine.Resource) -> engine.Resource:
    """Of an entry, what is kept of it here: its code and the forms in which it is to be had are
    ours, its grade is decided here. Its holder is kept by name, as who publishes it."""
    fields = {each.name[:120]: each for each in entry.fields if each.name.strip()}
    return engine.Resource(
        code="",
        title=entry.title.strip()[:200],
        description=entry.description,
        holder=engine.Holder(name=entry.holder.name.strip()[:200]),
        themes=tuple(each[:40] for each in entry.themes[:1]),
        keywords=entry.keywords,
        legal_basis=entry.legal_basis[:300],
        fields=tuple(
            replace(
                each, name=name, title=each.title[:200], type=each.type[:60],
                comment=each.comment[:300],
            )
            for name, each in fields.items()
        ),
        frequency=entry.frequency[:20],
        region=entry.region[:32],
        starts=entry.starts,
        ends=entry.ends,
        sharing=_condition(entry.sharing),
        sharing_terms=entry.sharing_terms[:300],
        opening=_condition(entry.opening),
        opening_terms=entry.opening_terms[:300],
        licence=entry.licence[:120],
    )  # fmt: skip


def _condition(word: str) -> str:
    """Another catalogue's word may be none of ours: then nothing is promised."""
    return word if word in Resource.Condition.values else Resource.Condition.NONE.value


def kept_of(found: Harvested) -> Harvested:
    """What was harvested, as far as it is kept; what has no title here is refused."""
    entries = {own: kept(entry) for own, entry in found.entries.items() if len(own) <= 300}
    nameless = {own: "no-title" for own, entry in entries.items() if not entry.title}
    whole = {own: entry for own, entry in entries.items() if own not in nameless}
    return Harvested(whole, {**found.refused, **nameless}, found.complete)


def told(plan: Plan) -> dict[str, Any]:
    """A plan of changes as it is stored."""
    return {
        "new": {own: _ENTRY.dump_python(entry, mode="json") for own, entry in plan.new.items()},
        "changed": {
            own: {"entry": _ENTRY.dump_python(entry, mode="json"), "keys": list(keys)}
            for own, (entry, keys) in plan.changed.items()
        },
        "vanished": list(plan.vanished),
        "refused": dict(plan.refused),
        "unsure": list(plan.unsure),
    }


def wanted_of(changes: Mapping[str, Any]) -> dict[str, engine.Resource]:
    """The entries that are new or changed by a stored plan."""
    changed = {own: each["entry"] for own, each in changes["changed"].items()}
    return {own: _ENTRY.validate_python(e) for own, e in {**changes["new"], **changed}.items()}


def refusal_text(code: str) -> str:
    return str(REFUSALS.get(code, _("It cannot be read.")))


def failure_text(code: str) -> str:
    return str(FAILURES.get(code, FAILURES["harvest-unreadable"]))


def _first(changes: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    return list(changes.get(name, {}).items())[:MOST_SHOWN]


def _names(keys: list[str]) -> str:
    return str(_(", ")).join(str(FIELDS.get(each, each)) for each in keys)

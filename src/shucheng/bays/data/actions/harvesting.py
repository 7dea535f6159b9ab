"""Catalogues of others are read into a plan of changes, looked at, and taken over."""

from dataclasses import replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.catalogue import (
    described,
    list_resource,
    withdraw_resource,
)
from shucheng.bays.data.actions.fetching import fetcher
from shucheng.bays.data.actions.grading import ask_for_grading
from shucheng.bays.data.engine.catalogue import model as engine
from shucheng.bays.data.engine.catalogue.harvest import (
    Fetch,
    HarvestFailed,
    harvest_ckan,
    harvest_dcat,
    plan,
)
from shucheng.bays.data.models.catalogue import Harvest, Resource, Source
from shucheng.bays.data.queries.catalogue import entry_of
from shucheng.bays.data.queries.harvesting import (
    KINDS,
    failure_text,
    find_harvested,
    kept_of,
    known_of,
    told,
    wanted_of,
)
from shucheng.kernel.public import (
    Actor,
    Conflict,
    NotFound,
    action,
    enqueue,
    prepared,
    record,
)

HARVEST_JOB = "data.harvest"


@action
def ask_harvest(source_id: int, *, actor: Actor) -> None:
    """Have a catalogue read in the background."""
    source = find_harvested(source_id, actor=actor)
    actor.require("data.hold", source.organisation_id)
    _enqueue({"source": source.pk}, actor)
    record("data.harvest.asked", source, actor=actor, after={"source": source.name})


@action
def ask_take(harvest_id: int, revision: int, *, list_whole: bool, actor: Actor) -> Harvest:
    """Have what a reading found taken over in the background."""
    harvest = _waiting(harvest_id, revision)
    actor.require("data.hold", harvest.source.organisation_id)
    _enqueue({"take": harvest.pk, "revision": revision, "list": list_whole}, actor)
    record("data.harvest.asked", harvest, actor=actor, after={"take": True})
    return harvest


def ask_due_harvests(*, actor: Actor) -> int:
    """Have every catalogue that is harvested read anew, each by a job of its own: one that answers
    slowly keeps no other waiting. How many there are."""
    actor.require("data.govern")
    sources = Source.objects.filter(kind__in=KINDS).values_list("pk", flat=True)
    for source in sources:
        _enqueue({"source": source, "due": True}, actor)
    return len(sources)


@prepared
def read_catalogue(
    source_id: int, *, actor: Actor, fetch: Fetch | None = None, due: bool = False
) -> Harvest | None:
    """Read all of it and keep what would change; None where it could not be read, which is noted
    with the source, or where it is read because it is `due` and nothing else is told than what
    waits or is here. Nothing of the catalogue is changed.

    The site is asked in no transaction. Raises `Conflict` where the source was changed or read by
    another meanwhile."""
    source = Source.objects.filter(pk=source_id).first()
    if source is None:
        raise NotFound(str(source_id))
    _require_reading(source, actor)
    read = harvest_ckan if source.kind == Source.Kind.CKAN else harvest_dcat
    changes, trouble = None, ""
    try:
        found = kept_of(read(fetch or fetcher(source.password), source.address))
    except HarvestFailed as failed:
        trouble = failure_text(failed.code)[:300]
    else:
        changes = told(plan(known_of(source), found))
    return _keep_reading(source, changes, trouble, due=due, actor=actor)


@action
def _keep_reading(
    read: Source, changes: dict[str, Any] | None, trouble: str, *, due: bool, actor: Actor
) -> Harvest | None:
    source = Source.objects.select_for_update(of=("self",)).get(pk=read.pk)
    _require_reading(source, actor)
    if source.revision != read.revision:
        raise Conflict(_("The source"))
    source.trouble, source.read_at = trouble, timezone.now()
    source.revision += 1
    source.save()
    harvest = None
    if changes is not None and not (due and _says_nothing_else(source, changes)):
        source.harvests.filter(state=Harvest.State.READ).update(state=Harvest.State.LAID_ASIDE)
        harvest = Harvest.objects.create(
            source=source,
            changes=changes,
            counts={name: len(each) for name, each in changes.items()},
            by=actor.name[:150],
        )
    counts = harvest.counts if harvest else {}
    record("data.harvest.read", source, actor=actor, after={"trouble": trouble, **counts})
    return harvest


@action
def take_harvest(
    harvest_id: int, revision: int, *, actor: Actor, list_whole: bool = False
) -> Harvest:
    """Take over what a reading found: what is new is described, what differs anew, what is gone is
    taken out. Who harvests a catalogue holds here what is in it; whom an entry names as its
    publisher stands beside it. With `list_whole`, what nothing is wrong with goes into the
    catalogue at once."""
    harvest = _waiting(harvest_id, revision)
    source = harvest.source
    actor.require("data.hold", source.organisation_id)
    here = {each.identifier: each for each in source.resources.exclude(identifier="")}
    regraded: list[str] = []
    for own, entry in wanted_of(harvest.changes).items():
        one, fields_changed = _described(source, own, entry, here.get(own), actor)
        regraded += [one.code] if fields_changed else []
        if list_whole and one.state != Resource.State.LISTED and _is_whole(one):
            list_resource(one.code, one.revision, actor=actor, reason=_reason())
    for own in harvest.changes["vanished"]:
        gone = here.get(own)
        if gone and gone.state != Resource.State.WITHDRAWN:
            withdraw_resource(gone.code, gone.revision, reason=_gone(), actor=actor)
    if regraded:
        ask_for_grading(regraded, actor=actor)
    harvest.state = Harvest.State.APPLIED
    harvest.revision += 1
    harvest.save()
    record("data.harvest.taken", harvest, actor=actor, after=dict(harvest.counts))
    return harvest


@action
def lay_aside(harvest_id: int, revision: int, *, actor: Actor) -> Harvest:
    """Nothing of what a reading found is taken over."""
    harvest = _waiting(harvest_id, revision)
    actor.require("data.hold", harvest.source.organisation_id)
    harvest.state = Harvest.State.LAID_ASIDE
    harvest.revision += 1
    harvest.save()
    record("data.harvest.laid_aside", harvest, actor=actor)
    return harvest


def _described(
    source: Source, own: str, entry: engine.Resource, known: Resource | None, actor: Actor
) -> tuple[Resource, bool]:
    said: dict[str, Any] = {
        "title": entry.title,
        "summary": entry.description,
        "theme": entry.themes[0] if entry.themes else "",
        "keywords": list(entry.keywords),
        "basis": entry.legal_basis,
        "frequency": entry.frequency,
        "area": entry.region,
        "since": entry.starts,
        "until": entry.ends,
        "sharing": entry.sharing,
        "sharing_terms": entry.sharing_terms,
        "opening": entry.opening,
        "opening_terms": entry.opening_terms,
        "licence": entry.licence,
        "source": source,
        "identifier": own,
        "publisher": entry.holder.name,
    }
    if known and known.state != Resource.State.DRAFT and not _stays_whole(known, entry):
        known.state = Resource.State.DRAFT  # to be completed before it is listed again
        known.save(update_fields=["state"])
    return described(
        said,
        entry.fields,
        holder=source.organisation_id,
        actor=actor,
        code=known.code if known else "",
        revision=known.revision if known else None,
        reason=_reason(),
        simulated=source.simulated,
    )


def _stays_whole(known: Resource, entry: engine.Resource) -> bool:
    """Whether a resource that is in the catalogue can stay there as it is told now."""
    was = entry_of(known)
    now = replace(entry, code=was.code, holder=was.holder, distributions=was.distributions)
    return known.state == Resource.State.LISTED and not engine.problems(now)


def _is_whole(resource: Resource) -> bool:
    return not engine.problems(entry_of(resource))


def _require_reading(source: Source, actor: Actor) -> None:
    """The clock reads every catalogue; what is taken over the department decides."""
    if not actor.may("data.govern"):
        actor.require("data.hold", source.organisation_id)


def _says_nothing_else(source: Source, changes: dict[str, Any]) -> bool:
    """Whoever looks at what waits is not sent back for a reading that tells the same."""
    waits = source.harvests.filter(state=Harvest.State.READ).first()
    return waits.changes == changes if waits else not any(changes.values())


def _waiting(harvest_id: int, revision: int) -> Harvest:
    rows = Harvest.objects.select_for_update(of=("self",)).select_related("source__organisation")
    found = rows.filter(pk=harvest_id).first()
    if found is None:
        raise NotFound(str(harvest_id))
    if found.revision != revision or found.state != Harvest.State.READ:
        raise Conflict(_("What was harvested"))
    return found


def _enqueue(payload: dict[str, Any], actor: Actor) -> None:
    key = ":".join(str(said) for name, said in payload.items() if name != "due")
    enqueue(HARVEST_JOB, payload=payload, unique_key=f"{HARVEST_JOB}:{key}", actor=actor)


def _reason() -> str:
    return str(_("Harvested from another catalogue"))


def _gone() -> str:
    return str(_("It is not in the catalogue any more that it came from."))

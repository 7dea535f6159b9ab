"""Sources of data: noted by their holder, read for their schema, and their tables described."""

import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.catalogue import described
from shucheng.bays.data.actions.fetching import objection
from shucheng.bays.data.actions.grading import ask_for_grading
from shucheng.bays.data.engine.catalogue.sources.model import SourceFailed
from shucheng.bays.data.models.catalogue import Resource, Source
from shucheng.bays.data.queries.harvesting import KINDS as HARVESTED
from shucheng.bays.data.queries.source_words import failure_text
from shucheng.bays.data.queries.sources import (
    fields_of,
    find_source,
    reader_of,
    table_title,
    told,
)
from shucheng.kernel.public import (
    Actor,
    Conflict,
    Invalid,
    action,
    prepared,
    record,
    store_file,
)

FILE_ROOM = "data"
_ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9.-]+)(:\d{1,5})?/[A-Za-z0-9_-]+")
_ENDINGS = {
    Source.Kind.FILE: ("csv", "txt", "xlsx", "parquet"),
    Source.Kind.OPENAPI: ("json", "yaml", "yml", "txt"),
}


@action
def note_source(
    name: str,
    kind: str,
    *,
    organisation: int,
    actor: Actor,
    address: str = "",
    username: str = "",
    password: str = "",
    file: tuple[str, bytes] | None = None,
    simulated: bool = False,
) -> Source:
    """Where data of one's organisation lies. A password is sealed and never shown again."""
    actor.require("data.hold", organisation)
    wrong: dict[str, str] = {}
    if not name.strip():
        wrong["name"] = str(_("Write a name."))
    if kind not in Source.Kind.values:
        wrong["kind"] = str(_("Choose one of the list."))
    if kind in _ENDINGS and file is None:
        wrong["file"] = str(_("Choose a file."))
    if kind not in _ENDINGS and not address.strip():
        wrong["address"] = str(_("Write where it is."))
    if kind == Source.Kind.POSTGRESQL and address.strip():
        wrong |= _address_problem(address.strip())
    if kind in HARVESTED and address.strip() and (why := objection(address.strip())):
        wrong["address"] = str(why)
    if wrong:
        raise _invalid(wrong)
    stored = None
    if file is not None and kind in _ENDINGS:
        stored = store_file(*file, organisation_id=organisation, room=FILE_ROOM, actor=actor)
        if stored.kind not in _ENDINGS[Source.Kind(kind)]:
            raise _invalid({"file": str(_("A file of this kind cannot be read here."))})
    source = Source.objects.create(
        name=name.strip()[:120],
        kind=kind,
        organisation_id=organisation,
        address=address.strip()[:500],
        username=username.strip()[:80],
        password=password,
        file=stored,
        simulated=simulated,
    )
    record("data.source.noted", source, actor=actor, after={"name": source.name, "kind": kind})
    return source


@prepared
def read_source(pk: int, revision: int, *, actor: Actor) -> Source:
    """Look what tables there are, without copying any value; trouble is kept in words.

    The source is asked in no transaction. A request may wait for it: a file's head takes a second
    or two, a database at most 25 (5 to connect, 10 for each of two statements)."""
    source = find_source(pk, actor=actor)
    actor.require("data.hold", source.organisation_id)
    if source.revision != revision:
        raise Conflict(_("The source"))
    found, trouble = None, ""
    try:
        found = [told(table) for table in reader_of(source).describe().tables]
    except SourceFailed as failed:
        trouble = failure_text(failed)[:300]
    return _keep_found(source, found, trouble, actor=actor)


@action
def _keep_found(
    read: Source, found: list[dict[str, Any]] | None, trouble: str, *, actor: Actor
) -> Source:
    source = Source.objects.select_for_update(of=("self",)).get(pk=read.pk)
    actor.require("data.hold", source.organisation_id)
    if source.revision != read.revision:
        raise Conflict(_("The source"))
    source.found = source.found if found is None else found
    source.trouble, source.read_at = trouble, timezone.now()
    source.revision += 1
    source.save()
    record(
        "data.source.read",
        source,
        actor=actor,
        after={"tables": len(source.found), "trouble": source.trouble},
    )
    return source


@action
def take_tables(pk: int, names: Iterable[str], *, actor: Actor) -> list[Resource]:
    """Describe tables that were found: a draft each, or its data items anew where it is one."""
    source = find_source(pk, actor=actor)
    wanted = set(names)
    tables = [table for table in source.found if table["name"] in wanted]
    if not tables:
        raise _invalid({"tables": str(_("Choose at least one table."))})
    known = {each.table: each for each in source.resources.all()}
    told = [_described(source, table, known.get(table["name"]), actor) for table in tables]
    taken = [resource for resource, _regraded in told]
    if codes := [resource.code for resource, regraded in told if regraded]:
        ask_for_grading(codes, actor=actor)
    record("data.source.taken", source, actor=actor, after={"codes": [each.code for each in taken]})
    return taken


def _address_problem(address: str) -> dict[str, str]:
    """Only hosts that the administrator has named are read: nobody else's network is asked."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return {"address": str(_("Write host:port/database, without name and password."))}
    if found["host"] not in settings.SOURCE_HOSTS:
        text = _("%(host)s may not be read: ask the administrator to name it.")
        return {"address": str(text) % {"host": found["host"]}}
    return {}


def _described(
    source: Source, table: dict[str, object], known: Resource | None, actor: Actor
) -> tuple[Resource, bool]:
    said = {"title": known.title if known else table["comment"] or table_title(source, table)}
    said |= {"source": source, "table": table["name"], "rows": table["rows"]}
    if known is None:
        kinds = {Source.Kind.FILE: Resource.Kind.FILE, Source.Kind.OPENAPI: Resource.Kind.API}
        said["kind"] = kinds.get(Source.Kind(source.kind), Resource.Kind.TABLE)
    return described(
        said,
        fields_of(table),
        holder=source.organisation_id,
        actor=actor,
        code=known.code if known else "",
        revision=known.revision if known else None,
        reason=str(_("Read anew from its source")),
        simulated=source.simulated,
    )


def _invalid(fields: dict[str, str]) -> Invalid:
    return Invalid(
        "data.source",
        _("The entry is not complete."),
        _("Correct what is marked and send it again."),
        fields,
    )

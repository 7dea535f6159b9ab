"""The catalogue as engines read it, and what a page shows of a resource."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Cast

from shucheng.bays.data.engine.catalogue import model as engine
from shucheng.bays.data.engine.catalogue.search.index import Entry, Index
from shucheng.bays.data.models.authority import Authorisation
from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.models.catalogue import Field, Resource, ResourceVersion
from shucheng.bays.data.models.market import Product
from shucheng.bays.data.queries.case_files import seen_by
from shucheng.bays.data.queries.cases import machine_of
from shucheng.kernel.public import Actor, NotFound, Role

_INDEX: dict[Path, Index] = {}


def index() -> Index:
    """The search index of this platform; losing its folder loses nothing."""
    folder = Path(settings.DATA_FOLDER) / "catalogue-index"
    return _INDEX.setdefault(folder, Index(folder)) if folder not in _INDEX else _INDEX[folder]


def resources_seen(actor: Actor) -> QuerySet[Resource]:
    """What is in the catalogue, and of the rest what one's organisation holds; the bureau all."""
    actor.require("data.view")
    found = Resource.objects.select_related("holder")
    if actor.may("data.govern"):
        return found
    own = Q(holder_id__in=actor.organisation_ids) if actor.may("data.hold") else Q(pk__in=[])
    return found.filter(Q(state=Resource.State.LISTED) | own)


def find_resource(code: str, *, actor: Actor) -> Resource:
    found = resources_seen(actor).filter(code=code).first()
    if found is None:
        raise NotFound(code)
    return found


def entry_of(resource: Resource, fields: Iterable[Field] | None = None) -> engine.Resource:
    """A resource as the engine reads it."""
    told = resource.fields.filter(dropped=False) if fields is None else fields
    return engine.Resource(
        code=resource.code,
        title=resource.title,
        description=resource.summary,
        holder=engine.Holder(resource.holder.code, resource.holder.name),
        themes=(resource.theme,) if resource.theme else (),
        keywords=tuple(resource.keywords),
        legal_basis=resource.basis,
        fields=tuple(map(_field_of, told)),
        frequency=resource.frequency,
        region=resource.area,
        starts=resource.since,
        ends=resource.until,
        sharing=resource.sharing,
        sharing_terms=resource.sharing_terms,
        opening=resource.opening,
        opening_terms=resource.opening_terms,
        licence=resource.licence,
        version=str(resource.number or ""),
        derived_from=tuple(each.origin.code for each in resource.made_from.all()),
        distributions=(engine.Distribution(_format(resource)),),
        grade=resource.grade,
    )


def indexed(resource: Resource) -> Entry:
    listed = resource.state == Resource.State.LISTED
    return Entry(entry_of(resource), listed, resource.changed_at.date())


def said_of(entry: engine.Resource) -> tuple[dict[str, Any], str]:
    """An entry as a version keeps it, without what changes by itself, and its digest."""
    said = {k: v for k, v in asdict(entry).items() if k not in ("version", "grade")}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, default=str)
    return json.loads(text), hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ResourcePage:
    resource: Resource
    fields: list[Field]
    problems: tuple[engine.Problem, ...]
    versions: list[ResourceVersion]
    products: list[Product]
    cases: list[Case]
    authorisations: list[Authorisation]
    requests: list[Case]
    may_change: bool
    may_ask: bool
    may_register: bool


def resource_page(code: str, *, actor: Actor) -> ResourcePage:
    resource = find_resource(code, actor=actor)
    fields = list(resource.fields.filter(dropped=False))
    holds = actor.may("data.hold", resource.holder_id)
    government = Role.PARTICIPANT not in actor.roles
    cases = list(_registrations_of(resource.code)) if government else []
    return ResourcePage(
        resource=resource,
        fields=fields,
        problems=engine.problems(entry_of(resource, fields)) if holds else (),
        versions=list(resource.versions.order_by("-number")[:20]),
        products=_products_of(resource.code),
        cases=cases,
        authorisations=_authorisations_of(resource.code) if government else [],
        requests=_requests_of(resource, actor),
        may_change=holds,
        may_ask=actor.may("data.ask") and not holds,
        may_register=holds
        and resource.state == Resource.State.LISTED
        and not any(map(_goes_on, cases)),
    )


def _products_of(code: str) -> list[Product]:
    """Products on the market whose inputs name the resource, in whatever version."""
    listed = Product.objects.filter(state=Product.State.LISTED).select_related("maker")
    found = _naming(listed, "made_from", code)
    return [p for p in found if code in {each.partition("@")[0] for each in p.made_from}]


def _authorisations_of(code: str) -> list[Authorisation]:
    every = Authorisation.objects.select_related("case", "operator")
    return [each for each in _naming(every, "resources", code) if code in each.resources]


def _naming(rows: QuerySet[Any], column: str, code: str) -> QuerySet[Any]:
    """Rows whose JSON list has an element that begins with a code. The two databases look into JSON
    differently; as text, which both know, few rows more are found than meant."""
    as_text: QuerySet[Any] = rows.annotate(told=Cast(column, models.TextField()))
    return as_text.filter(told__contains=f'"{code}')


def _registrations_of(code: str) -> QuerySet[Case]:
    return Case.objects.filter(about=code).exclude(kind=Case.Kind.REQUEST)


def _goes_on(case: Case) -> bool:
    return not machine_of(case.kind).table.states[case.state].final


def _requests_of(resource: Resource, actor: Actor) -> list[Case]:
    asked = Case.objects.filter(seen_by(actor), kind=Case.Kind.REQUEST, about=resource.code)
    return list(asked.select_related("applicant")[:20])


def _field_of(row: Field) -> engine.Field:
    return engine.Field(row.name, row.title, row.type, row.comment, row.nullable, row.key)


def _format(resource: Resource) -> str:
    """The form in which a machine gets it."""
    if resource.kind == Resource.Kind.API:
        return "api"
    name = resource.source.file.kind if resource.source and resource.source.file else ""
    return name or ("csv" if resource.kind == Resource.Kind.FILE else "sql")

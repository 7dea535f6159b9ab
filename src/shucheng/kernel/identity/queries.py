"""Reads: the tree of organisations, people, roles, who may do what."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import PERMISSIONS, ROLE_LABELS, Actor, Permission, Role
from shucheng.kernel.errors import NotFound
from shucheng.kernel.identity.models import (
    ApiToken,
    Area,
    Case,
    Membership,
    Notice,
    NoticeDelivery,
    Organisation,
    OrganisationAlias,
    Person,
)
from shucheng.kernel.identity.personal_data import PERSONAL_DATA

OWN_FIELDS = (
    "username",
    "display_name",
    "email",
    "phone",
    "language",
    "created_at",
    "last_login",
    "password_changed_at",
    "expires_at",
)


@dataclass(frozen=True, slots=True)
class Branch:
    """An organisation in the tree with what is below it."""

    organisation: Organisation
    depth: int
    children: list["Branch"] = field(default_factory=list)


def organisations(*, actor: Actor, on: date | None = None) -> QuerySet[Organisation]:
    """Organisations that exist on a day (today)."""
    actor.require("identity.view")
    on = on or timezone.localdate()
    return (
        Organisation.objects.select_related("area", "parent")
        .prefetch_related("aliases")
        .filter(Q(valid_from__isnull=True) | Q(valid_from__lte=on))
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    )


def organisation_tree(*, actor: Actor) -> list[Branch]:
    """The tree, depth first, as one list of branches that also know their children."""
    listed = list(organisations(actor=actor))
    known = {organisation.pk for organisation in listed}
    below: dict[int | None, list[Organisation]] = {}
    for organisation in listed:
        parent = organisation.parent_id if organisation.parent_id in known else None
        below.setdefault(parent, []).append(organisation)

    flat: list[Branch] = []

    def grow(parent_id: int | None, depth: int) -> list[Branch]:
        grown = []
        for organisation in below.get(parent_id, []):
            branch = Branch(organisation, depth)
            flat.append(branch)
            branch.children.extend(grow(organisation.pk, depth + 1))
            grown.append(branch)
        return grown

    grow(None, 0)
    return flat


def find_organisation(code: str, *, actor: Actor) -> Organisation:
    actor.require("identity.view")
    found = (
        Organisation.objects.select_related("area", "parent")
        .prefetch_related("aliases", "children", "revisions")
        .filter(code=code)
        .first()
    )
    if found is None:
        raise NotFound(_("The organisation"))
    return found


def organisation_name(organisation_id: int | None) -> str:
    """The short name in the reader's language; empty where there is none."""
    if organisation_id is None:
        return ""
    found = Organisation.objects.filter(pk=organisation_id).first()
    return found.label if found else ""


def areas(*, actor: Actor) -> QuerySet[Area]:
    actor.require("identity.view")
    return Area.objects.select_related("parent")


def resolve_organisation(text: str) -> Organisation | None:
    """The organisation that a text names: by code, name, full name, alias, or name without city."""
    return resolve_organisations([text])[text]


def resolve_organisations(texts: Iterable[str]) -> dict[str, Organisation | None]:
    """The same for many texts with three database reads."""
    index, cities = _name_index()
    return {text: _look_up(_plain(text), index, cities) for text in texts}


def organisation_ids(names: Iterable[str]) -> dict[str, int]:
    """Which organisation each name means; names that mean none are left out."""
    found = resolve_organisations(names)
    return {name: organisation.pk for name, organisation in found.items() if organisation}


def organisation_aliases() -> dict[str, str]:
    """Every name that a text may use, with the name the organisation goes by here."""
    listed = Organisation.objects.prefetch_related("aliases")
    return {
        text: organisation.name
        for organisation in listed
        for text in (
            *(alias.text for alias in organisation.aliases.all()),
            organisation.full_name,
            organisation.name,
        )
        if text
    }


def area_by_code(code: str) -> Area | None:
    return Area.objects.select_related("parent").filter(code=code).first()


def organisations_in(area: Area) -> tuple[Organisation, ...]:
    """Organisations of an area, those of the areas below it not counted."""
    return tuple(Organisation.objects.prefetch_related("aliases").filter(area=area))


def people_named(prefix: str) -> list[Person]:
    """Open accounts whose user name begins so: the people of a demonstration."""
    found = Person.objects.filter(username__startswith=prefix, is_active=True, is_service=False)
    return [person for person in found.order_by("pk") if not person.is_expired]


def people(*, actor: Actor, words: str = "") -> QuerySet[Person]:
    """Everybody for management roles, one's own organisations' people for the others."""
    actor.require("identity.view_people")
    found = Person.objects.prefetch_related(
        Prefetch("memberships", Membership.objects.select_related("organisation"))
    )
    if not _sees_everybody(actor):
        found = found.filter(
            memberships__organisation__in=actor.organisation_ids,
            memberships__valid_to__isnull=True,
        ).distinct()
    if words:
        found = found.filter(Q(username__icontains=words) | Q(display_name__icontains=words))
    return found


def find_person(person_id: int, *, actor: Actor) -> Person:
    found = people(actor=actor).filter(pk=person_id).first()
    if found is None:
        raise NotFound(_("The person"))
    return found


def memberships_of(organisation_id: int, *, actor: Actor) -> QuerySet[Membership]:
    """Who acts for an organisation now."""
    actor.require("identity.view_people", organisation_id)
    now = timezone.now()
    return Membership.objects.select_related("person").filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=now), organisation_id=organisation_id
    )


def unused_accounts(days: int) -> list[Person]:
    """Open accounts that expired, or that nobody used for so many days."""
    now = timezone.now()
    since = now - timedelta(days=days)
    quiet = Q(last_login__lt=since) | Q(last_login=None, created_at__lt=since)
    # A program never signs in: its tokens say whether it is alive.
    alive = Q(api_tokens__last_used_at__gte=since)
    found = Person.objects.filter(is_active=True).filter(Q(expires_at__lte=now) | quiet)
    return list(found.exclude(alive & Q(is_service=True)).order_by("pk"))


def own_data(*, actor: Actor) -> dict[str, Any]:
    """Everything stored about the person who asks, to see and to copy."""
    if actor.person_id is None:
        raise NotFound(_("Your account"))
    person = Person.objects.get(pk=actor.person_id)
    held = person.memberships.select_related("organisation")
    return {
        "account": {name: getattr(person, name) for name in OWN_FIELDS},
        "roles": [
            {
                "organisation": membership.organisation.name,
                "role": membership.role,
                "from": membership.valid_from,
                "until": membership.valid_to,
                "granted_by": membership.granted_by,
            }
            for membership in held
        ],
        "tokens": list(person.api_tokens.values("name", "prefix", "created_at", "last_used_at")),
        "sign_ins": list(
            UserSession.objects.filter(user=person).values("ip", "user_agent", "created_at")
        ),
        "requests": [
            {"number": case.number, "kind": case.kind, "text": case.text, "state": case.state}
            for case in person.cases.all()
        ],
        "notices": list(
            person.notices.values("notice__case__number", "state", "tried_at", "read_at")
        ),
    }


def processing_report(first: date, last: date, *, actor: Actor) -> dict[str, Any]:
    """For a compliance audit: what is processed and why, and what people asked in a period."""
    actor.require("identity.export_processing")
    asked = Case.objects.filter(received_at__date__gte=first, received_at__date__lte=last)
    return {
        "first": first,
        "last": last,
        "processing": [entry.plain() for entry in PERSONAL_DATA],
        "accounts": Person.objects.filter(is_active=True).count(),
        "cases": [
            {
                "kind": case.kind,
                "state": case.state,
                "received": case.received_at,
                "due": case.due_at,
                "closed": case.closed_at,
            }
            for case in asked
        ],
    }


def tokens_of(person_id: int, *, actor: Actor) -> QuerySet[ApiToken]:
    if actor.person_id != person_id:
        actor.require("identity.manage_tokens")
    return ApiToken.objects.select_related("membership__organisation").filter(person_id=person_id)


def permissions_table() -> list[tuple[Permission, dict[Role, str]]]:
    """For each permission and role: "all", "own" organisation, or "" for no right."""
    return [
        (permission, {role: _reach(permission, role) for role in Role})
        for permission in sorted(PERMISSIONS.values(), key=lambda p: p.code)
    ]


def role_name(code: str) -> str:
    """A role by its stored code, in the reader's language; one that is gone stays a code."""
    return next((str(ROLE_LABELS[role]) for role in Role if role == code), code)


def role_labels() -> dict[Role, str]:
    return {role: str(ROLE_LABELS[role]) for role in Role}


def cases(*, actor: Actor) -> QuerySet[Case]:
    actor.require("identity.handle_cases")
    return Case.objects.prefetch_related("events")


def due_cases() -> list[Case]:
    """Open cases whose clock runs out soon: incidents within six hours, others within two days."""
    now = timezone.now()
    soon = Q(kind=Case.Kind.INCIDENT, due_at__lt=now + timedelta(hours=6))
    later = ~Q(kind=Case.Kind.INCIDENT) & Q(due_at__lt=now + timedelta(days=2))
    return list(Case.objects.filter(soon | later, closed_at=None))


def find_case(number: str) -> Case:
    """A case by its number, which only the person who filed it and the handlers know."""
    found = Case.objects.prefetch_related("events").filter(number=number.strip().upper()).first()
    if found is None:
        raise NotFound(_("The case"))
    return found


def notices_of(case: Case, *, actor: Actor) -> QuerySet[Notice]:
    """What was told about a case, and how it reached each person."""
    actor.require("identity.handle_cases")
    return case.notices.prefetch_related("deliveries__person")


def own_notice(delivery_id: int, *, actor: Actor) -> NoticeDelivery:
    """A notice as the person it was sent to reads it."""
    own = NoticeDelivery.objects.select_related("notice").filter(person=actor.person_id or 0)
    if (delivery := own.filter(pk=delivery_id).first()) is None:
        raise NotFound(_("The notice"))
    return delivery


def undelivered() -> list[NoticeDelivery]:
    """What the clock has to send now; after a failure it waits longer each time, hours in all."""
    now = timezone.now()
    waiting = NoticeDelivery.objects.filter(state=NoticeDelivery.State.WAITING)
    return [
        each
        for each in waiting.select_related("notice", "person")
        if each.tried_at is None or now - each.tried_at >= timedelta(minutes=5) * each.attempts**2
    ]


def people_of(organisation_id: int) -> list[Person]:
    """Everybody with an open account who acts for an organisation now."""
    now = timezone.now()
    held = Membership.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=now))
    held = held.filter(organisation_id=organisation_id, valid_from__lte=now)
    people = Person.objects.filter(pk__in=held.values("person"), is_active=True, is_service=False)
    return list(people.order_by("pk"))


def may_grant_roles(*, actor: Actor) -> bool:
    """Security administrators grant. Until one exists, the administrator appoints the first."""
    if actor.may("identity.grant_roles"):
        return True
    from_machine = actor.person_id is None
    return Role.ADMINISTRATOR in actor.roles and (from_machine or not _security_exists())


def masked(text: str) -> str:
    """Enough to recognise, too little to use: 138****5678, w***@example.org."""
    name, at, host = text.partition("@")
    if at:
        return f"{name[:1]}***@{host}"
    return f"{text[:3]}****{text[-4:]}" if len(text) > 7 else "*" * len(text)


def _security_exists() -> bool:
    now = timezone.now()
    held = Membership.objects.filter(role=Role.SECURITY, person__is_active=True)
    return held.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=now)).exists()


def _sees_everybody(actor: Actor) -> bool:
    return bool(actor.roles & PERMISSIONS["identity.view_people"].roles)


def _reach(permission: Permission, role: Role) -> str:
    if role in permission.roles:
        return "all"
    return "own" if role in permission.own_organisation else ""


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _name_index() -> tuple[dict[str, Organisation], list[str]]:
    index: dict[str, Organisation] = {}
    # Closed organisations first, so that a living one of the same name wins.
    listed = sorted(Organisation.objects.all(), key=lambda o: o.valid_to is None)
    by_id = {organisation.pk: organisation for organisation in listed}
    for organisation in listed:
        for text in (organisation.full_name, organisation.name, organisation.code):
            if text:
                index[_plain(text)] = organisation
    for text, organisation_id in OrganisationAlias.objects.values_list("text", "organisation_id"):
        index[_plain(text)] = by_id[organisation_id]
    cities = Area.objects.filter(kind__in=[Area.Kind.PROVINCE, Area.Kind.CITY])
    return index, [_plain(name) for name in cities.values_list("name", flat=True)]


def _look_up(text: str, index: dict[str, Organisation], cities: list[str]) -> Organisation | None:
    """盐城市工信局 is found as 市工信局 and as 工信局 when the city is called 盐城市."""
    if text in index:
        return index[text]
    for city in cities:
        if text.startswith(city):
            for shorter in (city[-1] + text[len(city) :], text[len(city) :]):
                if shorter in index:
                    return index[shorter]
    return None

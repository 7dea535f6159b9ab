"""The API of identity: organisations, areas, people, tokens."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from shucheng.kernel.identity import queries
from shucheng.kernel.identity.actions.organisations import (
    create_organisation,
    set_aliases,
    update_organisation,
)
from shucheng.kernel.identity.actions.people import create_person, deactivate_person
from shucheng.kernel.identity.actions.tokens import issue_token, revoke_token
from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.identity.models import ApiToken, Area, Organisation, Person

router = Router(tags=["identity"])


class AreaOut(Schema):
    code: str
    name: str
    name_en: str
    kind: str
    parent: str | None
    order: int

    @staticmethod
    def resolve_parent(area: Area) -> str | None:
        parent: Area | None = area.parent
        return parent.code if parent else None


class OrganisationOut(Schema):
    id: int
    code: str
    name: str
    full_name: str
    name_en: str
    kind: str
    parent: str | None
    area: str | None
    aliases: list[str]
    valid_from: date | None
    valid_to: date | None

    @staticmethod
    def resolve_parent(organisation: Organisation) -> str | None:
        parent: Organisation | None = organisation.parent
        return parent.code if parent else None

    @staticmethod
    def resolve_area(organisation: Organisation) -> str | None:
        area: Area | None = organisation.area
        return area.code if area else None

    @staticmethod
    def resolve_aliases(organisation: Organisation) -> list[str]:
        return [alias.text for alias in organisation.aliases.all()]


class OrganisationIn(Schema):
    name: str
    kind: str
    full_name: str = ""
    name_en: str = ""
    parent: str | None = None
    area: str | None = None
    order: int = 0
    valid_from: date | None = None
    valid_to: date | None = None
    aliases: list[str] = []


class OrganisationChange(Schema):
    name: str | None = None
    kind: str | None = None
    full_name: str | None = None
    name_en: str | None = None
    parent: str | None = None
    area: str | None = None
    order: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class MembershipOut(Schema):
    id: int
    organisation: str
    role: str
    valid_from: datetime
    valid_to: datetime | None

    @staticmethod
    def resolve_organisation(membership: Any) -> str:
        return str(membership.organisation.code)


class PersonOut(Schema):
    """E-mail and telephone stay out: they are seen one by one, with a reason."""

    id: int
    username: str
    display_name: str
    is_active: bool
    is_service: bool
    expires_at: datetime | None
    last_login: datetime | None
    memberships: list[MembershipOut]

    @staticmethod
    def resolve_memberships(person: Person) -> list[Any]:
        return list(person.memberships.all())


class PersonIn(Schema):
    username: str
    display_name: str
    email: str = ""
    phone: str = ""
    expires_at: datetime | None = None
    is_service: bool = False


class PersonCreated(Schema):
    id: int
    username: str
    one_time_password: str


class TokenOut(Schema):
    id: int
    name: str
    prefix: str
    scope: str
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class TokenIn(Schema):
    membership: int
    name: str
    scope: str = ApiToken.Scope.READ
    days: int = 90


class TokenIssued(Schema):
    id: int
    secret: str
    expires_at: datetime


class Me(Schema):
    person: int | None
    name: str
    organisation: str
    roles: list[str]


@router.get("/me", response=Me)
def who_am_i(request: HttpRequest) -> dict[str, Any]:
    """Who the token or session acts as."""
    actor = actor_for(request)
    return {
        "person": actor.person_id,
        "name": actor.name,
        "organisation": queries.organisation_name(actor.organisation_id),
        "roles": sorted(actor.roles),
    }


@router.get("/areas", response=list[AreaOut])
def list_areas(request: HttpRequest) -> Any:
    return queries.areas(actor=actor_for(request))


@router.get("/organisations", response=list[OrganisationOut])
def list_organisations(request: HttpRequest, on: date | None = None) -> Any:
    """Organisations that exist on a day (today)."""
    return queries.organisations(actor=actor_for(request), on=on)


@router.post("/organisations/{code}", response={201: OrganisationOut})
def add_organisation(request: HttpRequest, code: str, given: OrganisationIn) -> Any:
    return Status(201, create_organisation(code, actor=actor_for(request), **given.dict()))


@router.get("/organisations/{code}", response=OrganisationOut)
def get_organisation(request: HttpRequest, code: str) -> Any:
    return queries.find_organisation(code, actor=actor_for(request))


@router.patch("/organisations/{code}", response=OrganisationOut)
def change_organisation(request: HttpRequest, code: str, given: OrganisationChange) -> Any:
    facts = given.dict(exclude_unset=True)
    return update_organisation(code, actor=actor_for(request), **facts)


@router.put("/organisations/{code}/aliases", response=OrganisationOut)
def put_aliases(request: HttpRequest, code: str, given: list[str]) -> Any:
    return set_aliases(code, given, actor=actor_for(request))


@router.get("/people", response=list[PersonOut])
def list_people(request: HttpRequest, q: str = "") -> Any:
    return queries.people(actor=actor_for(request), words=q)


@router.post("/people", response={201: PersonCreated})
def add_person(request: HttpRequest, given: PersonIn) -> Any:
    person, password = create_person(**given.dict(), actor=actor_for(request))
    created = {"id": person.pk, "username": person.username, "one_time_password": password}
    return Status(201, created)


@router.delete("/people/{person_id}", response={204: None})
def close_account(request: HttpRequest, person_id: int) -> Any:
    """Deactivate: the account closes, its history stays."""
    deactivate_person(person_id, actor=actor_for(request))
    return Status(204, None)


@router.get("/people/{person_id}/tokens", response=list[TokenOut])
def list_tokens(request: HttpRequest, person_id: int) -> Any:
    return queries.tokens_of(person_id, actor=actor_for(request))


@router.post("/tokens", response={201: TokenIssued})
def add_token(request: HttpRequest, given: TokenIn) -> Any:
    """Issue a token; the secret is in this answer and nowhere else."""
    token, secret = issue_token(
        given.membership, given.name, actor=actor_for(request), scope=given.scope, days=given.days
    )
    return Status(201, {"id": token.pk, "secret": secret, "expires_at": token.expires_at})


@router.delete("/tokens/{token_id}", response={204: None})
def end_token(request: HttpRequest, token_id: int) -> Any:
    revoke_token(token_id, actor=actor_for(request))
    return Status(204, None)

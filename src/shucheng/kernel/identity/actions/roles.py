"""Who may act for whom: roles are granted and ended, and leave a trace of by whom."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import LEVELS, ROLE_LABELS, Actor, Role
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Forbidden, Invalid, NotFound
from shucheng.kernel.identity.actions.people import keep_an_administrator, locked_person
from shucheng.kernel.identity.models import Membership, Organisation, Person
from shucheng.kernel.identity.permissions import EXCLUSIVE_ROLES
from shucheng.kernel.identity.queries import may_grant_roles


@action
def grant_role(
    person_id: int,
    organisation_id: int,
    role: Role,
    *,
    actor: Actor,
    valid_to: datetime | None = None,
) -> Membership:
    """Let a person act for an organisation in a role, for ever or until a moment."""
    role = Role(role)
    _require_granting(actor, person_id)
    person = locked_person(person_id)
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None:
        raise NotFound(_("The organisation"))
    _check_person(person, role)
    _check_exclusion(person, role)
    if valid_to is not None and valid_to <= timezone.now():
        raise _invalid(_("The end lies in the past."))
    if _current(person).filter(organisation=organisation, role=role).exists():
        raise _invalid(_("The person already holds this role there."))
    membership = Membership.objects.create(
        person=person,
        organisation=organisation,
        role=role,
        valid_to=valid_to,
        granted_by=actor.name,
    )
    record(
        "identity.role.granted",
        membership,
        actor=actor,
        person=person.username,
        role=role,
        organisation=organisation.code,
        until=valid_to,
    )
    return membership


@action
def end_role(membership_id: int, *, actor: Actor) -> Membership:
    """End a role now; the membership stays as history and its tokens stop working."""
    membership = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("person", "organisation")
        .filter(pk=membership_id)
        .first()
    )
    if membership is None:
        raise NotFound(_("The role"))
    _require_granting(actor, membership.person_id)
    if not membership.is_current:
        raise _invalid(_("This role has already ended."))
    membership.valid_to = timezone.now()
    membership.ended_by = actor.name
    membership.save()
    if membership.role == Role.ADMINISTRATOR:
        keep_an_administrator()
    record(
        "identity.role.ended",
        membership,
        actor=actor,
        person=membership.person.username,
        role=membership.role,
        organisation=membership.organisation.code,
    )
    return membership


@action
def choose_acting(membership_id: int, *, actor: Actor) -> Membership:
    """Act for another of one's own organisations; the caller keeps the choice in the session."""
    membership = Membership.objects.filter(pk=membership_id).first()
    own = membership is not None and membership.person_id == actor.person_id
    if membership is None or not own or not membership.is_current:
        raise NotFound(_("The role"))
    record("identity.acting.chosen", membership, actor=actor)
    return membership


@action
def set_clearance(person_id: int, clearance: str, *, actor: Actor) -> Person:
    """How sensitive what a person opens may be; their roles still say what they open at all."""
    actor.require("identity.set_clearance")
    if actor.person_id is not None and actor.person_id == person_id:
        raise _invalid(_("Nobody sets their own clearance."))
    if clearance not in LEVELS:
        raise _invalid(_("Choose one of the labels."))
    person = locked_person(person_id)
    before, person.clearance = person.clearance, clearance
    person.save(update_fields=["clearance"])
    record(
        "identity.clearance.set",
        person,
        actor=actor,
        before={"clearance": before},
        after={"clearance": clearance},
    )
    return person


def _require_granting(actor: Actor, person_id: int) -> None:
    if actor.person_id is not None and actor.person_id == person_id:
        raise _invalid(_("Nobody grants or ends their own roles."))
    if not may_grant_roles(actor=actor):
        raise Forbidden("identity.grant_roles")


def _check_person(person: Person, role: Role) -> None:
    if not person.may_sign_in():
        raise _invalid(_("The account is closed or has expired."))
    if person.is_service != (role is Role.SERVICE):
        raise _invalid(_("Service accounts hold the service role, and only they do."))


def _check_exclusion(person: Person, role: Role) -> None:
    if role not in EXCLUSIVE_ROLES:
        return
    held = _current(person).filter(role__in=EXCLUSIVE_ROLES - {role}).first()
    if held is not None:
        raise _invalid(
            _("%(held)s and %(role)s exclude one another: give one of them to another person."),
            held=ROLE_LABELS[Role(held.role)],
            role=ROLE_LABELS[role],
        )


def _current(person: Person) -> QuerySet[Membership]:
    now = timezone.now()
    return Membership.objects.filter(person=person).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=now)
    )


def _invalid(message: Any, **values: Any) -> Invalid:
    return Invalid(
        "identity.role.invalid",
        message,
        _("Choose another person, role or organisation."),
        **values,
    )

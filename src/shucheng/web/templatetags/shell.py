"""Small things every template may ask: what the actor may do, and charts drawn on the server."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor, Person, Role
from shucheng.plan.public import Headline
from shucheng.web.charts import path_sparkline
from shucheng.web.demo import demo_people

register = template.Library()


@register.filter
def may(actor: Actor | Any, permission: str) -> bool:
    """`{% if actor|may:"plan.manage" %}`: what is not allowed is not offered."""
    return isinstance(actor, Actor) and actor.may(permission)


@register.simple_tag
def sparkline(headline: Headline) -> SafeString:
    return path_sparkline(headline)


DUTIES: dict[str, str | Promise] = {
    Role.PLAN_OFFICE: _("Loads the plan, reviews what was found, publishes it"),
    Role.LEADER: _("Reads the cockpit, the findings and every organisation's duties"),
    Role.REVIEWER: _("Reads plans under review and what lint found"),
    Role.LIAISON: _("Reads what the plan asks of the own organisation"),
    Role.AUDITOR: _("Searches, verifies and exports the audit log"),
    Role.SECURITY: _("Grants roles, watches the security baseline"),
    Role.ADMINISTRATOR: _("Creates accounts, keeps organisations, runs jobs"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody a visitor of the demonstration may be, and what this person may do."""

    person: Person
    role: str
    organisation: str
    duty: str | Promise


@register.simple_tag
def demo_cast() -> list[Part]:
    """Whom a visitor of the demonstration may be; nobody outside of it."""
    return [
        Part(person, held.role_label, held.organisation.label, DUTIES.get(held.role, ""))
        for person in demo_people()
        for held in person.memberships.select_related("organisation")[:1]
    ]

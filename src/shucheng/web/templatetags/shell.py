"""Small things every template may ask: what the actor may do, and charts drawn on the server."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor, Person, Role
from shucheng.plan.public import Headline, Standing, indicator_name
from shucheng.web.charts import line, path_sparkline
from shucheng.web.demo import demo_people

register = template.Library()


@register.filter
def may(actor: Actor | Any, permission: str) -> bool:
    """`{% if actor|may:"plan.manage" %}`: what is not allowed is not offered."""
    return isinstance(actor, Actor) and actor.may(permission)


register.filter("indicator_name", indicator_name)


@register.simple_tag
def sparkline(headline: Headline) -> SafeString:
    return path_sparkline(headline)


@register.simple_tag
def trend(values: Iterable[Any], restarts_yearly: bool = False) -> SafeString:
    """A small line of anything that has a value and a period."""
    return line([(each.period, each.value) for each in values], restarts_yearly=restarts_yearly)


@register.filter
def signed(change: Any) -> str:
    """+12.3%, -4, unchanged; a dash where nothing can be compared."""
    if change is None:
        return "—"
    if not change.value:
        return gettext("unchanged")
    return f"{change.value.normalize():+,f}" + ("%" if change.in_percent else "")


# A fact of numbers and dates: the shape says it without colour.
_STANDINGS: dict[str, tuple[str, str | Promise]] = {
    Standing.REACHED: ("good", _("reached")),
    Standing.NOT_YET: ("watch", _("not yet reached")),
    Standing.MISSED: ("bad", _("missed")),
    Standing.UNKNOWN: ("none", _("no data")),
}


@register.filter
def standing_class(standing: str) -> str:
    return f"status-{_STANDINGS[standing][0]}"


@register.filter
def standing_label(standing: str) -> str:
    return str(_STANDINGS[standing][1])


# On a map a shape stands in the text: no element can be put there.
_SHAPES = {"green": "●", "yellow": "▲", "red": "■", "blue": "◆", "grey": "○"}


@register.filter
def light_shape(light: str) -> str:
    return _SHAPES[light]


@register.simple_tag
def standings() -> tuple[str, ...]:
    """All there are, for a legend."""
    return tuple(_STANDINGS)


@register.simple_block_tag(takes_context=True)
def says_simulated(context: Context, content: SafeString) -> SafeString:
    """The page, under the ribbon of simulated data wherever it shows a simulated figure.

    A figure that was made up carries the class `simulated` or `simulated-value`; no page has to
    remember anything more."""
    if not context.get("simulated") and not _SIMULATED.search(content):
        return content
    ribbon = render_to_string("web/simulated.html")
    return mark_safe(ribbon + content)  # noqa: S308 - both were rendered by templates


_SIMULATED = re.compile(r'class="[^"]*\bsimulated(-value)?[\s"]')


DUTIES: dict[str, str | Promise] = {
    Role.PLAN_OFFICE: _("Loads the plan, reviews what was found, publishes it"),
    Role.LEADER: _("Reads the cockpit, the findings and every organisation's duties"),
    Role.REVIEWER: _("Reads plans under review and what lint found"),
    Role.PARTICIPANT: _("Applies for public data, makes and buys data products"),
    Role.LIAISON: _("Fills in the own organisation's forms, reads what the plan asks of it"),
    Role.AUDITOR: _("Searches, verifies and exports the audit log"),
    Role.SECURITY: _("Grants roles, watches the security baseline"),
    Role.ADMINISTRATOR: _("Creates accounts, keeps organisations, runs jobs"),
}


# What people of one role are called and do where the role alone does not tell them apart.
APART: dict[str, tuple[str | Promise, str | Promise]] = {
    "demo-department": (
        _("Department reviewer"),
        _("Approves or returns what counties hand in on the department's forms"),
    ),
    "demo-county": (
        _("County liaison"),
        _("Fills in the county's forms, corrects what was returned"),
    ),
}


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody a visitor of the demonstration may be, and what this person may do."""

    person: Person
    role: str | Promise
    organisation: str
    duty: str | Promise


@register.simple_tag
def demo_cast() -> list[Part]:
    """Whom a visitor of the demonstration may be; nobody outside of it."""
    return [
        Part(
            person,
            APART.get(person.username, (held.role_label, ""))[0],
            held.organisation.label,
            APART.get(person.username, ("", DUTIES.get(held.role, "")))[1],
        )
        for person in demo_people()
        for held in person.memberships.select_related("organisation")[:1]
    ]

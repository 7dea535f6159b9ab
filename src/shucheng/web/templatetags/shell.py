"""Small things every template may ask: what the actor may do, and charts drawn on the server."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from shucheng.kernel.public import Actor, Person
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


@register.simple_tag
def demo_cast() -> list[Person]:
    """Whom a visitor of the demonstration may be; nobody outside of it."""
    return demo_people()

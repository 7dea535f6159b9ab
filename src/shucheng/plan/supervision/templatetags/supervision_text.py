"""How states, moves, clocks and rules of supervision are said on a page."""

from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shucheng.plan.supervision import words
from shucheng.plan.supervision.engine.following import Part
from shucheng.plan.supervision.engine.rules import Stage
from shucheng.plan.supervision.engine.states import FINAL, STRAIGHT, State
from shucheng.plan.supervision.models import ItemEvent
from shucheng.plan.supervision.queries.items import ItemLine

register = template.Library()

_TAGS = {State.CLOSED: "tag-good", State.CANCELLED: "", State.DRAFT: ""}


@register.filter
def state_label(state: str) -> str:
    return str(words.STATE_LABELS.get(state, state))


@register.filter
def state_tag(state: str) -> str:
    """The class of a tag that names a state; what waits for somebody is in the accent colour."""
    return _TAGS.get(State(state), "tag-accent")


@register.filter
def button_label(move: str) -> str:
    return str(words.BUTTONS.get(move, move))


@register.filter
def light_label(light: str) -> str:
    return str(words.LIGHT_LABELS.get(light, light))


@register.filter
def light_class(light: str) -> str:
    return words.LIGHT_CLASSES.get(light, "")


@register.filter
def clock_text(line: ItemLine) -> str:
    """3 working days left, overdue by 5, stands; in words, whatever the colour."""
    clock = line.clock
    if clock is None:
        return ""
    if line.item.state in FINAL:
        return _done_text(clock.overdue, clock.left)
    if clock.is_over:
        if not clock.overdue:
            return _("overdue since a day off")
        said = ngettext(
            "overdue by %(n)s working day", "overdue by %(n)s working days", clock.overdue
        )
        return said % {"n": clock.overdue}
    said = ngettext("%(n)s working day left", "%(n)s working days left", clock.left)
    said %= {"n": clock.left}
    if clock.stopped_on is not None:
        return _("%(left)s; reported as done") % {"left": said}
    if clock.paused:
        return _("%(left)s; the clock stands") % {"left": said}
    return said


def _done_text(overdue: int, left: int) -> str:
    if overdue:
        said = ngettext("%(n)s working day late", "%(n)s working days late", overdue)
        return said % {"n": overdue}
    if left:
        return ngettext("%(n)s working day early", "%(n)s working days early", left) % {"n": left}
    return _("on time")


@register.filter
def deed(event: ItemEvent) -> str:
    """What happened, with the stage of an escalation."""
    if event.move == "escalate":
        stage = str(event.data.get("stage", ""))
        name = words.STAGES.get(stage, stage)
        said = words.DEEDS["escalate"] if event.data.get("level") else _("Reminder by the rules")
        return _("%(deed)s: %(stage)s") % {"deed": said, "stage": name}
    return str(words.DEEDS.get(event.move, event.move))


@register.filter
def event_facts(event: ItemEvent) -> str:
    """The deadline that an event set, asked for or left."""
    until, deadline = event.data.get("until"), event.data.get("deadline")
    if event.move == "issue" and event.data.get("before"):
        until, deadline = deadline, event.data["before"]
    if until:
        return _("deadline %(before)s → %(after)s") % {"before": deadline, "after": until}
    return _("deadline %(day)s") % {"day": deadline} if event.move == "issue" else ""


@register.filter
def stage_text(stage: Stage) -> str:
    return str(words.MEASURES[stage.measure]) % {"days": stage.days}


@register.filter
def stage_name(stage: Stage) -> str:
    return str(words.STAGES.get(stage.code, stage.code))


@register.filter
def recipients(stage: Stage) -> str:
    return _(", ").join(str(words.RECIPIENTS[name]) for name in stage.recipients)


@register.filter
def part_text(part: Part) -> str:
    return str(words.PARTS[part.code]) % {"number": part.number}


@register.filter
def points(value: Any) -> str:
    """+1, -2, 0: how a score changes."""
    return f"{value.normalize():+f}" if value else "0"


@register.filter
def standing_of_point(standing: str) -> str:
    return str(words.STANDINGS[standing][1])


@register.filter
def standing_class_of_point(standing: str) -> str:
    return words.STANDINGS[standing][0]


@register.filter
def may_move(page: Any, name: str) -> bool:
    return bool(page.may(name))


@register.simple_tag
def straight_way(state: str) -> list[tuple[str, str]]:
    """Each state of the straight way, and whether it is past, now or to come."""
    if state not in STRAIGHT:
        return []
    here = STRAIGHT.index(State(state))
    return [
        (each.value, "done" if at < here else "now" if at == here else "later")
        for at, each in enumerate(STRAIGHT)
    ]


@register.filter
def light_word(light: str) -> str:
    """The colour of an indicator's light."""
    return str(words.COLOURS.get(light, light))


@register.filter
def colour_class(light: str) -> str:
    return words.COLOUR_CLASSES.get(light, "")

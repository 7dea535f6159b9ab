"""Raising an item and changing its draft."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shucheng.kernel.public import Actor, Area, Invalid, Organisation, action
from shucheng.lib.tables import printable
from shucheng.plan.supervision.engine.states import FINAL, UNISSUED, State
from shucheng.plan.supervision.models import Decision, SupervisionItem, TrackedPoint
from shucheng.plan.supervision.moving import locked_item, make_move, the_day, write_event
from shucheng.plan.supervision.queries.items import find_item

_TRIES = 5
LONGEST_CLOCK = 1000  # working days, four years


@dataclass(frozen=True, slots=True)
class Draft:
    """What an item says. `lead` and `joint` are ids of organisations; a deadline is a day, or a
    number of working days after the issue."""

    title: str
    demand: str
    lead: int | None
    joint: Collection[int] = ()
    deadline: date | None = None
    due_in: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where an item comes from."""

    origin: str = SupervisionItem.Origin.OFFICE
    indicator_code: str = ""
    area_code: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    point: TrackedPoint | None = None
    decision: Decision | None = None


@action
def raise_item(
    draft: Draft,
    *,
    actor: Actor,
    source: Source | None = None,
    parent: str = "",
    on: date | None = None,
    simulated: bool = False,
) -> SupervisionItem:
    """Write down a draft (立项). `parent` is the number of the item that it is a part of.

    Raises `Invalid` where something is missing, where the parent is not being worked on, where
    the indicator and area have an open item already, or the decision became one.
    """
    actor.require("supervision.raise")
    source, day = source or Source(), the_day(on, actor)
    whole = _parent(parent, actor) if parent else None
    decision = _free(source.decision) if source.decision is not None else None
    facts = _checked(draft, day)
    area = Area.objects.filter(code=source.area_code).first() if source.area_code else None
    item = SupervisionItem(
        **facts,
        origin=source.origin,
        indicator_code=source.indicator_code,
        area=area,
        facts=dict(source.facts),
        point=source.point,
        parent=whole,
        created_on=day,
        simulated=simulated,
    )
    _numbered(item, day)
    item.joint.set(_helpers(draft))
    if decision is not None:
        decision.item = item
        decision.save(update_fields=["item"])
    write_event(item, "raise", "", actor=actor, day=day, data={"origin": str(source.origin)})
    return item


@action
def raise_sub_items(
    parent: str,
    draft: Draft,
    leads: Sequence[int],
    *,
    actor: Actor,
    on: date | None = None,
    simulated: bool = False,
) -> list[SupervisionItem]:
    """The same demand to several organisations, each as a part of one item."""
    if not leads:
        raise _missing("lead", _("Choose at least one organisation."))
    return [
        raise_item(
            Draft(
                draft.title,
                draft.demand,
                lead,
                [helper for helper in draft.joint if helper != lead],
                draft.deadline,
                draft.due_in,
            ),
            parent=parent,
            on=on,
            simulated=simulated,
            actor=actor,
        )
        for lead in dict.fromkeys(leads)
    ]


@action
def edit_item(number: str, revision: int, draft: Draft, *, actor: Actor) -> SupervisionItem:
    """Change a draft; what a red light said stays as it was."""
    item = locked_item(number, revision, actor=actor)
    day = the_day(None, actor)
    facts = _checked(draft, day)
    changed = sorted(name for name, value in facts.items() if getattr(item, name) != value)
    for name, value in facts.items():
        setattr(item, name, value)
    make_move(item, "edit", actor=actor, day=day, data={"fields": changed})
    item.joint.set(_helpers(draft))
    return item


def _parent(number: str, actor: Actor) -> SupervisionItem:
    parent = find_item(number, actor=actor)
    if parent.state in UNISSUED or parent.state in FINAL or parent.state == State.RECHECK:
        raise Invalid(
            "supervision.parent_not_open",
            gettext_lazy("Item %(number)s is not being worked on: it gets no sub-items."),
            gettext_lazy("Issue it first; a closed item gets none."),
            number=parent.number,
        )
    return parent


def _free(decision: Decision) -> Decision:
    """The decision, locked, that no item was raised from yet."""
    locked = Decision.objects.select_for_update().get(pk=decision.pk)
    if locked.item is not None:
        raise Invalid(
            "supervision.decision_raised",
            gettext_lazy("The decision has an item already: %(number)s."),
            gettext_lazy("Open that item and add to it; a second one would ask twice."),
            number=locked.item.number,
        )
    return locked


def _checked(draft: Draft, day: date) -> dict[str, Any]:
    """The draft's fields. Raises `Invalid` that names the field."""
    title, demand = printable(draft.title).strip(), printable(draft.demand).strip()
    if not title:
        raise _missing("title", _("Write what it is about."))
    if not demand:
        raise _missing("demand", _("Write what is demanded."))
    lead = Organisation.objects.filter(pk=draft.lead).first() if draft.lead else None
    if lead is None:
        raise _missing("lead", _("Choose the lead organisation."))
    if draft.deadline is None and draft.due_in is None:
        raise _missing("deadline", _("Give a day, or a number of working days."))
    if draft.deadline is not None and draft.due_in is not None:
        raise _missing("deadline", _("Give either a day or a number of working days."))
    if draft.deadline is not None and draft.deadline < day:
        raise _missing("deadline", _("This day has passed."))
    if draft.due_in is not None and not 1 <= draft.due_in <= LONGEST_CLOCK:
        raise _missing("due_in", _("From 1 to %(most)s working days.") % {"most": LONGEST_CLOCK})
    return {
        "title": title[:200],
        "demand": demand,
        "lead": lead,
        "deadline": draft.deadline,
        "due_in": draft.due_in,
    }


def _helpers(draft: Draft) -> list[Organisation]:
    wanted = {helper for helper in draft.joint if helper != draft.lead}
    return list(Organisation.objects.filter(pk__in=wanted))


def _missing(name: str, why: str) -> Invalid:
    return Invalid(
        "supervision.incomplete",
        gettext_lazy("The item is not complete. %(why)s"),
        gettext_lazy("Fill in the field that is marked, and send it again."),
        {name: why},
        why=why,
    )


def _numbered(item: SupervisionItem, day: date) -> None:
    """Save it under the next number of its year."""
    for _try in range(_TRIES):
        item.number = f"{day.year}-{_next(day.year):03d}"
        try:
            with transaction.atomic():
                item.save()
        except IntegrityError:
            if SupervisionItem.objects.filter(number=item.number).exists():
                continue  # another office took the number between our look and our write
            raise _raised_already(item) from None
        return
    raise AssertionError("no free number was found")


def _next(year: int) -> int:
    numbers = SupervisionItem.objects.filter(number__startswith=f"{year}-")
    return (
        max((int(n.split("-")[1]) for n in numbers.values_list("number", flat=True)), default=0) + 1
    )


def _raised_already(item: SupervisionItem) -> Invalid:
    known = (
        SupervisionItem.objects.filter(indicator_code=item.indicator_code, area=item.area)
        .exclude(state__in=sorted(FINAL))
        .first()
    )
    return Invalid(
        "supervision.raised_already",
        gettext_lazy("The indicator and area have an open item already: %(number)s."),
        gettext_lazy("Open that item and add to it; a second one would ask twice."),
        number=known.number if known else "",
    )

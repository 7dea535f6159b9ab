"""Scores of organisations by the published rule, each with the items that it stands on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from shucheng.kernel.public import Actor, Organisation
from shucheng.plan.supervision.engine.following import Part, parts_of, score
from shucheng.plan.supervision.engine.rules import Rules
from shucheng.plan.supervision.engine.states import UNISSUED, State
from shucheng.plan.supervision.models import SupervisionItem
from shucheng.plan.supervision.queries.items import facts_of, visible
from shucheng.plan.supervision.queries.rules import rules_for


@dataclass(frozen=True, slots=True)
class ScoredItem:
    item: SupervisionItem
    helps: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """An organisation's points and why; `overdue` counts open items past their deadline."""

    organisation: Organisation
    points: Decimal
    items: tuple[ScoredItem, ...]
    closed: int
    overdue: int

    @property
    def leads(self) -> int:
        return sum(not each.helps for each in self.items)

    @property
    def reasons(self) -> tuple[ScoredItem, ...]:
        return tuple(each for each in self.items if each.parts)


@dataclass(frozen=True, slots=True)
class Scores:
    year: int
    years: tuple[int, ...]
    rules: Rules
    lines: tuple[Scored, ...]
    simulated: bool


def scores(*, actor: Actor, year: int | None = None, today: date | None = None) -> Scores:
    """Items issued in a year, by organisation; the lowest first. A member of an organisation sees
    its own line only."""
    today = today or timezone.localdate()
    year = year or today.year
    issued = visible(actor).exclude(state__in=[*sorted(UNISSUED), State.CANCELLED])
    years = sorted({day.year for day in issued.values_list("issued_on", flat=True) if day})
    items = list(issued.filter(issued_on__year=year))
    rules = rules_for(min(today, date(year, 12, 31)))
    return Scores(
        year=year,
        years=tuple(years) or (year,),
        rules=rules,
        lines=_scored(items, rules, today, actor),
        simulated=any(item.simulated for item in items),
    )


def _scored(
    items: Iterable[SupervisionItem], rules: Rules, today: date, actor: Actor
) -> tuple[Scored, ...]:
    by: dict[int, tuple[Organisation, list[ScoredItem]]] = {}
    for item in items:
        parts = parts_of(facts_of(item), rules.score, today)
        for organisation, helps in [(item.lead, False), *((o, True) for o in item.joint.all())]:
            if actor.may("supervision.view", organisation.pk):
                entry = by.setdefault(organisation.pk, (organisation, []))
                entry[1].append(ScoredItem(item, helps, parts))
    lines = [
        Scored(
            organisation,
            score(((each.helps, each.parts) for each in scored), rules.score),
            tuple(scored),
            closed=sum(each.item.state == State.CLOSED for each in scored),
            overdue=sum(_is_overdue(each.item, today) for each in scored),
        )
        for organisation, scored in by.values()
    ]
    return tuple(sorted(lines, key=lambda line: (line.points, -line.leads, line.organisation.name)))


def _is_overdue(item: SupervisionItem, today: date) -> bool:
    clock = facts_of(item).clock(today)
    return clock is not None and not item.is_final and clock.is_over

"""What red lights propose: an item with its facts filled in, or the open item there is already."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import (
    Actor,
    NotFound,
    Organisation,
    area_by_code,
    city_area_code,
    organisations_in,
)
from shucheng.plan.models import DutyRole, Indicator
from shucheng.plan.queries.judge import judge_plan
from shucheng.plan.queries.judged import Judged
from shucheng.plan.queries.versions import current_version
from shucheng.plan.supervision.models import SupervisionItem
from shucheng.plan.supervision.queries.items import ended_by_light, open_by_light, sees_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A light that asks for an item. `item` is the one that was raised on it already: open, or
    ended on the very figure that the light still stands on."""

    indicator: Indicator
    area_code: str
    area_name: str
    is_city: bool
    lead: Organisation | None
    joint: tuple[Organisation, ...]
    facts: dict[str, Any]
    item: SupervisionItem | None

    @property
    def may_raise(self) -> bool:
        return self.item is None or self.item.is_final

    @property
    def light(self) -> str:
        return str(self.facts["light"])

    @property
    def simulated(self) -> bool:
        return bool(self.facts["simulated"])


def proposals(today: date | None = None, *, actor: Actor) -> tuple[Proposal, ...]:
    """Every red light of the plan in force, the city's before the counties'."""
    actor.require("supervision.view")
    version = current_version()
    if version is None or not sees_all(actor):
        return ()
    day = today or timezone.localdate()
    plan = judge_plan(version, day)
    known, leads = _raised(), _Leads()
    red = [found for found in plan.judged if found.light == "red"]
    red.sort(key=lambda found: found.area != plan.city_code)
    return tuple(
        _proposal(found, plan.areas.get(found.area, found.area), day, known, leads) for found in red
    )


def proposal_for(code: str, area: str = "", *, actor: Actor, today: date | None = None) -> Proposal:
    """The facts of one indicator and area, whatever its light: the office may see more than the
    rule does."""
    actor.require("supervision.raise")
    version = current_version()
    if version is None:
        raise NotFound(_("A published plan"))
    day = today or timezone.localdate()
    plan = judge_plan(version, day, indicators=[code])
    found = plan.of(code, area)
    if found is None:
        raise NotFound(_("The indicator"))
    name = plan.areas.get(found.area, found.area)
    return _proposal(found, name, day, _raised(), _Leads())


# (indicator, area) → the open item, or the one that ended last.
_Raised = dict[tuple[str, str], SupervisionItem]
# What has to be the same for a light to stand on the same figure.
_FIGURE = ("period", "value", "target")


def _raised() -> _Raised:
    return {**ended_by_light(), **open_by_light()}


class _Leads:
    """Who answers for an indicator in an area, asked once for each area."""

    def __init__(self) -> None:
        self._areas: dict[str, Organisation | None] = {}
        self.city = city_area_code()

    def of(self, found: Judged) -> tuple[Organisation | None, tuple[Organisation, ...]]:
        """The lead of the annex and those beside it; in a county the county itself leads."""
        duties = [d for d in found.indicator.duties.all() if d.organisation_id is not None]
        duties.sort(key=lambda duty: (duty.role != DutyRole.LEAD, duty.position))
        named = [duty.organisation for duty in duties if duty.organisation is not None]
        if found.area in ("", self.city):
            return (named[0] if named else None), tuple(named[1:])
        own = self._county(found.area)
        return (own, tuple(named[:1])) if own else (None, tuple(named[:1]))

    def _county(self, code: str) -> Organisation | None:
        if code not in self._areas:
            area = area_by_code(code)
            there = organisations_in(area) if area else ()
            ruling = [each for each in there if each.kind in _RULING]
            self._areas[code] = ruling[0] if ruling else None
        return self._areas[code]


_RULING = (
    Organisation.Kind.COUNTY_GOVERNMENT,
    Organisation.Kind.FUNCTIONAL_ZONE,
    Organisation.Kind.PARK,
)


def _proposal(
    found: Judged,
    area_name: str,
    today: date,
    known: _Raised,
    leads: _Leads,
) -> Proposal:
    lead, joint = leads.of(found)
    area = found.area or leads.city
    facts = frozen(found, area_name, today)
    item = known.get((found.indicator.code, area))
    if item and item.is_final and any(item.facts.get(name) != facts[name] for name in _FIGURE):
        item = None
    return Proposal(
        indicator=found.indicator,
        area_code=area,
        area_name=area_name,
        is_city=area == leads.city,
        lead=lead,
        joint=joint,
        facts=facts,
        item=item,
    )


def frozen(found: Judged, area_name: str, today: date) -> dict[str, Any]:
    """What the light said and what it stands on, as it is kept with an item for good."""
    indicator, outcome = found.indicator, found.outcome
    links = {"indicator": reverse("plan:indicator", args=[indicator.code])}
    if found.known is not None and found.value is not None:
        links["value"] = reverse("plan:explain_value", args=[indicator.code, found.known.period])
        links["observation"] = reverse(
            "plan:explain_observation", args=[found.known.observation_id]
        )
    if found.target is not None and found.period:
        year = int(found.period[:4])
        links["target"] = reverse("plan:explain_indicator_target", args=[indicator.code, year])
    return {
        "indicator": indicator.name,
        "code": indicator.code,
        "area": found.area,
        "area_name": area_name,
        "period": found.period,
        "value": _plain(found.value),
        "target": _plain(found.target),
        "expected": _plain(found.expected),
        "gap": _plain(found.gap),
        "schedule_progress": _plain(found.schedule_progress),
        "attainment": _plain(found.attainment),
        "unit": found.unit,
        "light": found.light,
        "reason": found.reason,
        "rule": outcome.rule.code,
        "rule_version": outcome.rule.version,
        "plan_version": indicator.version.number or 0,
        "judged_on": today.isoformat(),
        "recorded_at": found.recorded_at.isoformat() if found.recorded_at else "",
        "simulated": found.simulated,
        "links": links,
    }


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"

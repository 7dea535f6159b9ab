"""All indicators at a glance: lights by indicator and county, what changed, who leads."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from shucheng.kernel.public import Actor
from shucheng.lib.periods import Period
from shucheng.plan.models import Indicator
from shucheng.plan.queries.judge import judge_now_and_before
from shucheng.plan.queries.judged import Changed, Judged, JudgedPlan, changes
from shucheng.plan.queries.light_words import (
    LIGHTS,
    light_label,
    rank_past,
    reason_label,
    shortened,
)
from shucheng.plan.queries.names import indicator_name
from shucheng.plan.queries.promises import figure
from shucheng.plan.queries.versions import current_version


@dataclass(frozen=True, slots=True)
class Row:
    """An indicator where it is looked at, and in each area."""

    judged: Judged
    leads: tuple[str, ...]
    # In the order of `Monitoring.counties`; None where an area has neither data nor a target.
    cells: tuple[Judged | None, ...]

    @property
    def indicator(self) -> Indicator:
        return self.judged.indicator


@dataclass(frozen=True, slots=True)
class Monitoring:
    """The indicators in the city or one area, after light and lead have been chosen."""

    plan: JudgedPlan
    rows: tuple[Row, ...]
    # Code and name of every area with data or targets, in their order.
    counties: tuple[tuple[str, str], ...]
    leads: tuple[str, ...]
    changed: tuple[Changed, ...]
    light: str
    lead: str
    area: str

    @property
    def counts(self) -> list[tuple[str, int]]:
        """Light → how many of what is looked at, before a light was chosen."""
        place = self.area or self.plan.city_code
        here = [found.light for found in self.plan.judged if found.area == place]
        return [(light, here.count(light)) for light in LIGHTS]

    @property
    def place(self) -> str:
        return self.plan.areas.get(self.area or self.plan.city_code, "")

    @property
    def period(self) -> str:
        """The newest period that anything is known of."""
        known = [row.judged.known.period for row in self.rows if row.judged.known]
        return max(known, key=lambda period: Period.parse(period).end, default="")


def monitoring(
    *, actor: Actor, light: str = "", lead: str = "", area: str = "", as_of: date | None = None
) -> Monitoring | None:
    """Every indicator of the plan in force, judged; None while no plan is. What is not a light,
    a lead or an area chooses nothing."""
    actor.require("plan.view")
    version = current_version(as_of)
    if version is None:
        return None
    today = as_of or timezone.localdate()
    plan, before = judge_now_and_before(version, today, as_of=as_of)
    area = area if area in plan.areas and area != plan.city_code else ""
    light = light if light in LIGHTS else ""
    by_cell = {(found.indicator.code, found.area): found for found in plan.judged}
    counties = [code for code in plan.areas if code != plan.city_code]
    shown = [code for code in counties if any(found.area == code for found in plan.judged)]
    rows = [
        Row(
            judged=judged,
            leads=tuple(duty.name for duty in judged.indicator.duties.all()),
            cells=tuple(by_cell.get((judged.indicator.code, code)) for code in shown),
        )
        for judged in plan.judged
        if judged.area == (area or plan.city_code)
    ]
    leads = tuple(dict.fromkeys(name for row in rows for name in row.leads))
    lead = lead if lead in leads else ""
    return Monitoring(
        plan=plan,
        rows=tuple(
            row
            for row in rows
            if (not light or row.judged.light == light) and (not lead or lead in row.leads)
        ),
        counties=tuple((code, plan.areas[code]) for code in shown),
        leads=leads,
        changed=tuple(
            each for each in changes(plan, before) if each.now.area == (area or plan.city_code)
        ),
        light=light,
        lead=lead,
        area=area,
    )


def table_of(found: Monitoring) -> Iterator[list[str]]:
    """Every judged value as lines of text, the heading first; of what was chosen alone."""
    yield [
        _("No."),
        _("Indicator"),
        _("Area"),
        _("Lead"),
        _("Light"),
        _("Reason"),
        _("Period"),
        _("Value"),
        _("Unit"),
        _("Target of the year"),
        _("Expected by now"),
        _("Attainment (%)"),
        _("Schedule progress (%)"),
        _("Rank"),
        _("Rank before"),
        _("Simulated"),
    ]
    for row in found.rows:
        cells = row.cells if not found.area else ()
        for judged in (row.judged, *(cell for cell in cells if cell is not None)):
            yield [
                str(judged.indicator.no),
                indicator_name(judged.indicator),
                found.plan.areas[judged.area],
                _(", ").join(row.leads),
                light_label(judged.light),
                reason_label(judged.reason),
                judged.known.period if judged.known else judged.period,
                _plain(figure(judged.value)),
                judged.unit,
                _plain(figure(judged.target)),
                _plain(shortened(judged.expected)),
                _plain(figure(judged.attainment)),
                _plain(figure(judged.schedule_progress)),
                str(judged.rank.place) if judged.rank else "",
                rank_past(judged.rank),
                _("yes") if judged.simulated else "",
            ]


def _plain(text: str) -> str:
    """A figure as a spreadsheet reads it."""
    return "" if text == "—" else text.replace(",", "")

"""What speaks against putting a version in force: asked about once more before it is done."""

import re
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.plan.models import PlanVersion
from shucheng.plan.queries.plans import comparable

# 蓝川市人民政府办公室: the office speaks for its government.
_OFFICE = re.compile(r"人民政府.*$|办公[厅室]$|\s")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason to look again, as a sentence."""

    code: str
    sentence: str | Promise
    values: dict[str, str | int]

    @property
    def text(self) -> str:
        return str(self.sentence) % self.values


def doubts_about(version: PlanVersion, in_force: PlanVersion | None) -> tuple[Doubt, ...]:
    """Why `version` may not be what the city wants in force after `in_force`."""
    found: list[Doubt] = []
    if in_force and is_another_plan(version, in_force):
        found.append(
            Doubt(
                "title",
                _("It is another plan: “%(now)s” is in force, this one is “%(title)s”."),
                {"now": in_force.title, "title": version.title},
            )
        )
    if in_force and _speaks_for_another(version.issuer, in_force.issuer):
        found.append(
            Doubt(
                "issuer",
                _("It is issued by %(issuer)s, the plan in force by %(now)s."),
                {"issuer": version.issuer, "now": in_force.issuer},
            )
        )
    start, end = version.period_start, version.period_end
    if start and end:
        if end < (year := timezone.localdate().year):
            found.append(
                Doubt(
                    "over",
                    _("Its period %(start)s–%(end)s is over: it is %(year)s."),
                    {"start": start, "end": end, "year": year},
                )
            )
        if in_force and in_force.period_start and in_force.period_end:
            apart = end < in_force.period_start or in_force.period_end < start
            if apart:
                found.append(
                    Doubt(
                        "apart",
                        _("Its period %(start)s–%(end)s has no year in common with %(now)s."),
                        {
                            "start": start,
                            "end": end,
                            "now": f"{in_force.period_start}–{in_force.period_end}",
                        },
                    )
                )
    return tuple(found)


def is_another_plan(version: PlanVersion, other: PlanVersion) -> bool:
    """Whether the titles name two plans, whatever the version is filed under."""
    return comparable(version.title) != comparable(other.title)


def _speaks_for_another(issuer: str, other: str) -> bool:
    mine, theirs = _OFFICE.sub("", issuer), _OFFICE.sub("", other)
    return bool(mine and theirs) and mine not in theirs and theirs not in mine

"""The plan's door for bays and the shell."""

from typing import Any

from shucheng.plan.actions.archive import archive_plan
from shucheng.plan.actions.city import load_city as load_city_pack
from shucheng.plan.actions.load import load_plan
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.actions.values import recompute_all
from shucheng.plan.api import router as api_router
from shucheng.plan.city.model import CityPack
from shucheng.plan.city.pack import read_pack
from shucheng.plan.models import PlanVersion, VersionState
from shucheng.plan.queries.areas import AreaValue, Comparison, compare_areas
from shucheng.plan.queries.cockpit import Cockpit, Headline, cockpit
from shucheng.plan.queries.duties import organisations_with_duties
from shucheng.plan.queries.judged import Judged, JudgedPlan, changes, judge_plan
from shucheng.plan.queries.names import indicator_name
from shucheng.plan.queries.search import search_plan
from shucheng.plan.queries.targets import (
    SectionTargets,
    Standing,
    TargetNow,
)
from shucheng.plan.queries.versions import current_version
from shucheng.plan.simulation import simulate, simulate_county_targets
from shucheng.plan.views.asking import as_of_asked

__all__ = [
    "AreaValue",
    "CityPack",
    "Cockpit",
    "Comparison",
    "Headline",
    "Judged",
    "JudgedPlan",
    "PlanVersion",
    "SectionTargets",
    "Standing",
    "TargetNow",
    "VersionState",
    "api_router",
    "archive_plan",
    "as_of_asked",
    "changes",
    "cockpit",
    "compare_areas",
    "current_version",
    "indicator_name",
    "judge_plan",
    "load_city_pack",
    "load_plan",
    "organisations_with_duties",
    "publish_version",
    "read_pack",
    "recompute_all",
    "search_plan",
    "shell_facts",
    "simulate",
    "simulate_county_targets",
]


def shell_facts() -> dict[str, Any]:
    """What the frame says about the plan in force."""
    version = current_version()
    return {"shell_plan": version, "shell_city": version.issuer if version else ""}

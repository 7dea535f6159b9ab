"""The plan's door for bays and the shell."""

from typing import Any

from shucheng.plan.actions.archive import archive_plan
from shucheng.plan.actions.city import load_city as load_city_pack
from shucheng.plan.actions.forecasts import make_forecasts
from shucheng.plan.actions.load import load_plan
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.actions.values import recompute_all
from shucheng.plan.api import router as api_router
from shucheng.plan.briefings.simulation import simulate_briefings
from shucheng.plan.city.model import CityPack
from shucheng.plan.city.pack import read_pack
from shucheng.plan.models import PlanVersion, VersionState
from shucheng.plan.open_data.actions import release_indicator
from shucheng.plan.open_data.api import router as sdmx_router
from shucheng.plan.open_data.simulation import simulate_releases
from shucheng.plan.queries.areas import AreaValue, Comparison, compare_areas
from shucheng.plan.queries.asked import Asked, FigurePath, paths_of_figures, targets_of_metrics
from shucheng.plan.queries.cockpit import (
    Cockpit,
    Headline,
    cockpit,
    cockpit_of,
    drivers_of,
    lights_by_area,
)
from shucheng.plan.queries.duties import organisations_with_duties
from shucheng.plan.queries.forecasts import Outlook, forecasts_mark, outlook, outlooks
from shucheng.plan.queries.judge import judge_plan
from shucheng.plan.queries.judged import Judged, JudgedPlan, changes
from shucheng.plan.queries.names import indicator_name
from shucheng.plan.queries.search import search_plan
from shucheng.plan.queries.targets import (
    SectionTargets,
    Standing,
    TargetNow,
)
from shucheng.plan.queries.versions import current_version
from shucheng.plan.simulated_reports import (
    is_reported,
    reporting_owner,
    returned_area,
    simulate_reports,
)
from shucheng.plan.simulation import simulate, simulate_county_targets, simulated_of_firms
from shucheng.plan.supervision.api import router as supervision_router
from shucheng.plan.supervision.queries.items import ItemLine
from shucheng.plan.supervision.queries.summary import (
    OrganisationCount,
    SupervisionSummary,
    items_between,
    supervision_summary,
)
from shucheng.plan.supervision.simulation import simulate_supervision
from shucheng.plan.views.asking import as_of_asked

__all__ = [
    "AreaValue",
    "Asked",
    "CityPack",
    "Cockpit",
    "Comparison",
    "FigurePath",
    "Headline",
    "ItemLine",
    "Judged",
    "JudgedPlan",
    "OrganisationCount",
    "Outlook",
    "PlanVersion",
    "SectionTargets",
    "Standing",
    "SupervisionSummary",
    "TargetNow",
    "VersionState",
    "api_router",
    "archive_plan",
    "as_of_asked",
    "changes",
    "cockpit",
    "cockpit_of",
    "compare_areas",
    "current_version",
    "drivers_of",
    "forecasts_mark",
    "indicator_name",
    "is_reported",
    "items_between",
    "judge_plan",
    "lights_by_area",
    "load_city_pack",
    "load_plan",
    "make_forecasts",
    "organisations_with_duties",
    "outlook",
    "outlooks",
    "paths_of_figures",
    "publish_version",
    "read_pack",
    "recompute_all",
    "release_indicator",
    "reporting_owner",
    "returned_area",
    "sdmx_router",
    "search_plan",
    "shell_facts",
    "simulate",
    "simulate_briefings",
    "simulate_county_targets",
    "simulate_releases",
    "simulate_reports",
    "simulate_supervision",
    "simulated_of_firms",
    "supervision_router",
    "supervision_summary",
    "targets_of_metrics",
]


def shell_facts() -> dict[str, Any]:
    """What the frame says about the plan in force."""
    version = current_version()
    return {"shell_plan": version, "shell_city": version.issuer if version else ""}

"""Which plans there are, and which of them a text is a later revision of."""

import re
import unicodedata

from shucheng.kernel.public import Actor
from shucheng.plan.models import Plan, PlanVersion, VersionState

READ = (VersionState.REVIEW, VersionState.PUBLISHED, VersionState.SUPERSEDED)
# What a draft or a revision adds to the title of the plan it revises.
_EDITION = re.compile(
    r"\(?(?:\d{4}年)?(?:征求意见稿|送审稿|审议稿|报批稿|讨论稿|修订稿|修订版|修订|修改稿|草案|试行)\)?$"
)
_NOT_WORDS = re.compile(r"[\W_]+")


def comparable(title: str) -> str:
    """A title without what two printings of the same plan differ in: widths, blanks, brackets,
    dashes, and the words that name an edition."""
    written = unicodedata.normalize("NFKC", title).strip("《》 \t\n")
    return _NOT_WORDS.sub("", _EDITION.sub("", "".join(written.split())))


def read_plans(*, actor: Actor) -> list[Plan]:
    """Plans that a text can be a later revision of: at least one version could be read. The plan
    in force comes first."""
    actor.require("plan.manage")
    return _read()


def plan_titled(title: str, *, other_than: int) -> Plan | None:
    """The plan whose title says the same; of several the one in force, else the newest."""
    wanted = comparable(title)
    same = (plan for plan in _read() if plan.pk != other_than)
    return next((plan for plan in same if wanted and comparable(plan.title) == wanted), None)


def plan_revised_by(version: PlanVersion) -> Plan | None:
    """The other plan whose title this version bears, while it stands alone under a plan of its
    own; None once it is filed as a revision of any."""
    if has_other_versions(version):
        return None
    return plan_titled(version.title, other_than=version.plan_id)


def bears_another_title(version: PlanVersion) -> bool:
    """Whether it is filed as a revision of a plan whose title says something else."""
    differs = comparable(version.title) != comparable(version.plan.title)
    return differs and has_other_versions(version)


def has_other_versions(version: PlanVersion) -> bool:
    return version.plan.versions.filter(state__in=READ).exclude(pk=version.pk).exists()


def _read() -> list[Plan]:
    in_force = PlanVersion.objects.filter(state=VersionState.PUBLISHED).values_list(
        "plan", flat=True
    )
    current = in_force.first()
    plans = Plan.objects.filter(versions__state__in=READ).distinct()
    return sorted(plans, key=lambda plan: plan.pk != current)

"""Which plans there are, and which of them a text is a later revision of."""

import re
import unicodedata
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

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


@dataclass(frozen=True, slots=True)
class Filing:
    """What a version under review is a revision of, and what else it could be."""

    plan: Plan
    # The last published version of that plan; none yet while only drafts of it were read.
    last: int | None
    is_revision: bool
    others: tuple[Plan, ...]
    # The other plan whose title it bears, while it stands alone under a plan of its own.
    bears_title_of: Plan | None
    # It is filed as a revision of a plan whose title says something else.
    another_title: bool


def filing(version: PlanVersion, *, actor: Actor) -> Filing | None:
    """How a version is filed; None for who may not change it, and once it is decided."""
    if version.state != VersionState.REVIEW or not actor.may("plan.manage"):
        return None
    siblings = version.plan.versions.filter(state__in=READ).exclude(pk=version.pk)
    numbers = list(siblings.values_list("number", flat=True))
    others = tuple(plan for plan in _read() if plan.pk != version.plan_id)
    title = comparable(version.title)
    same = (plan for plan in others if title and comparable(plan.title) == title)
    return Filing(
        plan=version.plan,
        last=max((number for number in numbers if number), default=None),
        is_revision=bool(numbers),
        others=others,
        bears_title_of=None if numbers else next(same, None),
        another_title=bool(numbers) and title != comparable(version.plan.title),
    )


def _read() -> list[Plan]:
    in_force = PlanVersion.objects.filter(plan=OuterRef("pk"), state=VersionState.PUBLISHED)
    read = PlanVersion.objects.filter(plan=OuterRef("pk"), state__in=READ)
    return list(
        Plan.objects.filter(Exists(read))
        .annotate(in_force=Exists(in_force))
        .order_by("-in_force", "-created_at")
    )

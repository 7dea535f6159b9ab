"""Which version is in force for the city, and which plan a version belongs to."""

from contextlib import suppress
from itertools import count
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor, Conflict, NotFound, action, record
from shucheng.plan.actions.carry import carry_decisions, take_back_carried
from shucheng.plan.actions.city import bind_version
from shucheng.plan.actions.values import recompute
from shucheng.plan.models import Plan, PlanVersion, VersionState


@action
def make_current(version_id: int, *, actor: Actor) -> PlanVersion:
    """Put a version in force again that was published before; it replaces the one in force."""
    actor.require("plan.manage")
    version = locked(version_id, VersionState.SUPERSEDED)
    before = replace_in_force(version)
    version.save(update_fields=["state"])
    # Bindings and organisations may have become known while others were in force.
    bound = bind_version(version)
    recompute()
    record(
        "plan.version.put_in_force",
        version,
        actor=actor,
        before={"in_force": named(before)},
        after={"in_force": named(version), "bound": bound},
    )
    return version


@action
def move_version(version_id: int, plan_code: str = "", *, actor: Actor) -> PlanVersion:
    """File a version under review as a later revision of a known plan, or (without a code) as a
    plan of its own. What was decided in that plan's last version holds in it from then on, and
    what came from the plan it leaves does not."""
    actor.require("plan.manage")
    version = locked(version_id, VersionState.REVIEW)
    left = version.plan
    version.plan = known_plan(plan_code) if plan_code else new_plan(version.title)
    # Whoever is asked about publishing was told another plan: that answer no longer counts.
    version.revision += 1
    version.save(update_fields=["plan", "revision"])
    taken_back = take_back_carried(version)
    carried = carry_decisions(version)
    record(
        "plan.version.moved",
        version,
        actor=actor,
        before={"plan": left.code, "carried": taken_back},
        after={"plan": version.plan.code, "carried": carried},
    )
    drop_if_empty(left)
    return version


def replace_in_force(version: PlanVersion) -> PlanVersion | None:
    """Give `version` the state in force (the caller saves it) and take it from the one that had
    it, which is returned. Called inside an action."""
    # Two people may publish two plans at once: the second waits here and then sees the first.
    list(Plan.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
    before = (
        PlanVersion.objects.select_related("plan")
        .filter(state=VersionState.PUBLISHED)
        .exclude(pk=version.pk)
        .first()
    )
    if before:
        before.state = VersionState.SUPERSEDED
        before.save(update_fields=["state"])
    version.state = VersionState.PUBLISHED
    return before


def named(version: PlanVersion | None) -> dict[str, Any] | None:
    """A version as the audit names it."""
    return {"plan": version.plan.code, "number": version.number} if version else None


def known_plan(code: str) -> Plan:
    plan = Plan.objects.filter(code=code).first()
    if plan is None:
        raise NotFound(_("The plan"))
    return plan


def new_plan(title: str) -> Plan:
    """A plan with a code of its own."""
    base = slugify(title)[:56] or "plan"
    taken = set(Plan.objects.filter(code__startswith=base).values_list("code", flat=True))
    codes = (c for n in count(1) if (c := base if n == 1 else f"{base}-{n}") not in taken)
    while True:
        # Of two who load files of one name at once, the second takes the next code.
        with suppress(IntegrityError), transaction.atomic():
            return Plan.objects.create(code=next(codes), title=title[:300])


def drop_if_empty(plan: Plan) -> None:
    """A plan is there for its versions: once the last one left it, it goes too."""
    if not plan.versions.exists():
        plan.delete()


def locked(version_id: int, *states: str) -> PlanVersion:
    """The version, locked until the transaction ends, if it is in one of these states."""
    version = (
        PlanVersion.objects.select_for_update(of=("self",))
        .select_related("plan")
        .filter(pk=version_id)
        .first()
    )
    if version is None:
        raise NotFound(_("The plan version"))
    if version.state not in states:
        raise Conflict(_("The plan version"))
    return version

"""Load a plan's text: store the file, compile it in a job, lay its items out for review."""

from datetime import date
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import (
    Actor,
    Conflict,
    Invalid,
    NotFound,
    action,
    enqueue,
    organisation_aliases,
    record,
    store_file,
)
from shucheng.plan.compiler.compile import COMPILER, compile_document
from shucheng.plan.compiler.errors import PlanUnreadable
from shucheng.plan.compiler.lint.run import message_zh
from shucheng.plan.compiler.model import CompiledPlan
from shucheng.plan.compiler.readers.read import read_bytes
from shucheng.plan.items import clean
from shucheng.plan.models import Finding, Item, ItemKind, Plan, PlanVersion, VersionState

COMPILE_JOB = "plan.compile"


@action
def load_plan(name: str, data: bytes, *, actor: Actor, plan_code: str = "") -> PlanVersion:
    """Take a plan's file; `plan_code` names the plan that this is a later revision of."""
    actor.require("plan.manage")
    if not data:
        raise Invalid(
            "plan.empty_upload",
            _("The file is empty."),
            _("Choose the file again; open it first to see that it has text."),
        )
    plan = _plan_for(name, plan_code)
    source = store_file(name, data, actor=actor)
    version = PlanVersion.objects.create(plan=plan, source=source, title=plan.title)
    version.job = enqueue(COMPILE_JOB, actor=actor, payload={"version": version.pk})
    version.save(update_fields=["job"])
    record("plan.version.loaded", version, actor=actor, after={"file": source.sha256, "name": name})
    return version


def _plan_for(name: str, plan_code: str) -> Plan:
    if plan_code:
        plan = Plan.objects.filter(code=plan_code).first()
        if plan is None:
            raise NotFound(_("The plan"))
        return plan
    stem = name.rsplit(".", 1)[0]
    base = slugify(stem) or "plan"
    taken = set(Plan.objects.filter(code__startswith=base).values_list("code", flat=True))
    code = next(
        c for n in range(1, 10_000) if (c := base if n == 1 else f"{base}-{n}") not in taken
    )
    return Plan.objects.create(code=code, title=stem)


def compile_version(version_id: int, *, actor: Actor) -> PlanVersion:
    """Read and compile a loaded version. Compiling happens outside the transaction: it can take
    seconds and touches nothing; what it found is then stored at once."""
    version = PlanVersion.objects.select_related("source", "plan").get(pk=version_id)
    if version.state != VersionState.COMPILING:
        return version  # the job ran again after it had finished
    try:
        document = read_bytes(version.source.read(), version.source.name)
        compiled = compile_document(document, known_organisations=organisation_aliases())
    except PlanUnreadable as error:
        return fail_version(version.pk, error.code, error.message, error.hint, actor=actor)
    return store_compilation(version.pk, document.text, compiled, actor=actor)


@action
def fail_version(
    version_id: int, code: str, message: str, hint: str, *, actor: Actor
) -> PlanVersion:
    actor.require("plan.manage")
    version = _locked(version_id, VersionState.COMPILING)
    version.state = VersionState.FAILED
    version.error = {"code": code, "message": message, "hint": hint}
    version.save(update_fields=["state", "error"])
    record("plan.version.unreadable", version, actor=actor, after=version.error)
    return version


@action
def store_compilation(
    version_id: int, text: str, compiled: CompiledPlan, *, actor: Actor
) -> PlanVersion:
    actor.require("plan.manage")
    version = _locked(version_id, VersionState.COMPILING)
    version.state = VersionState.REVIEW
    version.text = text
    version.compiled = compiled.as_json()
    version.compiler = COMPILER
    version.title = compiled.title[:300] or version.plan.title
    version.issuer = compiled.issuer[:200]
    version.issued_on = date.fromisoformat(compiled.published) if compiled.published else None
    if compiled.period:
        version.period_start, version.period_end = compiled.period.start, compiled.period.end
    version.save()
    if compiled.title and not version.plan.versions.exclude(pk=version.pk).exists():
        version.plan.title = compiled.title[:300]
        version.plan.save(update_fields=["title"])
    Item.objects.bulk_create(_items(version, version.compiled))
    Finding.objects.bulk_create(
        Finding(
            version=version,
            position=position,
            rule=finding.rule,
            severity=finding.severity,
            message_en=finding.message,
            message_zh=message_zh(finding),
            spans=[list(span) for span in finding.spans],
            refs=list(finding.refs),
        )
        for position, finding in enumerate(compiled.findings)
    )
    record(
        "plan.version.compiled",
        version,
        actor=actor,
        after={
            "compiler": COMPILER,
            "targets": len(compiled.targets),
            "indicators": len(compiled.indicators),
            "tasks": len(compiled.tasks),
            "work_points": len(compiled.work_points),
            "findings": len(compiled.findings),
        },
    )
    return version


def _items(version: PlanVersion, compiled: dict[str, Any]) -> list[Item]:
    found: list[tuple[str, str, dict[str, Any]]] = [
        *((ItemKind.TARGET, entry["id"], entry) for entry in compiled["targets"]),
        *((ItemKind.INDICATOR, f"i{entry['no']}", entry) for entry in compiled["indicators"]),
        *((ItemKind.TASK, entry["id"], entry) for entry in compiled["tasks"]),
        *((ItemKind.WORK_POINT, f"w{entry['no']}", entry) for entry in compiled["work_points"]),
    ]
    found.sort(key=lambda entry: entry[2]["span"][0])
    items = []
    for position, (kind, ref, entry) in enumerate(found):
        data = clean(kind, entry)
        start, end = entry["span"]
        items.append(
            Item(
                version=version,
                kind=kind,
                ref=ref,
                position=position * 10,
                data=data,
                compiled=data,
                span_start=start,
                span_end=end,
            )
        )
    return items


@action
def discard_version(version_id: int, *, actor: Actor) -> PlanVersion:
    """Lay a version aside that is not to be published; it stays readable."""
    actor.require("plan.manage")
    version = _locked(version_id, VersionState.REVIEW, VersionState.FAILED)
    before = version.state
    version.state = VersionState.DISCARDED
    version.save(update_fields=["state"])
    record("plan.version.discarded", version, actor=actor, before=before, after=version.state)
    return version


def _locked(version_id: int, *states: str) -> PlanVersion:
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


__all__ = [
    "COMPILE_JOB",
    "compile_version",
    "discard_version",
    "fail_version",
    "load_plan",
    "store_compilation",
]

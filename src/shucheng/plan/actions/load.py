"""Load a plan's text: store the file, compile it in a job, lay its items out for review."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import (
    Actor,
    Conflict,
    Invalid,
    action,
    enqueue,
    organisation_aliases,
    record,
    store_file,
)
from shucheng.plan.actions.carry import carry_decisions
from shucheng.plan.actions.force import drop_if_empty, known_plan, locked, new_plan
from shucheng.plan.compiler.compile import COMPILER, compile_document
from shucheng.plan.compiler.errors import PlanUnreadable
from shucheng.plan.compiler.lint.run import message_zh
from shucheng.plan.compiler.model import CompiledPlan
from shucheng.plan.compiler.readers.read import read_bytes
from shucheng.plan.grids import merged_tables
from shucheng.plan.items import clean
from shucheng.plan.models import Finding, Item, ItemKind, Plan, PlanVersion, VersionState
from shucheng.plan.queries.plans import plan_titled
from shucheng.plan.queries.versions import is_stuck

COMPILE_JOB = "plan.compile"


KINDS = (".docx", ".pdf", ".html", ".htm", ".md", ".txt")


@action
def load_plan(
    name: str, data: bytes, *, actor: Actor, plan_code: str = "", by_title: bool = False
) -> PlanVersion:
    """Take a plan's file; `plan_code` names the plan that this is a later revision of.

    With `by_title` the text decides: if its title is that of a known plan it becomes a revision of
    it, else a plan of its own.
    """
    actor.require("plan.manage")
    if not data:
        text = _("The file is empty.")
        raise Invalid(
            "plan.empty_upload",
            text,
            _("Choose the file again; open it first to see that it has text."),
            {"file": str(text)},
        )
    if not name.lower().endswith(KINDS):
        raise _no_plan_kind(name)
    plan = known_plan(plan_code) if plan_code else new_plan(name.rsplit(".", 1)[0])
    try:
        source = store_file(name, data, actor=actor)
    except Invalid as error:
        if error.code not in ("files.kind", "files.content"):
            raise
        # The store names all kinds of file that it keeps; here only those of plans help.
        raise _no_plan_kind(name, error) from error
    version = PlanVersion.objects.create(plan=plan, source=source, title=plan.title)
    payload = {"version": version.pk, "by_title": by_title and not plan_code}
    version.job = enqueue(COMPILE_JOB, actor=actor, payload=payload)
    version.save(update_fields=["job"])
    record("plan.version.loaded", version, actor=actor, after={"file": source.sha256, "name": name})
    return version


def _no_plan_kind(name: str, refusal: Invalid | None = None) -> Invalid:
    """A plan comes in fewer kinds of file than the platform stores."""
    content = refusal if refusal and refusal.code == "files.content" else None
    return Invalid(
        content.code if content else "plan.file_kind",
        # The message of a refusal is finished: its percent signs are no places for values.
        content.message.replace("%", "%%")
        if content
        else _("“%(name)s” is not a kind of file that a plan can be read from."),
        _(
            "Choose a Word file (.docx), a PDF with a text layer, a saved web page (.html), "
            "Markdown (.md) or plain text (.txt); save a .doc or .wps file as .docx first."
        ),
        {"file": str(_("This kind of file is not read as a plan."))},
        name=name[-80:],
    )


def compile_version(version_id: int, *, actor: Actor, by_title: bool = False) -> PlanVersion:
    """Read and compile a loaded version. Compiling happens outside the transaction: it can take
    seconds and touches nothing; what it found is then stored at once."""
    version = PlanVersion.objects.select_related("source", "plan").get(pk=version_id)
    if version.state != VersionState.COMPILING:
        return version  # the job ran again after it had finished
    try:
        document = read_bytes(version.source.read(), version.source.name)
        compiled = compile_document(document, known_organisations=organisation_aliases())
    except PlanUnreadable as error:
        return fail_version(version.pk, error, actor=actor)
    return store_compilation(
        version.pk,
        document.text,
        compiled,
        tables=merged_tables(document),
        by_title=by_title,
        actor=actor,
    )


@action
def fail_version(version_id: int, error: PlanUnreadable, *, actor: Actor) -> PlanVersion:
    """Keep why the file cannot be read: its code and values, and the compiler's own words."""
    actor.require("plan.manage")
    version = locked(version_id, VersionState.COMPILING)
    version.state = VersionState.FAILED
    version.error = {
        "code": error.code,
        "values": {
            name: value if isinstance(value, int) else str(value)
            for name, value in error.values.items()
        },
        "message": error.message,
        "hint": error.hint,
    }
    version.save(update_fields=["state", "error"])
    record("plan.version.unreadable", version, actor=actor, after=version.error)
    return version


@action
def store_compilation(
    version_id: int,
    text: str,
    compiled: CompiledPlan,
    *,
    actor: Actor,
    by_title: bool = False,
    tables: Sequence[dict[str, Any]] = (),
) -> PlanVersion:
    actor.require("plan.manage")
    version = locked(version_id, VersionState.COMPILING)
    version.state = VersionState.REVIEW
    version.text = text
    version.tables = list(tables)
    version.compiled = compiled.as_json()
    version.compiler = COMPILER
    version.title = compiled.title[:300] or version.plan.title
    version.issuer = compiled.issuer[:200]
    version.issued_on = date.fromisoformat(compiled.published) if compiled.published else None
    if compiled.period:
        version.period_start, version.period_end = compiled.period.start, compiled.period.end
    placeholder = _file_under_its_title(version) if by_title else None
    version.save()
    if placeholder:
        drop_if_empty(placeholder)
    elif compiled.title and not version.plan.versions.exclude(pk=version.pk).exists():
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
    carried = carry_decisions(version)
    record(
        "plan.version.compiled",
        version,
        actor=actor,
        after={
            "plan": version.plan.code,
            "compiler": COMPILER,
            "targets": len(compiled.targets),
            "indicators": len(compiled.indicators),
            "tasks": len(compiled.tasks),
            "work_points": len(compiled.work_points),
            "findings": len(compiled.findings),
            **({"carried": carried} if carried else {}),
        },
    )
    return version


def _file_under_its_title(version: PlanVersion) -> Plan | None:
    """Make the version a revision of the plan that bears its title; returns the plan it leaves."""
    known = plan_titled(version.title, other_than=version.plan_id)
    if known is None:
        return None
    left, version.plan = version.plan, known
    return left


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
    version = locked(version_id, VersionState.REVIEW)
    before = version.state
    version.state = VersionState.DISCARDED
    version.save(update_fields=["state"])
    record("plan.version.discarded", version, actor=actor, before=before, after=version.state)
    return version


@action
def remove_upload(version_id: int, *, actor: Actor) -> str:
    """Take a file off the list that could not be read as a plan; nothing of it was published. The
    stored file and the audit log keep what happened. Returns the file's name."""
    actor.require("plan.manage")
    version = locked(version_id, VersionState.FAILED, VersionState.COMPILING)
    if version.state == VersionState.COMPILING and not is_stuck(version):
        raise Conflict(_("The plan version"))
    name = version.source.name
    record(
        "plan.version.removed",
        version,
        actor=actor,
        before={"file": version.source.sha256, "name": name, "error": version.error},
    )
    plan = version.plan
    version.delete()
    drop_if_empty(plan)
    return name


__all__ = [
    "COMPILE_JOB",
    "compile_version",
    "discard_version",
    "fail_version",
    "load_plan",
    "remove_upload",
    "store_compilation",
]

"""What of a plan goes into an archive package: its text, what was compiled, what was decided."""

import json
from pathlib import Path
from typing import Any

from django.forms.models import model_to_dict

from shucheng.kernel.public import Actor, action, make_package, not_issued
from shucheng.plan.models import PlanVersion, VersionState

_ISSUED = (VersionState.PUBLISHED, VersionState.SUPERSEDED)


@action
def archive_plan(version_id: int | None, folder: Path, *, actor: Actor) -> Path:
    """Package a version that was published; the one in force when none is named.

    Nothing of the platform changes; that the package was written is audited.
    """
    actor.require("audit.export")
    versions = PlanVersion.objects.select_related("source", "plan").filter(state__in=_ISSUED)
    chosen = (
        versions.filter(state=VersionState.PUBLISHED)
        if version_id is None
        else versions.filter(pk=version_id)
    )
    version = chosen.first()
    if version is None:
        raise not_issued()
    items = list(version.items.select_related("decided_by"))
    findings = list(version.findings.all())
    facts = {
        "plan": version.plan.code,
        "version": version.number,
        "issuer": version.issuer,
        "issued_on": version.issued_on.isoformat() if version.issued_on else None,
        "published_at": version.published_at.isoformat() if version.published_at else None,
        "compiler": version.compiler,
    }
    return make_package(
        folder,
        kind="plan",
        title=str(version),
        facts=facts,
        content={
            f"original-{version.source.name}": version.source.read(),
            "plan.txt": version.text.encode(),
            "compiled.json": _json(version.compiled),
            "decisions.json": _json([_decision(item) for item in items]),
            "findings.json": _json([model_to_dict(finding) for finding in findings]),
        },
        about={
            "plan.planversion": [str(version.pk)],
            "plan.item": [str(item.pk) for item in items],
            "plan.finding": [str(finding.pk) for finding in findings],
            "files.storedfile": [str(version.source_id)],
        },
        actor=actor,
    )


def _decision(item: Any) -> dict[str, Any]:
    decided_at = item.decided_at.isoformat() if item.decided_at else None
    by = str(item.decided_by) if item.decided_by else None
    return {
        "ref": item.ref,
        "kind": item.kind,
        "decision": item.decision,
        "note": item.note,
        "decided_by": by,
        "decided_at": decided_at,
        "found": item.compiled,
        "published": item.data,
        "span": [item.span_start, item.span_end],
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=str).encode()

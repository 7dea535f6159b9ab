"""What publishing a version (or laying it aside) will do, before anybody says yes."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from shucheng.kernel.public import Actor
from shucheng.plan.models import KEPT, Decision, ItemKind, PlanVersion
from shucheng.plan.queries.difference import Difference, between
from shucheng.plan.queries.doubts import Doubt, doubts_about, is_another_plan
from shucheng.plan.queries.versions import current_version, version_for

SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class KindDecisions:
    """What was decided about the items of one kind."""

    kind: str
    accepted: int
    corrected: int
    added: int
    rejected: int
    undecided: int

    @property
    def published(self) -> int:
        """What will be in the published version: everything but what was rejected."""
        return self.accepted + self.corrected + self.added + self.undecided


@dataclass(frozen=True, slots=True)
class SeverityCount:
    severity: str
    open: int
    noted: int

    @property
    def all(self) -> int:
        return self.open + self.noted


@dataclass(frozen=True, slots=True)
class Publication:
    version: PlanVersion
    number: int
    kinds: tuple[KindDecisions, ...]
    findings: tuple[SeverityCount, ...]
    in_force: PlanVersion | None
    difference: Difference | None
    # What has to be confirmed before it is published.
    doubts: tuple[Doubt, ...]
    # Indicators that the cockpit shows today.
    shown_today: int
    # Grows with every decision: whether what was looked at is still so.
    decisions: int

    @property
    def published(self) -> int:
        return sum(row.published for row in self.kinds)

    @property
    def undecided(self) -> int:
        return sum(row.undecided for row in self.kinds)

    @property
    def decided(self) -> int:
        return sum(row.published - row.undecided + row.rejected for row in self.kinds)

    @property
    def corrected(self) -> int:
        """Decisions that took work: what would be lost with the version."""
        return sum(row.corrected + row.added + row.rejected for row in self.kinds)

    @property
    def open_findings(self) -> int:
        return sum(row.open for row in self.findings if row.severity != "info")

    @property
    def indicators(self) -> int:
        return sum(row.published for row in self.kinds if row.kind == ItemKind.INDICATOR)

    @property
    def targets(self) -> int:
        return sum(row.published for row in self.kinds if row.kind == ItemKind.TARGET)

    @property
    def replaces_another_plan(self) -> bool:
        return self.in_force is not None and self.in_force.plan_id != self.version.plan_id


def publication(version_id: int, *, actor: Actor) -> Publication:
    """The version as it would be published now, against the one in force."""
    actor.require("plan.manage")
    version = version_for(version_id, actor=actor)
    current = current_version()
    before = current and PlanVersion.objects.select_related("plan").get(pk=current.pk)
    last = version.plan.versions.exclude(number=None).order_by("-number").first()
    kept = version.items.filter(decision__in=KEPT).exists()
    # Of two unrelated plans nothing is raised or lowered.
    related = before and (before.plan_id == version.plan_id or not is_another_plan(version, before))
    return Publication(
        version=version,
        number=(last.number or 0) + 1 if last else 1,
        kinds=_kinds(version),
        findings=_findings(version),
        in_force=before,
        difference=between(before, version) if before and related and kept else None,
        doubts=doubts_about(version, before),
        shown_today=before.indicators.count() if before else 0,
        decisions=decisions_taken(version),
    )


def decisions_taken(version: PlanVersion) -> int:
    """How often anything was decided on, added or taken back in a version under review."""
    counted = version.items.aggregate(revisions=Sum("revision"), items=Count("pk"))
    return (counted["revisions"] or 0) + (counted["items"] or 0)


def _kinds(version: PlanVersion) -> tuple[KindDecisions, ...]:
    rows = version.items.order_by().values_list("kind", "decision").annotate(Count("pk"))
    found: dict[tuple[str, str], int] = {(kind, decision): n for kind, decision, n in rows}

    def row(kind: str) -> KindDecisions:
        def count(decision: str) -> int:
            return found.get((kind, decision), 0)

        return KindDecisions(
            kind,
            accepted=count(Decision.ACCEPTED),
            corrected=count(Decision.CORRECTED),
            added=count(Decision.ADDED),
            rejected=count(Decision.REJECTED),
            undecided=count(Decision.OPEN),
        )

    return tuple(row(kind) for kind in ItemKind.values)


def _findings(version: PlanVersion) -> tuple[SeverityCount, ...]:
    rows = version.findings.order_by().values_list("severity")
    counted = rows.annotate(open=Count("pk", filter=Q(noted="")), all=Count("pk"))
    found = {severity: (unnoted, of) for severity, unnoted, of in counted}
    return tuple(
        SeverityCount(
            severity, open=found[severity][0], noted=found[severity][1] - found[severity][0]
        )
        for severity in SEVERITIES
        if severity in found
    )

"""The pages of quality: resources by score, holders beside one another, defects, one resource."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, QuerySet, When
from django.utils import timezone

from shucheng.bays.data.engine.quality.following import Following, following
from shucheng.bays.data.engine.quality.rules import Dimension, formats
from shucheng.bays.data.models.catalogue import Field, Resource
from shucheng.bays.data.models.quality import Certificate, Defect, QualityCheck, QualityRules
from shucheng.bays.data.queries.data_files import rows_of
from shucheng.bays.data.queries.grading import graded_resources
from shucheng.bays.data.queries.quality import (
    find_checked,
    newest_checks,
    read_rules,
    rules_of,
    suggested,
)
from shucheng.bays.data.queries.quality_words import (
    CHECKS,
    COMMON,
    check_name,
    dimension_name,
    per_cent,
)
from shucheng.kernel.public import Actor
from shucheng.lib.numbers import whole_number
from shucheng.lib.workdays import working_days_between

PAGE = 50
State = Defect.State
DIMENSIONS: tuple[Dimension, ...] = (
    "completeness", "uniqueness", "validity", "consistency", "timeliness", "accuracy"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """A score at a day, as small lines are drawn from it."""

    period: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Checked:
    """A resource in the list, with its newest check."""

    resource: Resource
    check: QualityCheck
    score: str
    trend: list[Moment]
    waiting: int
    late: int


@dataclass(frozen=True, slots=True)
class HolderLine:
    """A holder beside the others: mean of the newest scores, defects that wait, those late."""

    name: str
    code: str
    resources: int
    mean: float | None
    score: str
    waiting: int
    late: int


@dataclass(frozen=True, slots=True)
class QualityList:
    lines: list[Checked]
    count: int
    page: int
    pages: int
    holders: list[HolderLine]
    score: str
    waiting: int
    late: int
    certificates: int
    simulated: bool


@dataclass(frozen=True, slots=True)
class DefectLine:
    """`days`: working days left, below zero the days it is late."""

    defect: Defect
    dimension: str
    share: str
    days: int
    late: bool
    may_answer: bool
    may_accept: bool


@dataclass(frozen=True, slots=True)
class DefectList:
    lines: list[DefectLine]
    count: int
    page: int
    pages: int
    states: list[tuple[str, str, int]]
    state: str
    late: bool
    simulated: bool


@dataclass(frozen=True, slots=True)
class OutcomeLine:
    rule: str
    dimension: str
    check: str
    fields: str
    judged: int
    failed: int
    share: str
    examples: list[str]


@dataclass(frozen=True, slots=True)
class QualityPage:
    resource: Resource
    check: QualityCheck | None
    history: list[QualityCheck]
    score: str
    dimensions: list[tuple[str, str, float | None]]
    outcomes: list[OutcomeLine]
    profile: list[Mapping[str, Any]]
    defects: list[DefectLine]
    rules: QualityRules | None
    number: int
    text: str
    is_suggested: bool
    fields: list[Field]
    checks: list[tuple[str, str]]
    formats: list[str]
    has_data: bool
    may_change: bool
    following: Following
    certificates: list[Certificate]


def quality_list(asked: Mapping[str, str], *, actor: Actor) -> QualityList:
    """What was checked, the lowest score first, and the holders by score and defects."""
    seen = graded_resources(actor)
    found = list(seen.filter(pk__in=QualityCheck.objects.values("resource")))
    checks = newest_checks(seen.values("pk"))
    waiting, late = _counts(Defect.objects.filter(resource__in=seen), timezone.localdate())
    found.sort(key=lambda each: (_or_last(checks[each.pk].score), each.code))
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(whole_number(asked.get("page", "")) or 1, 1), pages)
    shown = found[(page - 1) * PAGE : page * PAGE]
    history = _history([each.pk for each in shown])
    scores = [c.score for c in checks.values() if c.score is not None]
    return QualityList(
        lines=[
            Checked(
                each,
                checks[each.pk],
                per_cent(checks[each.pk].score),
                [Moment(str(c.as_of)[:7], c.score) for c in history[each.pk]],
                waiting.get(each.pk, 0),
                late.get(each.pk, 0),
            )
            for each in shown
        ],
        count=len(found),
        page=page,
        pages=pages,
        holders=_holders(found, checks, waiting, late),
        score=per_cent(_mean(scores)),
        waiting=sum(waiting.values()),
        late=sum(late.values()),
        certificates=Certificate.objects.filter(resource__in=seen).count(),
        simulated=any(each.simulated for each in checks.values()),
    )


def defect_list(asked: Mapping[str, str], *, actor: Actor) -> DefectList:
    """Defects of what the actor sees, those that wait first: by state, or those that are late."""
    today = timezone.localdate()
    everything = Defect.objects.filter(resource__in=graded_resources(actor))
    state, late = asked.get("state", ""), bool(asked.get("late"))
    rows = everything.filter(state=state) if state else everything
    if late:
        rows = rows.filter(state=State.OPEN, due__lt=today)
    count = rows.count()
    pages = max(1, -(-count // PAGE))
    page = min(max(whole_number(asked.get("page", "")) or 1, 1), pages)
    first = Case(When(state=State.OPEN, then=0), When(state=State.MENDED, then=1), default=2)
    shown = rows.select_related("resource__holder", "found").order_by(first, "due", "pk")
    return DefectList(
        lines=[_defect_line(each, actor, today) for each in shown[(page - 1) * PAGE : page * PAGE]],
        count=count,
        page=page,
        pages=pages,
        states=[
            (code, str(label), everything.filter(state=code).count())
            for code, label in State.choices
        ],
        state=state,
        late=late,
        simulated=everything.filter(simulated=True).exists(),
    )


def quality_page(code: str, *, actor: Actor) -> QualityPage:
    found = find_checked(code, actor=actor)
    history = list(QualityCheck.objects.filter(resource=found).order_by("as_of", "pk"))
    check = max(history, key=lambda each: each.pk) if history else None
    row = rules_of(found)
    today = timezone.localdate()
    defects = Defect.objects.filter(resource=found).select_related("resource__holder", "found")
    return QualityPage(
        resource=found,
        check=check,
        history=history,
        score=per_cent(check.score if check else None),
        dimensions=[
            (dimension_name(each), per_cent(score), score)
            for each in DIMENSIONS
            for score in [check.scores.get(each) if check else None]
        ],
        outcomes=[_outcome(each) for each in check.profile["outcomes"]] if check else [],
        profile=_profile(check),
        defects=[_defect_line(each, actor, today) for each in defects],
        rules=row,
        number=row.number if row else 0,
        text=row.text if row else suggested(found),
        is_suggested=row is None,
        fields=list(Field.objects.filter(resource=found, dropped=False)),
        checks=[(each, str(CHECKS[each])) for each in COMMON],
        formats=list(formats()),
        has_data=rows_of(found) is not None,
        may_change=actor.may("data.govern") or actor.may("data.hold", found.holder_id),
        following=following(),
        certificates=list(Certificate.objects.filter(resource=found).order_by("-pk")),
    )


def rule_count(row: QualityRules | None) -> int:
    return len(read_rules(row).rules)


def _counts(rows: QuerySet[Defect], today: date) -> tuple[dict[int, int], dict[int, int]]:
    """By resource: defects that wait, and those past their day."""
    waiting: dict[int, int] = {}
    late: dict[int, int] = {}
    open_ = rows.filter(state__in=[State.OPEN, State.MENDED])
    for resource, state, due in open_.values_list("resource", "state", "due"):
        waiting[resource] = waiting.get(resource, 0) + 1
        if state == State.OPEN and due < today:
            late[resource] = late.get(resource, 0) + 1
    return waiting, late


def _history(resources: Sequence[int]) -> dict[int, list[QualityCheck]]:
    found: dict[int, list[QualityCheck]] = {key: [] for key in resources}
    rows = QualityCheck.objects.filter(resource__in=resources).defer("profile")
    for each in rows.order_by("as_of", "pk"):
        found[each.resource_id].append(each)
    return found


def _holders(
    resources: Sequence[Resource],
    checks: Mapping[int, QualityCheck],
    waiting: Mapping[int, int],
    late: Mapping[int, int],
) -> list[HolderLine]:
    """The highest score first; of equal ones the fewest late defects."""
    by_holder: dict[int, list[Resource]] = {}
    for each in resources:
        by_holder.setdefault(each.holder_id, []).append(each)
    lines = []
    for rows in by_holder.values():
        mean = _mean([s for r in rows if (s := checks[r.pk].score) is not None])
        lines.append(
            HolderLine(
                name=rows[0].holder.name,
                code=rows[0].holder.code,
                resources=len(rows),
                mean=mean,
                score=per_cent(mean),
                waiting=sum(waiting.get(each.pk, 0) for each in rows),
                late=sum(late.get(each.pk, 0) for each in rows),
            )
        )
    return sorted(lines, key=lambda each: (-(each.mean or 0), each.late, each.waiting, each.name))


def _defect_line(defect: Defect, actor: Actor, today: date) -> DefectLine:
    holder = defect.resource.holder_id
    waiting = defect.state in (State.OPEN, State.MENDED)
    days = working_days_between(today, defect.due)
    return DefectLine(
        defect=defect,
        dimension=dimension_name(defect.dimension),
        share=per_cent(defect.failed / defect.judged if defect.judged else None),
        days=days,
        late=defect.state == State.OPEN and defect.due < today,
        may_answer=waiting and actor.may("data.hold", holder),
        may_accept=defect.state == State.OPEN and bool(defect.answer) and actor.may("data.govern"),
    )


def _outcome(said: Mapping[str, Any]) -> OutcomeLine:
    judged, failed = said["judged"], said["failed"]
    return OutcomeLine(
        rule=said["rule"],
        dimension=dimension_name(said["dimension"]),
        check=check_name(said["check"]),
        fields=", ".join(said["fields"]),
        judged=judged,
        failed=failed,
        share=per_cent(1 - failed / judged if judged else None),
        examples=said["examples"],
    )


def _profile(check: QualityCheck | None) -> list[Mapping[str, Any]]:
    if check is None:
        return []
    rows = check.rows
    return [
        {**each, "share": per_cent(each["filled"] / rows if rows else None)}
        for each in check.profile["fields"]
    ]


def _mean(scores: Sequence[float]) -> float | None:
    return sum(scores) / len(scores) if scores else None


def _or_last(score: float | None) -> float:
    return 2.0 if score is None else score

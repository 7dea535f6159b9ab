"""The pages of grading: the workbench, a resource, the rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, TextField
from django.db.models.functions import Cast

from shucheng.bays.data.engine.grading.rules import FILES, Rules
from shucheng.bays.data.models.catalogue import Field, Resource
from shucheng.bays.data.models.grading import (
    GradeDecision,
    GradeProposal,
    GradingRules,
    RulesProposal,
)
from shucheng.bays.data.queries.grading import (
    Standing,
    find_graded,
    graded_resources,
    proposal_of,
    sees_fields,
    standing_of,
)
from shucheng.bays.data.queries.grading_rules import Preview, preview, rules_in_force
from shucheng.bays.data.queries.grading_rules import texts_in_force as _texts
from shucheng.bays.data.queries.grading_words import (
    AGAIN,
    GRADES,
    MODES,
    Said,
    category_name,
    conditions_words,
    finding_words,
    grade_name,
    reason_words,
)
from shucheng.kernel.public import Actor, Invalid
from shucheng.lib.numbers import whole_number

PAGE = 50
# Below it a proposal counts as unsure.
SURE = 0.7
State = GradeProposal.State


@dataclass(frozen=True, slots=True)
class Line:
    """A field in the workbench. `key`: what is sent back when it is decided; `decided`: the grade
    that a person gave it."""

    field: Field
    key: str
    grade: str
    findings: list[Said]
    doubts: list[Said]
    state: str
    why_again: str
    decided: str
    decided_categories: list[str]
    sampled: bool
    excluded: bool
    may_decide: bool


@dataclass(frozen=True, slots=True)
class Workbench:
    lines: list[Line]
    count: int
    page: int
    pages: int
    asked: Mapping[str, str]
    holders: list[tuple[str, str]]
    states: list[tuple[str, str, int]]
    grades: list[tuple[str, str]]
    categories: list[tuple[str, str]]
    may_decide: bool
    simulated: bool

    @property
    def any_filter(self) -> bool:
        return any(self.asked.values())


@dataclass(frozen=True, slots=True)
class Way:
    """A way of delivery and what the rules say of it."""

    name: str
    permitted: bool
    conditions: list[str]


@dataclass(frozen=True, slots=True)
class GradedResource:
    """`full`: the actor sees it field by field; else the grade and ways of delivery alone."""

    resource: Resource
    stands: Standing
    grade: str
    highest: str
    reasons: list[str]
    categories: list[str]
    ways: list[Way]
    sources: list[str]
    unconfirmed: bool
    full: bool
    lines: list[Line]
    decisions: list[tuple[GradeDecision, str]]
    may_decide: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """Rules that wait for their decision, with what they would change."""

    proposal: RulesProposal
    outdated: bool
    changes: Preview | None
    wrong: str


@dataclass(frozen=True, slots=True)
class RulesPage:
    number: int
    version: str
    digest: str
    files: list[tuple[str, int]]
    categories: list[tuple[str, str, str, str, bool]]
    unconfirmed: int
    history: list[GradingRules]
    waiting: list[Waiting]


def workbench(asked: Mapping[str, str], *, actor: Actor) -> Workbench:
    """Fields that the actor sees, as asked for: holder, q (resource or field), state, grade,
    category, low."""
    seen = graded_resources(actor)
    rules = rules_in_force()
    everything = GradeProposal.objects.filter(field__resource__in=seen, field__dropped=False)
    counts = dict(everything.values_list("state").annotate(n=Count("pk")).order_by())
    rows = _chosen(everything, asked)
    count = rows.count()
    pages = max(1, -(-count // PAGE))
    page = min(max(whole_number(asked.get("page", "")) or 1, 1), pages)
    shown = rows.select_related("field__resource__holder").order_by("field_id")
    holders = seen.order_by("holder__name").values_list("holder__code", "holder__name").distinct()
    return Workbench(
        lines=[_line(row.field, rules, actor) for row in shown[(page - 1) * PAGE : page * PAGE]],
        count=count,
        page=page,
        pages=pages,
        asked={name: asked.get(name, "") for name in _FILTERS},
        holders=list(holders),
        states=[(code, str(label), counts.get(code, 0)) for code, label in State.choices],
        grades=[(code, str(name)) for code, name in GRADES.items()],
        categories=[(code, category_name(code, rules)) for code in rules.categories],
        may_decide=actor.may("data.grade"),
        simulated=seen.filter(simulated=True).exists(),
    )


def proposal_rows(asked: Mapping[str, str], *, actor: Actor, most: int) -> list[list[str]]:
    """The workbench's table for a file: resource, field, proposed and decided."""
    rules = rules_in_force()
    everything = GradeProposal.objects.filter(
        field__resource__in=graded_resources(actor), field__dropped=False
    )
    rows = _chosen(everything, asked).select_related("field__resource__holder").order_by("field_id")
    return [
        [
            row.field.resource.holder.name,
            row.field.resource.code,
            row.field.resource.title,
            row.field.name,
            row.field.title,
            grade_name(row.grade),
            " ".join(category_name(each, rules) for each in row.categories),
            f"{row.confidence:.2f}",
            row.get_state_display(),
            grade_name(row.field.grade) if row.field.grade else "",
        ]
        for row in rows[:most]
    ]


def graded_resource(code: str, *, actor: Actor) -> GradedResource:
    found = find_graded(code, actor=actor)
    rules, stands = rules_in_force(), standing_of(found)
    full = sees_fields(found, actor)
    fields = Field.objects.filter(resource=found, dropped=False).select_related(
        "proposal", "resource"
    )
    decisions = GradeDecision.objects.filter(field__resource=found).select_related("field")
    graded = stands.fields > 0
    delivery = rules.levels.delivery[stands.of.grade.code]
    return GradedResource(
        resource=found,
        stands=stands,
        grade=grade_name(stands.of.grade.code) if graded else "",
        highest=grade_name(stands.of.fields.code),
        reasons=[reason_words(each, rules) for each in stands.of.reasons] if full else [],
        categories=[category_name(each, rules) for each in sorted(stands.of.categories)],
        ways=_ways(stands) if graded else [],
        sources=sorted({*delivery.sources, *_sources(stands, rules)}),
        unconfirmed=delivery.unconfirmed,
        full=full,
        lines=[_line(each, rules, actor) for each in fields] if full else [],
        decisions=[(each, grade_name(each.grade)) for each in decisions.order_by("-pk")[:50]]
        if full
        else [],
        may_decide=full and actor.may("data.grade", found.holder_id),
    )


def rules_page(*, actor: Actor) -> RulesPage:
    actor.require("data.govern")
    number, texts = _texts()
    rules = rules_in_force()
    waiting = RulesProposal.objects.filter(state=RulesProposal.State.PROPOSED)
    return RulesPage(
        number=number,
        version=rules.version,
        digest=rules.digest,
        files=[(name, texts[name].count("\n") + 1) for name in FILES],
        categories=[
            (
                code,
                category_name(code, rules),
                grade_name(rules.grade_of(code).code),
                f"{each.source.doc} {each.source.clause}" if each.source else each.note,
                each.unconfirmed,
            )
            for code, each in rules.categories.items()
        ],
        unconfirmed=sum(each.unconfirmed for each in rules.categories.values()),
        history=list(GradingRules.objects.order_by("-number")),
        waiting=[_waiting(each, number, actor) for each in waiting.select_related("proposed_by")],
    )


_FILTERS = ("q", "holder", "state", "grade", "category", "low")


def _chosen(rows: QuerySet[GradeProposal], asked: Mapping[str, str]) -> QuerySet[GradeProposal]:
    exact = {
        "field__resource__holder__code": asked.get("holder", ""),
        "state": asked.get("state", ""),
        "grade": asked.get("grade", ""),
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if category := asked.get("category", ""):
        # JSON as text: what it holds is asked the same way on every database.
        named = rows.annotate(told=Cast("categories", TextField()))
        rows = named.filter(told__contains=f'"{category[:40]}"')
    if text := asked.get("q", "").strip()[:80]:
        rows = (
            rows.filter(field__resource__code=text)
            | rows.filter(field__resource__title__icontains=text)
            | rows.filter(field__name__icontains=text)
            | rows.filter(field__title__icontains=text)
        )
    if asked.get("low"):
        rows = rows.filter(confidence__lt=SURE)
    return rows


def _line(field: Field, rules: Rules, actor: Actor) -> Line:
    made = proposal_of(field)
    said: dict[str, Any] = made.content["proposal"] if made else {}
    return Line(
        field=field,
        key=f"{field.pk}:{made.digest}" if made else "",
        grade=grade_name(made.grade) if made else "",
        findings=[finding_words(each, rules) for each in said.get("findings", [])],
        doubts=[finding_words(each, rules) for each in said.get("doubts", [])],
        state=made.state if made else "",
        why_again=str(AGAIN.get(made.why_again, "")) if made else "",
        decided=grade_name(field.grade) if field.grade else "",
        decided_categories=[category_name(each, rules) for each in field.categories],
        sampled=made.sampled if made else False,
        excluded=bool(said.get("excluded")),
        may_decide=made is not None and actor.may("data.grade", field.resource.holder_id),
    )


def _ways(stands: Standing) -> list[Way]:
    permitted = {each.mode: each for each in stands.of.permitted}
    return [
        Way(
            str(name),
            code in permitted,
            conditions_words(permitted[code].conditions) if code in permitted else [],
        )
        for code, name in MODES.items()
    ]


def _sources(stands: Standing, rules: Rules) -> set[str]:
    """Of the rules that raised the set."""
    raised = {each.rule for each in stands.of.reasons}
    told = {each.code: each.sources for each in rules.levels.volume}
    told |= {each.code: each.sources for each in rules.levels.joined}
    return {source for code in raised for source in told.get(code, [])}


def _waiting(proposal: RulesProposal, number: int, actor: Actor) -> Waiting:
    outdated = proposal.number != number
    try:
        changes = None if outdated else preview(proposal.texts, actor=actor)
        return Waiting(proposal, outdated, changes, "")
    except Invalid as error:
        return Waiting(proposal, outdated, None, " ".join(error.fields.values()))

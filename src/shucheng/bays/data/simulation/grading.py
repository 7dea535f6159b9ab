"""Grades of simulated resources: proposed for all by their names, decided for two thirds."""

from django.db.models import QuerySet

from shucheng.bays.data.actions.grading import Answer, decide_grades, grade_resources
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.grading import GradeDecision, GradeProposal
from shucheng.kernel.public import Actor

# Resources that are decided in one batch, with one leaf each.
_BATCH = 25
# Codes that are named in one question to the database.
_MOST = 5000


def simulate_grading(actor: Actor) -> dict[str, int]:
    """Proposals for every simulated resource, decisions for two of three; none where the catalogue
    has none, and nothing anew where there are some already."""
    codes = list(simulated_resources().values_list("code", flat=True))
    if not codes:
        return {"resources": 0, "proposed": 0, "decided": 0}
    proposed = sum(
        grade_resources(codes[at : at + _MOST], actor=actor).proposed
        for at in range(0, len(codes), _MOST)
    )
    decided = 0
    if not GradeDecision.objects.filter(field__resource__simulated=True).exists():
        chosen = [code for at, code in enumerate(codes) if at % 3 != 2]
        for at in range(0, len(chosen), _BATCH):
            decided += accept(chosen[at : at + _BATCH], "模拟：按建议确定", actor)
    return {"resources": len(codes), "proposed": proposed, "decided": decided}


def simulated_resources() -> QuerySet[Resource]:
    rows = Resource.objects.filter(simulated=True).exclude(state=Resource.State.WITHDRAWN)
    return rows.order_by("code")


def accept(codes: list[str], reason: str, actor: Actor) -> int:
    """Accept what is open of these resources."""
    rows = GradeProposal.objects.filter(field__resource__code__in=codes, field__dropped=False)
    open_ = rows.exclude(state=GradeProposal.State.DECIDED)
    answers = [Answer(row.field_id, row.digest) for row in open_]
    return decide_grades(answers, reason=reason, actor=actor) if answers else 0

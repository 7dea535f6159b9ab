"""Cases as the machine reads them, and who may do what with each."""

from datetime import date

from django.utils import timezone

from shucheng.bays.data.engine.authority import machine as engine
from shucheng.bays.data.engine.authority.clocks import Reading
from shucheng.bays.data.engine.catalogue.requests import request_machine
from shucheng.bays.data.models.cases import Case, Step
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.queries.authorising import supplement_of
from shucheng.bays.data.queries.parties import acts_for
from shucheng.kernel.public import Actor, NotFound


def machine_of(kind: str) -> engine.Machine:
    return request_machine() if kind == Case.Kind.REQUEST else engine.shipped_machines()[kind]


def find_case(code: str, *, actor: Actor) -> Case:
    actor.require("data.view")
    found = Case.objects.select_related("applicant", "asked").filter(code=code).first()
    if found is None:
        raise NotFound(code)
    return found


def content_of(case: Case) -> engine.Case:
    return machine_of(case.kind).load(case.content)


def clocks_of(case: Case, day: date | None = None) -> tuple[Reading, ...]:
    return machine_of(case.kind).clocks(content_of(case), day or timezone.localdate())


def steps_of(code: str) -> list[Step]:
    return list(Step.objects.filter(subject=code).select_related("organisation"))


def roles_of(case: Case, actor: Actor) -> frozenset[str]:
    """In which of the table's roles an actor may act on a case. An authorisation is implemented by
    its applicant; its operator and the units whose data it is about act in their own roles."""
    table = machine_of(case.kind).table
    return frozenset(role for role in table.roles if _may(role, case, actor))


def _may(role: str, case: Case, actor: Actor) -> bool:
    for_applicant = acts_for(actor, "data.hold", case.applicant_id) or acts_for(
        actor, "data.operate", case.applicant_id
    )
    match role:
        case "registrant" | "implementer":
            return for_applicant
        case "asker":
            return acts_for(actor, "data.ask", case.applicant_id)
        case "registrar" | "data_authority" | "office":
            return actor.may("data.govern")
        case "government":
            return actor.may("data.approve")
        case "operator":
            return acts_for(actor, "data.operate", _operator(case))
        case "source_unit":
            return any(acts_for(actor, "data.hold", holder) for holder in _holders(case))
        case "holder":
            return acts_for(actor, "data.hold", case.asked_id)
        case "interested":
            return actor.may("data.view") and actor.person_id is not None and not for_applicant
        case "clock":
            return actor.is_system or actor.channel == "job"
    return False


def _operator(case: Case) -> int | None:
    authorisation = getattr(case, "authorisation", None)
    return authorisation.operator_id if authorisation else None


def _holders(case: Case) -> set[int]:
    authorisation = getattr(case, "authorisation", None)
    codes = authorisation.resources if authorisation else []
    if case.state == "supplement_submitted":  # it is for those whose data is asked for
        codes = supplement_of(case)
    return set(Resource.objects.filter(code__in=codes).values_list("holder_id", flat=True))

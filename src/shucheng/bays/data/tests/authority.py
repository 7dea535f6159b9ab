"""Resources, registrations and authorisations as the stories of the room need them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from shucheng.bays.data.actions.authorising import (
    move_authorisation,
    plan_authorisation,
    write_agreement,
)
from shucheng.bays.data.actions.registration import move_registration, open_registration
from shucheng.bays.data.engine.authority.papers import shipped_papers
from shucheng.bays.data.models.authority import Authorisation
from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.market import Product
from shucheng.bays.data.queries.cases import machine_of
from shucheng.bays.data.tests.conftest import Cast
from shucheng.kernel.public import Actor

SUBMITTED, ACCEPTED, PASSED, CODED = (
    date(2026, 3, 2),
    date(2026, 3, 4),
    date(2026, 3, 16),
    date(2026, 4, 1),
)
IN_FORCE, UNTIL = date(2026, 6, 1), date(2028, 5, 31)
LIMITS = {"purpose": ["credit"], "scenario": ["普惠金融"]}
PLAN = dict.fromkeys(shipped_papers().plan.heads, "见方案")
AGREEMENT = dict.fromkeys(shipped_papers().agreement.heads, "见协议")


def organisation(actor: Actor) -> int:
    assert actor.organisation_id
    return actor.organisation_id


def resource(actor: Actor, code: str = "RES-1", **facts: Any) -> Resource:
    """In the catalogue and graded, unless `facts` say otherwise."""
    told = {"title": "企业登记信息", "state": Resource.State.LISTED, "grade": "general_2"}
    told |= {"modes": ["api", "aggregate"]} | facts
    return Resource.objects.create(code=code, holder_id=organisation(actor), **told)


def proofs_for(case: Case, event: str, day: date) -> dict[str, dict[str, str]]:
    """Everything that the event wants in that case on that day."""
    machine = machine_of(case.kind)
    wanted = machine.wants(machine.load(case.content), event, day)
    return {each.split("|")[0]: {"text": "见附件"} for each in wanted}


def step(
    case: Case, event: str, actor: Actor, on: date, until: date | None = None, days: int = 0
) -> Case:
    """A step of a registration with all that it wants."""
    return move_registration(
        case.code,
        case.revision,
        event,
        actor=actor,
        proofs=proofs_for(case, event, on),
        until=until,
        days=days,
        on=on,
    )


def registered(
    cast: Cast,
    code: str = "RES-1",
    holder: Actor | None = None,
    until: date | None = None,
    kind: str = Case.Kind.RESOURCE,
) -> Case:
    who = holder or cast.holder
    case = open_registration(
        kind, code, "登记", applicant=organisation(who), actor=who, on=SUBMITTED
    )
    case = step(case, "submit", who, SUBMITTED)
    case = step(case, "accept", cast.bureau, ACCEPTED)
    case = step(case, "pass", cast.bureau, PASSED)
    return step(case, "issue_code", cast.bureau, CODED, until=until)


def planned(cast: Cast, *codes: str, limits: Mapping[str, list[str]] = LIMITS) -> Authorisation:
    return plan_authorisation(
        "企业信用数据授权运营",
        resources=codes or ("RES-1",),
        mode="scenario",
        scenario="普惠金融",
        limits=limits,
        plan=PLAN,
        applicant=organisation(cast.holder),
        actor=cast.holder,
        on=SUBMITTED,
    )


def move(
    case: Case, event: str, actor: Actor, on: date, until: date | None = None, **more: Any
) -> Case:
    """A step of an authorisation with all that it wants."""
    return move_authorisation(
        case.code,
        case.revision,
        event,
        actor=actor,
        proofs=proofs_for(case, event, on),
        until=until,
        on=on,
        **more,
    )


def signed(cast: Cast, *codes: str, until: date = UNTIL) -> Case:
    case = planned(cast, *codes).case
    case = move(case, "submit_plan", cast.holder, SUBMITTED)
    case = move(case, "approve_plan", cast.leader, ACCEPTED)
    case = move(case, "call", cast.holder, PASSED)
    operator = organisation(cast.operator)
    case = move(case, "select", cast.holder, CODED, operator=operator)
    write_agreement(case.code, case.revision, AGREEMENT, actor=cast.holder)
    case.refresh_from_db()
    return move(case, "sign", cast.holder, date(2026, 5, 20), until=until)


def in_force(cast: Cast, *codes: str, until: date = UNTIL) -> Case:
    return move(signed(cast, *codes, until=until), "take_effect", cast.holder, IN_FORCE)


def product(cast: Cast, made_from: list[str], under: list[str], code: str = "PRD-1") -> Product:
    return Product.objects.create(
        code=code,
        title="企业信用报告",
        kind="report",
        variety="信用",
        maker_id=organisation(cast.operator),
        made_from=made_from,
        under=under,
        uses=LIMITS,
        state=Product.State.LISTED,
        listed_at=datetime(2025, 1, 1, tzinfo=UTC),
    )

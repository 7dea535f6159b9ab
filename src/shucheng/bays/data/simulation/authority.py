"""Simulated registrations in every state and three authorisations, through the actions, with days
in the past. Everything is marked as simulated; seeded by the catalogue's order alone, so that a
second run finds the first and does nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from shucheng.bays.data.actions.authorising import (
    move_authorisation,
    plan_authorisation,
    write_agreement,
)
from shucheng.bays.data.actions.disclosures import publish_disclosure
from shucheng.bays.data.actions.prices import fix_prices
from shucheng.bays.data.actions.registration import move_registration, open_registration
from shucheng.bays.data.actions.turning import turn_day
from shucheng.bays.data.engine.authority.papers import Paper, shipped_papers
from shucheng.bays.data.engine.authority.price import Costs
from shucheng.bays.data.models.authority import Authorisation
from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.market import Product
from shucheng.bays.data.queries.cases import machine_of
from shucheng.bays.data.queries.prices import periods_of
from shucheng.bays.data.queries.prices_asked import prices_on
from shucheng.bays.data.simulation.grading import accept
from shucheng.kernel.public import Actor, Organisation
from shucheng.lib.workdays import working_days_after

_PURPOSES = ["industry-development", "public-governance", "public-welfare", "sector-development"]
_MAIN, _SUSPENDED, _PLANNED = 10, 6, 5  # how many resources each authorisation is over
# 分: the lowest ceiling of a unit, and what a product is expected to bring in a year.
_LEAST, _YEARLY = 10_000, 20_000_000

# A step and how many working days it comes after the one before; roles: r registrant, b bureau.
Way = tuple[tuple[str, str, int], ...]
_APPLIED: Way = (("submit", "r", 0),)
_ACCEPTED: Way = (*_APPLIED, ("accept", "b", 2))
_PASSED: Way = (*_ACCEPTED, ("pass", "b", 9))
_CODED: Way = (*_PASSED, ("issue_code", "b", 11))
_CHANGE: Way = (*_CODED, ("submit_change", "r", 20))
_CHANGING: Way = (*_CHANGE, ("accept", "b", 2))
# How each of the others got where it is, and how many working days ago it did: some are late.
_WAYS: tuple[tuple[Way, int], ...] = (
    ((), 3),
    ((("supply", "r", 0),), 15),
    (_APPLIED, 1),
    (_APPLIED, 2),
    (_APPLIED, 6),
    ((*_APPLIED, ("return", "b", 2)), 4),
    ((*_APPLIED, ("return", "b", 2), ("resubmit", "r", 5)), 1),
    ((*_APPLIED, ("refuse", "b", 3)), 30),
    (_ACCEPTED, 5),
    (_ACCEPTED, 18),
    (_ACCEPTED, 26),
    ((*_ACCEPTED, ("ask_completion", "b", 6)), 3),
    ((*_ACCEPTED, ("reject", "b", 12)), 40),
    ((*_ACCEPTED, ("withdraw", "r", 4)), 25),
    (_PASSED, 2),
    (_PASSED, 7),
    (_PASSED, 13),
    (_CODED, 90),
    (_CODED, 60),
    (_CODED, 30),
    (_CHANGE, 1),
    ((*_CHANGE, ("return", "b", 2)), 3),
    (_CHANGING, 8),
    ((*_CHANGING, ("ask_completion", "b", 5)), 2),
    ((*_CHANGING, ("pass", "b", 9)), 4),
    ((*_CHANGING, ("pass", "b", 9), ("enter_change", "b", 11)), 10),
    ((*_CODED, ("submit_correction", "r", 15)), 2),
    ((*_CODED, ("submit_correction", "r", 15), ("accept", "b", 2)), 5),
    ((*_CODED, ("submit_cancellation", "r", 30)), 1),
    ((*_CODED, ("submit_cancellation", "r", 30), ("accept", "b", 2)), 4),
    ((*_CODED, ("submit_cancellation", "r", 30), ("accept", "b", 2), ("cancel", "b", 7)), 20),
    ((*_CODED, ("revoke", "b", 25)), 35),
)


@dataclass(frozen=True)
class _Cast:
    office: Actor
    operator: Actor
    system: Actor

    def of(self, organisation: int) -> Actor:
        return _acting(self.system, organisation)


def simulate_authority(*, office: str, operator: str, today: date, actor: Actor) -> dict[str, int]:
    """Over simulated, listed and graded resources of the catalogue, in the order of their codes.
    `office`: the code of the data bureau, `operator`: of the company that operates. Returns how
    many were made; nothing where some are there already or an organisation is not."""
    kinds = (Case.Kind.RESOURCE, Case.Kind.AUTHORISATION)
    bureau = Organisation.objects.filter(code=office).first()
    company = Organisation.objects.filter(code=operator).first()
    there = Case.objects.filter(kind__in=kinds, simulated=True).exists()
    if there or bureau is None or company is None:
        return {}
    cast = _Cast(_acting(actor, bureau.pk), _acting(actor, company.pk), actor)
    found = Resource.objects.filter(simulated=True, state=Resource.State.LISTED)
    usable = [each for each in found.exclude(grade="").order_by("code")[:80] if each.modes]
    cut = (_MAIN, _MAIN + _SUSPENDED, _MAIN + _SUSPENDED + _PLANNED)
    main, paused, planned = usable[: cut[0]], usable[cut[0] : cut[1]], usable[cut[1] : cut[2]]
    accept([each.code for each in (*main, *paused, *planned)], "模拟：按建议确定", actor)
    since = date(today.year - 1, 12, 16)
    later = max(today - timedelta(days=220), since + timedelta(days=30))
    for each in main:
        _walk(cast, each, _CODED, since - timedelta(days=4))
    for each in paused:
        _walk(cast, each, _CODED, later - timedelta(days=10))
    done = sum(_walked(cast, usable[cut[2] :], today))
    made = 0
    if main:
        made += 1
        case = _authorised(cast, "公共信用与市场主体数据授权运营（模拟）", main, "domain", since)
        _disclosed(cast, case, since.year, today)
    if paused:
        made += 1
        case = _authorised(cast, "医疗健康商保服务授权运营（模拟）", paused, "scenario", later)
        _step(case, "suspend", cast.office, today - timedelta(days=20))
    if planned:
        made += 1
        _planned(cast, "交通出行数据授权运营（模拟）", planned, "whole", today - timedelta(days=10))
    turn_day(actor=cast.office, on=today)
    return {
        "registrations": len(main) + len(paused) + done,
        "authorisations": made,
    }


def simulate_prices(*, today: date, actor: Actor) -> int:
    """A permitted revenue with ceilings for each simulated authorisation in force whose operator
    has products and none yet: once the market has its products. Ceilings lie a fifth above what is
    asked, and the costs are such that they are permitted."""
    made, asked = 0, _asked(today)
    rows = Authorisation.objects.filter(case__simulated=True, case__state="in_force")
    for each in rows.select_related("case"):
        products = Product.objects.filter(maker=each.operator, simulated=True)
        codes = sorted(set(products.values_list("code", flat=True)))
        if not codes or periods_of(each):
            continue
        ceilings = {code: max(asked.get(code, 0) * 12 // 10, _LEAST) for code in codes}
        volumes = {code: max(_YEARLY // ceiling, 1) for code, ceiling in ceilings.items()}
        needed = sum(ceilings[code] * volumes[code] for code in codes)
        staff = needed * 6 // 10
        costs = {"人员（模拟）": staff, "算力与存储（模拟）": needed - staff}
        fix_prices(
            each.case.code,
            Costs(costs, subsidy=0, tax=needed // 50, bond=185, spread=400),
            since=date(today.year, 1, 1),
            until=date(today.year, 12, 31),
            weights=dict.fromkeys(codes, 1),
            volumes=volumes,
            ceilings=ceilings,
            actor=actor,
            simulated=True,
        )
        made += 1
    return made


def _asked(today: date) -> dict[str, int]:
    """The highest price a unit of each product, whatever its version."""
    highest: dict[str, int] = {}
    for told, price in prices_on(today).items():
        highest[told.code] = max(price.price, highest.get(told.code, 0))
    return highest


def _walked(cast: _Cast, resources: Sequence[Resource], today: date) -> Iterator[int]:
    """The others, each some way along; one of them so long ago that it has run out, one that asks
    for its renewal."""
    ways = [(way, working_days_after(today, -ago).day) for way, ago in _WAYS]
    ways.append((_CODED, today - timedelta(days=3 * 366 + 10)))
    renewed = today - timedelta(days=3 * 366 - 45)
    ways.append((_CODED, renewed))
    for resource, (way, end) in zip(resources, ways, strict=False):
        case = _walk(cast, resource, way, end)
        if end == renewed:
            asked = today - timedelta(days=3)
            _move(case, "submit_renewal", cast.of(resource.holder_id), asked)
        yield 1


def _walk(cast: _Cast, resource: Resource, way: Way, end: date) -> Case:
    """A registration whose last step is on a day: the days of those before it follow from that."""
    days = [end]
    for _event, _who, gap in reversed(way[1:]):
        days.append(working_days_after(days[-1], -gap).day)
    days.reverse()
    holder = cast.of(resource.holder_id)
    case = open_registration(
        Case.Kind.RESOURCE,
        resource.code,
        f"{resource.title}（模拟登记）"[:200],
        applicant=resource.holder_id,
        actor=holder,
        on=days[0],
        simulated=True,
    )
    for (event, who, _gap), day in zip(way, days, strict=False):
        case = _move(case, event, holder if who == "r" else cast.office, day)
    return case


def _authorised(
    cast: _Cast, title: str, resources: Sequence[Resource], mode: str, since: date
) -> Case:
    """From the plan to the agreement in force on a day, for three years."""
    case = _planned(cast, title, resources, mode, since - timedelta(days=80))
    implementer = cast.of(case.applicant_id)
    steps = (("submit_plan", 70), ("approve_plan", 55), ("call", 50), ("select", 25))
    for event, ago in steps:
        who = cast.office if event == "approve_plan" else implementer
        more = {"operator": cast.operator.organisation_id} if event == "select" else {}
        case = _step(case, event, who, since - timedelta(days=ago), **more)
    texts = _texts(shipped_papers().agreement)
    write_agreement(case.code, case.revision, texts, actor=implementer)
    case.refresh_from_db()
    until = date(since.year + 3, since.month, 1) - timedelta(days=1)
    case = _step(case, "sign", implementer, since - timedelta(days=3), until=until)
    return _step(case, "take_effect", implementer, since)


def _planned(cast: _Cast, title: str, resources: Sequence[Resource], mode: str, on: date) -> Case:
    first = resources[0]
    made = plan_authorisation(
        title,
        resources=[each.code for each in resources],
        mode=mode,
        scenario=title.removesuffix("（模拟）")[:120],
        limits={"purpose": _PURPOSES},
        plan=_texts(shipped_papers().plan),
        applicant=first.holder_id,
        actor=cast.of(first.holder_id),
        on=on,
        simulated=True,
    )
    return made.case


def _disclosed(cast: _Cast, case: Case, year: int, today: date) -> None:
    """In time, in time, late, and not at all."""
    implementer = cast.of(case.applicant_id)
    for kind, who, day in (
        ("disclosure", implementer, date(year + 1, 3, 20)),
        ("annual_report", implementer, date(year + 1, 3, 27)),
        ("operator_disclosure", cast.operator, date(year + 1, 4, 8)),
    ):
        if day <= today:
            publish_disclosure(case.code, kind, year, actor=who, on=day)


def _move(case: Case, event: str, who: Actor, day: date) -> Case:
    return move_registration(
        case.code, case.revision, event, actor=who, proofs=_proofs(case, event, day), on=day
    )


def _step(case: Case, event: str, who: Actor, day: date, **more: Any) -> Case:
    return move_authorisation(
        case.code, case.revision, event, actor=who, proofs=_proofs(case, event, day), on=day, **more
    )


def _proofs(case: Case, event: str, day: date) -> dict[str, dict[str, str]]:
    machine = machine_of(case.kind)
    wanted = machine.wants(machine.load(case.content), event, day)
    names = machine.table.evidence
    return {
        each.split("|")[0]: {"text": f"模拟材料：{names[each.split('|')[0]].zh}"} for each in wanted
    }


def _texts(paper: Paper) -> dict[str, str]:
    return {code: f"（模拟）{head.zh}：见附件。" for code, head in paper.heads.items()}


def _acting(actor: Actor, organisation: int) -> Actor:
    return replace(actor, organisation_id=organisation, organisation_ids=frozenset({organisation}))

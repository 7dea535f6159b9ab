"""Disclosure: what is owed on which year, what is late, what was said; generated from state."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from shucheng.bays.data.engine.authority.book import Limits
from shucheng.bays.data.engine.authority.disclosures import Kind, Owed, owed, shipped_disclosures
from shucheng.bays.data.engine.authority.lists import product_list, resource_list
from shucheng.bays.data.engine.authority.rules import shipped_rules
from shucheng.bays.data.models.authority import Authorisation, Disclosure
from shucheng.bays.data.models.cases import Case, Step
from shucheng.bays.data.queries.book import book, rights
from shucheng.bays.data.queries.cases import machine_of
from shucheng.bays.data.queries.parties import acts_for, names_of
from shucheng.bays.data.queries.prices import began_on, periods_of
from shucheng.bays.data.queries.prices_asked import prices_on
from shucheng.bays.data.queries.refusals import named
from shucheng.kernel.public import Actor, NotFound


@dataclass(frozen=True)
class Duty:
    """Something owed, and the newest of what was published for it; `late`: it is past due and not
    there, or came after it was due."""

    authorisation: Authorisation
    owed: Owed
    kind: Kind
    name: str
    by: str
    published: Disclosure | None
    first_on: date | None
    sources: list[str]
    unconfirmed: bool
    mine: bool
    day: date

    @property
    def late(self) -> bool:
        return (self.first_on or self.day) > self.owed.due.day

    @property
    def tone(self) -> str:
        if self.published:
            return "watch" if self.late else "good"
        return "bad" if self.late else "none"


@dataclass(frozen=True)
class DisclosurePage:
    duties: list[Duty]
    code: str
    late: int
    simulated: bool


def duties_page(code: str, *, actor: Actor) -> DisclosurePage:
    """What is owed and what was published, of all authorisations or one; it is public."""
    actor.require("data.view")
    duties = duties_on(timezone.localdate(), actor=actor)
    if code:
        duties = [each for each in duties if each.authorisation.case.code == code]
    return DisclosurePage(
        sorted(duties, key=lambda each: (each.published is not None, each.owed.due.day)),
        code,
        sum(each.late and each.published is None for each in duties),
        any(each.authorisation.case.simulated for each in duties),
    )


def duties_on(day: date, *, actor: Actor) -> list[Duty]:
    kinds, rules = shipped_disclosures(), shipped_rules()
    table = machine_of(Case.Kind.AUTHORISATION).table
    found = []
    rows = Authorisation.objects.filter(operator__isnull=False)
    for each in rows.select_related("case__applicant", "operator"):
        began = began_on(each.case.code)
        if began is None:
            continue
        for one in owed(kinds, rules, began, _ended_on(each.case), day):
            kind = kinds.kinds[one.kind]
            said = list(Disclosure.objects.filter(authorisation=each, year=one.year, kind=one.kind))
            party = each.case.applicant if kind.by == "implementer" else each.operator
            found.append(
                Duty(
                    each,
                    one,
                    kind,
                    named(kind),
                    party.label if party else named(table.roles[kind.by]),
                    said[-1] if said else None,
                    said[0].on if said else None,
                    [rules.source(source) for source in kind.sources],
                    kind.unconfirmed
                    or any(not rules.rules[source].confirmed for source in kind.sources),
                    may_disclose(each, kind, actor),
                    day,
                )
            )
    return found


def may_disclose(authorisation: Authorisation, kind: Kind, actor: Actor) -> bool:
    if kind.by == "implementer":
        return acts_for(actor, "data.hold", authorisation.case.applicant_id)
    return acts_for(actor, "data.operate", authorisation.operator_id)


def disclosure_page(pk: int, *, actor: Actor) -> Disclosure:
    """One as it was published; a document that belongs to it is opened by who sees the case."""
    actor.require("data.view")
    found = Disclosure.objects.select_related(
        "authorisation__case__applicant", "authorisation__operator", "file"
    ).filter(pk=pk)
    one = found.first()
    if one is None:
        raise NotFound(str(pk))
    return one


def told_on(authorisation: Authorisation, kind: str, year: int) -> dict[str, Any]:
    """What is disclosed on a year, from the book as it stood on its last day, by the heads that
    the rules name (PD-DIS-01, -02, -04, -05; PD-PRC-16)."""
    day = date(year, 12, 31)
    code, known, told = authorisation.case.code, book(), rights()
    operator = authorisation.operator.code if authorisation.operator else ""
    resources = [row for row in resource_list(told, known, day) if code in row.stands_on]
    names = names_of(row.holder for row in resources)
    prices = prices_on(day)
    products = [
        row
        for row in product_list(told, known, day, prices)
        if row.operator == operator and code in row.stands_on
    ]
    shared = {
        "as_of": str(day),
        "implementer": authorisation.case.applicant.name,
        "operator": authorisation.operator.name if authorisation.operator else "",
        "resources": [
            {
                "resource": str(row.resource),
                "holder": names[row.holder],
                "right": row.right,
                "limits": _plain(row.limits),
                "start": str(row.start),
                "end": str(row.end),
            }
            for row in resources
        ],
    }
    if kind == "security_assessment":
        return {"as_of": str(day)}
    periods = [each for each in periods_of(authorisation) if each.review.since <= day]
    if kind == "disclosure":
        return shared | {"ceilings": periods[-1].review.ceilings if periods else {}}
    shared["products"] = [
        {
            "product": str(row.product),
            "registration": row.registration,
            "resources": [str(each) for each in row.resources],
            "price": row.price.price if row.price else None,
        }
        for row in products
    ]
    if kind == "annual_report":
        shared["periods"] = [
            {
                "since": str(each.review.since),
                "until": str(each.review.until),
                "cost": each.review.maximum["cost"],
                "permitted": each.review.permitted,
                "actual": each.actual,
                "excess": each.excess,
                "adjust": each.adjust,
            }
            for each in periods
            if each.review.until.year >= year
        ]
    return shared


def _ended_on(case: Case) -> date | None:
    """When operation was over, for one that is."""
    if machine_of(case.kind).effect(case.state) != "revoke":
        return None
    ends = Step.objects.filter(subject=case.code, after__in=("expired", "revoked", "exited"))
    last = ends.order_by("id").last()
    return last.on if last else None


def _plain(said: Limits) -> dict[str, list[str]]:
    return {name: sorted(values) for name, values in said.items()}

"""Authorisations: the list, and one with its plan, agreement, resources, grants, and what would
fall with it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone

from shucheng.bays.data.engine.authority.book import Fallout
from shucheng.bays.data.engine.authority.papers import Paper, shipped_papers
from shucheng.bays.data.engine.authority.rules import shipped_rules
from shucheng.bays.data.models.authority import Authorisation, Grant
from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.queries.authorising import held, resources_of, supplement_of
from shucheng.bays.data.queries.book import book, rights
from shucheng.bays.data.queries.case_files import seen_by
from shucheng.bays.data.queries.case_pages import CasePage, case_page
from shucheng.bays.data.queries.cases import machine_of
from shucheng.bays.data.queries.grading import undecided
from shucheng.bays.data.queries.granting import GrantLine, given_by, grant_lines
from shucheng.bays.data.queries.limits import Choice, choices, limits_in_words
from shucheng.bays.data.queries.parties import acts_for
from shucheng.bays.data.queries.refusals import named
from shucheng.bays.data.queries.registration import Line, line_of
from shucheng.kernel.public import Actor, NotFound, Organisation

# What the platform proves itself; see `actions/authorising`.
OWN = frozenset({"plan_twelve_heads", "authorisation_mode", "graded", "agreement_thirteen_heads"})
_MOST = 2000


@dataclass(frozen=True)
class Listed:
    line: Line
    authorisation: Authorisation


@dataclass(frozen=True)
class Authorisations:
    lines: list[Listed]
    states: list[tuple[str, str]]
    state: str
    may_plan: bool
    simulated: bool


@dataclass(frozen=True)
class Head:
    code: str
    name: str
    text: str


@dataclass(frozen=True)
class PaperShown:
    """A plan or an agreement by its heads, and the rule that asks for these."""

    heads: list[Head]
    source: str

    @property
    def lacking(self) -> int:
        return sum(not each.text for each in self.heads)


@dataclass(frozen=True)
class Under:
    """A resource of an authorisation, as it stands today."""

    resource: Resource
    registered: bool


@dataclass(frozen=True)
class AuthorisationPage:
    authorisation: Authorisation
    page: CasePage
    plan: PaperShown
    agreement: PaperShown
    resources: list[Under]
    supplement: list[str]
    limits: list[tuple[str, list[str]]]
    grants: list[GrantLine]
    fallout: Fallout
    companies: list[Organisation]
    candidates: list[Resource]
    writes_plan: bool
    writes_agreement: bool


@dataclass(frozen=True)
class PlanForm:
    """What the form of a plan offers: resources, modes, dimensions, heads."""

    resources: list[Resource]
    modes: list[tuple[str, str]]
    dimensions: list[tuple[str, str]]
    choices: dict[str, list[Choice]]
    plan: PaperShown


def authorisations(state: str, *, actor: Actor) -> Authorisations:
    actor.require("data.view")
    cases = Case.objects.filter(seen_by(actor), kind=Case.Kind.AUTHORISATION)
    if state:
        cases = cases.filter(state=state)
    cases = cases.select_related("applicant", "authorisation__operator")
    rows = list(cases.order_by(F("due").asc(nulls_last=True), "-id")[:500])
    table = machine_of(Case.Kind.AUTHORISATION).table
    today = timezone.localdate()
    return Authorisations(
        [Listed(line_of(each, today), each.authorisation) for each in rows],
        [(code, named(each)) for code, each in table.states.items()],
        state,
        actor.may("data.hold"),
        any(each.simulated for each in rows),
    )


def authorisation_page(code: str, *, actor: Actor) -> AuthorisationPage:
    actor.require("data.view")
    cases = Case.objects.filter(seen_by(actor), kind=Case.Kind.AUTHORISATION, code=code)
    case = cases.select_related("applicant", "authorisation__operator").first()
    if case is None:
        raise NotFound(code)
    found: Authorisation = case.authorisation
    today, known = timezone.localdate(), book()
    grants: list[Grant] = given_by(found)
    mine = acts_for(actor, "data.hold", case.applicant_id)
    papers = shipped_papers()
    page = case_page(case, actor=actor, own=OWN)
    asks = any(each.event == "ask_supplement" for each in page.possible)
    return AuthorisationPage(
        found,
        page,
        paper(papers.plan, found.plan),
        paper(papers.agreement, found.agreement),
        [Under(each, bool(held(each, today, known))) for each in resources_of(found.resources)],
        supplement_of(case) if case.state.startswith("supplement") else [],
        limits_in_words(found.limits),
        grant_lines(grants),
        known.fallout([code]),
        list(Organisation.objects.filter(kind=Organisation.Kind.COMPANY)[:500]),
        [each for each in _ready() if each.code not in found.resources] if asks else [],
        mine and case.state == "planning",
        mine and case.state == "selected",
    )


def _ready() -> list[Resource]:
    """The resources that may be authorised: listed and graded."""
    listed = Resource.objects.filter(state=Resource.State.LISTED).exclude(grade="")
    rows = list(listed.select_related("holder").order_by("holder__order", "code")[:_MOST])
    waiting = undecided(rows)
    return [each for each in rows if each.pk not in waiting]


def plan_form(texts: dict[str, str], *, actor: Actor) -> PlanForm:
    actor.require("data.view")
    return PlanForm(
        _ready(),
        [(value, str(label)) for value, label in Authorisation.Mode.choices],
        [(code, named(each)) for code, each in rights().dimensions.items()],
        choices(),
        paper(shipped_papers().plan, texts),
    )


def paper(asked: Paper, texts: dict[str, str]) -> PaperShown:
    return PaperShown(
        [Head(code, named(each), texts.get(code, "")) for code, each in asked.heads.items()],
        shipped_rules().source(asked.source),
    )


def codes_in(text: str | Iterable[str]) -> list[str]:
    """Codes that somebody wrote one after the other, however they are kept apart."""
    parts = [text] if isinstance(text, str) else list(text)
    return [code for part in parts for code in part.replace("、", " ").replace(",", " ").split()]

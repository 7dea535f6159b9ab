"""Registrations, authorisations, grants, the two lists and the index over HTTP. Steps are those of
the pages: look at a case for what it wants next, then send the step with the revision you saw."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.params.functions import Header

from shucheng.bays.data.actions.authorising import move_authorisation
from shucheng.bays.data.actions.registration import move_registration, open_registration
from shucheng.bays.data.queries.authorisation_pages import authorisation_page, authorisations
from shucheng.bays.data.queries.authorised_index import authorised_index
from shucheng.bays.data.queries.case_pages import CasePage
from shucheng.bays.data.queries.granting import GrantLine, grant_page, grants_page
from shucheng.bays.data.queries.lists import list_file
from shucheng.bays.data.queries.registration import Line, desk, registration_page
from shucheng.kernel.public import actor_for
from shucheng.lib.numbers import whole_number

router = Router()
_REVISION = Header(
    ...,
    alias="If-Match",
    description="The `revision` of the case as it was seen. 409 when it has changed meanwhile.",
)


class CaseOut(Schema):
    code: str
    kind: str
    about: str
    title: str
    applicant: str = Field(description="The organisation's code")
    state: str
    due: date | None = Field(description="Of the next deadline")
    until: date | None = Field(description="Last day of the term")
    simulated: bool
    revision: int = Field(description="Send it as If-Match")


class CasesOut(Schema):
    count: int
    page: int
    pages: int
    items: list[CaseOut]


class StepOut(Schema):
    event: str
    role: str
    before: str
    after: str
    on: date
    by: str


class ClockOut(Schema):
    code: str
    name: str
    due: date | None
    left: int = Field(description="Working days; of a term, days")
    overdue: int
    standing: bool
    confirmed: bool
    source: str = Field(description="Of its length; empty for a term")


class WantedOut(Schema):
    event: str
    leads_to: str
    evidence: list[list[str]] = Field(description="One of each inner list is enough")
    needs_until: bool
    not_yet: str = Field(description="Why not today; empty if it can be done")


class CaseDetail(CaseOut):
    holds: bool = Field(description="Whether rights can rest on it today")
    steps: list[StepOut]
    clocks: list[ClockOut]
    possible: list[WantedOut] = Field(description="What you may do next")


class AuthorisationDetail(CaseDetail):
    operator: str
    mode: str
    scenario: str
    resources: list[str]
    limits: dict[str, list[str]]
    grants: list[str]


class RegistrationIn(Schema):
    kind: str = Field(description="resource_registration or product_registration")
    about: str = Field(description="Code of the resource or product")
    title: str = ""


class ProofIn(Schema):
    text: str = Field(max_length=2000)


class StepIn(Schema):
    event: str
    proofs: dict[str, ProofIn] = Field({}, description="By the code of the evidence")
    until: date | None = Field(None, description="Last day of a term")
    days: int = Field(0, description="Of an extension, in working days")
    text: str = Field("", max_length=500)


class AuthorisationStepIn(StepIn):
    operator: int | None = Field(None, description="Whom `select` chooses: the organisation's id")
    resources: list[str] = Field([], description="What `ask_supplement` asks for")


class GrantOut(Schema):
    code: str
    right: str
    giver: str
    taker: str
    things: list[str]
    start: date
    end: date
    limits: dict[str, list[str]]
    basis: list[str]
    under: list[str]
    may_pass_on: bool
    why_not: str = Field(description="Why it gives nothing today; empty if it is in force")


class GrantsOut(Schema):
    count: int
    page: int
    pages: int
    items: list[GrantOut]


class GrantDetail(GrantOut):
    stands_on: list[str]
    grants_on_it: list[str]
    products_on_it: list[str]
    deliveries_on_it: list[str]


class ListOut(Schema):
    title: str
    day: date
    rows: list[dict[str, Any]]


class IndexPartOut(Schema):
    name: str
    leaf: bool
    measured: float | None
    target: float | None
    score: float | None
    weight: float
    contribution: float | None
    unconfirmed: bool


class IndexOut(Schema):
    name: str
    version: str
    proposal: bool = Field(description="The official formula is not published")
    day: date
    value: float | None
    missing: list[str]
    parts: list[IndexPartOut]
    sources: list[str]
    unconfirmed: list[str]
    simulated: bool


@router.get("/registrations", response=CasesOut)
def registrations(
    request: HttpRequest, whose: str = "all", state: str = "", q: str = "", page: int = 1
) -> dict[str, Any]:
    """Registrations that you may see; `whose`: waiting (for you), own, all."""
    asked = {"whose": whose, "state": state, "q": q, "page": str(page)}
    found = desk(asked, actor=actor_for(request))
    items = [_line(each) for each in found.lines]
    return {"count": found.total, "page": found.at, "pages": found.pages, "items": items}


@router.post("/registrations", response={201: CaseDetail})
def open_one(request: HttpRequest, body: RegistrationIn) -> Any:
    """Open a registration of what your organisation holds or made."""
    actor = actor_for(request)
    case = open_registration(
        body.kind, body.about, body.title, applicant=actor.organisation_id or 0, actor=actor
    )
    return Status(201, _case(registration_page(case.code, actor=actor).page))


@router.get("/registrations/{code}", response=CaseDetail)
def registration(request: HttpRequest, code: str) -> dict[str, Any]:
    return _case(registration_page(code, actor=actor_for(request)).page)


@router.post("/registrations/{code}/steps", response=CaseDetail)
def registration_step(
    request: HttpRequest, code: str, body: StepIn, if_match: str = _REVISION
) -> dict[str, Any]:
    """One step, with its evidence; refused as a whole with the reason and the next step."""
    actor = actor_for(request)
    move_registration(code, _revision(if_match), body.event, actor=actor, **_step(body))
    return _case(registration_page(code, actor=actor).page)


@router.get("/authorisations", response=list[CaseOut])
def authorisation_list(request: HttpRequest, state: str = "") -> list[dict[str, Any]]:
    found = authorisations(state, actor=actor_for(request))
    return [_line(each.line) for each in found.lines]


@router.get("/authorisations/{code}", response=AuthorisationDetail)
def authorisation(request: HttpRequest, code: str) -> dict[str, Any]:
    found = authorisation_page(code, actor=actor_for(request))
    told = found.authorisation
    return {
        **_case(found.page),
        "operator": told.operator.code if told.operator else "",
        "mode": told.mode,
        "scenario": told.scenario,
        "resources": told.resources,
        "limits": told.limits,
        "grants": [each.row.code for each in found.grants],
    }


@router.post("/authorisations/{code}/steps", response=AuthorisationDetail)
def authorisation_step(
    request: HttpRequest, code: str, body: AuthorisationStepIn, if_match: str = _REVISION
) -> dict[str, Any]:
    """One step, with its evidence; what suspends or ends it reaches all that stands on it."""
    move_authorisation(
        code,
        _revision(if_match),
        body.event,
        actor=actor_for(request),
        operator=body.operator,
        resources=body.resources,
        **_step(body),
    )
    return authorisation(request, code)


@router.get("/grants", response=GrantsOut)
def grants(
    request: HttpRequest, whose: str = "all", right: str = "", q: str = "", page: int = 1
) -> dict[str, Any]:
    """Grants that you may see, newest first; `whose`: taken, given, all."""
    asked = {"whose": whose, "right": right, "q": q, "page": str(page)}
    found = grants_page(asked, actor=actor_for(request))
    items = [_grant(each) for each in found.lines]
    return {"count": found.total, "page": found.at, "pages": found.pages, "items": items}


@router.get("/grants/{code}", response=GrantDetail)
def grant(request: HttpRequest, code: str) -> dict[str, Any]:
    """A grant, all that it stands on, and all that would fall with it."""
    found = grant_page(code, actor=actor_for(request))
    above = {*found.fallout.grants, *map(str, found.fallout.products), *found.fallout.deliveries}
    return {
        **_grant(found.line),
        "stands_on": [each.code for each in found.graph.nodes if each.code not in above],
        "grants_on_it": [each for each in found.fallout.grants if each != code],
        "products_on_it": [str(each) for each in found.fallout.products],
        "deliveries_on_it": list(found.fallout.deliveries),
    }


@router.get("/lists/{name}", response=ListOut)
def one_list(request: HttpRequest, name: str, day: date | None = None) -> dict[str, Any]:
    """The list of resources or of products, generated as of a day; each row names what it stands
    on."""
    made = list_file(name, day, actor=actor_for(request))
    rows = [
        {key: list(map(str, v)) if isinstance(v, tuple) else v for key, v in row.items()}
        for row in made.rows
    ]
    return {"title": made.title, "day": made.day, "rows": rows}


@router.get("/authorised-index", response=IndexOut)
def index(request: HttpRequest, day: date | None = None) -> dict[str, Any]:
    """The index of authorised operation: a proposal, with what it was computed from."""
    page = authorised_index(day, actor=actor_for(request))
    names = ("name", "leaf", "target", "score", "weight", "contribution", "unconfirmed")
    whole = ("name", "version", "day", "value", "missing", "sources", "unconfirmed", "simulated")
    return {
        **{name: getattr(page, name) for name in whole},
        "proposal": True,
        "parts": [
            {name: getattr(each, name) for name in names} | {"measured": each.raw}
            for each in page.branches
        ],
    }


def _line(line: Line) -> dict[str, Any]:
    case = line.case
    names = ("code", "kind", "about", "title", "state", "due", "until", "simulated", "revision")
    return {name: getattr(case, name) for name in names} | {"applicant": case.applicant.code}


def _case(page: CasePage) -> dict[str, Any]:
    events = ("event", "role", "before", "after", "on", "by")
    return {
        **_line(Line(page.case, page.state, None)),
        "holds": page.holds,
        "steps": [{name: getattr(each.step, name) for name in events} for each in page.past],
        "clocks": [
            {
                "code": clock.reading.clock,
                "name": clock.name,
                "due": clock.reading.due,
                "left": clock.reading.left,
                "overdue": clock.reading.overdue,
                "standing": clock.reading.standing,
                "confirmed": clock.reading.confirmed,
                "source": clock.reading.length.source if clock.reading.length else "",
            }
            for clock in page.clocks
        ],
        "possible": [
            {
                "event": each.event,
                "leads_to": each.leads_to,
                "evidence": [[code for code, _name in one.choices] for one in each.wanted],
                "needs_until": each.needs_until,
                "not_yet": each.not_yet,
            }
            for each in page.possible
        ],
    }


def _revision(if_match: str) -> int:
    """As a number or an entity tag; what is neither was never a revision."""
    found = whole_number(if_match.strip().strip('"'))
    return -1 if found is None else found


def _step(body: StepIn) -> dict[str, Any]:
    return {
        "proofs": {code: {"text": proof.text} for code, proof in body.proofs.items()},
        "until": body.until,
        "days": body.days,
        "text": body.text,
    }


def _grant(line: GrantLine) -> dict[str, Any]:
    row = line.row
    names = ("code", "right", "giver", "taker", "things", "start", "end", "limits", "basis",
             "under", "may_pass_on")  # fmt: skip
    return {name: getattr(row, name) for name in names} | {"why_not": line.why_not}

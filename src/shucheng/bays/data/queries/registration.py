"""Registrations: what waits at the desk, one's own, the public notices, one with its steps."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from shucheng.bays.data.models.authority import Grant
from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.market import Product
from shucheng.bays.data.queries.case_files import seen_by
from shucheng.bays.data.queries.case_pages import CasePage, Clock, case_page, clock_of, state_name
from shucheng.bays.data.queries.cases import clocks_of, machine_of
from shucheng.kernel.public import Actor, NotFound
from shucheng.lib.workdays import working_days_between

KINDS = (Case.Kind.RESOURCE, Case.Kind.PRODUCT)
PAGE = 50
_NOTICES = ("noticed", "change_noticed")
# What everybody may see of: a notice, also while an objection to it is examined.
_PUBLIC = (*_NOTICES, "objected", "change_objected")
# In which states a step of the registrar's or of the registrant's is the one waited for.
_WITH_REGISTRAR = (
    *("submitted", "reviewing", "objected"),
    *("change_submitted", "change_reviewing", "change_objected"),
    *("correction_submitted", "correction_reviewing", "renewal_submitted"),
    *("cancel_submitted", "cancelling"),
)
_WITH_REGISTRANT = (
    *("draft", "owed", "returned", "correcting"),
    *("change_returned", "change_correcting"),
)


@dataclass(frozen=True)
class Line:
    """`left`: working days until it is due, negative when it is late."""

    case: Case
    state: str
    left: int | None

    @property
    def tone(self) -> str:
        if self.left is None:
            return "none"
        return "bad" if self.left < 0 else "watch" if self.left <= 3 else "good"


@dataclass(frozen=True)
class Desk:
    lines: list[Line]
    states: list[tuple[str, str]]
    asked: dict[str, str]
    at: int
    pages: int
    total: int
    late: int
    waiting: int
    registers: bool
    simulated: bool


@dataclass(frozen=True)
class Notice:
    case: Case
    kind: str
    summary: str
    clock: Clock | None


@dataclass(frozen=True)
class RegistrationPage:
    page: CasePage
    about: Resource | Product | None
    grants: list[Grant]
    notice: bool


def desk(asked: dict[str, str], *, actor: Actor) -> Desk:
    """Registrations that the actor may see: what waits for it first, by due day, late first."""
    actor.require("data.view")
    registers = actor.may("data.govern")
    seen = Case.objects.filter(seen_by(actor), kind__in=KINDS).select_related("applicant")
    whose = asked.get("whose", "waiting")
    today = timezone.localdate()
    waiting = _waiting(seen, actor)
    chosen = seen
    if whose == "waiting":
        chosen = waiting
    elif whose == "own":
        chosen = seen.filter(applicant_id__in=actor.organisation_ids)
    if state := asked.get("state", ""):
        chosen = chosen.filter(state=state)
    if word := asked.get("q", "").strip():
        chosen = chosen.filter(
            Q(title__icontains=word) | Q(code__icontains=word) | Q(about__icontains=word)
        )
    total = chosen.count()
    pages = max(1, -(-total // PAGE))
    at = min(max(int(asked["page"]) if asked.get("page", "").isdigit() else 1, 1), pages)
    rows = chosen.order_by(F("due").asc(nulls_last=True), "-id")[(at - 1) * PAGE : at * PAGE]
    table = machine_of(Case.Kind.RESOURCE).table
    return Desk(
        [line_of(each, today) for each in rows],
        [(code, state_word(code)) for code in table.states],
        {"whose": whose, "state": state, "q": word},
        at,
        pages,
        total,
        waiting.filter(due__lt=today).count(),
        waiting.count(),
        registers,
        any(each.simulated for each in rows),
    )


def notices(*, actor: Actor) -> list[Notice]:
    """What is on public notice: registrant, kind, name and a short description, and no more
    (PD-REG-17)."""
    actor.require("data.view")
    cases = Case.objects.filter(kind__in=KINDS, state__in=_NOTICES).select_related("applicant")
    return [_notice(each) for each in cases.order_by("-id")[:500]]


def registration_page(code: str, *, actor: Actor) -> RegistrationPage:
    """A registration, for those who may see it; one on notice for everybody, without what it was
    proven with."""
    actor.require("data.view")
    found = Case.objects.filter(kind__in=KINDS, code=code).select_related("applicant", "asked")
    case = found.first()
    if case is None:
        raise NotFound(code)
    seen = Case.objects.filter(seen_by(actor), pk=case.pk).exists()
    if not seen and case.state not in _PUBLIC:
        raise NotFound(code)
    page = case_page(case, actor=actor)
    grants = [each for each in Grant.objects.filter(right="hold") if code in each.basis]
    return RegistrationPage(
        page if seen else _public(page), about_of(case), grants if seen else [], not seen
    )


def about_of(case: Case) -> Resource | Product | None:
    if case.kind == Case.Kind.RESOURCE:
        return Resource.objects.select_related("holder").filter(code=case.about).first()
    code, _, version = case.about.partition("@")
    found = Product.objects.filter(code=code)
    return (found.filter(version=version) if version else found).order_by("-id").first()


def registrable(*, actor: Actor) -> list[tuple[str, str, str]]:
    """What the actor may apply for: kind, code, title."""
    running = {
        (each.kind, each.about)
        for each in Case.objects.filter(kind__in=KINDS).only("kind", "about", "state")
        if not machine_of(each.kind).table.states[each.state].final
    }
    mine = actor.organisation_ids
    found: list[tuple[str, str, str]] = []
    if actor.may("data.hold", actor.organisation_id):
        listed = Resource.objects.filter(holder_id__in=mine, state=Resource.State.LISTED)
        found += [("resource_registration", r.code, r.title) for r in listed[:2000]]
    if actor.may("data.operate", actor.organisation_id):
        made = Product.objects.filter(maker_id__in=mine).order_by("code", "id")
        found += [("product_registration", p.code, p.title) for p in made[:2000]]
    return [each for each in dict.fromkeys(found) if each[:2] not in running]


def state_word(state: str) -> str:
    return state_name(Case(kind=Case.Kind.RESOURCE, state=state))


def _waiting(seen: QuerySet[Case], actor: Actor) -> QuerySet[Case]:
    """Cases in which a step of the actor's own is the one that is waited for."""
    if actor.may("data.govern"):
        over = Q(state__in=_NOTICES, pk__in=_noticed_out(seen))
        return seen.filter(Q(state__in=_WITH_REGISTRAR) | over)
    return seen.filter(applicant_id__in=actor.organisation_ids, state__in=_WITH_REGISTRANT)


def _noticed_out(seen: QuerySet[Case]) -> list[int]:
    """Notices that are over: the code can be issued."""
    return [
        each.pk
        for each in seen.filter(state__in=_NOTICES)
        if all(r.is_over for r in clocks_of(each) if r.spec.kind == "wait")
    ]


def line_of(case: Case, today: date) -> Line:
    left = working_days_between(today, case.due) if case.due else None
    return Line(case, state_name(case), left)


def _notice(case: Case) -> Notice:
    about = about_of(case)
    machine = machine_of(case.kind)
    waits = [clock_of(r, machine) for r in clocks_of(case) if r.spec.kind == "wait"]
    summary = about.summary if about else ""
    return Notice(case, str(Case.Kind(case.kind).label), summary, waits[0] if waits else None)


def _public(page: CasePage) -> CasePage:
    """Of a case on notice, what everybody may see: its clock and the way to object."""
    waits = [each for each in page.clocks if each.reading.spec.kind == "wait"]
    steps = [each for each in page.possible if each.event == "object"]
    return CasePage(
        page.case, page.kind, page.state, page.final, page.holds, [], waits, steps, page.waits_for
    )

"""Requests for data: the list of those that one may see, one with its steps, and how many of them
were supplied."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from shucheng.bays.data.engine.catalogue.requests import KIND, request_machine
from shucheng.bays.data.models.cases import Case, Step
from shucheng.bays.data.models.catalogue import DataRequest
from shucheng.bays.data.queries.case_files import OVERSEES, seen_by
from shucheng.bays.data.queries.case_pages import CasePage, case_page
from shucheng.bays.data.queries.cases import clocks_of
from shucheng.bays.data.queries.refusals import named
from shucheng.bays.data.queries.registration import Line, line_of
from shucheng.kernel.public import Actor, Forbidden, NotFound, Organisation
from shucheng.lib.numbers import whole_number

PAGE = 50
WHICH = ("waiting", "asked", "asking", "late", "all")


@dataclass(frozen=True, slots=True)
class RequestLine:
    line: Line
    request: DataRequest


@dataclass(frozen=True, slots=True)
class RequestsPage:
    lines: list[RequestLine]
    states: list[tuple[str, str]]
    asked: dict[str, str]
    at: int
    pages: int
    total: int
    waiting: int
    late: int
    supply: "Supply"
    may_ask: bool
    simulated: bool


@dataclass(frozen=True, slots=True)
class RequestPage:
    request: DataRequest
    page: CasePage


@dataclass(frozen=True, slots=True)
class Supply:
    """Of the requests filed by a day and not withdrawn, how many the asker had got and accepted by
    then. `share`: None where there were none."""

    asked: int
    supplied: int
    simulated: bool

    @property
    def share(self) -> float | None:
        return self.supplied / self.asked if self.asked else None


def requests_seen(actor: Actor) -> QuerySet[Case]:
    """Of one's own office, asked by it or of it; those who oversee see all."""
    actor.require("data.view")
    if not any(actor.may(each) for each in ("data.ask", *OVERSEES)):
        raise Forbidden("data.ask")
    return Case.objects.filter(seen_by(actor), kind=KIND).select_related("applicant", "asked")


def requests_chosen(asked: Mapping[str, str], *, actor: Actor) -> QuerySet[Case]:
    """Those that fit the filters of the list: `which` (of `WHICH`), `state`, `q`; what is due first
    stands first."""
    seen, mine = requests_seen(actor), actor.organisation_ids
    match asked.get("which", ""):
        case "waiting":
            seen = _waiting(seen, actor)
        case "asked":
            seen = seen.filter(applicant_id__in=mine)
        case "asking":
            seen = seen.filter(asked_id__in=mine)
        case "late":
            seen = seen.filter(due__lt=timezone.localdate())
    if state := asked.get("state", ""):
        seen = seen.filter(state=state)
    if word := asked.get("q", "").strip():
        seen = seen.filter(
            Q(title__icontains=word) | Q(code__icontains=word) | Q(about__icontains=word)
        )
    return seen.order_by(F("due").asc(nulls_last=True), "-id")


def requests_page(sent: Mapping[str, str], *, actor: Actor) -> RequestsPage:
    seen, today = requests_seen(actor), timezone.localdate()
    asked = {"which": sent.get("which", "all"), "state": sent.get("state", "")}
    asked["q"] = sent.get("q", "").strip()[:100]
    chosen = requests_chosen(asked, actor=actor)
    total = chosen.count()
    pages = max(1, -(-total // PAGE))
    at = min(max(whole_number(sent.get("page", "")) or 1, 1), pages)
    return RequestsPage(
        lines=lines_of(chosen[(at - 1) * PAGE : at * PAGE], today),
        states=[(code, named(each)) for code, each in request_machine().table.states.items()],
        asked=asked,
        at=at,
        pages=pages,
        total=total,
        waiting=_waiting(seen, actor).count(),
        late=seen.filter(due__lt=today).count(),
        supply=supply_rate(today),
        may_ask=actor.may("data.ask", actor.organisation_id),
        simulated=seen.filter(simulated=True).exists(),
    )


def lines_of(cases: QuerySet[Case], today: date) -> list[RequestLine]:
    rows = list(cases)
    found = DataRequest.objects.select_related("resource").in_bulk(
        [each.code for each in rows], field_name="code"
    )
    return [RequestLine(line_of(each, today), found[each.code]) for each in rows]


def request_page(code: str, *, actor: Actor) -> RequestPage:
    case = requests_seen(actor).filter(code=code).first()
    if case is None:
        raise NotFound(code)
    request = DataRequest.objects.select_related("resource", "asker", "holder").get(code=code)
    return RequestPage(request, case_page(case, actor=actor))


def holders() -> QuerySet[Organisation]:
    """Who can be asked."""
    return Organisation.objects.filter(kind=Organisation.Kind.DEPARTMENT)


def late_requests(day: date) -> QuerySet[Case]:
    return Case.objects.filter(kind=KIND, due__lt=day)


def owed_by(case: Case, day: date) -> int | None:
    """By whose delay a late request waits; None: by the data office's."""
    late = [each for each in clocks_of(case, day) if each.spec.kind == "deadline" and each.is_over]
    owes = {each.spec.owed_by for each in late}
    if "holder" in owes:
        return case.asked_id
    return case.applicant_id if "asker" in owes else None


def supply_rate(day: date) -> Supply:
    """The share of requests that were supplied by a day, such as a quarter's last. What counts for
    the plan's 高使用价值数据供给率 is not published: this reading (all requests, counted when the
    asker accepted the delivery) is a proposal and is shown as unconfirmed."""
    steps = Step.objects.filter(on__lte=day, subject__in=_codes())
    filed = set(steps.filter(event="submit").values_list("subject", flat=True))
    filed -= set(steps.filter(event="withdraw").values_list("subject", flat=True))
    supplied = filed & set(steps.filter(event="accept").values_list("subject", flat=True))
    simulated = Case.objects.filter(kind=KIND, simulated=True).exists()
    return Supply(len(filed), len(supplied), simulated)


def _codes() -> QuerySet[Case, str]:
    return Case.objects.filter(kind=KIND).values_list("code", flat=True)


def _waiting(seen: QuerySet[Case], actor: Actor) -> QuerySet[Case]:
    """Requests whose next deadline is one's own office's."""
    table = request_machine().table
    owed: dict[str, list[str]] = {}
    for clock in table.clocks.values():
        if clock.kind == "deadline":
            owed.setdefault(clock.owed_by, []).extend(clock.runs_in)
    asker = [*owed.get("asker", []), "draft", "returned", "clarifying", "delivered"]
    mine = actor.organisation_ids
    own = Q(applicant_id__in=mine, state__in=asker)
    own |= Q(asked_id__in=mine, state__in=owed.get("holder", []))
    if actor.may("data.govern"):
        own |= Q(state__in=owed.get("office", []))
    return seen.filter(own)

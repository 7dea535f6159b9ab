"""Calls as they were metered, to whoever may see the agreement; refusals by reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date

from shucheng.bays.data.models.delivery import Call
from shucheng.bays.data.queries.book import book
from shucheng.bays.data.queries.deliveries import MODE_WORDS, deliveries_seen, why_not
from shucheng.bays.data.queries.delivery_words import words_of
from shucheng.kernel.public import Actor

PAGE = 50
DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class CallLine:
    call: Call
    mode: Any
    words: str


@dataclass(frozen=True, slots=True)
class CallsPage:
    lines: list[CallLine]
    total: int
    page: int
    pages: int
    outcomes: list[tuple[str, str, int]]  # code, words, how many
    simulated: bool


def calls_seen(asked: Mapping[str, str], *, actor: Actor) -> QuerySet[Call]:
    """Newest first. `asked`: agreement, mode, outcome (`refused`: any refusal), since, until."""
    seen = deliveries_seen(actor)
    rows = Call.objects.order_by("-id")
    # Calls without a token of ours belong to no agreement: they are the bureau's and auditor's.
    if not (actor.may("data.govern") or actor.may("data.audit")):
        rows = rows.filter(agreement__in=seen.values("code"))
    if code := asked.get("agreement", "").strip():
        rows = rows.filter(agreement=code)
    if mode := asked.get("mode"):
        rows = rows.filter(mode=mode)
    match asked.get("outcome", ""):
        case "":
            pass
        case "refused":
            rows = rows.filter(~Q(outcome=DELIVERED))
        case outcome:
            rows = rows.filter(outcome=outcome)
    for name, lookup in (("since", "at__date__gte"), ("until", "at__date__lte")):
        if day := _day(asked.get(name, "")):
            rows = rows.filter(**{lookup: day})
    return rows


def calls_page(asked: Mapping[str, str], page: int, *, actor: Actor) -> CallsPage:
    rows = calls_seen(asked, actor=actor)
    shown = Paginator(rows, PAGE).get_page(page)
    counted = rows.order_by().values_list("outcome").annotate(n=Count("id")).order_by("-n")
    return CallsPage(
        lines=lines_of(shown.object_list),
        total=shown.paginator.count,
        page=shown.number,
        pages=shown.paginator.num_pages,
        outcomes=[(code, words_of(code), n) for code, n in counted],
        simulated=deliveries_seen(actor).filter(simulated=True).exists(),
    )


def lines_of(calls: Any) -> list[CallLine]:
    return [
        CallLine(call, MODE_WORDS.get(call.mode, call.mode), words_of(call.outcome))
        for call in calls
    ]


@dataclass(frozen=True, slots=True)
class Running:
    """An agreement in the console: its state now and what was called in the last day."""

    agreement: Any
    stopped: str
    stopped_code: str
    delivered: int
    refused: int


@dataclass(frozen=True, slots=True)
class Console:
    lines: list[Running]
    delivered: int
    refused: int
    running: int
    reasons: list[tuple[str, str, int]]
    page: int
    pages: int
    total: int
    simulated: bool


def console(page: int, *, actor: Actor) -> Console:
    """Agreements that the actor may see, and the calls of the last 24 hours."""
    agreements = deliveries_seen(actor)
    shown = Paginator(agreements, PAGE).get_page(page)
    since = timezone.now() - timedelta(hours=24)
    calls = calls_seen({}, actor=actor).filter(at__gte=since).order_by()
    counted = list(calls.values_list("agreement", "outcome").annotate(n=Count("id")))
    today = timezone.localdate()
    reasons: dict[str, int] = {}
    per: dict[str, list[int]] = {}
    for code, outcome, n in counted:
        good = outcome == DELIVERED
        per.setdefault(code, [0, 0])[0 if good else 1] += n
        if not good:
            reasons[outcome] = reasons.get(outcome, 0) + n
    lines = []
    known = book()
    for each in shown.object_list:
        stopped_code, stopped = why_not(each, today, known)
        delivered, refused = per.get(each.code, [0, 0])
        lines.append(Running(each, stopped, stopped_code, delivered, refused))
    ordered = sorted(reasons.items(), key=lambda each: -each[1])
    return Console(
        lines=lines,
        delivered=sum(n for _c, o, n in counted if o == DELIVERED),
        refused=sum(reasons.values()),
        running=sum(not line.stopped for line in lines),
        reasons=[(code, words_of(code), n) for code, n in ordered],
        page=shown.number,
        pages=shown.paginator.num_pages,
        total=shown.paginator.count,
        simulated=agreements.filter(simulated=True).exists(),
    )


def _day(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None

"""Grants of the three rights: who has what from whom, in force today or why not, what each stands
on and what stands on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from shucheng.bays.data.engine.authority.book import Book, Fallout, shipped_rights
from shucheng.bays.data.engine.authority.granting import in_force, stopped
from shucheng.bays.data.engine.authority.refusal import Refused
from shucheng.bays.data.models.authority import Authorisation, Grant
from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.market import Agreement, Product
from shucheng.bays.data.queries.book import book, rights, thing
from shucheng.bays.data.queries.limits import limits_in_words
from shucheng.bays.data.queries.parties import names_of
from shucheng.bays.data.queries.refusals import named, sentence
from shucheng.kernel.public import GOVERNMENT, Actor, NotFound, Organisation

PAGE = 50


@dataclass(frozen=True)
class GrantLine:
    """`why_not`: why it gives nothing today; empty if it is in force."""

    row: Grant
    right: str
    giver: str
    taker: str
    why_not: str
    tone: str


@dataclass(frozen=True)
class Grants:
    lines: list[GrantLine]
    asked: dict[str, str]
    rights: list[tuple[str, str]]
    at: int
    pages: int
    total: int
    simulated: bool


@dataclass(frozen=True)
class Node:
    """Something that stands in the book: a grant, what it rests on, or what stands on it.
    `column`: how far to the right it is drawn; `now`: nothing stops it today."""

    code: str
    kind: str
    title: str
    column: int
    now: bool
    here: bool


@dataclass(frozen=True)
class Graph:
    nodes: list[Node]
    edges: list[tuple[str, str]]


@dataclass(frozen=True)
class GrantPage:
    line: GrantLine
    limits: list[tuple[str, list[str]]]
    acts: list[str]
    unconfirmed: bool
    things: list[tuple[str, str]]
    graph: Graph
    fallout: Fallout


def grants_page(asked: dict[str, str], *, actor: Actor) -> Grants:
    """Grants that the actor may see, newest first; `whose`: all, given or taken by one's own."""
    actor.require("data.view")
    mine = own_codes(actor)
    found = grants_seen(actor)
    whose = asked.get("whose", "all")
    if whose == "taken":
        found = found.filter(taker__in=mine)
    elif whose == "given":
        found = found.filter(giver__in=mine)
    if right := asked.get("right", ""):
        found = found.filter(right=right)
    if word := asked.get("q", "").strip():
        parties = Organisation.objects.filter(name__icontains=word).values_list("code", flat=True)
        found = found.filter(
            Q(code__icontains=word) | Q(giver__in=list(parties)) | Q(taker__in=list(parties))
        )
    total = found.count()
    pages = max(1, -(-total // PAGE))
    at = min(max(int(asked["page"]) if asked.get("page", "").isdigit() else 1, 1), pages)
    rows = list(found.order_by("-id")[(at - 1) * PAGE : at * PAGE])
    words = [(code, named(right)) for code, right in shipped_rights().rights.items()]
    return Grants(
        grant_lines(rows),
        {"whose": whose, "right": right, "q": word},
        [(str(code), word) for code, word in words],
        at,
        pages,
        total,
        any(each.simulated for each in rows),
    )


def grant_page(code: str, *, actor: Actor) -> GrantPage:
    actor.require("data.view")
    row = grants_seen(actor).filter(code=code).first()
    if row is None:
        raise NotFound(code)
    known, told = book(), rights()
    right = next(each for name, each in told.rights.items() if name == row.right)
    titles = titles_of(row.things)
    return GrantPage(
        grant_lines([row])[0],
        limits_in_words(row.limits),
        [named(told.acts[act]) for act in right.acts],
        told.unconfirmed,
        [(each, titles.get(thing(each).code, each)) for each in row.things],
        graph_of(known, code),
        known.fallout([code]),
    )


def grant_lines(rows: Iterable[Grant], day: date | None = None) -> list[GrantLine]:
    rows = list(rows)
    day, known, told = day or timezone.localdate(), book(), rights()
    names = names_of(party for row in rows for party in (row.giver, row.taker))
    words = {str(code): named(right) for code, right in told.rights.items()}
    lines = []
    for row in rows:
        no = in_force(told, known, row.code, day)
        lines.append(
            GrantLine(
                row,
                words.get(row.right, row.right),
                names[row.giver],
                names[row.taker],
                sentence(no) if no else "",
                _tone(no, row, day),
            )
        )
    return lines


def grants_seen(actor: Actor) -> QuerySet[Grant]:
    """All for the government; for others what their own give or were given."""
    if actor.roles & GOVERNMENT:
        return Grant.objects.all()
    mine = own_codes(actor)
    return Grant.objects.filter(Q(giver__in=mine) | Q(taker__in=mine))


def own_codes(actor: Actor) -> list[str]:
    """The codes by which grants name the organisations that the actor acts for."""
    found = Organisation.objects.filter(pk__in=actor.organisation_ids)
    return list(found.values_list("code", flat=True))


def titles_of(codes: Iterable[str]) -> dict[str, str]:
    """What resources and products are called, by code without version."""
    wanted = {thing(code).code for code in codes}
    found = dict(Resource.objects.filter(code__in=wanted).values_list("code", "title"))
    return found | dict(Product.objects.filter(code__in=wanted).values_list("code", "title"))


def graph_of(known: Book, code: str) -> Graph:
    """What a grant stands on to its left, what stands on it to its right."""
    below = known.stands_on([code])
    fallen = known.fallout([code])
    above = {*fallen.grants, *map(str, fallen.products), *fallen.deliveries}
    codes = below | frozenset(above)
    edges = sorted((lower, upper) for upper in codes for lower in known.edges.get(upper, ()))
    edges = [(lower, upper) for lower, upper in edges if lower in codes and lower != upper]
    columns = _columns(codes, edges)
    told = _told(codes)
    today = timezone.localdate()
    nodes = [
        Node(
            each,
            *told.get(each, ("other", each)),
            columns[each],
            stopped(known, each, today) is None,
            each == code,
        )
        for each in sorted(codes, key=lambda one: (columns[one], one))
    ]
    return Graph(nodes, edges)


def _columns(codes: frozenset[str], edges: list[tuple[str, str]]) -> dict[str, int]:
    """As far to the right as the longest way up to it; a book has no cycles, `check_grant` sees to
    that, and a written one cannot make this go on for ever."""
    columns = dict.fromkeys(codes, 0)
    for _ in range(len(codes)):
        moved = False
        for lower, upper in edges:
            if columns[upper] < columns[lower] + 1 <= len(codes):
                columns[upper] = columns[lower] + 1
                moved = True
        if not moved:
            break
    # What stands on nothing is drawn beside the first that stands on it.
    for code in codes - {upper for _lower, upper in edges}:
        columns[code] = min((columns[u] for low, u in edges if low == code), default=1) - 1
    return columns


def _told(codes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The kind and the words of each code."""
    wanted = list(codes)
    found: dict[str, tuple[str, str]] = {}
    for case in Case.objects.filter(code__in=wanted):
        found[case.code] = (case.kind, case.title)
    rows = Grant.objects.filter(code__in=wanted)
    for line in _bare(rows):
        found[line[0]] = ("grant", line[1])
    for code, title in titles_of(wanted).items():
        for each in wanted:
            if thing(each).code == code and each not in found:
                kind = "resource" if code == each and code.startswith("RES") else "product"
                found[each] = (kind, title)
    for agreement in Agreement.objects.filter(code__in=wanted).select_related("order__buyer"):
        found[agreement.code] = ("agreement", agreement.order.buyer.label)
    return found


def _bare(rows: Iterable[Grant]) -> list[tuple[str, str]]:
    rows = list(rows)
    names = names_of(row.taker for row in rows)
    words = {str(code): named(right) for code, right in rights().rights.items()}
    return [(row.code, f"{words.get(row.right, row.right)} · {names[row.taker]}") for row in rows]


def _tone(no: Refused | None, row: Grant, day: date) -> str:
    if no is None:
        return "good"
    if no.code == "authority.not-in-term":
        return "none"
    return "watch" if no.code == "authority.suspended" else "bad"


def given_by(authorisation: Authorisation) -> list[Grant]:
    """The grants that rest on an authorisation, in the order in which they were given."""
    code = authorisation.case.code
    codes = [each.code for each in book().grants.values() if code in each.basis]
    return list(Grant.objects.filter(code__in=codes))

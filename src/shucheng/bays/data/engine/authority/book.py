"""Who was given what: grants of the three rights, products, deliveries, and what stands on what.

数据资源持有权, 数据加工使用权, 数据产品经营权 (数据二十条 (三), PD-RGT-01). Each grant names what
it rests on (a registration, authorisation or contract, PD-RGT-08) and the grants it stands on.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from typing import Literal

from .rules import Rules, RulesInvalid, Strict, load, shipped_rules, shipped_texts
from .tables import Named

RightCode = Literal["hold", "process", "operate"]
Limits = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, order=True)
class Thing:
    """A resource or product; without `version`: every version of it."""

    code: str
    version: str = ""

    def __str__(self) -> str:
        return f"{self.code}@{self.version}" if self.version else self.code


@dataclass(frozen=True)
class Grant:
    """One right, from `giver` to `taker`, over `things`, from `start` to `end` (both included).

    basis: codes of the registration, authorisation or contract; under: grants it stands on, none
    for the first holder's; limits: the values allowed by dimension, an absent one is not limited.
    """

    code: str
    right: RightCode
    giver: str
    taker: str
    things: frozenset[Thing]
    start: date
    end: date
    basis: tuple[str, ...]
    under: tuple[str, ...] = ()
    limits: Limits = field(default_factory=dict)
    may_pass_on: bool = False


@dataclass(frozen=True)
class Product:
    """Made by `maker` from `made_from` under its grants to process; `uses` as for `permits`. On the
    market from the day `since` (None: never) until the day before `until` (None: still)."""

    thing: Thing
    maker: str
    made_from: frozenset[Thing]
    under: tuple[str, ...]
    uses: Limits = field(default_factory=dict)
    registration: str = ""
    since: date | None = None
    until: date | None = None

    def offered_on(self, day: date) -> bool:
        return bool(self.since and self.since <= day and (self.until is None or day < self.until))


@dataclass(frozen=True)
class Delivery:
    """A product going to a recipient under grants to operate it."""

    code: str
    product: Thing
    grants: tuple[str, ...]
    recipient: str


@dataclass(frozen=True, slots=True)
class Stop:
    """From `day` on, that day included, `on` is suspended, again in force, or revoked for good.
    `on`: a grant, product, resource, registration, authorisation or contract. `side`: who decided,
    where several may; each lifts what it suspended itself."""

    on: str
    kind: Literal["suspend", "lift", "revoke"]
    day: date
    side: str = ""


@dataclass(frozen=True)
class Fallout:
    """What falls with something: codes, sorted."""

    grants: tuple[str, ...]
    products: tuple[Thing, ...]
    deliveries: tuple[str, ...]


@dataclass(frozen=True)
class Book:
    """All of it at one time; `stops` in the order in which they were decided; `related`: parties
    that count as one with a party (PD-OPS-02: directly or indirectly)."""

    grants: Mapping[str, Grant] = field(default_factory=dict)
    products: Mapping[Thing, Product] = field(default_factory=dict)
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)
    stops: tuple[Stop, ...] = ()
    related: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def edges(self) -> dict[str, frozenset[str]]:
        """What each grant, product and delivery stands on directly. A grant over several things
        does not stand on one of them: the others remain."""
        edges: dict[str, frozenset[str]] = {}
        for grant in self.grants.values():
            things = grant.things if len(grant.things) == 1 else frozenset()
            named = (name for thing in things for name in _names(thing))
            edges[grant.code] = frozenset([*grant.under, *grant.basis, *named])
        for product in self.products.values():
            named = (name for thing in product.made_from for name in _names(thing))
            own = {product.thing.code, product.registration} - {"", str(product.thing)}
            edges[str(product.thing)] = frozenset([*product.under, *named, *own])
        for delivery in self.deliveries.values():
            edges[delivery.code] = frozenset([*delivery.grants, *_names(delivery.product)])
        return edges

    @cached_property
    def carries(self) -> dict[str, frozenset[str]]:
        """The edges the other way round: what stands directly on each."""
        carried: dict[str, set[str]] = {}
        for code, below in self.edges.items():
            for each in below:
                carried.setdefault(each, set()).add(code)
        return {code: frozenset(above) for code, above in carried.items()}

    @cached_property
    def makers(self) -> dict[str, frozenset[str]]:
        """Who made the versions of each product."""
        makers: dict[str, frozenset[str]] = {}
        for thing, product in self.products.items():
            makers[thing.code] = makers.get(thing.code, frozenset()) | {product.maker}
        return makers

    @cached_property
    def granted(self) -> dict[tuple[str, str], list[Grant]]:
        """The grants by who has them and the code of a thing, in order of their codes."""
        granted: dict[tuple[str, str], list[Grant]] = {}
        for _, grant in sorted(self.grants.items()):
            for code in {thing.code for thing in grant.things}:
                granted.setdefault((grant.taker, code), []).append(grant)
        return granted

    def stands_on(self, codes: Iterable[str]) -> frozenset[str]:
        """The codes and everything that they stand on, however far below."""
        return _reach(self.edges, codes)

    def fallout(self, codes: Iterable[str]) -> Fallout:
        """Every grant, product and delivery that stands on one of the codes, or is one: what a
        suspension or revocation ends at once (27号 第十四条, PD-AGR-08)."""
        fallen = _reach(self.carries, codes)
        return Fallout(
            tuple(sorted(fallen & self.grants.keys())),
            tuple(sorted(each for each in self.products if str(each) in fallen)),
            tuple(sorted(fallen & self.deliveries.keys())),
        )

    def stop_of(self, code: str, day: date) -> Stop | None:
        """The stop that holds for a code itself on a day, or None: a revocation, which nothing
        lifts, else the first suspension that its own side has not lifted."""
        holding: dict[str, Stop] = {}
        for stop in self._stops_by_code.get(code, ()):
            if stop.day > day:
                continue
            if stop.kind == "revoke":
                return stop
            if stop.kind == "lift":
                holding.pop(stop.side, None)
            else:
                holding.setdefault(stop.side, stop)
        return next(iter(holding.values()), None)

    def sides(self, code: str, day: date) -> frozenset[str]:
        """Those whose suspension holds for a code itself on a day."""
        suspended: set[str] = set()
        for stop in self._stops_by_code.get(code, ()):
            if stop.day <= day:
                (suspended.add if stop.kind == "suspend" else suspended.discard)(stop.side)
        return frozenset(suspended)

    def revoked_from(self, code: str) -> date | None:
        """The first day on which a code, or anything that it stands on, is revoked for good."""
        below = self.stands_on([code])
        days = (
            stop.day
            for each in below & self._stops_by_code.keys()
            for stop in self._stops_by_code[each]
            if stop.kind == "revoke"
        )
        return min(days, default=None)

    @cached_property
    def _stops_by_code(self) -> dict[str, list[Stop]]:
        stops: dict[str, list[Stop]] = {}
        for stop in self.stops:
            stops.setdefault(stop.on, []).append(stop)
        return stops


class Right(Named):
    acts: list[str]
    gives: list[RightCode]


class Act(Named):
    products_only: bool = False


class Dimension(Named):
    follows: bool = False


class Rights(Strict):
    version: str
    sources: list[str]
    unconfirmed: bool = False
    rights: dict[RightCode, Right]
    acts: dict[str, Act]
    dimensions: dict[str, Dimension]

    @cached_property
    def following(self) -> frozenset[str]:
        return frozenset(code for code, each in self.dimensions.items() if each.follows)


def read_rights(text: str, rules: Rules) -> Rights:
    """The rights from YAML. Raises `RulesInvalid`."""
    rights = load(Rights, "rights", text)
    acts = [act for right in rights.rights.values() for act in right.acts]
    if set(acts) != set(rights.acts) or len(set(acts)) != len(acts):
        raise RulesInvalid("rights", "acts", "each act belongs to one right")
    if missing := set(rights.sources) - rules.rules.keys():
        raise RulesInvalid("rights", "sources", f"there is no {min(missing)}")
    return rights


@cache
def shipped_rights() -> Rights:
    return read_rights(shipped_texts()["rights"], shipped_rules())


def _names(thing: Thing) -> Iterator[str]:
    """A version falls with the whole."""
    yield str(thing)
    if thing.version:
        yield thing.code


def _reach(edges: Mapping[str, frozenset[str]], codes: Iterable[str]) -> frozenset[str]:
    reached, ahead = set(codes), list(codes)
    while ahead:
        new = edges.get(ahead.pop(), frozenset()) - reached
        reached |= new
        ahead += new
    return frozenset(reached)

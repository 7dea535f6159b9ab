"""Proof that one policy permits nothing that another does not: an agreement within its offer, an
offer within the operator's grant, a grant within the holder's right.

Conservative: what cannot be shown counts as wider. A policy that means the same in other words may
be refused; one that permits more is never passed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .model import ACTIONS, Constraint, Policy, Reason, Rule, area, moment, problems

_NAMED = {"purpose": "purpose-wider", "recipient": "recipient-wider"}
_NAMED |= {"deliveryChannel": "mode-wider"}


def within(outer: Policy, inner: Policy, *, same_asset: bool = True) -> bool:
    """Whether it is proven that `inner` permits nothing that `outer` does not; see `widenings`."""
    return not widenings(outer, inner, same_asset=same_asset)


def widenings(outer: Policy, inner: Policy, *, same_asset: bool = True) -> tuple[Reason, ...]:
    """Where `inner` permits more than `outer`, or cannot be shown not to; empty: proven.

    Each permission of the inner needs one of the outer with the same action, wider or equal terms
    and no duty that the inner lacks; each prohibition of the outer must be kept by the inner or
    touch none of its permissions. Places are of the inner policy; a dropped prohibition is named by
    its place in the outer. Who the parties are is not compared. `same_asset=False`: the inner one
    is about a product made from the outer's asset; the caller proves that lineage. Counts are per
    policy: several agreements on one grant need their sum watched as well.
    """
    if outside := (*problems(outer), *problems(inner)):
        return outside
    if same_asset and outer.target and outer.target != inner.target:
        return (Reason("other-asset", "target"),)
    found: list[Reason] = []
    for index, rule in enumerate(inner.permissions):
        where = f"permission[{index}]"
        terms = _terms(rule.constraints)
        gaps = [
            _gaps(_terms(each.constraints), terms)
            + _dropped((*each.duties, *outer.obligations), (*rule.duties, *inner.obligations))
            for each in outer.permissions
            if each.action == rule.action
        ]
        codes = min(gaps, key=len) if gaps else ["action-wider"]
        found += [Reason(code, where) for code in codes]
        found += _unkept(outer.prohibitions, inner.prohibitions, rule, terms)
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class _Names:
    """Values allowed: all of `only` (None: any) but those of `never`."""

    only: frozenset[str] | None
    never: frozenset[str]

    def within(self, other: "_Names") -> bool:
        left = None if self.only is None else self.only - self.never
        if left is None:
            return other.only is None and other.never <= self.never
        return (other.only is None or left <= other.only) and not left & other.never

    def apart(self, other: "_Names") -> bool:
        if self.only is not None:
            left = self.only - self.never
            return all(v in other.never or v not in (other.only or {v}) for v in left)
        return other.only is not None and other.only - other.never <= self.never


@dataclass(frozen=True)
class _Terms:
    """The constraints of one rule in normal form. Bounds compare as tuples: `first` is the moment
    and whether it is left out, `last` the moment and whether it is taken in. `areas`: one set for
    each constraint, all to be met; an area is what its codes begin with, `*` where parts count."""

    names: dict[str, _Names]
    areas: tuple[frozenset[str], ...]
    first: tuple[datetime, bool] | None
    last: tuple[datetime, bool] | None
    most: int | None


def _terms(constraints: Iterable[Constraint]) -> _Terms:
    only: dict[str, frozenset[str]] = {}
    never: dict[str, frozenset[str]] = {}
    areas: list[frozenset[str]] = []
    firsts: list[tuple[datetime, bool]] = []
    lasts: list[tuple[datetime, bool]] = []
    counts: list[int] = []
    for each in constraints:
        values = frozenset(each.values)
        bound = moment(each.values[0]) if each.operand == "dateTime" else None
        if bound is not None and each.operator in ("gt", "gteq"):
            firsts.append((bound, each.operator == "gt"))
        elif bound is not None:
            lasts.append((bound, each.operator == "lteq"))
        elif each.operand == "count":
            counts.append(int(each.values[0]) - (each.operator == "lt"))
        elif each.operand == "spatial":
            parts = "*" if each.operator == "isPartOf" else ""
            areas.append(frozenset(area(v) + parts for v in values))
        elif each.operator in ("eq", "isAnyOf"):
            only[each.operand] = only.get(each.operand, values) & values
        else:
            never[each.operand] = never.get(each.operand, frozenset()) | values
    names = {n: _Names(only.get(n), never.get(n, frozenset())) for n in {*only, *never}}
    return _Terms(
        names,
        tuple(areas),
        max(firsts, default=None),
        min(lasts, default=None),
        min(counts, default=None),
    )


_ANY = _Names(None, frozenset())


def _gaps(outer: _Terms, inner: _Terms) -> list[str]:
    """In which respects the inner terms are not shown to be within the outer."""
    found = [
        code
        for name, code in _NAMED.items()
        if name in outer.names and not _said_within(inner.names.get(name), outer.names[name])
    ]
    if not all(any(_all_covered(mine, theirs) for mine in inner.areas) for theirs in outer.areas):
        found.append("region-wider")
    starts = outer.first is None or (inner.first is not None and inner.first >= outer.first)
    ends = outer.last is None or (inner.last is not None and inner.last <= outer.last)
    if not (starts and ends):
        found.append("term-wider")
    if outer.most is not None and (inner.most is None or inner.most > outer.most):
        found.append("count-wider")
    return found


def _said_within(inner: _Names | None, outer: _Names) -> bool:
    return inner is not None and inner.within(outer)


def _all_covered(inner: frozenset[str], outer: frozenset[str]) -> bool:
    return all(any(_covers(big, small) for big in outer) for small in inner)


def _covers(big: str, small: str) -> bool:
    if big.endswith("*"):
        return small.rstrip("*").startswith(big[:-1])
    return big == small


def _overlap(one: str, other: str) -> bool:
    one, other = one.rstrip("*"), other.rstrip("*")
    return one.startswith(other) or other.startswith(one)


def _dropped(outer: tuple[str, ...], inner: tuple[str, ...]) -> list[str]:
    return [] if set(outer) <= set(inner) else ["duty-dropped"]


def _unkept(
    outer: tuple[Rule, ...], inner: tuple[Rule, ...], permission: Rule, terms: _Terms
) -> list[Reason]:
    """The outer prohibitions that the permission may touch and no inner prohibition repeats."""
    mine = [_terms(each.constraints) for each in inner if permission.action in ACTIONS[each.action]]
    return [
        Reason("prohibition-dropped", f"prohibition[{index}]")
        for index, rule in enumerate(outer)
        if permission.action in ACTIONS[rule.action]
        and not _apart(terms, (theirs := _terms(rule.constraints)))
        and not any(not _gaps(each, theirs) for each in mine)
    ]


def _apart(permitted: _Terms, prohibited: _Terms) -> bool:
    """Whether no request meets both."""
    for name, names in prohibited.names.items():
        if name in permitted.names and permitted.names[name].apart(names):
            return True
    for mine in permitted.areas:
        for theirs in prohibited.areas:
            if not any(_overlap(one, other) for one in mine for other in theirs):
                return True
    return _before(permitted.last, prohibited.first) or _before(prohibited.last, permitted.first)


def _before(last: tuple[datetime, bool] | None, first: tuple[datetime, bool] | None) -> bool:
    if last is None or first is None:
        return False
    return last[0] < first[0] or (last[0] == first[0] and (first[1] or not last[1]))

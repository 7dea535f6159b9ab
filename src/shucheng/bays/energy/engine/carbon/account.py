"""Accounts: activities by factors, exact, by any grouping, and the same again from the same input.

An account is a pure function of activities, contracts, factors and rules; its digest is over all
four, so an account of an old version can be made again and compared. Tonnes are fractions: sums do
not depend on their order, and the parts of any grouping add up to the whole.

Sources: GHG Protocol Corporate Standard (2004) for the scopes, Scope 2 Guidance (2015) for
location- and market-based electricity, IPCC 2006 Guidelines volume 2 for amount by factor; the
residual factor for what no contract covers as the notice of the factors of 2023 says.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from .activities import ELECTRICITY, Activity, Contract, checked, checked_contracts
from .choice import Chooser, Rules
from .factors import EmissionFactor, Factor, FactorSet, digest_of
from .refused import CarbonRefused
from .units import Number, convert, exact

Basis = Literal["location", "market"]
METHOD = "carbon-account/1"
"""Part of every digest: a change of what is computed is a new number."""
GROUPINGS = ("city", "sector", "park", "company", "scope", "carrier", "year", "month")


@dataclass(frozen=True, slots=True)
class Line:
    """One activity's tonnes of CO2e (of CO2: the same) and which factor made them. `location` and
    `market` differ for bought electricity alone; `market` is None where no residual factor is
    known. `gas`: what was emitted. `covered`: kWh that contracts cover."""

    activity: Activity
    factor: EmissionFactor
    gas: str
    location: Fraction
    market: Fraction | None
    covered: Fraction
    market_factor: EmissionFactor | None
    notes: tuple[str, ...]

    def tonnes(self, basis: Basis) -> Fraction | None:
        return self.location if basis == "location" else self.market


@dataclass(frozen=True, slots=True)
class Unused:
    """What of a contract went beyond the company's use of its year, and is not counted (kWh)."""

    contract: str
    kwh: Fraction


@dataclass(frozen=True, slots=True)
class Account:
    """The lines by activity id, with the versions and the digest of all that they follow from."""

    lines: tuple[Line, ...]
    unused: tuple[Unused, ...]
    factors: str
    factors_version: str
    factors_digest: str
    rules_version: str
    method: str
    digest: str

    def total(
        self, basis: Basis = "location", scopes: Sequence[int] = (1, 2, 3)
    ) -> Fraction | None:
        """Tonnes of CO2e; None: not known (no residual factor). An account of nothing is 0."""
        return self.by((), basis, scopes).get((), Fraction(0))

    def by(
        self,
        names: Sequence[str],
        basis: Basis = "location",
        scopes: Sequence[int] = (1, 2, 3),
        gas: str = "",
    ) -> dict[tuple[str, ...], Fraction | None]:
        """Tonnes of CO2e by values of the names, of `gas` alone where one is given. None: at least
        one line of the group is not known. A year that was not split into months is a month of its
        own. Refused: `grouping-unknown`."""
        return sums(self.lines, names, basis, scopes, gas)


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that an account follows from."""

    activities: tuple[Activity, ...]
    factors: FactorSet
    rules: Rules
    contracts: tuple[Contract, ...] = ()

    @property
    def digest(self) -> str:
        parts = (
            "activities " + digest_of(each.plain() for each in self.activities),
            "contracts " + digest_of(each.plain() for each in self.contracts),
            f"factors {self.factors.name} {self.factors.version} {self.factors.digest}",
            "rules " + digest_of([self.rules.plain()]),
            "method " + METHOD,
        )
        return digest_of(parts)

    def account(self) -> Account:
        """The account. Refused: what `checked`, `checked_contracts` and `Chooser.choose` refuse;
        for bought electricity a factor that is no location factor (`factor-invalid`)."""
        activities = checked(self.activities)
        chooser = Chooser(self.factors, self.rules)
        covers = _covers(activities, checked_contracts(self.contracts))
        lines = tuple(_line(each, chooser, covers) for each in activities)
        unused = tuple(each for cover in covers.values() for each in cover.unused)
        return Account(
            lines,
            tuple(sorted(unused, key=lambda each: each.contract)),
            self.factors.name,
            self.factors.version,
            self.factors.digest,
            self.rules.version,
            METHOD,
            self.digest,
        )

    def what_if(
        self, *factors: Factor, times: dict[str, Number] | None = None, version: str = "what-if"
    ) -> "Inputs":
        """The same with other factors (by their ids) and with activities times a number (by their
        ids). Refused: `activity-invalid` for an id that is not there; `version-taken`."""
        times = times or {}
        if missing := times.keys() - {each.id for each in self.activities}:
            raise CarbonRefused("activity-invalid", activity=min(missing))
        activities = tuple(
            replace(each, amount=_times(each.amount, times[each.id])) if each.id in times else each
            for each in self.activities
        )
        changed = self.factors.changed(version, *factors) if factors else self.factors
        return replace(self, activities=activities, factors=changed)


@dataclass(frozen=True, slots=True)
class Difference:
    """Tonnes of CO2e in two accounts; None: not known in one of them."""

    before: Fraction | None
    after: Fraction | None
    change: Fraction | None


def difference(
    before: Account, after: Account, names: Sequence[str], basis: Basis = "location"
) -> dict[tuple[str, ...], Difference]:
    """Group by group; a group that is in one of the two alone has 0 in the other."""
    old, new = before.by(names, basis), after.by(names, basis)
    told = {}
    for key in sorted(old.keys() | new.keys()):
        a, b = old.get(key, Fraction(0)), new.get(key, Fraction(0))
        told[key] = Difference(a, b, None if a is None or b is None else b - a)
    return told


def sums(
    lines: Iterable[Line],
    names: Sequence[str],
    basis: Basis = "location",
    scopes: Sequence[int] = (1, 2, 3),
    gas: str = "",
) -> dict[tuple[str, ...], Fraction | None]:
    """As `Account.by`, over any lines."""
    if unknown := [name for name in names if name not in GROUPINGS]:
        raise CarbonRefused("grouping-unknown", name=unknown[0])
    groups: dict[tuple[str, ...], list[Fraction | None]] = defaultdict(list)
    for line in lines:
        if line.activity.scope in scopes and gas in ("", line.gas):
            key = tuple(_value(line.activity, name) for name in names)
            groups[key].append(line.tonnes(basis))
    return {key: _added(each) for key, each in groups.items()}


@dataclass(frozen=True, slots=True)
class _Cover:
    """A company's bought electricity of a year beside its contracts: the share that they cover, and
    their tonnes by kWh of all that is used. Of each line the same share is covered, since contracts
    are of the year and not of a month."""

    share: Fraction
    tonnes: Fraction
    unused: tuple[Unused, ...]


_NO_COVER = _Cover(Fraction(0), Fraction(0), ())
_Covers = dict[tuple[str, int], _Cover]


def _covers(activities: Iterable[Activity], contracts: Iterable[Contract]) -> _Covers:
    listed: dict[tuple[str, int], list[Contract]] = defaultdict(list)
    for contract in contracts:
        listed[contract.company, contract.year].append(contract)
    used: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
    for each in activities:
        if _bought_electricity(each) and (each.company, each.year) in listed:
            used[each.company, each.year] += convert(each.amount, each.unit, "kWh")
    return {key: _cover(used[key], listed[key]) for key in sorted(listed)}


def _cover(used: Fraction, contracts: Iterable[Contract]) -> _Cover:
    left, tonnes, unused = used, Fraction(0), []
    for each in contracts:
        taken = min(left, each.kwh)
        left -= taken
        tonnes += taken * exact(each.rate) / 1000
        if taken < each.kwh:
            unused.append(Unused(each.id, each.kwh - taken))
    if not used:
        return _Cover(Fraction(0), Fraction(0), tuple(unused))
    return _Cover((used - left) / used, tonnes / used, tuple(unused))


def _line(each: Activity, chooser: Chooser, covers: _Covers) -> Line:
    chosen = chooser.choose(each)
    factor, amount = chosen.factor, Fraction(each.amount)
    location = amount * chosen.tonnes
    if not _bought_electricity(each):
        return Line(each, factor, factor.gas, location, location, _NOTHING, None, chosen.notes)
    if factor.use not in ("location", "superseded"):
        raise CarbonRefused("factor-invalid", activity=each.id, factor=factor.id, use=factor.use)
    cover = covers.get((each.company, each.year), _NO_COVER)
    left = chooser.left_over(each)
    notes = (*chosen.notes, *left.notes) if cover.share < 1 else chosen.notes
    covered, market = _NOTHING, None
    if cover is _NO_COVER:
        market = None if left.tonnes is None else amount * left.tonnes
    else:
        kwh = amount * left.kwh
        covered = kwh * cover.share
        market = kwh * cover.tonnes
        if left.tonnes is not None:
            market += (amount - covered / left.kwh) * left.tonnes
        elif covered < kwh:
            market = None
    return Line(each, factor, factor.gas, location, market, covered, left.factor, notes)


_NOTHING = Fraction(0)


def _bought_electricity(each: Activity) -> bool:
    return each.scope == 2 and each.carrier == ELECTRICITY


def _value(each: Activity, name: str) -> str:
    if name == "year":
        return each.period[:4]
    return str(getattr(each, "period" if name == "month" else name))


def _added(parts: Iterable[Fraction | None]) -> Fraction | None:
    """The sum over one denominator: adding fractions one by one would reduce each step."""
    known: dict[int, int] = defaultdict(int)
    for part in parts:
        if part is None:
            return None
        known[part.denominator] += part.numerator
    return sum((Fraction(above, below) for below, above in known.items()), Fraction(0))


def _times(amount: Decimal, by: Number) -> Decimal:
    whole = exact(amount) * exact(by, "times")
    places = 0
    while (whole * 10**places).denominator != 1:
        places += 1
        if places > 60:
            raise CarbonRefused("number-inexact", times=by)
    digits = tuple(int(digit) for digit in str(abs(whole * 10**places)))
    return Decimal((int(whole < 0), digits, -places))

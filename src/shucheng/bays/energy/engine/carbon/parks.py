"""A park beside the indicators of a zero-carbon park: from its account, or not known and why.

No formula and no threshold is written here: both are definitions. What the data do not carry is
"not known", never zero and never met.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from .account import Account, Line, sums
from .factors import Conversion, FactorSet, digest_of
from .park_definitions import Indicator, ParkDefinitions, Threshold
from .refused import CarbonRefused
from .units import Number, convert, exact, ratio, unit

Verdict = Literal["met", "missed", "not known", "no threshold"]
CO2, ENERGY, CLEAN = "park_co2_t", "park_energy_tce", "clean_energy_tce"


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` (None: not known, for the reasons `missing`), and where it comes from."""

    value: Fraction | None
    origin: Literal["account", "reported", "nowhere"]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """An indicator of a park: its `value` in the indicator's unit, the threshold that is its own,
    and the verdict. `confirmed`: whether definition and threshold were read in the document."""

    indicator: Indicator
    value: Fraction | None
    missing: tuple[str, ...]
    threshold: Threshold | None
    verdict: Verdict
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Assessment:
    """All indicators of a scheme, with the digest of all that they follow from. `may_ask`: whether
    the core indicators allow to ask for acceptance; None: not known."""

    scheme: str
    park: str
    year: int
    figures: dict[str, Figure] = field(repr=False)
    findings: tuple[Finding, ...] = ()
    may_ask: bool | None = None
    digest: str = ""


def assess(
    account: Account,
    factors: FactorSet,
    definitions: ParkDefinitions,
    *,
    scheme: str,
    park: str,
    year: int,
    reported: Mapping[str, Number] | None = None,
) -> Assessment:
    """A park's year beside a scheme. `reported` are figures that no account has (waste, water, or
    energy in tce where it was converted elsewhere). Refused: `definition-invalid` for an unknown
    scheme or a reported `park_co2_t`, which comes from an account alone; `factor-unknown` where the
    factors are not those of the account."""
    if factors.digest != account.factors_digest:
        raise CarbonRefused("factor-unknown", set=f"{factors.name} {factors.version}")
    if scheme not in definitions.schemes:
        raise CarbonRefused("definition-invalid", place=f"schemes.{scheme}")
    reported = reported or {}
    if CO2 in reported:
        raise CarbonRefused("definition-invalid", place=f"reported {CO2}")
    lines = [x for x in account.lines if x.activity.park == park and x.activity.year == year]
    figures = _from_lines(lines, factors, definitions)
    for name, value in reported.items():
        if exact(value, name) < 0:
            raise CarbonRefused("definition-invalid", place=f"reported {name}", value=value)
        figures[name] = Figure(exact(value), "reported")
    method = definitions.account.confirmed
    findings = tuple(
        _finding(each, figures, year, method) for each in definitions.schemes[scheme].indicators
    )
    told = [f"reported {name}={exact(value)}" for name, value in reported.items()]
    digest = digest_of([account.digest, definitions.digest, f"{scheme}\x1f{park}\x1f{year}", *told])
    return Assessment(scheme, park, year, figures, findings, _may_ask(findings), digest)


def _from_lines(
    lines: list[Line], factors: FactorSet, definitions: ParkDefinitions
) -> dict[str, Figure]:
    counted = definitions.account
    if missing := _months_missing(lines):
        return {name: Figure(None, "nowhere", missing) for name in (CO2, ENERGY, CLEAN)}
    co2 = sums(lines, (), counted.basis, counted.scopes, counted.gas).get((), Fraction(0))
    burnt = [each for each in lines if each.activity.scope != 3 and each.factor.use != "process"]
    clean = [each for each in burnt if each.activity.carrier in counted.clean_carriers]
    return {
        CO2: Figure(co2, "account") if co2 is not None else Figure(None, "nowhere", ("residual",)),
        ENERGY: _energy(burnt, factors),
        CLEAN: _energy(clean, factors),
    }


def _months_missing(lines: Iterable[Line]) -> tuple[str, ...]:
    """A part of a year is not the year: its energy would fall into a smaller band. A company that
    stood still says so with a zero."""
    periods: dict[str, set[str]] = defaultdict(set)
    for each in (line.activity for line in lines):
        periods[each.company].add(each.period)
    if not periods:
        return ("no activities",)
    return tuple(
        f"{company}: {12 - len(told)} months of 12"
        for company, told in sorted(periods.items())
        if len(told) < 12 and all(len(each) > 4 for each in told)
    )


def _energy(lines: Iterable[Line], factors: FactorSet) -> Figure:
    """Tonnes of coal equivalent by the set's coefficients (当量值); a carrier without one makes the
    whole not known, as does fuel that was burnt to sell, since the net is asked."""
    known: dict[str, Conversion] = {
        each.carrier: each for each in factors.conversions() if each.use == "equivalent"
    }
    total, missing = Fraction(0), set[str]()
    for each in (line.activity for line in lines):
        found = known.get(each.carrier)
        if each.sold_as:
            missing.add(f"energy sold as {each.sold_as}")
        elif found is None:
            missing.add(f"coal equivalent of {each.carrier}")
        else:
            above, _, below = found.unit.partition("/")
            to_tce = ratio(unit(above), unit("tce"))
            total += convert(each.amount, each.unit, below) * exact(found.value) * to_tce
    if missing:
        return Figure(None, "nowhere", tuple(sorted(missing)))
    return Figure(total, "account")


def _finding(
    indicator: Indicator, figures: Mapping[str, Figure], year: int, method_confirmed: bool
) -> Finding:
    parts = {name: figures.get(name) for name in (indicator.above, indicator.below)}
    missing = [
        reason
        for name, figure in parts.items()
        for reason in (() if figure and figure.value is not None else _why(name, figure))
    ]
    value = None
    if not missing:
        above, below = (exact(figure.value) for figure in parts.values() if figure)
        if below:
            value = exact(indicator.times) * above / below
        else:
            missing = [f"{indicator.below} is zero"]
    energy = figures[ENERGY].value
    threshold = _threshold(indicator, year, energy)
    # What an account counts is a fact too: it must be read as well as the threshold.
    from_account = any(figure and figure.origin == "account" for figure in parts.values())
    confirmed = indicator.confirmed and (method_confirmed or not from_account)
    verdict = _verdict(indicator, value, threshold)
    return Finding(indicator, value, tuple(missing), threshold, verdict, confirmed)


def _why(name: str, figure: Figure | None) -> tuple[str, ...]:
    return tuple(f"{name}: {reason}" for reason in figure.missing) if figure else (name,)


def _threshold(indicator: Indicator, year: int, energy: Fraction | None) -> Threshold | None:
    """Of the next stage, and of the band that the park's energy falls into."""
    listed = indicator.at_most or indicator.at_least
    stages = sorted({each.year for each in listed if each.year is not None and each.year >= year})
    stage = stages[0] if stages else None
    for each in listed:
        if each.year == stage and (not each.banded or _within(each, energy)):
            return each
    return None


def _within(threshold: Threshold, energy: Fraction | None) -> bool:
    if energy is None:
        return False
    least, below = threshold.energy_from or Decimal(0), threshold.energy_below
    return Fraction(least) <= energy and (below is None or energy < Fraction(below))


def _verdict(indicator: Indicator, value: Fraction | None, threshold: Threshold | None) -> Verdict:
    if value is None:
        return "not known"
    if threshold is None:
        return "no threshold"
    bound = Fraction(threshold.value)
    met = value <= bound if indicator.at_most else value >= bound
    return "met" if met else "missed"


def _may_ask(findings: Iterable[Finding]) -> bool | None:
    verdicts = {each.verdict for each in findings if each.indicator.role == "core"}
    if "missed" in verdicts:
        return False
    return True if verdicts == {"met"} else None

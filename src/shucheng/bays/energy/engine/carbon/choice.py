"""Which factor an activity meets: by rules that are data, and never a silent second best."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction

from .activities import ELECTRICITY, Activity
from .factors import EmissionFactor, FactorSet, of_kind
from .refused import CarbonRefused
from .units import UNITS, exact, ratio, unit

GRAMS = {"CO2": "tCO2", "CH4": "tCH4", "N2O": "tN2O"}


@dataclass(frozen=True, slots=True)
class Rules:
    """How an account chooses. `factors`: carrier to factor id, for all but electricity, whose
    factor is that of the activity's region and of the latest year up to the activity's own.
    `residual`: whose residual factor meets what no contract covers ("": no market-based figure).
    `warming`: gas to the id of its warming potential."""

    version: str
    factors: Mapping[str, str] = field(default_factory=dict)
    residual: str = "china"
    warming: Mapping[str, str] = field(default_factory=dict)

    def plain(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A factor, tonnes of CO2e by the activity's unit, and what to know of it."""

    factor: EmissionFactor
    tonnes: Fraction
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftOver:
    """What meets electricity that no contract covers: tonnes by the activity's unit (None: no
    residual factor is known), kWh by that unit, and what to know of it."""

    factor: EmissionFactor | None
    tonnes: Fraction | None
    kwh: Fraction
    notes: tuple[str, ...]


class Chooser:
    """Factors for activities, each looked up once."""

    def __init__(self, factors: FactorSet, rules: Rules) -> None:
        self.set, self.rules = factors, rules
        self._years: dict[tuple[str, str], list[EmissionFactor]] = defaultdict(list)
        for each in factors.emissions():
            if each.carrier == ELECTRICITY and each.year is not None:
                self._years[each.use, each.region].append(each)
        self._chosen: dict[tuple[object, ...], Chosen] = {}
        self._left: dict[tuple[int, str], LeftOver] = {}

    def choose(self, each: Activity) -> Chosen:
        """Refused: `no-factor`, `factor-unknown`, `kind-mixed`, `unit-mixed`; a factor of another
        carrier is `factor-invalid`."""
        key = (each.factor, each.carrier, each.unit, each.region, each.year)
        found = self._chosen.get(key)
        if found is None:
            factor = self._factor(each)
            if factor.carrier != each.carrier:
                raise CarbonRefused(
                    "factor-invalid", activity=each.id, carrier=each.carrier, factor=factor.id
                )
            tonnes = tonnes_by(factor, each.unit) * self._warming(factor)
            found = self._chosen[key] = Chosen(factor, tonnes, notes_of(factor, each))
        return found

    def left_over(self, each: Activity) -> LeftOver:
        """For bought electricity. Refused: `unit-mixed`."""
        key = (each.year, each.unit)
        found = self._left.get(key)
        if found is None:
            factor = self._latest("residual", self.rules.residual, each.year)
            kwh = ratio(unit(each.unit), UNITS["kWh"])
            if factor is None:
                found = LeftOver(None, None, kwh, ("no-residual-factor",))
            else:
                notes = ("residual-of-another-year",) if factor.year != each.year else ()
                found = LeftOver(factor, tonnes_by(factor, each.unit), kwh, notes)
            self._left[key] = found
        return found

    def _factor(self, each: Activity) -> EmissionFactor:
        if each.factor:
            return self.set.emission(each.factor)
        if each.carrier == ELECTRICITY:
            found = self._latest("location", each.region, each.year)
        else:
            id = self.rules.factors.get(each.carrier)
            found = self.set.emission(id) if id else None
        if found is None:
            raise CarbonRefused(
                "no-factor",
                activity=each.id,
                carrier=each.carrier,
                region=each.region,
                year=each.year,
            )
        return found

    def _latest(self, use: str, region: str, year: int) -> EmissionFactor | None:
        known = self._years.get((use, region), [])
        fitting = [each for each in known if each.year is not None and each.year <= year]
        return max(fitting, key=lambda each: each.year or 0, default=None)

    def _warming(self, factor: EmissionFactor) -> Fraction:
        if factor.gas == "CO2":
            return Fraction(1)
        id = self.rules.warming.get(factor.gas)
        if id is None:
            raise CarbonRefused("no-factor", warming_of=factor.gas, factor=factor.id)
        found = self.set.warming(id)
        if found.gas != factor.gas:
            raise CarbonRefused("factor-invalid", factor=id, gas=factor.gas)
        return exact(found.value)


def tonnes_by(factor: EmissionFactor, symbol: str) -> Fraction:
    """Tonnes of the factor's gas that one of a unit makes. Refused: `kind-mixed` for whatever is no
    emission factor; `unit-mixed`."""
    factor = of_kind(EmissionFactor, factor)
    rate = factor.rate
    to_tonnes = ratio(rate.above, UNITS[GRAMS[factor.gas]])
    return exact(factor.value) * to_tonnes * ratio(unit(symbol), rate.below)


def notes_of(factor: EmissionFactor, each: Activity) -> tuple[str, ...]:
    """What a reader of a figure must know of its factor, as codes."""
    told = {
        "factor-unverified": factor.checked == "unverified",
        "factor-superseded": factor.use == "superseded",
        "factor-of-another-year": factor.year not in (None, each.year),
        "factor-of-another-region": each.region not in ("", factor.region)
        and each.carrier == ELECTRICITY,
    }
    return tuple(code for code, holds in told.items() if holds)

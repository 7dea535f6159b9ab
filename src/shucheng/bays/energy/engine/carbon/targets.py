"""Dual control of carbon (碳排放双控): totals and intensities, paths to the peak, what is left.

Intensity is tonnes of CO2 by 10,000 yuan of GDP or output, at constant prices where years are
compared. Until the peak intensity comes first with the total beside it, after it the total
(加快构建碳排放双控制度体系工作方案, 国办发〔2024〕39号, not read by the project). The engine knows
no target: all figures are given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from typing import Literal

from .refused import CarbonRefused
from .units import Number, convert, exact

Shape = Literal["linear", "exponential"]
PLACES = 12


@dataclass(frozen=True, slots=True)
class Path:
    """A planned value for each year without a gap, in tCO2 or tCO2 by 万元."""

    values: Mapping[int, Fraction]

    def __post_init__(self) -> None:
        years = sorted(self.values)
        if not years or years != list(range(years[0], years[-1] + 1)):
            raise CarbonRefused("target-invalid", years=years)
        if below := [year for year in years if self.values[year] < 0]:
            raise CarbonRefused("target-invalid", year=below[0], value=self.values[below[0]])

    def at(self, year: int) -> Fraction:
        """Refused: `target-invalid` for a year that the path does not reach."""
        if year not in self.values:
            raise CarbonRefused("target-invalid", year=year)
        return self.values[year]

    @property
    def peak(self) -> int:
        """The first year of the highest value."""
        return max(sorted(self.values), key=lambda year: self.values[year])

    def then(self, other: "Path") -> "Path":
        """This path and one that starts where it ends. Refused: `target-invalid` where they do not
        meet in one year and value."""
        last, first = max(self.values), min(other.values)
        if last != first or self.values[last] != other.values[first]:
            raise CarbonRefused("target-invalid", ends=last, starts=first)
        return Path({**self.values, **other.values})


def given(values: Mapping[int, Number]) -> Path:
    """A path year by year, as planned. Refused: `target-invalid` where a year is missing."""
    return Path({year: exact(value, "value") for year, value in values.items()})


def path(shape: Shape, first: int, start: Number, last: int, end: Number) -> Path:
    """From one year and value to another, both met exactly: `linear` by equal steps, `exponential`
    by equal rates (to 12 decimal places). Refused: `target-invalid`; `not-positive` for an
    exponential from or to zero or less."""
    a, b = exact(start, "start"), exact(end, "end")
    if last <= first:
        raise CarbonRefused("target-invalid", first=first, last=last)
    years = range(first, last + 1)
    if shape == "linear":
        step = (b - a) / (last - first)
        return Path({year: a + step * (year - first) for year in years})
    if shape != "exponential":
        raise CarbonRefused("target-invalid", shape=shape)
    if a <= 0 or b <= 0:
        raise CarbonRefused("not-positive", start=start, end=end)
    between = {year: _grown(a, b, Fraction(year - first, last - first)) for year in years}
    return Path(between | {first: a, last: b})


def intensity(tonnes: Number, output: Number, unit: str = "万元") -> Fraction:
    """tCO2 by 10,000 yuan. Refused: `not-positive` for an output of zero or less, `unit-mixed` for
    a unit that is no money."""
    by = convert(output, unit, "万元")
    if by <= 0:
        raise CarbonRefused("not-positive", output=output)
    return exact(tonnes, "tonnes") / by


@dataclass(frozen=True, slots=True)
class TotalStanding:
    """A year's total beside its plan, in tCO2: `left` until the plan is used up (below zero: over
    it), `even` what an even pace would have come to by now, `ahead` how far below that pace."""

    planned: Fraction
    so_far: Fraction
    left: Fraction
    even: Fraction
    ahead: Fraction


def total_standing(plan: Path, year: int, so_far: Number, months: int = 12) -> TotalStanding:
    """Where a year stands after so many months. Refused: `target-invalid`."""
    if not 0 <= months <= 12:
        raise CarbonRefused("target-invalid", months=months)
    planned, done = plan.at(year), exact(so_far, "so_far")
    even = planned * Fraction(months, 12)
    return TotalStanding(planned, done, planned - done, even, even - done)


@dataclass(frozen=True, slots=True)
class IntensityStanding:
    """A year's intensity (tCO2 by 万元) beside its plan. `fallen` since the base and `asked` to
    fall, both shares of the base; `reached` the share of what is asked (None: nothing is asked);
    `left` the tonnes that may still be emitted at the year's output (below zero: too many)."""

    planned: Fraction
    actual: Fraction
    fallen: Fraction
    asked: Fraction
    reached: Fraction | None
    left: Fraction


def intensity_standing(
    plan: Path, year: int, tonnes: Number, output: Number, unit: str = "万元"
) -> IntensityStanding:
    """Where a year stands; the base is the path's first year. Refused: `target-invalid`,
    `not-positive`, `unit-mixed`."""
    base = plan.at(min(plan.values))
    if base <= 0:
        raise CarbonRefused("not-positive", base=base)
    planned, actual = plan.at(year), intensity(tonnes, output, unit)
    fallen, asked = 1 - actual / base, 1 - planned / base
    return IntensityStanding(
        planned,
        actual,
        fallen,
        asked,
        fallen / asked if asked else None,
        planned * convert(output, unit, "万元") - exact(tonnes, "tonnes"),
    )


def _grown(a: Fraction, b: Fraction, share: Fraction) -> Fraction:
    """a (b/a)^share."""
    with localcontext(Context(prec=50)):
        start = Decimal(a.numerator) / Decimal(a.denominator)
        growth = Decimal((b / a).numerator) / Decimal((b / a).denominator)
        power = Decimal(share.numerator) / Decimal(share.denominator)
        value = start * (growth.ln() * power).exp()
    return Fraction(round(Fraction(value) * 10**PLACES), 10**PLACES)

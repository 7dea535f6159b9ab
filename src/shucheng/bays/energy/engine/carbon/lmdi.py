"""Why emissions changed: LMDI-I, additive and multiplicative, without a residue.

A total is the sum over parts i (sectors, companies, carriers) of products of factors k, such as
activity x structure x intensity x carbon content: V = sum over i of x_1i ... x_ki. With the
logarithmic mean L(a, b) = (a - b) / (ln a - ln b), L(a, a) = a, from year 0 to year T

    additive        effect_k = sum over i of L(V_iT, V_i0) ln(x_kiT / x_ki0),   sum = V_T - V_0
    multiplicative  ln D_k = effect_k / L(V_T, V_0),                        product = V_T / V_0

(B.W. Ang, Energy Policy 32 (2004) 1131-1139 and 33 (2005) 867-871, formulas for LMDI-I.) Zeros are
taken at their limit rather than as small numbers (B.W. Ang and Na Liu, Energy Policy 35 (2007)
238-246; R. Wood and M. Lenzen, Energy Policy 34 (2006) 1326-1331): a part that appears gives its
whole to the factors that were zero, in equal shares, one that disappears likewise, and a part that
is zero in both years gives nothing. What a carrier newly used adds is thus an effect of the factor
that was zero, its share, and not of activity.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction

from .refused import CarbonRefused
from .units import Number, exact

DIGITS = 60
"""Significant digits of logarithms; ratios near 1 lose as many as they agree in."""
PLACES = 30
"""Decimal places of effects."""

Factors = Mapping[str, Number | None]
"""The factors of one part by name, each in the same unit in both years. None: not defined in this
year, as the intensity of a sector without output; it is taken to be as in the other year."""


@dataclass(frozen=True, slots=True)
class Decomposition:
    """`effects` by factor, in the total's unit; they add up to `change` exactly. `parts`: the same
    by part and factor, not rounded."""

    before: Fraction
    after: Fraction
    effects: dict[str, Fraction]
    parts: dict[str, dict[str, Decimal]]

    @property
    def change(self) -> Fraction:
        return self.after - self.before

    def ratios(self) -> dict[str, Decimal]:
        """D_k by factor, whose product is after / before (to 50 digits). Refused:
        `aggregate-zero` where one of the totals is zero."""
        if not self.before or not self.after:
            raise CarbonRefused("aggregate-zero", before=self.before, after=self.after)
        with localcontext(Context(prec=DIGITS)):
            mean = _mean(_decimal(self.after), _decimal(self.before))
            return {name: (_decimal(each) / mean).exp() for name, each in self.effects.items()}


def decompose(before: Mapping[str, Factors], after: Mapping[str, Factors]) -> Decomposition:
    """The effects from one year to the other. Both years name the same parts, and all parts the
    same factors: what is not there in a year has a factor of zero. Refused: `factors-differ`,
    `negative-value`, `number-inexact`."""
    names = _names(before, after)
    effects = dict.fromkeys(names, Decimal(0))
    parts: dict[str, dict[str, Decimal]] = {}
    old = new = Fraction(0)
    with localcontext(Context(prec=DIGITS)):
        for part in before:
            x0 = _numbers(part, before[part], after[part])
            xt = _numbers(part, after[part], before[part])
            v0, vt = _product(x0), _product(xt)
            parts[part] = _effects(x0, xt, v0, vt)
            for name, effect in parts[part].items():
                effects[name] += effect
            old, new = old + v0, new + vt
    scale = 10**PLACES
    whole = {name: Fraction(round(Fraction(x) * scale), scale) for name, x in effects.items()}
    # What cut logarithms and this rounding leave goes to the largest effect.
    if whole:
        largest = max(names, key=lambda name: abs(whole[name]))
        whole[largest] += new - old - sum(whole.values(), Fraction(0))
    return Decomposition(old, new, whole, parts)


def identity(
    output: Mapping[str, Number], energy: Mapping[str, Number], tonnes: Mapping[str, Number]
) -> dict[str, Factors]:
    """Parts of a year as activity x structure x intensity x carbon: all output, the part's share of
    it, its energy by output, its tonnes by energy, each in the units given. The product is the
    part's tonnes, exactly; a ratio of nothing to nothing is None. Refused: `factors-differ`
    where the three name other parts; `not-positive` for energy without output or tonnes without
    energy, which no ratio carries."""
    if not output.keys() == energy.keys() == tonnes.keys():
        raise CarbonRefused("factors-differ", parts=len(output))
    whole = sum((exact(each, "output") for each in output.values()), Fraction(0))
    parts: dict[str, Factors] = {}
    for part in output:
        made, used = exact(output[part], "output"), exact(energy[part], "energy")
        parts[part] = {
            "activity": whole,
            "structure": _by(part, made, whole),
            "intensity": _by(part, used, made),
            "carbon": _by(part, exact(tonnes[part], "tonnes"), used),
        }
    return parts


def _by(part: str, above: Fraction, below: Fraction) -> Fraction | None:
    if below:
        return above / below
    if above:
        raise CarbonRefused("not-positive", part=part)
    return None


def _effects(
    x0: Mapping[str, Fraction], xt: Mapping[str, Fraction], v0: Fraction, vt: Fraction
) -> dict[str, Decimal]:
    nothing = dict.fromkeys(x0, Decimal(0))
    if v0 and vt:
        mean = _mean(_decimal(vt), _decimal(v0))
        return {name: mean * _log(xt[name], x0[name]) for name in x0}
    if not v0 and not vt:
        return nothing
    source = x0 if vt else xt
    were_zero = [name for name, value in source.items() if not value]
    share = _decimal(vt - v0) / len(were_zero)
    return nothing | dict.fromkeys(were_zero, share)


def _mean(a: Decimal, b: Decimal) -> Decimal:
    if a == b:
        return a
    return (a - b) / (a / b).ln()


def _log(above: Fraction, below: Fraction) -> Decimal:
    return Decimal(0) if above == below else _decimal(above / below).ln()


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _product(values: Mapping[str, Fraction]) -> Fraction:
    product = Fraction(1)
    for value in values.values():
        product *= value
    return product


def _numbers(part: str, factors: Factors, other: Factors) -> dict[str, Fraction]:
    """Of one year, in the factors' order; what is defined in neither year is zero."""
    found = {}
    for name, value in factors.items():
        told = other[name] if value is None else value
        found[name] = Fraction(0) if told is None else exact(told, name)
    if negative := [name for name, value in found.items() if value < 0]:
        raise CarbonRefused("negative-value", part=part, factor=negative[0])
    return found


def _names(before: Mapping[str, Factors], after: Mapping[str, Factors]) -> list[str]:
    """The factors' names, the same for every part in both years."""
    if before.keys() != after.keys():
        raise CarbonRefused("factors-differ", part=min(before.keys() ^ after.keys()))
    names: list[str] = list(next(iter(before.values()), {}))
    for year in (before, after):
        for part, factors in year.items():
            if factors.keys() != set(names):
                raise CarbonRefused("factors-differ", part=part)
    return names

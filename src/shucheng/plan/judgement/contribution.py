"""What drove a change: parts that add up to it exactly.

Sums: a part's contribution is its own change. Ratios N/D over areas: the midpoint decomposition of
shift-share analysis (Marshall-Edgeworth weights), which leaves no residual and needs no
logarithm of zero. A ratio's two components: the logarithmic mean Divisia index (LMDI-I, Ang 2005)
where both are positive, else the midpoint. Rounding (to six decimals) is given to the largest
part, so that the parts always sum to the total change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

_PLACES = Decimal("0.000001")

Effect = Literal["change", "rate", "structure", "rest"]
# The part that is not assigned to anybody: what the city has beside the sum of its counties.
REST = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one county or component added to the change, in the indicator's unit.

    `effect` of a ratio: "rate" is the own ratio's change, "structure" the change of its weight.
    """

    name: str
    effect: Effect
    value: Decimal


def of_sum(
    before: Mapping[str, Decimal],
    after: Mapping[str, Decimal],
    total_before: Decimal,
    total_after: Decimal,
) -> tuple[Part, ...]:
    """The change of a total by its parts; what the parts do not say is a part named `REST`.

    Only parts known at both times can be compared; the others are in the rest.
    """
    parts = [Part(name, "change", after[name] - before[name]) for name in after if name in before]
    rest = total_after - total_before - sum((part.value for part in parts), Decimal(0))
    return (*parts, Part(REST, "rest", rest)) if rest else tuple(parts)


def of_mean(
    before: Mapping[str, Decimal],
    after: Mapping[str, Decimal],
    total_before: Decimal,
    total_after: Decimal,
) -> tuple[Part, ...]:
    """The change of a plain mean: each part's change, divided by how many there are."""
    names = [name for name in after if name in before]
    parts = [
        Part(name, "change", ((after[name] - before[name]) / len(names)).quantize(_PLACES))
        for name in names
    ]
    return _with_rest(parts, total_after - total_before, tolerance=_PLACES * max(len(names), 1))


def of_ratio(
    before: Mapping[str, tuple[Decimal, Decimal]],
    after: Mapping[str, tuple[Decimal, Decimal]],
    *,
    scale: Decimal = Decimal(1),
) -> tuple[Part, ...]:
    """The change of ΣN/ΣD by part: (numerator, denominator) of each at both times.

    Only parts known at both times can be compared: the sums are over these alone, and what the
    others did to the whole belongs into its rest (`completed`).
    With d the share of a part in ΣD and r its own ratio, the change is Σ r̄·Δd + d̄·Δr (bars are
    means of the two times); r̄ is taken against the whole's mean ratio, which changes nothing in the
    sum because ΣΔd = 0, and makes "structure" what a heavier weight of a better part adds.
    A part whose denominator is 0 at a time has the other time's ratio then. Empty where a
    whole's denominator is 0. `scale` is 100 for percent.
    """
    names = sorted(before.keys() & after.keys())
    start = {n: tuple(map(Fraction, before[n])) for n in names}
    end = {n: tuple(map(Fraction, after[n])) for n in names}
    whole = [
        (sum(side[n][0] for n in names), sum(side[n][1] for n in names)) for side in (start, end)
    ]
    if not whole[0][1] or not whole[1][1]:
        return ()
    ratios = [Fraction(numerator) / denominator for numerator, denominator in whole]
    middle = (ratios[0] + ratios[1]) / 2
    parts: list[tuple[str, Effect, Fraction]] = []
    rest = ratios[1] - ratios[0]
    for name in names:
        (n0, d0), (n1, d1) = start[name], end[name]
        if not d0 and not d1:
            continue
        r0 = n0 / d0 if d0 else n1 / d1
        r1 = n1 / d1 if d1 else r0
        s0, s1 = d0 / whole[0][1], d1 / whole[1][1]
        rate = (s0 + s1) / 2 * (r1 - r0)
        structure = ((r0 + r1) / 2 - middle) * (s1 - s0)
        parts += [(name, "rate", rate), (name, "structure", structure)]
        rest -= rate + structure
    if rest:  # a numerator over no denominator at all
        parts.append((REST, "rest", rest))
    change = _decimal((ratios[1] - ratios[0]) * Fraction(scale))
    rounded = [Part(n, effect, _decimal(v * Fraction(scale))) for n, effect, v in parts]
    return _exact(rounded, change)


def of_quotient(
    before: tuple[Decimal, Decimal],
    after: tuple[Decimal, Decimal],
    *,
    names: tuple[str, str],
    scale: Decimal = Decimal(1),
) -> tuple[Part, ...]:
    """The change of N/D by its numerator and its denominator; empty where D is 0 at a time.

    LMDI: with L(a, b) = (a - b) / ln(a / b) of the two ratios, the numerator's part is L·ln(N₁/N₀)
    and the denominator's -L·ln(D₁/D₀).
    """
    (n0, d0), (n1, d1) = before, after
    if not d0 or not d1:
        return ()
    change = (n1 / d1 - n0 / d0) * scale
    if min(n0, d0, n1, d1) > 0:
        quotient = (n1 / d1) / (n0 / d0)
        mean = (n1 / d1 - n0 / d0) / quotient.ln() if quotient != 1 else n0 / d0
        numerator = mean * (n1 / n0).ln() * scale
        denominator = -mean * (d1 / d0).ln() * scale
    else:
        numerator = (n1 - n0) * (1 / d0 + 1 / d1) / 2 * scale
        denominator = change - numerator
    parts = [
        Part(names[0], "change", numerator.quantize(_PLACES)),
        Part(names[1], "change", denominator.quantize(_PLACES)),
    ]
    return _exact(parts, change.quantize(_PLACES))


def completed(parts: Sequence[Part], change: Decimal) -> tuple[Part, ...]:
    """The parts, and what of a change they do not say as the part `REST`."""
    if not parts:
        return ()
    return _with_rest(list(parts), change, tolerance=_PLACES * len(parts))


def _with_rest(parts: list[Part], change: Decimal, tolerance: Decimal) -> tuple[Part, ...]:
    if abs(change - sum((part.value for part in parts), Decimal(0))) <= tolerance:
        return _exact(parts, change)
    named = [part for part in parts if part.effect != "rest"]
    rest = change - sum((part.value for part in named), Decimal(0))
    return (*named, Part(REST, "rest", rest))


def _exact(parts: list[Part], change: Decimal) -> tuple[Part, ...]:
    """The same parts; what rounding left over goes to the largest."""
    left = change - sum((part.value for part in parts), Decimal(0))
    if left and parts:
        at = max(range(len(parts)), key=lambda index: abs(parts[index].value))
        largest = parts[at]
        parts[at] = Part(largest.name, largest.effect, largest.value + left)
    return tuple(parts)


def _decimal(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(_PLACES)

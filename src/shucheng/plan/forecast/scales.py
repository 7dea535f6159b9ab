"""The scale on which shocks act, so that no simulated value passes what values can be."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, floor, log

# How near to a bound a share is taken to be where it was measured at the bound itself.
_EDGE = 0.002


@dataclass(frozen=True, slots=True)
class Scale:
    """Between two bounds (a share) the logit; from zero up relative shocks; else as it is."""

    lower: float | None
    upper: float | None
    whole: bool
    relative: bool

    @classmethod
    def of(
        cls, numbers: Sequence[float], lower: float | None, upper: float | None, *, whole: bool
    ) -> "Scale":
        """The scale for numbers with these bounds; a bound that they themselves pass is none."""
        if lower is not None and min(numbers) < lower:
            lower = None
        if upper is not None and max(numbers) > upper:
            upper = None
        relative = lower == 0 and upper is None and sum(numbers) > 0
        return cls(lower, upper, whole, relative)

    def inward(self, numbers: Sequence[float]) -> list[float]:
        """The numbers on the scale that methods work on."""
        if self.lower is None or self.upper is None:
            return list(numbers)
        width = self.upper - self.lower
        shares = (min(max((n - self.lower) / width, _EDGE), 1 - _EDGE) for n in numbers)
        return [log(share / (1 - share)) for share in shares]

    def outward(self, numbers: Sequence[float], chance: float | None = None) -> list[float]:
        """Back again, within the bounds; things are counted as whole ones, up or down by `chance`
        so that nothing is added on average (without it they stay fractions)."""
        if self.lower is not None and self.upper is not None:
            width = self.upper - self.lower
            # exp overflows beyond 700; a logit of 40 is the bound itself.
            found = [self.lower + width / (1 + exp(-max(min(n, 40.0), -40.0))) for n in numbers]
        elif self.lower is not None:
            low = self.lower
            found = [n if n > low else low for n in numbers]
        elif self.upper is not None:
            high = self.upper
            found = [n if n < high else high for n in numbers]
        else:
            found = list(numbers)
        if self.whole and chance is not None:
            return [floor(n + chance) for n in found]
        return found

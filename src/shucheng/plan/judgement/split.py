"""Split a target over counties or quarters so that the parts add up to it, to the last digit."""

from collections.abc import Hashable, Mapping
from decimal import ROUND_FLOOR, Decimal
from typing import TypeVar

Part = TypeVar("Part", bound=Hashable)


class SplitImpossible(ValueError):
    """The parts cannot add up to the total; `code` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def split(
    total: Decimal,
    weights: Mapping[Part, Decimal],
    *,
    fixed: Mapping[Part, Decimal] | None = None,
    step: Decimal = Decimal(1),
) -> dict[Part, Decimal]:
    """Parts of a total in proportion to weights, in whole steps, by largest remainders (Hamilton).

    What is `fixed` by hand stays; the rest is shared among the others. The parts sum to `total`
    exactly and none is further than one step from its share. `step` is the smallest amount that
    means something (1 家, 0.01 亿元); a rest finer than a step goes to the largest remainder.

    Raises `SplitImpossible`: `split.fixed_exceeds` where the fixed parts pass the total,
    `split.nothing_left` where they are all fixed and fall short, `split.no_weight` where the
    others weigh nothing.
    """
    fixed = {part: fixed[part] for part in weights if part in fixed} if fixed else {}
    rest = total - sum(fixed.values(), Decimal(0))
    free = {part: weight for part, weight in weights.items() if part not in fixed}
    if rest < 0 <= total:
        raise SplitImpossible(
            "split.fixed_exceeds", f"the fixed parts exceed the total by {-rest.normalize():f}"
        )
    if not free:
        if rest:
            raise SplitImpossible(
                "split.nothing_left", f"the fixed parts differ from the total by {rest:f}"
            )
        return dict(fixed)
    weight = sum(free.values(), Decimal(0))
    if weight <= 0 or any(each < 0 for each in free.values()):
        raise SplitImpossible("split.no_weight", "the other parts have no weight to share by")
    shares = {part: rest * each / weight for part, each in free.items()}
    parts = {part: _down(share, step) for part, share in shares.items()}
    left = rest - sum(parts.values(), Decimal(0))
    order = sorted(parts, key=lambda part: parts[part] - shares[part])
    for part in order:
        given = min(step, left)
        parts[part] += given
        left -= given
    return {part: fixed[part] if part in fixed else parts[part] for part in weights}


def _down(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).to_integral_value(ROUND_FLOOR) * step

"""The life of a recognised intangible: straight-line amortisation and impairment by month."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shucheng.lib.periods import Period

from .disclosure import Movement
from .rules import Route


@dataclass(frozen=True)
class Asset:
    """A recognised intangible. `available`: the month from which it can be used; `months`: its
    useful life (None: indefinite, so a yearly test and no amortisation, DA-INT-06); `impaired`: 分
    by month, never reversed (DA-INT-08); `ended`: the month it leaves, and `how`."""

    id: str
    route: Route
    cost: int
    available: Period
    months: int | None
    residual: int = 0
    impaired: Mapping[Period, int] | None = None
    ended: Period | None = None
    how: Literal["disposed", "lapsed", "other_out"] = "disposed"


RULES = ("DA-INT-05", "DA-INT-06", "DA-INT-08")


@dataclass(frozen=True, slots=True)
class Charge:
    """A month's amortisation and impairment, and the carrying amount after both."""

    period: Period
    amortised: int
    impaired: int
    carrying: int


def schedule(asset: Asset, until: Period) -> tuple[Charge, ...]:
    """Straight-line amortisation month by month, up to and including `until`.

    From the month the asset is available until the month before it ends (CAS-6 第十七条; by month:
    the usual practice, unconfirmed). Each month takes what is left above the residual value divided
    by the months left, rounded down, so that the last one ends on the residual exactly; an
    impairment lowers what is left. Raises `ValueError` for a life, amount or month that cannot be,
    an impairment above the carrying amount or outside the schedule."""
    impaired = dict(asset.impaired or {})
    if not 0 <= asset.residual <= asset.cost or (asset.months is not None and asset.months < 1):
        raise ValueError(f"{asset.id}: cost, residual value or useful life cannot be")
    last = until if asset.ended is None else min(until, asset.ended.previous())
    if any(fen <= 0 or month < asset.available for month, fen in impaired.items()):
        raise ValueError(f"{asset.id}: an impairment is not above zero or before it is available")
    charges: list[Charge] = []
    carrying, month = asset.cost, asset.available
    while month <= last:
        left = 0 if asset.months is None else asset.months - len(charges)
        amortised = max(carrying - asset.residual, 0) // left if left > 0 else 0
        lost = impaired.get(month, 0)
        carrying -= amortised + lost
        if carrying < 0:
            raise ValueError(f"{asset.id}: impaired below nothing in {month}")
        charges.append(Charge(month, amortised, lost, carrying))
        month = month.next()
    return tuple(charges)


def movements(asset: Asset, until: Period) -> tuple[Movement, ...]:
    """The asset's movements for the disclosure table; when it ends, all that is left of cost,
    amortisation and provision leaves in the way it ended. Raises as `schedule`."""
    charges = schedule(asset, until)
    kind = {"purchased": "purchased", "developed": "developed", "other": "other_in"}[asset.route]
    made = [("cost", kind, asset.available, asset.cost)]
    made += [("amortisation", "charged", each.period, each.amortised) for each in charges]
    made += [("provision", "charged", each.period, each.impaired) for each in charges]
    if asset.ended is not None and asset.ended <= until:
        amortised = sum(each.amortised for each in charges)
        impaired = sum(each.impaired for each in charges)
        made += [("cost", asset.how, asset.ended, asset.cost)]
        made += [("amortisation", asset.how, asset.ended, amortised)]
        made += [("provision", "released", asset.ended, impaired)]
    return tuple(
        Movement(asset.route, block, kind, month.start, fen)
        for block, kind, month, fen in made
        if fen
    )

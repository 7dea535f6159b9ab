"""What was burnt, bought or made: the activities of an account, and contracts for electricity."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter
from typing import Literal

from .refused import CarbonRefused
from .units import convert, exact, unit

ELECTRICITY = "electricity"
BOUGHT = (ELECTRICITY, "heat", "steam", "cooling")
"""What emits where it is made and not where it is used: never scope 1, and all that scope 2 is.
Electricity of one's own panels is another carrier, `electricity-pv`."""
Scope = Literal[1, 2, 3]
Quality = Literal["measured", "billed", "calculated", "estimated"]
QUALITIES = ("measured", "billed", "calculated", "estimated")
PERIOD = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")


@dataclass(frozen=True, slots=True)
class Activity:
    """An amount of a carrier (or of a process' product) in a month (`2025-03`) or a year (`2025`).

    `amount` is zero or more, of what was used: of bought electricity and heat the net amount.
    `scope`: 1 what is burnt or made here, 2 bought electricity and heat, 3 the rest of the chain
    (GHG Protocol Corporate Standard, chapter 4; GB/T 32150). `region`: whose electricity. `factor`:
    the id of a factor, where the account's rules must not choose. `sold_as`: the carrier that was
    made of it for others (a power plant's coal: electricity). `supplier`: the company it was bought
    from, where known. `source`: the meter, bill or report."""

    id: str
    company: str
    period: str
    carrier: str
    amount: Decimal
    unit: str
    scope: Scope
    source: str
    quality: Quality
    city: str = ""
    sector: str = ""
    park: str = ""
    region: str = ""
    factor: str = ""
    sold_as: str = ""
    supplier: str = ""

    @property
    def year(self) -> int:
        return int(self.period[:4])

    def plain(self) -> str:
        """For digests: 1.0 t and 1 t are one input, 1 t and 1000 kg are two."""
        return repr((*_words(self), self.amount.as_integer_ratio()))


_words = attrgetter(*(name for name in Activity.__dataclass_fields__ if name != "amount"))


@dataclass(frozen=True, slots=True)
class Contract:
    """A green certificate (绿证) or a supply contract of a company for a year: `amount` of
    electricity at `rate` kgCO2/kWh (0: non-fossil). Contracts count in the order of their ids.

    After the quality criteria of the GHG Protocol Scope 2 Guidance (2015, chapter 7): for one user
    and the period of use."""

    id: str
    company: str
    year: int
    amount: Decimal
    unit: str
    source: str
    rate: Decimal = field(default=Decimal(0))

    @property
    def kwh(self) -> Fraction:
        return convert(self.amount, self.unit, "kWh")

    def plain(self) -> str:
        amounts = (str(exact(self.amount)), str(exact(self.rate, "rate")))
        return repr((self.id, self.company, self.year, self.unit, self.source, *amounts))


def checked(activities: Iterable[Activity]) -> list[Activity]:
    """The activities by id. Refused: `activity-invalid`, `activity-twice`, `unit-unknown`,
    `number-inexact`, and `periods-overlap` where a year and one of its months speak of the same
    company, park, carrier, scope and purpose: one of the two would be counted twice."""
    found = sorted(activities, key=lambda each: each.id)
    seen: set[str] = set()
    years: dict[tuple[object, ...], set[bool]] = {}
    for each in found:
        _check(each)
        if each.id in seen:
            raise CarbonRefused("activity-twice", activity=each.id)
        seen.add(each.id)
        what = (each.company, each.park, each.carrier, each.scope, each.sold_as, each.year)
        kinds = years.setdefault(what, set())
        kinds.add(len(each.period) == 4)
        if len(kinds) > 1:
            raise CarbonRefused("periods-overlap", activity=each.id, year=each.year)
    return found


def checked_contracts(contracts: Iterable[Contract]) -> list[Contract]:
    """The contracts by id. Refused: `contract-invalid`, `contract-twice` (one certificate counted
    for two users), `unit-mixed`."""
    found = sorted(contracts, key=lambda each: each.id)
    for before, each in zip([None, *found], found, strict=False):
        if before is not None and before.id == each.id:
            raise CarbonRefused("contract-twice", contract=each.id)
        below_zero = each.kwh < 0 or exact(each.rate, "rate") < 0
        if below_zero or not (each.id and each.company and each.source):
            raise CarbonRefused("contract-invalid", contract=each.id)
    return found


def _check(each: Activity) -> None:
    unit(each.unit)
    amount = each.amount
    if not (isinstance(amount, Decimal) and amount.is_finite()):
        raise CarbonRefused("number-inexact", activity=each.id, amount=repr(amount))
    wrong = ""
    if not (each.id and each.company and each.carrier and each.source):
        wrong = "id, company, carrier or source is missing"
    elif not PERIOD.fullmatch(each.period):
        wrong = f"period {each.period}"
    elif amount < 0:
        wrong = f"amount {amount}"
    elif each.scope not in (1, 2, 3):
        wrong = f"scope {each.scope}"
    elif each.scope == (1 if each.carrier in BOUGHT else 2):
        wrong = f"{each.carrier} in scope {each.scope}"
    elif each.sold_as and each.scope != 1:
        wrong = f"sold as {each.sold_as} in scope {each.scope}"
    elif each.quality not in QUALITIES:
        wrong = f"quality {each.quality}"
    if wrong:
        raise CarbonRefused("activity-invalid", activity=each.id, wrong=wrong)

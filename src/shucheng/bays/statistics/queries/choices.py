"""What an account may be asked for, in words; who does not see single firms has fewer choices."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import cast

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.engine.accounts import Basis
from shucheng.bays.statistics.engine.cells import Dimension, Scheme
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.queries.micro import ask

Words = Mapping[str, str | Promise]


@dataclass(frozen=True, slots=True)
class Measure:
    """`scale`: how many of the engine's (thousand yuan, persons) make one of the unit shown."""

    code: str
    name: str | Promise
    unit: str | Promise
    scale: Decimal
    decimals: int


_MONEY = {"unit": _("100 million yuan"), "scale": Decimal(100_000), "decimals": 2}
MEASURES: dict[str, Measure] = {
    each.code: each
    for each in (
        Measure("revenue", _("Revenue"), **_MONEY),  # type: ignore[arg-type]
        Measure("value_added", _("Value added"), **_MONEY),  # type: ignore[arg-type]
        Measure("employees", _("Employees"), _("persons"), Decimal(1), 0),
        Measure("rd_expense", _("R&D expense"), **_MONEY),  # type: ignore[arg-type]
        Measure("rd_staff", _("R&D people"), _("persons"), Decimal(1), 0),
    )
}
SCHEMES: Words = {
    "major": _("Core industries: divisions"),
    "medium": _("Core industries: groups"),
    "minor": _("Core industries: classes"),
    "industries": _("Industries of the plan (2+4+2)"),
}
DIVISIONS: Words = {
    "area": _("Area"),
    "park": _("Park"),
    "size": _("Size"),
    "designated": _("Above designated size or not"),
}
NO_PARK = "-"
"""Stands for firms that the register has in no park."""
BASES: Words = {
    "ytd": _("since January"),
    "month": _("of the month"),
    "quarter": _("of the quarter"),
    "year": _("of the whole year"),
}
SIZES: Words = {
    "large": _("Large"),
    "medium": _("Medium-sized"),
    "small": _("Small"),
    "micro": _("Micro"),
}
DESIGNATED: Words = {"true": _("Above designated size"), "false": _("Below designated size")}

# For everybody: what is published (`published`). More views of the same firms would let a reader
# find out what each of them withholds.
_PUBLIC = {
    "scheme": ("major",),
    "by": ("area", "size"),
    "basis": ("ytd",),
}
ASKED: Words = {
    "scheme": _("Classes"),
    "by": _("Divided by"),
    "measure": _("What is measured"),
    "basis": _("Basis"),
    "period": _("Period"),
}
_WORDS: Mapping[str, Words] = {"scheme": SCHEMES, "by": DIVISIONS, "basis": BASES}
_ENDS = {"ytd": 1, "month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Choice:
    """An account that is asked for; `period` is its last month (yyyymm)."""

    scheme: Scheme
    by: Dimension
    measure: str
    basis: Basis
    period: int

    @property
    def measured(self) -> Measure:
        return MEASURES[self.measure]

    @property
    def words(self) -> str:
        """The period in words."""
        return period_words(self.period, self.basis)

    @property
    def told(self) -> dict[str, str | int]:
        """What is answered, by the names it is asked for by."""
        return {name: getattr(self, name) for name in ASKED}

    @property
    def address(self) -> str:
        """As the query of an address."""
        return "&".join(f"{name}={value}" for name, value in self.told.items())


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen, and what is; `None` while there are no returns."""

    chosen: Choice | None
    periods: Sequence[int]
    schemes: Words
    divisions: Words
    bases: Words


def choices(asked: Mapping[str, str], *, out: Sequence[int] | None = None) -> Choices:
    """What was asked for, as far as it may be: anything else is the first of what there is. `out`
    are the months that are published, for those who see these alone."""
    months = ask(months_of, "months") if out is None else out
    allowed = {} if out is None else _PUBLIC

    def offered(name: str, words: Words) -> Words:
        return {code: words[code] for code in allowed.get(name, tuple(words))}

    schemes, divisions = offered("scheme", SCHEMES), offered("by", DIVISIONS)
    bases = offered("basis", BASES)
    # A basis none of whose periods has ended is not offered.
    bases = {code: name for code, name in bases.items() if _ended(months, code)}
    basis = _one(asked.get("basis"), bases) if bases else "ytd"
    periods = _ended(months, basis)
    found = Choices(None, periods, schemes, divisions, bases)
    if not periods:
        return found
    period = asked.get("period", "")
    chosen = Choice(
        scheme=cast(Scheme, _one(asked.get("scheme"), schemes)),
        by=cast(Dimension, _one(asked.get("by"), divisions)),
        measure=_one(asked.get("measure"), MEASURES),
        basis=cast(Basis, basis),
        period=next((each for each in periods if str(each) == period), periods[0]),
    )
    return replace(found, chosen=chosen)


def months_of(micro: Micro) -> list[int]:
    """The months that firms reported, the newest first."""
    rows = micro.connection.execute("SELECT DISTINCT period FROM newest ORDER BY 1 DESC")
    return [month for (month,) in rows.fetchall()]


def unmet(asked: Mapping[str, str], chosen: Choice) -> tuple[tuple[str, str], ...]:
    """What was asked for and is not what is chosen: what it is, and the wish, both in words."""
    found = []
    for name, answered in chosen.told.items():
        wish = asked.get(name, "")
        if wish and wish != str(answered):
            month = name == "period" and re.fullmatch(r"20\d\d(0[1-9]|1[0-2])", wish, re.ASCII)
            words = period_words(int(wish), asked.get("basis", "ytd")) if month else wish[:40]
            found.append((str(ASKED[name]), str(_WORDS.get(name, {}).get(wish, words))))
    return tuple(found)


def _ended(months: Sequence[int], basis: str) -> list[int]:
    return [month for month in months if month % 100 % _ENDS[basis] == 0]


def _one(asked: str | None, words: Mapping[str, object]) -> str:
    return asked if asked and asked in words else next(iter(words))


def period_words(period: int, basis: str = "ytd") -> str:
    """A period (yyyymm, its last month) in words; January is told together with February."""
    year, month = divmod(period, 100)
    named = {"year": year, "month": month, "quarter": month // 3}
    if basis == "year":
        return gettext("the year %(year)s") % named
    if basis == "quarter":
        return gettext("quarter %(quarter)s of %(year)s") % named
    if basis == "month" and month > 2:
        return gettext("month %(month)s of %(year)s") % named
    return gettext("months 1–%(month)s of %(year)s") % named

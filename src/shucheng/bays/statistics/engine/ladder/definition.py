"""The ladder of firms (企业梯度), as data: its rungs (梯度层级) and what each asks for.

A criterion is met when one of its ways is; a way when all its conditions are. What is not known
of a firm makes a condition neither met nor unmet (Kleene's three values): a criterion is met or
unmet only where what is known decides it.

Sources are named criterion by criterion in `data/ladder.yaml`; what was not checked against its
text says `unconfirmed`.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal, get_args

import yaml

from ..classification import DATA
from ..definition_error import DefinitionInvalid

UNIT = 10_000
"""Limits are whole ten-thousandths, so that comparing is exact."""

Operator = Literal["at_least", "above", "at_most", "below", "among"]

NUMBERS = (
    "revenue",
    "revenue_before",
    "rd_expense",
    "rd_expense_before",
    "growth",
    "growth_2y",
    "rd_share",
    "rd_share_before",
    "rd_share_3y",
    "rd_staff_share",
    "employees",
    "age_months",
)
"""Measures that follow from the returns and the register: thousand yuan, shares, persons, months.
A number of another name is a fact that has to be told (table `facts`, `data/facts.yaml`)."""

TEXTS = ("size", "industry", "holds")
"""Measures that are among given values; an industry by its first digits."""

DESIGNATED = "designated"
"""The rung that the register itself tells: 规上."""


class LadderInvalid(DefinitionInvalid):
    """A ladder that cannot be climbed: a rung or criterion twice, a condition nobody can read."""

    code = "ladder-invalid"


@dataclass(frozen=True, slots=True)
class Condition:
    """A measure against a limit (ten-thousandths) or, for texts, among values."""

    measure: str
    operator: Operator
    limit: int
    values: tuple[str, ...] = ()

    @property
    def is_fact(self) -> bool:
        return self.measure not in NUMBERS and self.measure not in TEXTS


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a rung asks for, where that is written, and where the data only come near it (note)."""

    code: str
    name: str
    name_en: str
    ways: tuple[tuple[Condition, ...], ...]
    source: str
    clause: str
    unconfirmed: bool
    note: str

    @property
    def checkable(self) -> bool:
        """Whether returns and register can decide it; what rests on facts alone must be asked."""
        return any(not any(c.is_fact for c in way) for way in self.ways)


@dataclass(frozen=True, slots=True)
class Rung:
    """A rung; `honours` are the kinds of which a valid one is enough to hold it."""

    code: str
    name: str
    name_en: str
    honours: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    aside: bool


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs from the lowest to the highest, those aside behind them."""

    version: str
    rungs: tuple[Rung, ...]

    def __getitem__(self, code: str) -> Rung:
        for rung in self.rungs:
            if rung.code == code:
                return rung
        raise LadderInvalid("rung-unknown", value=code)

    @property
    def climbed(self) -> tuple[Rung, ...]:
        """The rungs in a row, without those aside."""
        return tuple(rung for rung in self.rungs if not rung.aside)

    def after(self, held: set[str]) -> Rung | None:
        """The rung after the highest of those held; none for who is at the top."""
        heights = [height for height, rung in enumerate(self.climbed) if rung.code in held]
        following = self.climbed[max(heights, default=-1) + 1 :]
        return following[0] if following else None

    def highest(self, held: set[str]) -> Rung | None:
        return next((rung for rung in reversed(self.climbed) if rung.code in held), None)

    def facts(self) -> tuple[str, ...]:
        """The names of the facts it asks for, in the order of their names."""
        conditions = (
            condition
            for rung in self.rungs
            for criterion in rung.criteria
            for way in criterion.ways
            for condition in way
        )
        return tuple(sorted({each.measure for each in conditions if each.is_fact}))


@cache
def shipped() -> Ladder:
    """The ladder that comes with the package."""
    return read(yaml.safe_load((DATA / "ladder.yaml").read_text(encoding="utf-8")))


def read(data: dict[str, Any]) -> Ladder:
    """A ladder from a mapping as `data/ladder.yaml` holds it. Raises `LadderInvalid`."""
    rungs = tuple(
        _rung(entry, aside=aside)
        for aside, key in ((False, "rungs"), (True, "aside"))
        for entry in data.get(key) or ()
    )
    _once("rungs", [rung.code for rung in rungs])
    codes = {rung.code for rung in rungs}
    for rung in rungs:
        _once(f"{rung.code}.criteria", [criterion.code for criterion in rung.criteria])
        if not rung.criteria or len(rung.criteria) > 30:
            raise LadderInvalid("rung-criteria", place=rung.code)
        if not rung.honours and rung.code != DESIGNATED:
            raise LadderInvalid("rung-honours", place=rung.code)
        for condition in (c for each in rung.criteria for way in each.ways for c in way):
            if condition.measure == "holds" and not set(condition.values) <= codes:
                raise LadderInvalid(
                    "rung-unknown", place=rung.code, value=", ".join(condition.values)
                )
    return Ladder(str(data["version"]), rungs)


def _once(what: str, codes: list[str]) -> None:
    for code in codes:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", code, re.ASCII):
            raise LadderInvalid("name-form", place=what, value=code)
    if len(set(codes)) < len(codes):
        raise LadderInvalid("name-twice", place=what)


def _rung(entry: dict[str, Any], *, aside: bool) -> Rung:
    criteria = tuple(map(_criterion, entry["criteria"]))
    names = entry["name"], entry.get("name_en", entry["name"])
    _once(f"{entry['code']}.honours", list(entry.get("honours") or ()))
    return Rung(entry["code"], *names, tuple(entry.get("honours") or ()), criteria, aside)


def _criterion(entry: dict[str, Any]) -> Criterion:
    ways = tuple(tuple(map(_condition, way)) for way in entry["ways"])
    if not ways or not all(ways):
        raise LadderInvalid("criterion-empty", place=entry["code"])
    source = entry.get("source", "")
    return Criterion(
        entry["code"],
        entry["name"],
        entry.get("name_en", entry["name"]),
        ways,
        source,
        entry.get("clause", ""),
        bool(entry.get("unconfirmed", not source)),
        entry.get("note", ""),
    )


def _condition(entry: dict[str, Any]) -> Condition:
    measure = entry.get("measure", "")
    found: list[Operator] = [each for each in get_args(Operator) if each in entry]
    if len(found) != 1 or len(entry) != 2:
        raise LadderInvalid("condition-form", place=measure, value=", ".join(get_args(Operator)))
    operator = found[0]
    if not re.fullmatch(r"[a-z][a-z0-9_]*", str(measure), re.ASCII):
        raise LadderInvalid("measure-form", value=measure)
    if (measure in TEXTS) != (operator == "among"):
        raise LadderInvalid("operator-unfit", place=measure, value=operator)
    if operator == "among":
        values = tuple(map(str, entry[operator]))
        if not values or not all(re.fullmatch(r"[a-z0-9_]+", each, re.ASCII) for each in values):
            raise LadderInvalid("values-form", place=measure)
        return Condition(measure, operator, 0, values)
    try:
        limit = Decimal(str(entry[operator])) * UNIT
    except InvalidOperation:
        raise LadderInvalid("number-form", place=measure, value=entry[operator]) from None
    if limit % 1:
        raise LadderInvalid("number-places", place=measure, value=entry[operator])
    return Condition(measure, operator, int(limit))

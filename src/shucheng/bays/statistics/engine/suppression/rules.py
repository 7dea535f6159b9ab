"""Primary suppression: which cells are sensitive, and what range must stay around their value.

Source: Hundepool et al., Statistical Disclosure Control (Wiley 2012), chapter 4: minimum
frequency, (n,k) dominance and p% rules with the upper protection levels that belong to them.
Lower levels are taken equal to upper ones, as usual. The parameters are in rules.toml.
"""

import tomllib
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Literal

from shucheng.bays.statistics.engine.suppression.tables import Cell, TableRefused

Rule = Literal["frequency", "dominance", "p_percent", "zero"]


@dataclass(frozen=True, slots=True)
class Rules:
    """Parameters of one version; a rule whose parameter is None is not used."""

    version: str
    threshold: int | None = None
    range_percent: int = 20
    least: int = 1
    dominance: tuple[int, int] | None = None  # n, k percent
    p_percent: int | None = None
    suppress_zeros: bool = False
    # How much of a sum of value added may come from rates that everybody knows.
    by_rate_percent: int = 100
    # Whether insiders that tables name (an area's own people) are kept from the firms of others.
    insiders: bool = True
    # What a reader is taken to know beforehand: which values are not below `floor` (None: of none)
    # and that all are within `prior_percent` of the truth (None: nothing known).
    floor: int | None = 0
    prior_percent: int | None = None

    @property
    def looked_at(self) -> int:
        """How many of the largest contributions of a cell decide whether it is sensitive."""
        dominant = self.dominance[0] if self.dominance else 0
        return max(1, dominant, 2 if self.p_percent is not None else 0)

    @property
    def kept(self) -> int:
        """How many to keep of each cell, so that holders of several small cells are recognised."""
        return max(3, self.threshold or 0, self.looked_at)


@dataclass(frozen=True, slots=True)
class Sensitive:
    """The rules that a cell breaks; no reader may bound its value closer than these distances."""

    rules: tuple[Rule, ...]
    lower: int
    upper: int


def shipped_rules(**changes: object) -> Rules:
    """The rules that come with the package, with changes by keyword (name them in `version`)."""
    text = files(__package__).joinpath("rules.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    rules = Rules(
        version=data["version"],
        threshold=data["frequency"]["threshold"],
        range_percent=data["frequency"]["range_percent"],
        least=data["frequency"]["least"],
        dominance=(data["dominance"]["n"], data["dominance"]["k"]),
        p_percent=data["p_percent"]["p"],
        suppress_zeros=data["zeros"]["treatment"] == "suppress",
        by_rate_percent=data["by_rate"]["percent"],
    )
    return replace(rules, **changes)  # type: ignore[arg-type]


def sensitivity(cell: Cell, rules: Rules) -> Sensitive | None:
    """What makes a cell sensitive, with the widest range that any broken rule asks for.

    Raises TableRefused when the cell lists fewer contributions than the rules look at.
    """
    asked: dict[Rule, int] = {}
    top = [amount for _, amount in cell.largest]
    if len(top) < min(cell.firms, rules.looked_at):
        raise TableRefused("too_few_listed", cell.key, "make the cells with kept=rules.kept")
    if cell.firms == 0:
        if rules.suppress_zeros and cell.silent:
            asked["zero"] = rules.least
    else:
        if rules.threshold is not None and cell.firms < rules.threshold:
            asked["frequency"] = _ceil(rules.range_percent * cell.gross, 100)
        if rules.dominance is not None:
            n, k = rules.dominance
            if 100 * sum(top[:n]) > k * cell.gross:
                asked["dominance"] = _ceil(100 * sum(top[:n]), k) - cell.gross
        if rules.p_percent is not None:
            others = cell.gross - sum(top[:2])
            if 100 * others < rules.p_percent * top[0]:
                asked["p_percent"] = _ceil(rules.p_percent * top[0], 100) - others
    if not asked:
        return None
    width = max(rules.least, *asked.values())
    return Sensitive(tuple(asked), width, width)


def _ceil(dividend: int, divisor: int) -> int:
    return -(-dividend // divisor)

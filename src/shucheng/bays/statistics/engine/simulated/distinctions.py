"""The honours of simulated firms: whom each year's rounds take, renew, and let go.

By the end of a year as many hold an honour as the settings say, larger and research-minded firms
sooner than others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from .population import Firms, Integers
from .settings import OPENING, Honour, Settings, in_year

_WITHDRAWN = 0.01
_FIRST_ROUND = 2021


@dataclass(frozen=True, slots=True)
class Given:
    """An honour given to a firm (its number), or taken back by a later row of the same day."""

    firm: int
    kind: str
    level: str
    since: date
    until: date | None
    withdrawn: bool
    told: date


def honours(
    settings: Settings, firms: Firms, seed: int, opening: int, last: int
) -> Iterator[Given]:
    """What is given and taken back in every year until the end of `last`, in that order."""
    scale = opening / OPENING
    held: dict[str, dict[int, Given]] = {rule.kind: {} for rule in settings.honours}
    for year in range(_FIRST_ROUND, last + 1):
        for number, rule in enumerate(settings.honours):
            rng = np.random.default_rng([seed, year, 10 + number])
            yield from _round(settings, rule, firms, held, rng, year, scale)


def _round(
    settings: Settings,
    rule: Honour,
    firms: Firms,
    held: dict[str, dict[int, Given]],
    rng: np.random.Generator,
    year: int,
    scale: float,
) -> Iterator[Given]:
    holders = held[rule.kind]
    day = date(year, rule.months[0], 6)
    if rule.years:
        taken = [each for each in holders.values() if rng.random() < _WITHDRAWN / rule.years]
        for each in taken:
            del holders[each.firm]
            yield Given(each.firm, each.kind, each.level, each.since, each.until, True, day)
    ending = [each.firm for each in holders.values() if each.until and each.until < day]
    new = list[int]()
    for firm in ending:
        del holders[firm]
        if rng.random() < rule.renewed:
            new.append(firm)
    for core, share in ((True, 1.0), (False, rule.others)):
        wanted = round(in_year(rule.stock, year) * scale * share)
        there = sum(bool(firms.core[firm]) == core for firm in [*holders, *new])
        able = _able(settings, rule, firms, held, rng, year, core=core)
        free = [int(f) for f in able if f not in holders and f not in new]
        new += free[: max(wanted - there, 0)]
    for at, month in enumerate(rule.months):
        day = date(year, month, 6)
        until = day.replace(year=year + rule.years) - timedelta(days=1) if rule.years else None
        for firm in new[at :: len(rule.months)]:
            holders[firm] = Given(firm, rule.kind, rule.level, day, until, False, day)
            yield holders[firm]


def _able(
    settings: Settings,
    rule: Honour,
    firms: Firms,
    held: dict[str, dict[int, Given]],
    rng: np.random.Generator,
    year: int,
    *,
    core: bool,
) -> Integers:
    """Who could be given it, the likeliest first."""
    period = max(year, settings.first) * 100 + 12
    count = firms.by(period // 100)
    chance = rng.normal(0, 1, count)
    able = firms.is_above(period)[:count] & (firms.core[:count] == core)
    if rule.of:
        able &= np.isin(np.arange(count), list(held[rule.of]))
    if rule.kind == "srdi":
        able &= firms.revenue[:count] < 2_000_000  # thousand yuan: small and medium-sized
    rd = np.array([group.rd for group in settings.groups])[firms.group[:count]]
    score = 0.4 * np.log(firms.revenue[:count] + 1) + 15 * rd + chance
    at = np.flatnonzero(able)
    return at[np.argsort(-score[at], kind="stable")]

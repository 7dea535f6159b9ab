"""The rows of the simulated register: what holds of a firm since which month."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..frames import OPEN
from .codes import address, name
from .duplicates import Duplicate
from .population import Firms, Floats
from .settings import Settings

Columns = Mapping[str, NDArray[Any]]


def registrations(
    settings: Settings,
    firms: Firms,
    codes: NDArray[np.object_],
    areas: Sequence[str],
    parks: Mapping[str, Sequence[str]],
    seed: int,
    twice: Sequence[Duplicate],
) -> Columns:
    """The rows of all batches of the register, one for each firm and month something changed."""
    first = settings.first * 100 + 1
    all_ = np.arange(len(firms))
    opened = np.where(firms.founded > 0, firms.founded, first)
    rises = np.flatnonzero(firms.above > first)
    falls = np.flatnonzero((firms.above > 0) & (firms.until < OPEN))
    closes = np.flatnonzero(firms.closed < OPEN)
    again = np.array([each.original for each in twice], dtype=np.int64)
    at = np.concatenate([all_, rises, falls, closes, again])
    # A span ends with a year: the next begins in January.
    since = np.concatenate(
        [
            opened,
            firms.above[rises],
            firms.until[falls] + 89,
            firms.closed[closes],
            np.full(len(again), first + 3),
        ]
    )
    above = firms.is_above(first)
    no = [np.zeros(len(each), dtype=np.bool_) for each in (falls, closes, again)]
    designated = np.concatenate([above, np.ones(len(rises), dtype=np.bool_), *no])
    is_open = np.ones(len(at), dtype=np.bool_)
    is_open[len(at) - len(again) - len(closes) : len(at) - len(again)] = False
    revenue = np.where(designated, firms.revenue[at], firms.small[at])
    words = [settings.groups[each].word for each in firms.group]
    names = np.array([name(n + 1, word) for n, word in enumerate(words)], dtype=object)
    places = np.array([address(n + 1) for n in range(len(firms))], dtype=object)
    columns: dict[str, NDArray[Any]] = {
        "firm": codes[at],
        "name": names[at],
        "address": places[at],
        "industry": firms.industry[at],
        "area": np.array(areas, dtype=object)[firms.area[at]],
        "park": _parks(firms, areas, parks, seed)[at],
        "size": _sizes(revenue, firms.people(at, revenue)),
        "designated": designated,
        "since": since,
        "tags": firms.tag[at],
        "established": _established(firms, seed)[at],
        "is_open": is_open,
    }
    if len(again):
        for field in ("firm", "name", "address"):
            columns[field][-len(again) :] = [getattr(each, field) for each in twice]
    return columns


def _sizes(revenue: Floats, people: Floats) -> NDArray[np.object_]:
    """By people and revenue, as industrial firms are sized (统计上大中小微型企业划分办法(2017))."""
    limits = (("large", 1000, 400_000), ("medium", 300, 20_000), ("small", 20, 3_000))
    sizes = np.full(len(revenue), "micro", dtype=object)
    for size, heads, money in reversed(limits):
        sizes[(people >= heads) & (revenue >= money)] = size
    return sizes


def _parks(
    firms: Firms, areas: Sequence[str], parks: Mapping[str, Sequence[str]], seed: int
) -> NDArray[np.object_]:
    """Four in ten firms of an area that has parks are in one."""
    chance = np.random.default_rng([seed, 6]).random(len(firms))
    found = np.full(len(firms), "", dtype=object)
    for number, area in enumerate(areas):
        its = np.flatnonzero((firms.area == number) & (chance < 0.4))
        if there := parks.get(area):
            chosen = (chance[its] / 0.4 * len(there)).astype(int)
            found[its] = np.array(there, dtype=object)[chosen]
    return found


def _established(firms: Firms, seed: int) -> NDArray[np.object_]:
    """The day of founding: of those that were there before, one of the years before."""
    chance = np.random.default_rng([seed, 7]).random((len(firms), 2))
    years = 2023 - np.floor(25 * chance[:, 0] ** 1.5).astype(int)
    months = np.where(firms.founded > 0, firms.founded, years * 100 + 1 + chance[:, 1] * 12)
    days = (1 + chance[:, 1] * 28).astype(int)
    made = zip(months.astype(int).tolist(), days.tolist(), strict=True)
    return np.array([f"{m // 100}-{m % 100:02}-{d:02}" for m, d in made], dtype=object)

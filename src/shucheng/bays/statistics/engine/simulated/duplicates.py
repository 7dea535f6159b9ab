"""Registrations of one firm under two codes, and rows that no import must take.

What is true is known, so that linking and checking can be measured against it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .codes import address, credit_codes, name, variant_address, variant_name
from .population import Firms
from .settings import Settings

_FIRST_NUMBER = 50_000_000
"""Second registrations are numbered from here on, far from the firms."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A second registration: its code, name and address, and the code of the firm it is."""

    firm: str
    name: str
    address: str
    of: str
    original: int


def duplicates(
    settings: Settings, firms: Firms, codes: NDArray[np.object_], seed: int, opening: int
) -> tuple[Duplicate, ...]:
    """Some of the register's first firms registered again: under another code, the name, the
    address or both written in another way."""
    rng = np.random.default_rng([seed, 5])
    chosen = rng.choice(opening, round(settings.duplicates * opening), replace=False)
    second = credit_codes(_FIRST_NUMBER + np.arange(len(chosen)))
    found = list[Duplicate]()
    for way, (at, code) in enumerate(zip(chosen.tolist(), second, strict=True)):
        word = settings.groups[firms.group[at]].word
        # Of three the first keeps its name, the second its address, the third neither.
        called = name(at + 1, word) if way % 3 == 0 else variant_name(at + 1, word, way // 3)
        place = address(at + 1) if way % 3 == 1 else variant_address(at + 1)
        found.append(Duplicate(code, called, place, codes[at], at))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class WrongRow:
    """A row of a register that an import must refuse: the column and what is wrong with it."""

    row: dict[str, Any]
    column: str
    problem: str


def wrong_rows(count: int, *, area: str, since: int) -> Iterator[WrongRow]:
    """Rows with one mistake each, for showing an import: codes with a wrong check character, a
    letter no code has or a character too few, an unknown industry or size, no name."""
    mistakes: tuple[tuple[str, str, Any], ...] = (
        ("firm", "check-character", lambda code: code[:-1] + ("1" if code[-1] != "1" else "2")),
        ("firm", "letter", lambda code: code[:9] + "O" + code[10:]),
        ("firm", "length", lambda code: code[:-1]),
        ("industry", "industry-form", lambda code: code + "0"),
        ("size", "size-unknown", lambda _size: "巨型"),
        ("name", "name-missing", lambda _name: ""),
    )
    codes = credit_codes(_FIRST_NUMBER * 3 // 2 + np.arange(count))
    for number, code in enumerate(codes):
        column, problem, spoil = mistakes[number % len(mistakes)]
        row = {
            "firm": code,
            "name": name(_FIRST_NUMBER + number, "电子"),
            "industry": "3982",
            "area": area,
            "size": "small",
            "designated": False,
            "since": since,
        }
        yield WrongRow(row | {column: spoil(row[column])}, column, problem)

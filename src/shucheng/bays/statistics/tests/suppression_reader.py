"""A reader who has every number that was told anywhere, whenever, and forms every sum of them.

He shares no code with the protection. What he does not know are the *leaves*: what the firms of one
class, area and size have together in one month, as it was known at one time. A number told is a sum
of leaves, of months less months; he finds the least and the greatest that fit all of them by linear
programs (SciPy). He knows where nobody is, and that no leaf is below 0.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations, pairwise, product
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import lil_array

from shucheng.bays.statistics.engine.suppression.rules import Rules, sensitivity
from shucheng.bays.statistics.engine.suppression.tables import Cell, Key

State = Hashable  # a month as it was known at one time
Terms = Mapping[State, int]
NEAR = 0.99999  # the protection works in floating point, to 1e-6


@dataclass
class Reader:
    """`rows` are what the firms have in each state, which he does not know; `within` says whether
    a leaf counts in a cell."""

    rows: Mapping[State, list[tuple[str, Key, int]]]
    within: Callable[[Key, Key], bool]
    growing: bool = False  # he also knows that no state has less of a leaf than the one before
    learned: list[tuple[dict[int, float], float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        leaves = []
        for state, rows in self.rows.items():
            there = {leaf for _holder, leaf, amount in rows if amount}
            margins = {(leaf[0], at, member) for leaf in there for at, member in enumerate(leaf)}
            members = [sorted(set(each)) for each in zip(*there, strict=True)]
            leaves += [
                (state, leaf)
                for leaf in product(*members)
                if all((leaf[0], at, member) in margins for at, member in enumerate(leaf))
            ]
        self.leaves = {leaf: at for at, leaf in enumerate(leaves)}

    def learn(self, key: Key, terms: Terms, value: float) -> None:
        """That a cell has this value, or that it is what a state has more than another."""
        assert value == self.true(key, terms), "what was told is not true"
        self.learned.append((self._row(key, terms), value))

    def know(self, area: str, at: int) -> None:
        """All there is of a member of a dimension: a county's people their own firms."""
        for (state, leaf), column in self.leaves.items():
            if leaf[at] == area:
                here = (amount for _h, each, amount in self.rows[state] if each == leaf)
                self.learned.append(({column: 1.0}, float(sum(here))))

    def true(self, key: Key, terms: Terms) -> int:
        return sum(self._held(key, terms).values())

    def bounds(self, key: Key, terms: Terms) -> tuple[float, float]:
        """The least and the greatest value that fit all that he learned."""
        matrix = lil_array((len(self.learned), len(self.leaves)))
        for at, (row, _value) in enumerate(self.learned):
            for column, sign in row.items():
                matrix[at, column] = sign
        told = np.array([value for _row, value in self.learned])
        more = self._growth() if self.growing else {}
        cost = np.zeros(len(self.leaves))
        for column, sign in self._row(key, terms).items():
            cost[column] = sign
        found = []
        for sign in (1.0, -1.0):
            solved = linprog(sign * cost, A_eq=matrix.tocsr(), b_eq=told, bounds=(0, None), **more)
            assert solved.status in (0, 3), solved.message
            found.append(sign * solved.fun if solved.status == 0 else -sign * np.inf)
        return found[0], found[1]

    def _growth(self) -> dict[str, Any]:
        states = list(self.rows)
        pairs = [
            (self.leaves[state, leaf], self.leaves[after, leaf])
            for state, after in pairwise(states)
            for of, leaf in self.leaves
            if of == state and (after, leaf) in self.leaves
        ]
        matrix = lil_array((max(len(pairs), 1), len(self.leaves)))
        for at, (before, now) in enumerate(pairs):
            matrix[at, before], matrix[at, now] = 1.0, -1.0
        return {"A_ub": matrix.tocsr(), "b_ub": np.zeros(max(len(pairs), 1))}

    def finds(
        self, keys: Iterable[Key], rules: Rules, *, out: Callable[[Key], bool] = lambda _key: False
    ) -> list[tuple[Key, Terms]]:
        """The cells, and changes from one state to another, that are sensitive by the rules and
        that he bounds more closely than they allow. Without the contributors that are his own
        (`out` says of which leaves), a cell is what is left."""
        states = list(self.rows)
        asked: list[Terms] = [{state: 1} for state in states]
        asked += [{b: 1, a: -1} for a, b in combinations(states, 2)]
        found = []
        for key in keys:
            for terms in asked:
                held = {h: x for h, x in self._held(key, terms, out).items() if x}
                now = self._held(key, {s: sign for s, sign in terms.items() if sign > 0}, out)
                if not now:
                    continue  # who has left is protected by what told of him
                top = sorted(((h, abs(x)) for h, x in held.items()), key=lambda e: (-e[1], e[0]))
                gross = sum(x for _h, x in top)
                cell = Cell(key, sum(held.values()), len(held), tuple(top), gross)
                need = sensitivity(cell, rules)
                if need is None:
                    continue
                least, greatest = self.bounds(key, terms)
                value, down = self.true(key, terms), min(need.lower, sum(now.values()))
                if value - least < NEAR * down or greatest - value < NEAR * need.upper:
                    found.append((key, terms))
        return found

    def _held(
        self, key: Key, terms: Terms, out: Callable[[Key], bool] = lambda _key: False
    ) -> dict[str, int]:
        held: dict[str, int] = {}
        for state, sign in terms.items():
            for holder, leaf, amount in self.rows[state]:
                if self.within(leaf, key) and not out(leaf):
                    held[holder] = held.get(holder, 0) + sign * amount
        return held

    def _row(self, key: Key, terms: Terms) -> dict[int, float]:
        return {
            column: float(terms[state])
            for (state, leaf), column in self.leaves.items()
            if state in terms and self.within(leaf, key)
        }

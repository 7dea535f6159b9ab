"""Formulas computed the slow way: a second implementation, by recursion over single values.

It shares the parser and the proof with the product, and nothing of how values are found.
"""

from collections.abc import Mapping
from fractions import Fraction

from shucheng.lib.periods import Period
from shucheng.plan.formula.model import Call, Node, Number, Operation, Reading
from shucheng.plan.formula.proof import PERIODS_A_YEAR, Formula

# (metric, area, dimension, period) -> value
Known = Mapping[tuple[str, str, str, str], Fraction | None]


class Oracle:
    def __init__(self, known: Known, areas: Mapping[str, str], first_year: int) -> None:
        self.cells: dict[tuple[str, str, str], list[tuple[dict[str, str], Fraction | None]]] = {}
        for (metric, area, dimension, period), value in known.items():
            codes = dict(part.split("=") for part in dimension.split(";") if part)
            self.cells.setdefault((metric, area, period), []).append((codes, value))
        self.areas = areas
        self.city = next(area for area, parent in areas.items() if not parent)
        self.first_year = first_year

    def value(self, formula: Formula, area: str, period: Period) -> Fraction | None:
        found = self._value(formula.root, formula, area, period)
        return None if found is None else found * formula.scale

    def _value(self, node: Node, formula: Formula, area: str, at: Period) -> Fraction | None:
        if isinstance(node, Number):
            return node.value
        if isinstance(node, Reading):
            return self._read(node, formula, area, at)
        if isinstance(node, Operation):
            return self._operate(node, formula, area, at)
        return self._call(node, formula, area, at)

    def _call(self, node: Call, formula: Formula, area: str, at: Period) -> Fraction | None:
        def inner(index: int = 0, area: str = area, at: Period = at) -> Fraction | None:
            return self._value(node.arguments[index], formula, area, at)

        if node.function == "city":
            return inner(area=self.city)
        if node.function == "children":
            below = [inner(area=each) for each, parent in self.areas.items() if parent == area]
            return None if not below or None in below else sum(v for v in below if v is not None)
        now = inner()
        if node.function == "abs":
            return None if now is None else abs(now)
        if node.function in {"share", "ratio"}:
            other = inner(1)
            if now is None or not other:
                return None
            if node.function == "ratio":
                return now / other
            left, right = (formula.measures(each).factor for each in node.arguments)
            return now * left / (other * right) * 100
        past = inner(at=at.previous() if node.function == "growth" else at.year_before())
        if now is None or past is None:
            return None
        if node.function == "change":
            measured = formula.measures(node.arguments[0])
            return (now - past) * (1 if measured.powers else measured.factor * 100)
        return (now / past - 1) * 100 if past > 0 else None

    def _operate(self, node: Operation, formula: Formula, area: str, at: Period) -> Fraction | None:
        left = self._value(node.left, formula, area, at)
        right = self._value(node.right, formula, area, at)
        if left is None or right is None:
            return None
        if node.sign == "*":
            return left * right
        if node.sign == "/":
            return left / right if right else None
        one, other = formula.measures(node.left), formula.measures(node.right)
        if isinstance(node.left, Number):
            left /= other.factor if left else 1
        else:
            right *= other.factor / one.factor if right else 1
        return left + right if node.sign == "+" else left - right

    def _read(self, node: Reading, formula: Formula, area: str, at: Period) -> Fraction | None:
        facts = formula.metrics[node.metric]
        steps = at.split(facts.read_as)
        if node.over == "last":
            steps = steps[-1:]
        elif node.over in {"ytd", "cumulative"}:
            year = at.year if node.over == "ytd" else self.first_year
            first = Period(facts.read_as, year * PERIODS_A_YEAR[facts.read_as])
            steps = tuple(
                Period(facts.read_as, ordinal)
                for ordinal in range(first.ordinal, steps[-1].ordinal + 1)
            )
            if not steps:
                return None
        values = [self._cell(node, formula, area, step) for step in steps]
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return None
        return sum(known, Fraction(0)) / (len(steps) if node.over == "mean" else 1)

    def _cell(self, node: Reading, formula: Formula, area: str, at: Period) -> Fraction | None:
        facts = formula.metrics[node.metric]
        chosen = dict(node.where)
        values = [
            value
            for codes, value in self.cells.get((node.metric, area, str(at)), ())
            if all(codes.get(name) in admitted for name, admitted in chosen.items())
        ]
        expected = facts.cells(node.where) or len(values)
        if not values or None in values or len(values) != expected:
            return None
        return sum((value for value in values if value is not None), Fraction(0))

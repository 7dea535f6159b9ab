"""Validation rules (校验规则) as data, and what they find in a sheet.

A rule looks at numbers only: those of the sheet, the earlier ones of the same cells, and what the
other areas say. It finds problems; it never changes a value.

| kind | params | finds |
| --- | --- | --- |
| range | metric, least, most, whole | a number outside of its bounds, or a fraction of a thing |
| sum | total, parts, tolerance, slack | parts that do not add up to their total |
| compare | left, sign, right, tolerance, slack | two linear combinations that do not compare so |
| jump | metric, percent, least | a change that the cell's own past does not know |
| areas | metric, tolerance | counties that do not add up to the city, or pass it |

A cell is named by its key (`core_revenue`, `enterprises|size=large`). Tolerances are percent of the
larger side, `slack` and `least` are in the metric's unit.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import Literal, get_args

from shucheng.kernel.reporting.engine.model import Problem, Severity

Kind = Literal["range", "sum", "compare", "jump", "areas"]
Sign = Literal["<=", ">=", "="]
KINDS: tuple[Kind, ...] = get_args(Kind)
SIGNS: tuple[Sign, ...] = get_args(Sign)

ZERO = Decimal(0)
HUNDRED = Decimal(100)
# A change is unusual beyond so many standard deviations of the cell's own past changes; 1.4826 is
# what makes the median absolute deviation of normal numbers their standard deviation.
SPREADS = Decimal(5) * Decimal("1.4826")
# With fewer past changes than these their spread says nothing.
ENOUGH = 6
DEFAULT_JUMP = Decimal(50)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, read by `read_rule`. Only the fields of its kind are used."""

    code: str
    kind: Kind
    severity: Severity
    metric: str = ""
    left: tuple[tuple[str, Decimal], ...] = ()
    sign: Sign = "="
    right: tuple[tuple[str, Decimal], ...] = ()
    constant: Decimal = ZERO
    least: Decimal | None = None
    most: Decimal | None = None
    whole: bool = False
    percent: Decimal = DEFAULT_JUMP
    tolerance: Decimal = ZERO
    slack: Decimal = ZERO
    note: str = ""

    @property
    def keys(self) -> frozenset[str]:
        """The cells that the rule looks at."""
        named = {self.metric} - {""}
        return frozenset(named | {key for key, _ in (*self.left, *self.right)})


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """What the other side of "counties make the city" says of a metric in the same period.

    `others` is the sum of the areas without the one that is being filled in, `missing` how many
    of them have no value yet; `city` is the city's own value where it is known.
    """

    others: Decimal
    missing: int
    city: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules may look at.

    `values` are the sheet's numbers (None: empty or missing); `history` the earlier numbers of a
    cell, oldest first, without gaps (None where a period has no value), ending right before this
    period; `season` how many periods a year has. `is_city` says whose sheet it is.
    """

    values: Mapping[str, Decimal | None]
    history: Mapping[str, Sequence[Decimal | None]] = field(default_factory=dict)
    season: int = 12
    areas: Mapping[str, AreaFigures] = field(default_factory=dict)
    is_city: bool = False


def judge(rules: Iterable[Rule], facts: Facts) -> list[Problem]:
    """Every problem that the rules find, in the order of the rules.

    A rule that looks at a cell without a number finds nothing: that a value is missing is said
    elsewhere.
    """
    finders = {
        "range": _range,
        "sum": _compare,
        "compare": _compare,
        "jump": _jump,
        "areas": _areas,
    }
    return [problem for rule in rules for problem in finders[rule.kind](rule, facts)]


def _range(rule: Rule, facts: Facts) -> list[Problem]:
    value = facts.values.get(rule.metric)
    if value is None:
        return []
    if rule.least is not None and value < rule.least:
        return [_problem(rule, "below_least", value=value, limit=rule.least)]
    if rule.most is not None and value > rule.most:
        return [_problem(rule, "above_most", value=value, limit=rule.most)]
    if rule.whole and value != value.to_integral_value():
        return [_problem(rule, "not_whole", value=value)]
    return []


def _compare(rule: Rule, facts: Facts) -> list[Problem]:
    sides = [_sum(terms, facts.values) for terms in (rule.left, rule.right)]
    left, right = sides
    if left is None or right is None:
        return []
    right += rule.constant
    room = rule.slack + rule.tolerance / HUNDRED * max(abs(left), abs(right))
    off = left - right
    fits = {"=": abs(off) <= room, "<=": off <= room, ">=": off >= -room}[rule.sign]
    if fits:
        return []
    code = "sum_differs" if rule.kind == "sum" else "compare_fails"
    key = rule.left[0][0]
    return [_problem(rule, code, key, left=left, right=right, off=off, sign=rule.sign)]


def _sum(
    terms: Sequence[tuple[str, Decimal]], values: Mapping[str, Decimal | None]
) -> Decimal | None:
    total = ZERO
    for key, factor in terms:
        value = values.get(key)
        if value is None:
            return None
        total += factor * value
    return total


def _jump(rule: Rule, facts: Facts) -> list[Problem]:
    value = facts.values.get(rule.metric)
    past = facts.history.get(rule.metric, ())
    if value is None or not past:
        return []
    steps = [
        change
        for back in dict.fromkeys((1, facts.season))
        if (change := _change(value, past, back, rule.percent / HUNDRED)) is not None
    ]
    # A season explains a change against the period before, growth one against the year before:
    # only a value that neither explains is unusual.
    if not steps or not all(step.unusual for step in steps):
        return []
    against = steps[0]
    if rule.least is not None and all(abs(value - step.base) < rule.least for step in steps):
        return []
    code = "jump" if against.back == 1 else "jump_year"
    return [
        _problem(
            rule,
            code,
            value=value,
            previous=against.base,
            percent=(against.change * HUNDRED).quantize(Decimal("0.1")),
        )
    ]


@dataclass(frozen=True, slots=True)
class _Change:
    back: int
    base: Decimal
    change: Decimal
    unusual: bool


def _change(
    value: Decimal, past: Sequence[Decimal | None], back: int, allowed: Decimal
) -> _Change | None:
    """The relative change against the value `back` periods before, and whether it is unusual.

    Unusual is outside of ±`allowed` and, with enough past changes over the same distance, outside
    of median ± 5 robust standard deviations of theirs (Hampel's identifier). None where there
    is nothing, or nothing but zero, to compare with.
    """
    base = past[-back] if back <= len(past) else None
    if base is None or base == 0:
        return None
    change = (value - base) / abs(base)
    low, high = -allowed, allowed
    earlier = [
        (now - then) / abs(then)
        for then, now in zip(past, past[back:], strict=False)
        if then is not None and now is not None and then != 0
    ]
    if len(earlier) >= ENOUGH:
        centre = median(earlier)
        spread = SPREADS * median([abs(each - centre) for each in earlier])
        low, high = min(low, centre - spread), max(high, centre + spread)
    return _Change(back, base, change, not low <= change <= high)


def _areas(rule: Rule, facts: Facts) -> list[Problem]:
    value, figures = facts.values.get(rule.metric), facts.areas.get(rule.metric)
    if value is None or figures is None:
        return []
    city = value if facts.is_city else figures.city
    total = figures.others if facts.is_city else figures.others + value
    if city is None or (facts.is_city and total == 0 and figures.missing):
        return []
    room = rule.slack + rule.tolerance / HUNDRED * max(abs(city), abs(total))
    off = total - city
    differs = figures.missing == 0 and abs(off) > room
    exceeds = figures.missing > 0 and min(city, total, value) >= 0 and off > room
    if not differs and not exceeds:
        return []
    code = "areas_differ" if differs else "areas_exceed"
    missing = str(figures.missing)
    return [_problem(rule, code, city=city, total=total, off=off, missing=missing)]


def _problem(rule: Rule, code: str, key: str = "", **values: Decimal | str) -> Problem:
    told = {name: plain(each) for name, each in values.items()}
    if rule.note:
        told["note"] = rule.note
    return Problem(rule.severity, code, key or rule.metric, rule.code, told)


def plain(value: Decimal | str) -> str:
    """A number as a person writes it: no exponent, no idle zeros."""
    if isinstance(value, str):
        return value
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def usual_rules(
    key: str, measure: str, is_count: bool, is_percent: bool, adds_over_areas: bool
) -> list[Rule]:
    """What holds for every metric unless a rule with the same code says otherwise.

    Amounts and counts are not negative, things are counted in whole numbers, percentages lie
    between 0 and 100 (to be explained otherwise), a jump is explained, and what adds up over
    areas makes the city's value within half a percent.
    """
    rules = []
    if measure in ("stock", "flow"):
        rules.append(Rule(f"range:{key}", "range", "error", key, least=ZERO, whole=is_count))
    elif is_percent and measure == "rate":
        rules.append(Rule(f"range:{key}", "range", "warning", key, least=ZERO, most=HUNDRED))
    # A handful more or fewer of a thing is no jump.
    least = Decimal(5) if is_count else None
    rules.append(Rule(f"jump:{key}", "jump", "warning", key, least=least))
    if adds_over_areas:
        slack = ZERO if is_count else Decimal("0.01")
        half = Decimal("0.5")
        rules.append(Rule(f"areas:{key}", "areas", "warning", key, tolerance=half, slack=slack))
    return rules


def in_force(
    usual: Iterable[Rule], given: Iterable[Rule], taken_back: Container[str] = ()
) -> list[Rule]:
    """Usual rules with those of the city: one with the same code takes the usual one's place, one
    that was taken back leaves its place empty."""
    chosen = {rule.code: rule for rule in usual if rule.code not in taken_back}
    chosen.update({rule.code: rule for rule in given})
    return list(chosen.values())

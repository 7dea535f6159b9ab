"""What the samples of a column say: how many values each recogniser read, how many passed."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from . import numbers, people
from .model import Reason
from .numbers import age
from .rules import Recogniser, Rules
from .text import masked, value_of

_MASK = re.compile(r"[*＊●•xX#]{3,}|[*＊●]{2,}|^[\u3400-\u9fff][*＊某]{1,3}$")
_DATE = re.compile(r"(\d{4})(?:[-/.年]?)(\d{1,2})(?:[-/.月]?)(\d{1,2})")


@dataclass(slots=True)
class Tally:
    """Of one recogniser over one column."""

    candidates: int = 0
    passed: int = 0
    values: int = 0
    distinct: int = 0
    example: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """`values`: samples that are not empty; `minors`: birth dates of children in identity numbers;
    `masked`: values with stars in place of characters."""

    values: int
    tallies: dict[str, Tally] = field(default_factory=dict)
    minors: int = 0
    masked: int = 0


class Examiner:
    """Reads columns by one set of rules; ages are counted on `as_of`."""

    def __init__(self, rules: Rules, as_of: date) -> None:
        self.rules = rules
        self.as_of = as_of
        made = numbers.recognisers(rules, as_of) | people.recognisers(rules)
        known = rules.recognisers.recognisers
        # Most values have neither 汉字 nor six digits, and most recognisers need one of them.
        self._looks = {
            (digits, han): [
                (code, made[code], rules.categories[rule.category].sensitive)
                for code, rule in known.items()
                if rule.needs == "" or (digits if rule.needs == "digits" else han)
            ]
            for digits in (False, True)
            for han in (False, True)
        }

    def examine(self, samples: Iterable[object]) -> Evidence:
        """Of at most `samples` values of recognisers.yaml; equal values are read once."""
        first = islice(
            (each for each in samples if not _empty(each)), self.rules.recognisers.samples
        )
        counts = Counter(_plain(each) for each in first)
        tallies: dict[str, Tally] = {}
        minors = stars = 0
        for raw, times in counts.items():
            value = value_of(raw)
            stars += times * bool(_MASK.search(raw))
            for code, look, sensitive in self._looks[value.digits, value.han]:
                seen = look(value)
                if not seen.candidates:
                    continue
                tally = tallies.setdefault(code, Tally())
                tally.candidates += times * seen.candidates
                if seen.passed:
                    tally.passed += times * len(seen.passed)
                    tally.values += times
                    tally.distinct += 1
                    tally.example = tally.example or ("" if sensitive else masked(seen.passed[0]))
                young = sum(age(each, self.as_of) < self._minor for each in seen.births)
                minors += times * young
        return Evidence(counts.total(), tallies, minors, stars)

    def young(self, samples: Iterable[object]) -> int:
        """How many samples, read as birth dates, are of children."""
        limit = self.rules.recognisers.samples
        births = (self._birth(each) for each in islice(samples, limit) if not _empty(each))
        return sum(age(each, self.as_of) < self._minor for each in births if each)

    @property
    def _minor(self) -> int:
        return self.rules.recognisers.minor_age

    def _birth(self, raw: object) -> date | None:
        if isinstance(raw, datetime):
            raw = raw.date()
        if not isinstance(raw, date):
            match = _DATE.match(value_of(raw).text)
            try:
                raw = date(*map(int, match.groups())) if match else None
            except ValueError:
                return None
        return raw if isinstance(raw, date) and raw <= self.as_of else None


def judge(rule: Recogniser, code: str, tally: Tally, values: int) -> Reason | None:
    """What a tally is worth by its rule's thresholds, or None. Weight: the rule's own, less where
    not all of the form pass or only one or two do."""
    purity = tally.passed / tally.candidates
    enough = (
        tally.passed >= rule.hits
        and purity >= rule.purity
        and tally.values / values >= rule.coverage
        and tally.distinct / max(tally.values, 1) >= rule.distinct
    )
    if not enough:
        return None
    weight = rule.base * (0.7 + 0.3 * purity) * (1.0 if tally.passed > 2 or values < 3 else 0.85)
    hits, candidates = tally.passed, tally.candidates
    return Reason("samples", code, round(weight, 3), values, candidates, hits, tally.example)


def _empty(raw: object) -> bool:
    return raw is None or raw == "" or (isinstance(raw, float) and raw != raw)


def _plain(raw: object) -> str:
    """A number that a table reader made a float of is a number again."""
    return str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw)

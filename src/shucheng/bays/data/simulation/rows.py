"""Made-up rows for a simulated resource: what its fields and its rules ask for, with mistakes.

Nobody is in them: identity numbers carry a county that does not exist, names are numbered."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shucheng.bays.data.engine.quality.rules import Check, Dimension, Rule
from shucheng.bays.data.engine.quality.suggest import Described, suggest
from shucheng.lib.credit_code import check_character

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PHONE = re.compile(r"电话|手机|lxdh|phone|mobile|tel", re.IGNORECASE)
_AMOUNT = re.compile(r"int|dec|num|double|float|real", re.IGNORECASE)
_DAY = re.compile(r"date|time", re.IGNORECASE)
_AREAS = ("320902", "320903", "320904", "320921", "320922", "320923", "320924", "320925")


@dataclass(frozen=True, slots=True)
class Mistakes:
    """Of a field so large a share of the rows is empty."""

    field: str
    share: float


def rules_for(fields: Sequence[Described]) -> list[Rule]:
    """What the schema suggests, that the first fields are filled in, that the first is unique."""
    wanted = [_rule(each, "present", "completeness") for each in fields[:4]]
    wanted += [_rule(each, "unique", "uniqueness") for each in fields[:1]]
    wanted += suggest(fields)
    return list({each.code: each for each in wanted}.values())


def rows_for(
    fields: Sequence[Described], count: int, day: date, seed: int, mistakes: Sequence[Mistakes]
) -> list[list[str]]:
    """`count` rows as text, empty where a mistake is; the first field has no value twice. The same
    seed makes the same rows."""
    rng = random.Random(seed)  # noqa: S311 - a demonstration, not a secret
    share = {each.field: each.share for each in mistakes}
    made = [_column(each, count, day, rng, at == 0) for at, each in enumerate(fields)]
    for column, each in zip(made, fields, strict=True):
        for at in rng.sample(range(count), round(count * share.get(each.name, 0.0))):
            column[at] = ""
    return [list(row) for row in zip(*made, strict=True)]


def _rule(field: Described, check: Check, dimension: Dimension) -> Rule:
    code = f"{field.name}-{check}"[:60]
    return Rule(code=code, dimension=dimension, check=check, fields=[field.name], weight=1.0)


def _column(field: Described, count: int, day: date, rng: random.Random, first: bool) -> list[str]:
    label = f"{field.name} {field.title}"
    checks = {each.check: each for each in suggest([field])}
    named = checks["format"].format if "format" in checks else ""
    if "credit_code" in checks:
        return [_credit_code(n) for n in range(count)]
    if named == "resident_id":
        return [_identity(n, rng) for n in range(count)]
    if "known" in checks or named == "area_code":
        return [rng.choice(_AREAS) for _ in range(count)]
    if named == "postcode":
        return [f"2240{rng.randrange(10, 99)}" for _ in range(count)]
    if first:
        return [f"{field.title or field.name}{n:05}" for n in range(count)]
    if _PHONE.search(label):
        return [f"1380000{n % 10_000:04}" for n in range(count)]
    if ("type" in checks and _DAY.search(field.type)) or "fresh" in checks:
        return [str(day - timedelta(days=rng.randrange(1, 300))) for _ in range(count)]
    if _AMOUNT.search(field.type):
        return [str(rng.randrange(1, 100_000)) for _ in range(count)]
    return [f"{field.title or field.name}{rng.randrange(1, 500):03}" for _ in range(count)]


def _credit_code(n: int) -> str:
    """Of a county that does not exist."""
    body = f"9132{9999}{n:09}"[:17]
    return body + check_character(body)


def _identity(n: int, rng: random.Random) -> str:
    born = date(1960, 1, 1) + timedelta(days=rng.randrange(16_000))
    body = f"320999{born:%Y%m%d}{n % 1000:03}"
    total = sum(int(each) * weight for each, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]

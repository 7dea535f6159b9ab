"""The profile of a table: what is in its fields, how far its rules hold, and a score.

One statement of DuckDB reads the table once; every rule is a condition in it, counted. What comes
out holds no value of the table but two examples of each defect, masked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import duckdb

from shucheng.lib.credit_code import valid_sql

from ..delivery.model import quoted, text
from ..grading.text import masked
from .rules import Dimension, Rule, Rules, RulesInvalid, formats

_TYPES = {"integer": "BIGINT", "number": "DOUBLE", "date": "DATE"}


@dataclass(frozen=True, slots=True)
class FieldProfile:
    """`empty`: nulls and blank texts; `distinct`: about how many (HyperLogLog, within some 3 %);
    `shortest`, `longest`: of texts, in characters."""

    name: str
    type: str
    filled: int
    empty: int
    distinct: int
    shortest: int | None
    longest: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A rule: of `judged` rows so many `failed`; `examples`: masked values of its first field."""

    rule: Rule
    judged: int
    failed: int
    examples: tuple[str, ...]

    @property
    def share(self) -> float | None:
        return 1 - self.failed / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class Profile:
    """`scores` by dimension from 0 to 1, where a rule judged any row; `score`: of all of them."""

    rows: int
    fields: tuple[FieldProfile, ...]
    outcomes: tuple[Outcome, ...]
    scores: Mapping[Dimension, float]
    score: float | None
    version: str

    @property
    def defects(self) -> Mapping[str, tuple[Outcome, ...]]:
        """What failed, by the field that it is put right in (the first of a rule)."""
        failed = [each for each in self.outcomes if each.failed]
        names = dict.fromkeys(each.rule.fields[0] for each in failed)
        return {n: tuple(each for each in failed if each.rule.fields[0] == n) for n in names}


def profile(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    rules: Rules,
    *,
    as_of: date,
    references: Mapping[str, str] | None = None,
) -> Profile:
    """The profile of `relation`, SQL of the caller's own (`read_parquet('…')`, a quoted table), on
    the day `as_of`; `references`: such relations by the name that rules call them.

    Raises `RulesInvalid` for a rule of a field or reference that is not there; `duckdb.Error`."""
    described = connection.execute(f"SELECT * FROM {relation} LIMIT 0").description or []  # noqa: S608
    types = {each[0]: str(each[1]) for each in described}
    sql = _Sql(types, as_of, references or {})
    inner = ["*"]
    outer = ["count(*)"]
    for name in types:
        outer += sql.field(name)
    for number, rule in enumerate(rules.rules):
        if rule.check != "unique":
            inner += [
                f"{sql.judged(rule)} AS {_name('judged', number)}",
                f"{sql.holds(rule)} AS {_name('holds', number)}",
            ]
        outer += sql.counted(number, rule)
    found = connection.execute(
        f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM {relation})"  # noqa: S608
    ).fetchone()
    assert found is not None  # noqa: S101  # an aggregate of no groups has a row
    take = partial(_take, iter(found))
    rows = take(1)[0]
    fields = tuple(_field(name, types[name], rows, *take(4)) for name in types)
    outcomes = tuple(_outcome(rule, *take(4)) for rule in rules.rules)
    scores = _scores(outcomes)
    weights = {each: rules.weights.get(each, 1.0) for each in scores}
    total = sum(weights.values())
    score = sum(weights[each] * scores[each] for each in scores) / total if total else None
    return Profile(rows, fields, outcomes, scores, score, rules.version)


@dataclass(frozen=True, slots=True)
class _Sql:
    types: Mapping[str, str]
    as_of: date
    references: Mapping[str, str]

    def field(self, name: str) -> list[str]:
        column = quoted(name)
        if self.types[name] != "VARCHAR":
            counts = [f"count({column})", f"approx_count_distinct({column})"]
            return [*counts, "NULL", "NULL"]
        return [
            f"count(*) FILTER (WHERE trim({column}) <> '')",
            f"approx_count_distinct({column})",
            f"min(length({column}))",
            f"max(length({column}))",
        ]

    def counted(self, number: int, rule: Rule) -> list[str]:
        if rule.check == "unique":
            # Rows beyond the first of their key. A row without a key repeats nothing.
            columns = [self.column(each, rule) for each in rule.fields]
            key = columns[0] if len(columns) == 1 else f"({', '.join(columns)})"
            whole = " AND ".join(self.filled(each, rule) for each in rule.fields)
            judged = f"count(*) FILTER (WHERE {whole})"
            distinct = f"count(DISTINCT {key}) FILTER (WHERE {whole})"
            return [judged, f"{judged} - {distinct}", "NULL", "NULL"]
        judged, holds = _name("judged", number), _name("holds", number)
        failed = f"FILTER (WHERE {judged} AND NOT coalesce({holds}, false))"
        example = self.column(rule.fields[0], rule)
        return [
            f"count(*) FILTER (WHERE {judged})",
            f"count(*) {failed}",
            f"min({example}) {failed}",
            f"max({example}) {failed}",
        ]

    def judged(self, rule: Rule) -> str:
        """Whether a rule is for a row: what is empty is judged by `present` alone."""
        conditions = []
        if rule.check != "present":
            conditions += [self.filled(each, rule) for each in rule.fields]
        if rule.when:
            values = ", ".join(map(text, rule.when.values))
            conditions.append(f"{self.text(rule.when.field, rule)} IN ({values})")
        return f"coalesce({' AND '.join(conditions) or 'true'}, false)"

    def holds(self, rule: Rule) -> str:
        name = rule.fields[0]
        match rule.check:
            case "present":
                return self.filled(name, rule)
            case "type":
                return f"TRY_CAST({self.column(name, rule)} AS {_TYPES[rule.type]}) IS NOT NULL"
            case "format" | "pattern":
                pattern = rule.pattern or formats()[rule.format].pattern
                return f"regexp_full_match({self.text(name, rule)}, {text(pattern)})"
            case "credit_code":
                return valid_sql(self.text(name, rule))
            case "listed":
                return f"{self.text(name, rule)} IN ({', '.join(map(text, rule.values))})"
            case "range":
                return _between(self.number(name, rule), rule)
            case "length":
                return _between(f"length({self.text(name, rule)})", rule)
            case "ordered":
                first, second = (self.column(each, rule) for each in rule.fields)
                return f"{first} <= {second}"
            case "sum":
                total, *parts = (self.number(each, rule) for each in rule.fields)
                return f"abs({total} - ({' + '.join(parts)})) <= {rule.tolerance}"
            case "fresh":
                day = f"TRY_CAST({self.column(name, rule)} AS DATE)"
                oldest = self.as_of - timedelta(days=rule.days)
                return f"{day} BETWEEN DATE '{oldest}' AND DATE '{self.as_of}'"
            case "known":
                return self.known(rule)
        raise RulesInvalid(rule.code, f"no check {rule.check!r}")

    def known(self, rule: Rule) -> str:
        if rule.reference not in self.references:
            raise RulesInvalid(rule.code, f"no reference {rule.reference!r}")
        values = ", ".join(self.text(each, rule) for each in rule.fields)
        keys = ", ".join(f"CAST({quoted(each)} AS VARCHAR)" for each in rule.keys)
        whole = " AND ".join(f"{quoted(each)} IS NOT NULL" for each in rule.keys)
        reference = self.references[rule.reference]
        return f"({values}) IN (SELECT ({keys}) FROM {reference} WHERE {whole})"  # noqa: S608

    def column(self, name: str, rule: Rule) -> str:
        if name not in self.types:
            raise RulesInvalid(rule.code, f"no field {name!r}")
        return quoted(name)

    def filled(self, name: str, rule: Rule) -> str:
        column = self.column(name, rule)
        return f"trim({column}) <> ''" if self.types[name] == "VARCHAR" else f"{column} IS NOT NULL"

    def text(self, name: str, rule: Rule) -> str:
        column = self.column(name, rule)
        return column if self.types[name] == "VARCHAR" else f"CAST({column} AS VARCHAR)"

    def number(self, name: str, rule: Rule) -> str:
        return f"TRY_CAST({self.column(name, rule)} AS DOUBLE)"


def _between(value: str, rule: Rule) -> str:
    limits = (("<=", rule.high), (">=", rule.low))
    return " AND ".join(f"{value} {sign} {limit}" for sign, limit in limits if limit is not None)


def _name(kind: str, number: int) -> str:
    return quoted(f"shucheng {kind} {number}")


def _take(values: Any, count: int) -> list[Any]:
    return [next(values) for _ in range(count)]


def _field(
    name: str, kind: str, rows: int, filled: int, distinct: int, short: int | None, long: int | None
) -> FieldProfile:
    # The estimate may be a little too high; more values than there are none can be.
    return FieldProfile(name, kind, filled, rows - filled, min(distinct, filled), short, long)


def _outcome(rule: Rule, judged: int, failed: int, first: object, last: object) -> Outcome:
    examples = dict.fromkeys(masked(str(each)) for each in (first, last) if each is not None)
    return Outcome(rule, judged, failed, tuple(examples))


def _scores(outcomes: Sequence[Outcome]) -> dict[Dimension, float]:
    """The weighted mean of the shares of rows for which the rules of a dimension hold."""
    scores: dict[Dimension, float] = {}
    for dimension in dict.fromkeys(each.rule.dimension for each in outcomes):
        judged = [
            (each.rule.weight, each.share)
            for each in outcomes
            if each.rule.dimension == dimension and each.share is not None
        ]
        if judged:
            weights = sum(weight for weight, _ in judged)
            scores[dimension] = sum(weight * share for weight, share in judged) / weights
    return scores

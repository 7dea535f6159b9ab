"""What a profile says of a table that is known cell by cell, and of rules that cannot be."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shucheng.bays.data.engine.quality.profile import Profile, profile
from shucheng.bays.data.engine.quality.rules import RulesInvalid, formats, read

AS_OF = date(2026, 11, 29)
TABLE = """(SELECT * FROM (VALUES
 (1, '91320902MA1X5YQX0L', '320902', '13912345678', 'open',   DATE '2020-01-01', NULL, 10, 4, 6,
  DATE '2026-11-01'),
 (2, '91320902MA1X5YQX0L', '320903', '1391234567',  'closed', DATE '2020-01-01', DATE '2019-01-01',
  10, 4, 5, DATE '2024-11-01'),
 (3, '  ',                 '999999', NULL,          'odd',    DATE '2021-01-01', DATE '2022-01-01',
  NULL, 1, 1, DATE '2027-01-01'),
 (4, NULL, NULL, '13800000000', 'closed', NULL, NULL, 0, 0, 0, NULL)
) AS t(id, code, area, phone, state, opened, closed, total, a, b, updated))"""
RULES = """
version: t
weights: {completeness: 3}
rules:
  - {code: code, dimension: completeness, check: present, fields: [code]}
  - {code: ended, dimension: completeness, check: present, fields: [closed],
     when: {field: state, values: [closed]}}
  - {code: one, dimension: uniqueness, check: unique, fields: [code]}
  - {code: pair, dimension: uniqueness, check: unique, fields: [code, area]}
  - {code: phone, dimension: validity, check: format, fields: [phone], format: mobile, weight: 2}
  - {code: state, dimension: validity, check: listed, fields: [state], values: [open, closed]}
  - {code: id, dimension: validity, check: range, fields: [id], low: 2, high: 3}
  - {code: long, dimension: validity, check: length, fields: [area], low: 6, high: 6}
  - {code: number, dimension: validity, check: type, fields: [state], type: number}
  - {code: order, dimension: consistency, check: ordered, fields: [opened, closed]}
  - {code: total, dimension: consistency, check: sum, fields: [total, a, b], tolerance: 0.5}
  - {code: new, dimension: timeliness, check: fresh, fields: [updated], days: 365}
  - {code: area, dimension: accuracy, check: known, fields: [area], reference: areas, keys: [code]}
  - {code: both, dimension: accuracy, check: known, fields: [area, state], reference: areas,
     keys: [code, state]}
"""
AREAS = """(SELECT * FROM (VALUES ('320902', 'open'), ('320903', 'open'), (NULL, NULL))
    AS r(code, state))"""
EXPECTED = {  # judged, failed
    "code": (4, 2),
    "ended": (2, 1),
    "one": (2, 1),
    "pair": (2, 0),
    "phone": (3, 1),
    "state": (4, 1),
    "id": (4, 2),
    "long": (3, 0),
    "number": (4, 4),
    "order": (2, 1),
    "total": (3, 1),
    "new": (3, 2),
    "area": (3, 1),
    "both": (3, 2),
}


def profiled(rules: str = RULES, table: str = TABLE, **more: Any) -> Profile:
    with duckdb.connect() as connection:
        more.setdefault("references", {"areas": AREAS})
        return profile(connection, table, read(rules), as_of=AS_OF, **more)


def test_each_rule_counts_what_it_judged_and_what_failed() -> None:
    made = profiled()
    assert {each.rule.code: (each.judged, each.failed) for each in made.outcomes} == EXPECTED


def test_fields_are_profiled_and_blanks_are_empty() -> None:
    made = profiled()
    fields = {each.name: each for each in made.fields}
    assert made.rows == 4
    assert (fields["code"].filled, fields["code"].empty) == (2, 2)
    assert (fields["phone"].shortest, fields["phone"].longest) == (10, 11)
    assert (fields["id"].distinct, fields["id"].shortest) == (4, None)


def test_scores_are_weighted_shares() -> None:
    made = profiled()
    assert made.scores["completeness"] == pytest.approx((2 / 4 + 1 / 2) / 2)
    assert made.scores["uniqueness"] == pytest.approx((1 / 2 + 1) / 2)
    assert made.scores["validity"] == pytest.approx((2 * 2 / 3 + 3 / 4 + 2 / 4 + 1 + 0) / 6)
    weights = {each: 3.0 if each == "completeness" else 1.0 for each in made.scores}
    score = sum(weights[each] * made.scores[each] for each in weights) / sum(weights.values())
    assert made.score == pytest.approx(score)


def test_defects_go_to_the_field_with_masked_examples() -> None:
    made = profiled()
    assert {each.rule.code for each in made.defects["area"]} == {"area", "both"}
    assert made.defects["phone"][0].examples == ("13********",)
    whole = {"91320902MA1X5YQX0L", "13912345678", "1391234567", "999999", "2019-01-01", "320902"}
    assert not any(each in repr(made) for each in whole)


def test_a_file_is_profiled_where_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "firms.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (FROM {TABLE}) TO '{path}'")
    made = profiled(table=f"read_parquet('{path}')")
    assert {each.rule.code: (each.judged, each.failed) for each in made.outcomes} == EXPECTED


def test_a_table_without_rows_has_no_score() -> None:
    made = profiled(table=f"(FROM {TABLE} WHERE false)")
    assert (made.rows, made.score, made.scores) == (0, None, {})
    assert made.defects == {}


def test_credit_codes_are_checked_to_the_last_character() -> None:
    rules = "{version: t, rules: [{code: c, dimension: validity, check: credit_code, fields: [c]}]}"
    right, wrong = "91350100M000100Y43", "91350100M000100Y44"
    made = profiled(rules, f"(SELECT unnest(['{right}', '{wrong}', 'x', NULL]) AS c)")
    assert (made.outcomes[0].judged, made.outcomes[0].failed) == (3, 2)


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ("{code: x, dimension: beauty, check: present, fields: [id]}", "rules.0.dimension"),
        ("{code: x, dimension: validity, check: guess, fields: [id]}", "rules.0.check"),
        ("{code: x, dimension: validity, check: range, fields: [id]}", "rules.0"),
        ("{code: x, dimension: validity, check: pattern, fields: [id]}", "rules.0"),
        ("{code: x, dimension: validity, check: present, fields: []}", "rules.0.fields"),
        ("{code: x, dimension: validity, check: present, fields: [id, a]}", "rules.0"),
        ("{code: x, dimension: validity, check: present, fields: [id], sql: y}", "rules.0.sql"),
        ("{code: x, dimension: validity, check: format, fields: [id], format: moon}", "x"),
        ("{code: x, dimension: validity, check: present, fields: [nothing]}", "x"),
        ("{code: x, dimension: accuracy, check: known, fields: [id], reference: r, keys: [k]}",
         "x"),
        ("{code: x, dimension: accuracy, check: known, fields: [id], reference: areas}", "rules.0"),
        ("{code: x, dimension: validity, check: present, fields: [id]}, {code: x, dimension: "
         "validity, check: present, fields: [a]}", "x"),
    ],
)  # fmt: skip
def test_rules_that_cannot_be_used_say_where(rule: str, place: str) -> None:
    with pytest.raises(RulesInvalid) as fault:
        profiled(f"{{version: t, rules: [{rule}]}}")
    assert fault.value.place == place


def test_what_is_no_yaml_is_said() -> None:
    with pytest.raises(RulesInvalid, match="not YAML"):
        read("rules: [")


def test_a_rule_is_data_and_never_sql() -> None:
    hostile = "x'); DROP TABLE t; --"
    rules = f"""{{version: t, rules: [
      {{code: a, dimension: validity, check: listed, fields: [state], values: ["{hostile}"]}},
      {{code: b, dimension: validity, check: pattern, fields: [state], pattern: "{hostile}("}}]}}"""
    with pytest.raises((duckdb.Error, RulesInvalid)):
        profiled(rules)
    assert profiled(rules.replace(hostile + "(", "o.*")).outcomes[0].failed == 4


def test_the_formats_that_come_with_it_are_sourced() -> None:
    assert all(each.source for each in formats().values())

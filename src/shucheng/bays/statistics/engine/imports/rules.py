"""What makes a row one that cannot be taken over: rules over the text and the value of its cells.

A rule is a code, a field and a DuckDB condition; in it `t_name` is the cell as text, `name` its
value. The codes are the keys of the messages a person reads.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from shucheng.lib.credit_code import valid_sql

from ..frames import ITEMS
from ..ladder.facts import known_facts
from . import cells
from .fields import MONTH, Field

LONGEST = {"name": 200, "address": 300, "park": 80, "level": 80, "certificate": 80}
"""Characters a text may have."""

_LEAP = 10
"""Times the pace since January by which revenue since then looks mistyped, or in another unit."""

_BELOW_ZERO = ("surplus", "production_tax")


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of which `wrong` holds have the problem `code` in `field`."""

    code: str
    field: str
    wrong: str


def rules(
    table: str,
    chosen: Iterable[Field],
    *,
    areas: bool,
    month: bool = False,
    until: int | None = None,
    registered: bool = False,
    elsewhere: bool = False,
) -> list[Rule]:
    """The rules for the fields a file has. `areas`: the codes of areas are known (the variable
    area_codes of the connection); `registered`: the firms are (its table `registered`);
    `elsewhere`: so are those the file may not speak of (its table `elsewhere`). `month`: it is
    told beside the file where no cell says it; `until`: the newest month (yyyymm) that returns
    can be of."""
    chosen = list(chosen)
    found = [rule for field in chosen for rule in _of(field, areas=areas)]
    beside = MONTH.get(table)
    found = [rule for rule in found if (rule.code, rule.field) != ("missing", beside)]
    if beside in {field.name for field in chosen} and not month:
        found.append(Rule("missing", str(beside), f"t_{beside} IS NULL"))
    if table == "returns":
        names = [field.name for field in chosen if field.name in ITEMS]
        nothing = " AND ".join(f"t_{name} IS NULL" for name in names) or "true"
        found.append(Rule("items-missing", "revenue", nothing))
        # January is reported together with February.
        found.append(Rule("month-january", "period", "period % 100 = 1"))
        if until is not None:
            found.append(Rule("month-to-come", "period", f"period > {int(until)}"))
    if registered:
        unknown = f"{valid_sql('firm')} AND firm NOT IN (SELECT firm FROM registered)"  # noqa: S608
        found.append(Rule("firm-unknown", "firm", unknown))
    if elsewhere:
        other = "firm IN (SELECT firm FROM elsewhere)"
        found.append(Rule("firm-elsewhere", "firm", other))
    if table == "facts":
        found.append(Rule("value-outside", "value", _outside()))
    if table == "honours" and any(field.name == "until" for field in chosen):
        found.append(Rule("until-before", "until", "until < since"))
    return found


def warnings(chosen: Iterable[Field]) -> list[Rule]:
    """What looks odd in a row and is taken over all the same: amounts below 0, but for a surplus
    and for taxes less subsidies; revenue since January that is less than in the month reported
    before (`rows.make_before`), or grew many times as fast."""
    found = [
        Rule("money-negative", field.name, f"{field.name} < 0")
        for field in chosen
        if field.kind == "money" and field.name not in _BELOW_ZERO
    ]
    if any(field.name == "revenue" for field in chosen):
        found.append(Rule("revenue-falls", "revenue", "revenue < revenue_before"))
        pace = "revenue_before / months_before * (period % 100)"
        leaps = f"revenue_before > 0 AND revenue > {_LEAP} * {pace}"
        found.append(Rule("revenue-leaps", "revenue", leaps))
    return found


def _outside() -> str:
    """A value that its measure cannot have."""
    cases = " ".join(
        f"WHEN '{code}' THEN value NOT BETWEEN {each.least} AND {each.most}"
        + (" OR value % 1 <> 0" if each.whole else "")
        for code, each in known_facts().items()
    )
    return f"(CASE item {cases} END)"


def _of(field: Field, *, areas: bool) -> list[Rule]:
    text, name = f"t_{field.name}", field.name
    found = []
    if field.required:
        found.append(Rule("missing", name, f"{text} IS NULL"))
    if field.kind == "code":
        form = f"NOT regexp_full_match({name}, '[0-9A-Z]{{18}}')"
        checked = f"NOT ({form}) AND NOT {valid_sql(name)}"
        return [*found, Rule("code-form", name, form), Rule("code-checksum", name, checked)]
    if field.kind == "text":
        if limit := LONGEST.get(name):
            found.append(Rule("text-too-long", name, f"length({name}) > {limit}"))
        return found
    understood = cells.accepted(field.kind, text, name)
    found.append(Rule(f"{field.kind}-invalid", name, f"{text} IS NOT NULL AND NOT {understood}"))
    if field.kind == "people":
        found.append(Rule("people-negative", name, f"{name} < 0"))
    if field.kind == "area" and areas:
        found.append(
            Rule("area-unknown", name, f"NOT list_contains(getvariable('area_codes'), {name})")
        )
    return found

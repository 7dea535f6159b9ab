"""`reporting.toml` of a city pack: when forms are due, what differs about them, their rules."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from shucheng.lib.periods import FREQUENCIES, Period, PeriodInvalid
from shucheng.plan.city.entries import Entry, read_entries, read_section, read_toml
from shucheng.plan.city.model import (
    FormChange,
    FormKind,
    Problem,
    Reporting,
    ReportingRule,
    RuleKind,
)

_SIGNS = ("<=", ">=", "=")
# What each kind of rule takes; the kernel's reporting reads it.
_NUMBERS: Mapping[RuleKind, tuple[str, ...]] = {
    "range": ("least", "most"),
    "sum": ("tolerance", "slack"),
    "compare": ("constant", "tolerance", "slack"),
    "jump": ("percent", "least"),
    "areas": ("tolerance", "slack"),
}


def read_reporting(path: Path, problems: list[Problem]) -> Reporting:
    """The file's settings; a pack without the file has none."""
    if not path.exists():
        return Reporting()
    tables = read_toml(path, problems)
    settings = read_section(path, "reporting", problems, tables)
    days = settings.table("due_days")
    forms = {name: value for name, value in tables.items() if name == "form"}
    rules = {name: value for name, value in tables.items() if name not in {"reporting", "form"}}
    found = Reporting(
        first=settings.text("first", ""),
        due_days=_due_days(days) if days else {},
        forms=tuple(map(_form, read_entries(path, "form", problems, forms, "owner"))),
        rules=tuple(map(_rule, read_entries(path, "rule", problems, rules))),
    )
    settings.done()
    return found


def check_reporting(
    reporting: Reporting, metrics: Mapping[str, tuple[str, str]]
) -> Iterator[Problem]:
    """What must hold between reporting.toml and the metrics: code → (owner, frequency)."""
    file = "reporting.toml"
    if reporting.first and not _is_period(reporting.first):
        yield Problem(
            file, "[reporting]", f"first {reporting.first!r} is no period.", "Write 2026-01."
        )
    asked = set(metrics.values())
    for form in reporting.forms:
        entry = f"form {form.owner!r} {form.frequency} {form.kind}"
        if (form.owner, form.frequency) not in asked:
            yield Problem(
                file, entry, "no metric asks for it.", "Compare owner and frequency with metrics."
            )
        for code in set(form.optional) - set(metrics):
            yield Problem(file, entry, f"the metric {code!r} is not there.", "See metrics.toml.")
    codes: set[str] = set()
    for rule in reporting.rules:
        entry = f"rule {rule.code!r}"
        if rule.code in codes:
            yield Problem(file, entry, "the code stands twice.", "Give one of them another code.")
        codes.add(rule.code)
        for code in rule.metrics:
            if code.partition("|")[0] not in metrics:
                yield Problem(
                    file, entry, f"the metric {code!r} is not there.", "See metrics.toml."
                )


def _due_days(entry: Entry) -> dict[str, int]:
    found: dict[str, int] = {
        each: entry.integer(each) for each in FREQUENCIES if each in entry.values
    }
    if any(days < 0 or days > 200 for days in found.values()):
        entry.problem("due days are working days from 0 to 200.")
    entry.done()
    return found


def _form(entry: Entry) -> FormChange:
    form = FormChange(
        owner=entry.text("owner"),
        frequency=entry.choice("frequency", FREQUENCIES),
        kind=entry.choice("kind", get_args(FormKind)),
        name=entry.text("name", ""),
        name_en=entry.text("name_en", ""),
        due_days=entry.optional_integer("due_days"),
        publish_apart=entry.flag("publish_apart"),
        optional=entry.texts("optional"),
        unconfirmed=entry.flag("unconfirmed"),
    )
    if form.due_days is not None and not 0 <= form.due_days <= 200:
        entry.problem("due_days are working days from 0 to 200.")
    entry.done()
    return form


def _rule(entry: Entry) -> ReportingRule:
    kind = entry.choice("kind", get_args(RuleKind))
    params: dict[str, Any] = {}
    named: list[str] = []
    if kind in ("range", "jump", "areas"):
        params["metric"] = entry.text("metric")
        named.append(params["metric"])
    elif kind == "sum":
        params["total"] = entry.text("total")
        params["parts"] = _terms(entry, "parts")
        named += [params["total"], *params["parts"]]
    else:
        params["left"] = _terms(entry, "left")
        params["sign"] = entry.choice("sign", _SIGNS)
        params["right"] = _terms(entry, "right")
        named += [*params["left"], *params["right"]]
    entry.asked.update(_NUMBERS[kind])
    params |= {name: entry.number(name) for name in _NUMBERS[kind] if name in entry.values}
    if kind == "range":
        params["whole"] = entry.flag("whole")
    rule = ReportingRule(
        code=entry.text("code"),
        kind=kind,
        severity=entry.choice("severity", ("error", "warning"), "warning"),
        params=params,
        metrics=tuple(named),
        note=entry.text("note", ""),
        unconfirmed=entry.flag("unconfirmed"),
        active=entry.flag("active", True),
    )
    entry.done()
    return rule


def _terms(entry: Entry, name: str) -> dict[str, Decimal]:
    """`["a", "b"]` or `{ a = 1, b = -1 }`: metrics with their factors."""
    if isinstance(entry.values.get(name), dict):
        inner = entry.table(name)
        return {key: inner.number(key) for key in inner.values} if inner else {}
    found = {code: Decimal(1) for code in entry.texts(name)}
    if not found:
        entry.problem(f"{name!r} is missing.", f'Write {name} = ["metric", "metric"].')
    return found


def _is_period(text: str) -> bool:
    try:
        Period.parse(text)
    except PeriodInvalid:
        return False
    return True

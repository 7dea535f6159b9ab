"""Validation rules as the plan office looks after them: in force, by whom, since when, for what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import NotFound
from shucheng.kernel.observations.models import Metric
from shucheng.kernel.reporting.engine.reading_rules import read_rule
from shucheng.kernel.reporting.engine.rules import Rule as Readable
from shucheng.kernel.reporting.engine.rules import plain
from shucheng.kernel.reporting.inputs import RuleSettings
from shucheng.kernel.reporting.models import Form, FormLine, Rule, SetupEvent
from shucheng.kernel.reporting.queries.asked import newest_versions, usual_of_line
from shucheng.kernel.reporting.queries.setup import open_tasks

# Field → the kinds of rules that have it: what the plan office can change.
PARAMS: dict[str, tuple[str, ...]] = {
    "least": ("range", "jump"),
    "most": ("range",),
    "whole": ("range",),
    "percent": ("jump",),
    "tolerance": ("sum", "compare", "areas"),
    "slack": ("sum", "compare", "areas"),
}


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as it stands. `number` 0: the usual one, which no version changed so far."""

    rule: Readable
    number: int = 0
    active: bool = True
    unconfirmed: bool = False
    since: datetime | None = None
    by: str = ""
    reason: str = ""
    event: SetupEvent | None = None


@dataclass(frozen=True, slots=True)
class RulePage:
    """`versions` newest first; `forms` are those with a cell that the rule looks at, `tasks` how
    many of their tasks are not handed in."""

    row: RuleRow
    versions: tuple[RuleRow, ...]
    fields: Mapping[str, Any]
    forms: tuple[Form, ...]
    tasks: int
    names: Mapping[str, str]


def rule_rows(*, actor: Actor) -> list[RuleRow]:
    """Every rule by its code: the newest version, or the usual rule where there is none."""
    actor.require("reporting.view")
    rows = {code: RuleRow(rule) for code, rule in _usual().items()}
    for stored in _stored().order_by("number"):
        rows[stored.code] = _row(stored)
    return sorted(rows.values(), key=lambda row: (not row.number, row.rule.code))


def rule_page(code: str, *, actor: Actor) -> RulePage:
    actor.require("reporting.view")
    usual = _usual().get(code)
    versions = [_row(stored) for stored in _stored().filter(code=code).order_by("-number")]
    if usual is not None:
        versions.append(RuleRow(usual))
    if not versions:
        raise NotFound(_("The rule"))
    row = versions[0]
    lines = _lines().filter(metric__code__in={key.partition("|")[0] for key in row.rule.keys})
    forms = {line.form_id: line.form for line in lines if line.key in row.rule.keys}
    return RulePage(
        row,
        tuple(versions),
        params_of(row.rule),
        tuple(sorted(forms.values(), key=lambda form: form.code)),
        sum(tasks.open for form in forms for tasks in open_tasks(form)),
        names_of([row.rule for row in versions]),
    )


def params_of(rule: Readable) -> dict[str, Any]:
    """The fields that can be changed, as a page writes them; None where nothing is set."""
    found: dict[str, Any] = {}
    for field, kinds in PARAMS.items():
        if rule.kind in kinds:
            value = getattr(rule, field)
            found[field] = value if isinstance(value, bool) or value is None else plain(value)
    return found


def names_of(rules: Iterable[Readable]) -> dict[str, str]:
    """Cell key → the metric's name, with the dimension where there is one."""
    keys = {key for rule in rules for key in rule.keys}
    metrics = Metric.objects.filter(code__in={key.partition("|")[0] for key in keys})
    names = {metric.code: metric.name for metric in metrics}
    found = {}
    for key in keys:
        code, _bar, dimension = key.partition("|")
        name = names.get(code, code)
        found[key] = f"{name} · {dimension.replace(';', ' · ')}" if dimension else name
    return found


def newest_rule(code: str) -> Rule | None:
    return _stored().filter(code=code).order_by("-number").first()


def usual_rule(code: str) -> RuleSettings | None:
    """What holds without any version, as settings."""
    found = _usual().get(code)
    if found is None:
        return None
    params = {"metric": found.metric, **params_of(found)}
    given = {name: value for name, value in params.items() if value is not None}
    return RuleSettings(code, found.kind, found.severity, given)


def settings_of(stored: Rule) -> RuleSettings:
    return RuleSettings(
        stored.code,
        stored.kind,
        stored.severity,
        stored.params,
        stored.note,
        stored.unconfirmed,
        stored.active,
    )


def _usual() -> dict[str, Readable]:
    lines = list(_lines())
    versions = newest_versions(line.metric_id for line in lines)
    return {
        rule.code: rule for line in lines for rule in usual_of_line(line, versions[line.metric_id])
    }


def _lines() -> QuerySet[FormLine]:
    return FormLine.objects.select_related("form__owner", "metric").filter(
        form__retired_at__isnull=True, last_day__isnull=True
    )


def _stored() -> QuerySet[Rule]:
    return Rule.objects.select_related("recorded_by", "setup_event")


def _row(stored: Rule) -> RuleRow:
    event: SetupEvent | None = getattr(stored, "setup_event", None)
    by = event.person_name if event else ""
    return RuleRow(
        read_rule(stored.code, stored.kind, stored.severity, stored.params, stored.note),
        stored.number,
        stored.active,
        stored.unconfirmed,
        stored.recorded_at,
        by or (str(stored.recorded_by) if stored.recorded_by else ""),
        event.reason if event else "",
        event,
    )

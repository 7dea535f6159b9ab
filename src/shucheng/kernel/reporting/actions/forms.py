"""Forms: generated from metrics and organisations, again whenever these change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Any

from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Invalid
from shucheng.kernel.identity.models import Organisation
from shucheng.kernel.observations.inputs import dimension_key
from shucheng.kernel.observations.models import Metric, MetricVersion, Origin
from shucheng.kernel.reporting.actions.rules import keep_rule
from shucheng.kernel.reporting.inputs import (
    DUE_DAYS,
    FormSettings,
    ReportingSettings,
    form_code,
)
from shucheng.kernel.reporting.models import Form, FormKind, FormLine
from shucheng.kernel.reporting.periods import read_period
from shucheng.kernel.reporting.queries.asked import newest_versions
from shucheng.lib.periods import Period

# More combinations of dimensions than a person fills in: such a metric comes on another way.
MOST_COMBINATIONS = 200
_NAMES = {
    ("A", "city"): gettext_noop("%(owner)s: yearly figures of the city"),
    ("S", "city"): gettext_noop("%(owner)s: half-yearly figures of the city"),
    ("Q", "city"): gettext_noop("%(owner)s: quarterly figures of the city"),
    ("M", "city"): gettext_noop("%(owner)s: monthly figures of the city"),
    ("D", "city"): gettext_noop("%(owner)s: daily figures of the city"),
    ("A", "area"): gettext_noop("%(owner)s: yearly figures of counties and zones"),
    ("S", "area"): gettext_noop("%(owner)s: half-yearly figures of counties and zones"),
    ("Q", "area"): gettext_noop("%(owner)s: quarterly figures of counties and zones"),
    ("M", "area"): gettext_noop("%(owner)s: monthly figures of counties and zones"),
    ("D", "area"): gettext_noop("%(owner)s: daily figures of counties and zones"),
}


@dataclass(frozen=True, slots=True)
class Generated:
    """What generating changed."""

    forms: int = 0
    lines: int = 0
    retired: int = 0


@action
def generate_forms(*, actor: Actor, first: str = "") -> Generated:
    """Make forms say what the metrics say now.

    A metric that is reported becomes a line of its owner's form of its frequency (and, where
    areas report it, of the owner's area form); one that is gone, or has another owner or
    frequency now, is retired there; what was asked before stays. New forms ask from the running
    period on, or from `first`. What the plan office set up itself stays as it is.
    """
    actor.require("reporting.manage")
    done = _generate(ReportingSettings(first=first))
    record(
        "reporting.forms.generated",
        ("reporting.forms", "", "generate"),
        actor=actor,
        forms=done.forms,
        lines=done.lines,
        retired=done.retired,
    )
    return done


@action
def import_reporting(settings: ReportingSettings, *, actor: Actor) -> Generated:
    """Generate the forms, then store what a city pack says is different, and its rules.

    Loading it again changes only what the pack changed; a changed rule is a new version. Forms
    and rules that the plan office changed since are the plan office's.
    """
    actor.require("reporting.manage")
    done = _generate(settings)
    for each in settings.forms:
        _set_up(each)
    rules = sum(keep_rule(rule, actor) for rule in settings.rules)
    record(
        "reporting.forms.generated",
        ("reporting.forms", "", "import"),
        actor=actor,
        forms=done.forms,
        lines=done.lines,
        retired=done.retired,
        rules=rules,
    )
    return done


def _generate(settings: ReportingSettings) -> Generated:
    today = timezone.localdate()
    wanted = _wanted()
    forms = {form.code: form for form in Form.objects.all()}
    open_lines: dict[str, dict[tuple[int, str], FormLine]] = {code: {} for code in forms}
    ended: dict[str, set[tuple[int, str]]] = {code: set() for code in forms}
    for line in FormLine.objects.select_related("form"):
        place = (line.metric_id, line.dimension_key)
        if line.last_day is None:
            open_lines[line.form.code][place] = line
        elif line.by_office:
            ended[line.form.code].add(place)
    done = Generated()
    new_lines = []
    for (owner, frequency, kind), asked in wanted.items():
        code = form_code(owner.code, frequency, kind)
        form, is_new = forms.get(code), False
        if form is None:
            form, is_new = _new_form(owner, frequency, kind, settings, today), True
            done = replace(done, forms=done.forms + 1)
        elif form.retired_at is not None and form.by_office:
            continue
        elif form.retired_at is not None:
            form.retired_at = None
            form.save()
        there = open_lines.get(code, {})
        settled = ended.get(code, set())
        since = None if is_new else Period.of(today, form.frequency).start  # type: ignore[arg-type]
        new_lines += [
            FormLine(
                form=form,
                metric_id=metric_id,
                dimension_key=key,
                position=at,
                first_day=since,
            )
            for at, (metric_id, key) in enumerate(asked, 1)
            if (metric_id, key) not in there and (metric_id, key) not in settled
        ]
        gone = [line for place, line in there.items() if place not in set(asked)]
        done = replace(done, retired=done.retired + _retire(gone, today))
    FormLine.objects.bulk_create(new_lines)
    codes = {form_code(owner.code, frequency, kind) for owner, frequency, kind in wanted}
    for code in set(forms) - codes:
        done = replace(done, retired=done.retired + _retire(open_lines[code].values(), today))
        asks_still = forms[code].lines.filter(last_day__isnull=True)
        if not asks_still.exists():
            Form.objects.filter(code=code, retired_at__isnull=True).update(
                retired_at=timezone.now()
            )
    return replace(done, lines=len(new_lines))


def _wanted() -> dict[tuple[Organisation, str, str], list[tuple[int, str]]]:
    """(owner, frequency, kind) → (metric, dimension key) in the order of the metrics."""
    metrics = Metric.objects.select_related("owner").filter(
        Q(origin=Origin.REPORTED), owner__isnull=False
    )
    versions = newest_versions(metrics.values_list("pk", flat=True))
    wanted: dict[tuple[Organisation, str, str], list[tuple[int, str]]] = {}
    for metric in metrics.order_by("pk"):
        version = versions.get(metric.pk)
        if version is None or metric.owner is None:
            continue
        kinds = [FormKind.CITY, FormKind.AREA] if version.by_area else [FormKind.CITY]
        for kind, key in product(kinds, combinations(version)):
            place = (metric.owner, version.frequency, str(kind.value))
            wanted.setdefault(place, []).append((metric.pk, key))
    return wanted


def combinations(version: MetricVersion) -> list[str]:
    """Dimension keys that can be listed; a dimension that admits any code cannot."""
    if not version.dimensions:
        return [""]
    names = sorted(version.dimensions)
    count = 1
    for name in names:
        count *= len(version.dimensions[name])
    if not 0 < count <= MOST_COMBINATIONS:
        return []
    every = product(*(version.dimensions[name] for name in names))
    return [dimension_key(dict(zip(names, codes, strict=True))) for codes in every]


def _new_form(
    owner: Organisation, frequency: str, kind: str, settings: ReportingSettings, today: date
) -> Form:
    first = read_period(settings.first).start if settings.first else today
    return Form.objects.create(
        code=form_code(owner.code, frequency, kind),
        name_zh=_name(owner.name, frequency, kind, "zh-hans"),
        name_en=_name(owner.name_en or owner.name, frequency, kind, "en"),
        kind=kind,
        frequency=frequency,
        owner=owner,
        due_days=settings.due_days.get(frequency, DUE_DAYS[frequency]),
        first_day=Period.of(first, frequency).start,  # type: ignore[arg-type]
    )


def _name(owner: str, frequency: str, kind: str, language: str) -> str:
    with translation.override(language):
        return _(_NAMES[frequency, kind]) % {"owner": owner}


def _retire(lines: Iterable[FormLine], today: date) -> int:
    gone = [line.pk for line in lines if not line.by_office]
    return FormLine.objects.filter(pk__in=gone).update(last_day=today)


def _set_up(given: FormSettings) -> None:
    form = Form.objects.filter(code=given.code).first()
    if form is None:
        raise Invalid(
            "reporting.form_unknown",
            _("No metric asks for the form “%(form)s”."),
            _("Correct owner, frequency and kind in reporting.toml, or take the entry out."),
            form=given.code,
        )
    changes: Mapping[str, Any] = {
        "name_zh": given.name_zh or form.name_zh,
        "name_en": given.name_en or form.name_en,
        "due_days": form.due_days if given.due_days is None else given.due_days,
        "publish_apart": given.publish_apart,
        "unconfirmed": given.unconfirmed,
    }
    Form.objects.filter(pk=form.pk, by_office=False).update(**changes)
    lines = form.lines.filter(by_office=False)
    lines.update(required=True)
    lines.filter(metric__code__in=given.optional).update(required=False)

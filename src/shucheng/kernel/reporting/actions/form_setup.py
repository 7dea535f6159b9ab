"""What the plan office changes about a form: each with a reason, none over another officer's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Conflict, Invalid, NotFound, Text
from shucheng.kernel.reporting.actions.forms import combinations
from shucheng.kernel.reporting.actions.setup_events import CHANGE_WORDS, write_setup_event
from shucheng.kernel.reporting.errors import Stale, need_words
from shucheng.kernel.reporting.models import Form, FormLine, SetupEvent
from shucheng.kernel.reporting.queries.asked import newest_versions
from shucheng.kernel.reporting.queries.setup import candidates, overlapping, settled_until

MOST_DAYS = 200
Kind = SetupEvent.Kind


@dataclass(frozen=True, slots=True)
class FormChanges:
    """What a form shall say. The due days hold for tasks opened from now on, the rest at once."""

    name_zh: str
    name_en: str
    due_days: int | None
    publish_apart: bool
    unconfirmed: bool


@action
def change_form(
    code: str, wanted: FormChanges, reason: str, *, revision: int, actor: Actor
) -> Form:
    """Change name, due days, publishing or confirmation. Raises `Stale` where another officer
    was faster than `revision`."""
    actor.require("reporting.manage")
    words, form = need_words(reason), _find(code)
    name_zh, name_en = wanted.name_zh.strip(), wanted.name_en.strip()
    if not name_zh or len(name_zh) > 120:
        raise _invalid("name_zh", _("Write a name of at most 120 characters."))
    if len(name_en) > 160:
        raise _invalid("name_en", _("Write a name of at most 160 characters."))
    if wanted.due_days is None or not 0 <= wanted.due_days <= MOST_DAYS:
        raise _invalid("due_days", _("Working days from 0 to 200."))
    after = {
        "name_zh": name_zh,
        "name_en": name_en,
        "due_days": wanted.due_days,
        "publish_apart": wanted.publish_apart,
        "unconfirmed": wanted.unconfirmed,
    }
    changed = {name: value for name, value in after.items() if getattr(form, name) != value}
    if not changed and form.revision == revision:
        raise _nothing_changed()
    before = {name: getattr(form, name) for name in changed}
    kind = Kind.CONFIRMED if changed == {"unconfirmed": False} else Kind.CHANGED
    _take(form, revision, changed)
    return _written(form, kind, before, changed, words, actor)


@action
def retire_form(code: str, reason: str, *, revision: int, actor: Actor) -> Form:
    """Ask for nothing more: no new task is opened, those that are open can be finished."""
    return _set_retired(code, reason, retired=True, revision=revision, actor=actor)


@action
def restore_form(code: str, reason: str, *, revision: int, actor: Actor) -> Form:
    """Ask again: periods that ended meanwhile are opened as well."""
    return _set_retired(code, reason, retired=False, revision=revision, actor=actor)


@action
def require_line(
    code: str, line_id: int, required: bool, reason: str, *, revision: int, actor: Actor
) -> Form:
    """Say whether a line has to be filled in. It holds at once, for what is open as well."""
    actor.require("reporting.manage")
    words, form = need_words(reason), _find(code)
    line = _line(form, line_id)
    if line.required == required and form.revision == revision:
        raise _nothing_changed()
    _take(form, revision)
    FormLine.objects.filter(pk=line.pk).update(required=required, by_office=True)
    before = {"line": line.key, "required": line.required}
    after = {"line": line.key, "required": required}
    return _written(form, Kind.CHANGED, before, after, words, actor)


@action
def end_line(
    code: str, line_id: int, last_day: date, reason: str, *, revision: int, actor: Actor
) -> Form:
    """Ask for a line no longer in periods that end after `last_day`, also where these are open."""
    actor.require("reporting.manage")
    words, form = need_words(reason), _find(code)
    line = _line(form, line_id)
    if line.first_day is not None and last_day < line.first_day:
        raise _invalid("last_day", _("This is before the line’s first day."))
    _require_unsettled(form, "last_day", last_day, ends=True)
    _take(form, revision)
    FormLine.objects.filter(pk=line.pk).update(last_day=last_day, by_office=True)
    before: dict[str, Any] = {"line": line.key, "last_day": _iso(line.last_day)}
    after = {"line": line.key, "last_day": _iso(last_day)}
    return _written(form, Kind.LINE_ENDED, before, after, words, actor)


@action
def add_metric(
    code: str,
    metric: str,
    first_day: date,
    reason: str,
    *,
    revision: int,
    actor: Actor,
    required: bool = True,
) -> Form:
    """Ask for a metric (all combinations of its dimensions) in periods that end on or after
    `first_day`, also where these are open. Raises `Invalid` where another form asks for it."""
    actor.require("reporting.manage")
    words, form = need_words(reason), _find(code)
    found = next((each for each in candidates(form) if each.code == metric), None)
    if found is None:
        raise _invalid("metric", _("Choose one of the list: no other fits or is free."))
    keys = combinations(newest_versions([found.pk])[found.pk])
    if not keys:
        raise _invalid("metric", _("Its dimensions have too many combinations for a form."))
    if overlapping(form, found, keys, first_day):
        raise _invalid("first_day", _("The form asks for it until a later day already."))
    _require_unsettled(form, "first_day", first_day)
    _take(form, revision)
    last = form.lines.aggregate(last=Max("position"))["last"] or 0
    FormLine.objects.bulk_create(
        FormLine(
            form=form,
            metric=found,
            dimension_key=key,
            position=last + at,
            required=required,
            first_day=first_day,
            by_office=True,
        )
        for at, key in enumerate(keys, 1)
    )
    after = {"line": metric, "required": required, "first_day": _iso(first_day)}
    return _written(form, Kind.LINE_ADDED, {}, after, words, actor)


def _set_retired(code: str, reason: str, *, retired: bool, revision: int, actor: Actor) -> Form:
    actor.require("reporting.manage")
    words, form = need_words(reason), _find(code)
    if (form.retired_at is not None) == retired and form.revision == revision:
        raise _nothing_changed()
    before = {"retired": form.retired_at is not None}
    _take(form, revision, {"retired_at": timezone.now() if retired else None})
    kind = Kind.RETIRED if retired else Kind.RESTORED
    return _written(form, kind, before, {"retired": retired}, words, actor)


def _find(code: str) -> Form:
    form = Form.objects.select_related("owner").filter(code=code).first()
    if form is None:
        raise NotFound(_("The form"))
    return form


def _line(form: Form, line_id: int) -> FormLine:
    line = form.lines.select_related("metric").filter(pk=line_id).first()
    if line is None:
        raise NotFound(_("The line"))
    return line


def _take(form: Form, revision: int, changes: Mapping[str, Any] | None = None) -> None:
    """Write under the revision that was looked at; the database compares while it writes."""
    rows = Form.objects.filter(pk=form.pk, revision=revision)
    changed = rows.update(revision=F("revision") + 1, by_office=True, **(changes or {}))
    if not changed:
        raise _stale(form)
    form.refresh_from_db()


def _stale(form: Form) -> Conflict:
    last = SetupEvent.objects.filter(form=form).order_by("-id").first()
    if last is None:
        return Conflict(_("The form"))
    form.refresh_from_db()
    return Stale(last.person_name, CHANGE_WORDS[last.kind], last.recorded_at, form.revision)


def _require_unsettled(form: Form, field: str, day: date, *, ends: bool = False) -> None:
    """What was handed in keeps its lines: a change begins after it."""
    settled = settled_until(form)
    if settled is None or day > settled or (ends and day == settled):
        return
    text = _("Figures up to %(day)s were handed in: choose a later day.")
    if ends:
        text = _("Figures up to %(day)s were handed in: choose that day or a later one.")
    raise _invalid(field, str(text) % {"day": settled.isoformat()})


def _invalid(field: str, text: Text) -> Invalid:
    return Invalid(
        "reporting.form_not_changed",
        _("Nothing was changed."),
        _("Correct what is marked."),
        fields={field: str(text)},
    )


def _nothing_changed() -> Invalid:
    return Invalid(
        "reporting.nothing_changed", _("Nothing would change."), _("Change something first.")
    )


def _written(
    form: Form,
    kind: SetupEvent.Kind,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reason: str,
    actor: Actor,
) -> Form:
    write_setup_event(kind, form=form, before=before, after=after, reason=reason, actor=actor)
    record(
        "reporting.form.changed",
        form,
        actor=actor,
        before=before,
        after=after,
        form=form.code,
        what=str(kind),
        revision=form.revision,
        reason=reason,
    )
    return form


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""

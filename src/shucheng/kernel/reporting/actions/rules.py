"""Versions of validation rules: those of a city pack, and those of the plan office."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Conflict, Invalid, NotFound, Text
from shucheng.kernel.reporting.actions.setup_events import CHANGE_WORDS, write_setup_event
from shucheng.kernel.reporting.engine.reading_rules import RuleInvalid, read_rule
from shucheng.kernel.reporting.errors import Stale, need_words
from shucheng.kernel.reporting.inputs import RuleSettings
from shucheng.kernel.reporting.models import Rule, SetupEvent
from shucheng.kernel.reporting.queries.rules import newest_rule, settings_of, usual_rule

LONGEST_NOTE = 300
FACTS = ("kind", "severity", "params", "note", "unconfirmed", "active")


@action
def change_rule(given: RuleSettings, number: int, reason: str, *, actor: Actor) -> Rule:
    """Make a new version of a rule: other bounds or severity, taken back (`active` False), or put
    back. The kind stays.

    `number` is the version that was looked at, 0 where only the usual rule holds so far. Raises
    `Stale` where another one was made meanwhile, `Invalid` where it is no rule or the same one.
    """
    actor.require("reporting.manage")
    words, last = need_words(reason), _looked_at(given.code, number)
    before = settings_of(last) if last else _usual(given.code)
    wanted = replace(given, kind=before.kind, params=storable(given.params))
    _require_readable(wanted)
    if _same(wanted, before):
        raise Invalid(
            "reporting.nothing_changed",
            _("Nothing would change."),
            _("Change something first."),
        )
    kind = SetupEvent.Kind.CHANGED
    if wanted.active != before.active:
        kind = SetupEvent.Kind.RESTORED if wanted.active else SetupEvent.Kind.RETIRED
    return _new_version(wanted, last, before, kind, words, actor)


@action
def confirm_rule(code: str, number: int, reason: str, *, actor: Actor) -> Rule:
    """Say that a rule that was assumed holds: the same again, confirmed."""
    actor.require("reporting.manage")
    words, last = need_words(reason), _looked_at(code, number)
    if last is None or not last.unconfirmed:
        raise Invalid(
            "reporting.nothing_to_confirm",
            _("This rule needs no confirmation."),
            _("Look at the list of rules."),
        )
    before = settings_of(last)
    wanted = replace(before, unconfirmed=False)
    return _new_version(wanted, last, before, SetupEvent.Kind.CONFIRMED, words, actor)


def keep_rule(given: RuleSettings, actor: Actor) -> bool:
    """Store what a city pack says as a new version, unless the newest one says so or was made by
    the plan office. Part of loading a pack, which writes it down."""
    wanted = replace(given, params=storable(given.params))
    try:
        read_rule(wanted.code, wanted.kind, wanted.severity, wanted.params, wanted.note)
    except RuleInvalid as error:
        raise Invalid(
            "reporting.rule_invalid",
            _("The rule “%(rule)s” cannot be read: %(field)s has to be %(wanted)s."),
            _("Correct it in reporting.toml; cities/README.md lists what each kind takes."),
            rule=error.code,
            field=error.field,
            wanted=error.wanted,
        ) from None
    last = newest_rule(given.code)
    if last is not None:
        by_office = SetupEvent.objects.filter(rule=last).exists()
        if by_office or _facts(settings_of(last)) == _facts(wanted):
            return False
    _store(wanted, last, actor)
    return True


def _looked_at(code: str, number: int) -> Rule | None:
    last = newest_rule(code)
    if (last.number if last else 0) != number:
        raise _stale(last)
    return last


def _usual(code: str) -> RuleSettings:
    found = usual_rule(code)
    if found is None:
        raise NotFound(_("The rule"))
    return found


def _require_readable(given: RuleSettings) -> None:
    if len(given.note) > LONGEST_NOTE:
        raise _not_readable("note", _("At most 300 characters."))
    try:
        found = read_rule(given.code, given.kind, given.severity, given.params, given.note)
    except RuleInvalid as error:
        words = {"percent": _("More than 0."), "severity": _("Choose one of them.")}
        raise _not_readable(error.field, words.get(error.field, _("Write a number."))) from None
    if found.least is not None and found.most is not None and found.least > found.most:
        raise _not_readable("most", _("The upper bound is below the lower one."))
    if min(found.tolerance, found.slack) < 0:
        field = "tolerance" if found.tolerance < 0 else "slack"
        raise _not_readable(field, _("Not below 0."))


def _not_readable(field: str, words: Text) -> Invalid:
    return Invalid(
        "reporting.rule_not_readable",
        _("Not stored: this cannot be a rule."),
        _("Correct what is marked."),
        fields={field: str(words)},
    )


def _new_version(
    wanted: RuleSettings,
    last: Rule | None,
    before: RuleSettings,
    kind: SetupEvent.Kind,
    reason: str,
    actor: Actor,
) -> Rule:
    try:
        with transaction.atomic():
            made = _store(wanted, last, actor)
    except IntegrityError:
        # Two officers at the same moment: the number is given once.
        raise _stale(newest_rule(wanted.code)) from None
    was, now = _facts(before), _facts(wanted)
    changed = [name for name in FACTS if was[name] != now[name]]
    event = write_setup_event(
        kind,
        rule=made,
        before={name: was[name] for name in changed},
        after={name: now[name] for name in changed},
        reason=reason,
        actor=actor,
    )
    record(
        "reporting.rule.changed",
        made,
        actor=actor,
        before=event.before,
        after=event.after,
        rule=made.code,
        version=made.number,
        what=event.kind,
        reason=reason,
    )
    return made


def _stale(last: Rule | None) -> Conflict:
    if last is None:
        return Conflict(_("The rule"))
    event = SetupEvent.objects.filter(rule=last).first()
    who = str(last.recorded_by) if last.recorded_by else str(_("the city pack"))
    what = CHANGE_WORDS[event.kind] if event else _("loaded a new version")
    return Stale(event.person_name if event else who, what, last.recorded_at, last.number)


def _store(given: RuleSettings, last: Rule | None, actor: Actor) -> Rule:
    return Rule.objects.create(
        code=given.code,
        number=last.number + 1 if last else 1,
        recorded_by_id=actor.person_id,
        **_facts(given),
    )


def _same(one: RuleSettings, other: RuleSettings) -> bool:
    """Whether both say the same, however their numbers are written."""
    read = [read_rule(r.code, r.kind, r.severity, r.params, r.note) for r in (one, other)]
    return (
        read[0] == read[1] and one.unconfirmed == other.unconfirmed and one.active == other.active
    )


def _facts(given: RuleSettings) -> dict[str, Any]:
    return {name: getattr(given, name) for name in FACTS}


def storable(params: Mapping[str, Any]) -> dict[str, Any]:
    """Decimals as text: JSON knows none."""

    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {str(key): plain(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [plain(each) for each in value]
        return value if isinstance(value, str | bool | None) else str(value)

    return {name: plain(value) for name, value in params.items()}

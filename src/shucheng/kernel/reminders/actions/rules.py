"""Setting when a room reminds: a new version, with its reason."""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Invalid
from shucheng.kernel.reminders.engine.rules import Rule
from shucheng.kernel.reminders.models import RuleVersion
from shucheng.kernel.reminders.queries import rule_in_force


@action
def set_rule(
    room: str, before: str, late: str, late_every: int, hour: int, reason: str, *, actor: Actor
) -> RuleVersion:
    """Set when a room reminds; days are numbers with commas between them."""
    actor.require("reminders.set_rules")
    old = rule_in_force(room)
    days = {"before": _days("before", before), "late": _days("late", late)}
    try:
        rule = Rule(**days, late_every=late_every, hour=hour)
    except ValueError:
        raise _no_rule("before") from None
    newest = RuleVersion.objects.filter(room=room).first()
    version = RuleVersion.objects.create(
        room=room,
        number=newest.number + 1 if newest else 1,
        params=rule.facts(),
        reason=reason.strip(),
        by=actor.name[:150],
    )
    record(
        "reminders.rule.set",
        version,
        actor=actor,
        before=old.facts(),
        after=rule.facts(),
        reason=version.reason,
    )
    return version


def _days(field: str, text: str) -> tuple[int, ...]:
    # As it comes from any keyboard: full-width digits, commas and semicolons are plain ones.
    plain = unicodedata.normalize("NFKC", text).strip()
    parts = [part for part in re.split(r"[,、;\s]+", plain) if part]
    if not all(re.fullmatch(r"[0-9]{1,2}", part) for part in parts):
        raise _no_rule(field)
    return tuple(sorted({int(part) for part in parts}, reverse=field == "before"))


def _no_rule(field: str) -> Invalid:
    return Invalid(
        "reminders.rule",
        _("This is no rule of reminding."),
        _("Write whole numbers between 1 and 60 with commas between them."),
        fields={field: str(_("Write whole numbers between 1 and 60 with commas between them."))},
    )

"""How a change of a form or a rule is written down: the actions beside it call this."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import Actor
from shucheng.kernel.reporting.models import Form, Rule, SetupEvent

# What somebody did, for whoever comes too late.
CHANGE_WORDS: dict[str, str | Promise] = {
    SetupEvent.Kind.CHANGED: _("changed it"),
    SetupEvent.Kind.LINE_ADDED: _("added a metric"),
    SetupEvent.Kind.LINE_ENDED: _("ended a line"),
    SetupEvent.Kind.RETIRED: _("took it out of use"),
    SetupEvent.Kind.RESTORED: _("put it back in use"),
    SetupEvent.Kind.CONFIRMED: _("confirmed it"),
}


def write_setup_event(
    kind: SetupEvent.Kind,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reason: str,
    actor: Actor,
    form: Form | None = None,
    rule: Rule | None = None,
) -> SetupEvent:
    return SetupEvent.objects.create(
        kind=kind,
        form=form,
        rule=rule,
        before=dict(before),
        after=dict(after),
        reason=reason[:500],
        person_id=actor.person_id,
        person_name=actor.name[:150],
    )

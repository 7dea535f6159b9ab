"""What an alert says, in the reader's language. Codes never change once alerts are stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import ROLE_LABELS
from shucheng.kernel.jobs.words import job_words

Text = str | Promise


@dataclass(frozen=True, slots=True)
class AlertText:
    """A sentence with named values, and what to do."""

    title: Text
    next_step: Text


_TEXTS: dict[str, AlertText] = {}
UNKNOWN = AlertText(_("Something needs attention."), _("Open the link and look."))


def register_alert(code: str, title: Text, next_step: Text) -> None:
    """Give an alert code its texts; the kernel, the plan and bays do so once at start."""
    _TEXTS[code] = AlertText(title, next_step)


def title_of(code: str, values: Mapping[str, Any]) -> str:
    return _filled(_TEXTS.get(code, UNKNOWN).title, values)


def next_step_of(code: str, values: Mapping[str, Any]) -> str:
    return _filled(_TEXTS.get(code, UNKNOWN).next_step, values)


def _filled(text: Text, values: Mapping[str, Any]) -> str:
    try:
        return str(text) % _in_words(values)
    except (KeyError, ValueError, TypeError):
        # An older alert without a value that the text now names is still shown.
        return str(text)


def _in_words(values: Mapping[str, Any]) -> dict[str, Any]:
    """Roles and jobs are stored by code and read by name."""
    labels = {role.value: label for role, label in ROLE_LABELS.items()}
    role = values.get("role", "")
    return {**values, "role": labels.get(role, role), "job": job_words(values.get("job", ""))}


register_alert(
    "security.sign_in_failures",
    _("%(failures)s failed sign-ins as “%(account)s” within %(minutes)s minutes."),
    _("Ask the person. If it was not them, look where the attempts came from."),
)
register_alert(
    "security.sign_in_failures_address",
    _("%(failures)s failed sign-ins from %(address)s within %(minutes)s minutes."),
    _("Find out whose address it is; block it at the firewall if nobody knows it."),
)
register_alert(
    "security.sign_in_new_network",
    _("%(person)s signed in from %(address)s, a network not seen before."),
    _("Ask the person. If it was not them, close the account and end its sessions."),
)
register_alert(
    "security.own_sign_in_new_network",
    _("Your account signed in from %(address)s, a network not seen before."),
    _("If it was not you, change the password, sign out everywhere, and tell an administrator."),
)
register_alert(
    "security.role_granted",
    _("%(by)s gave %(person)s the role “%(role)s”."),
    _("Check that it was asked for and approved; end the role if not."),
)
register_alert(
    "security.second_factor_reset",
    _("%(by)s reset the second factor of %(person)s."),
    _("Check with the person that they asked for it."),
)
register_alert(
    "security.mass_export",
    _("%(by)s took out %(rows)s rows within %(minutes)s minutes."),
    _("Check with the person what the data is for."),
)
register_alert(
    "security.refusals",
    _("%(by)s was refused %(refusals)s times within %(minutes)s minutes."),
    _("Look at what was tried; a role may be missing, or somebody probes."),
)
register_alert(
    "security.audit_chain_broken",
    _("The audit chain is broken at entry %(entry)s."),
    _("Keep the database as it is, make a copy, and compare with the last good backup."),
)
register_alert(
    "jobs.failed",
    _("The background job “%(job)s” failed: %(error)s"),
    _("Open the job, mend the cause, and start it again."),
)

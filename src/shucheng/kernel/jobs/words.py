"""What a job is called, in the reader's language. Its code never changes once jobs are stored."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_WORDS: dict[str, str | Promise] = {
    "alerts.mail": _("Mail alerts"),
    "alerts.watch": _("Look for what deserves an alert"),
    "audit.archive": _("Archive old audit entries"),
    "audit.sign": _("Sign the end of the audit log"),
    "audit.verify_chain": _("Verify the audit log"),
    "identity.due_cases": _("Warn of cases that are due"),
    "identity.send_notices": _("Deliver notices"),
    "identity.upkeep": _("Close what has expired of accounts"),
    "observations.refresh_statistics": _("Refresh the database's statistics"),
    "operations.verify_program": _("Compare the program's files"),
    "reminders.deliver": _("Deliver reminders"),
    "reporting.open_due": _("Open reporting that is due"),
    "reporting.remind": _("Remind of reporting"),
}


def register_job_words(words: Mapping[str, str | Promise]) -> None:
    """Give jobs their words; the plan and bays do so once at start."""
    _WORDS.update(words)


def job_words(name: str) -> str:
    """The words of a job; its code where nobody gave it any."""
    return str(_WORDS.get(name, name))

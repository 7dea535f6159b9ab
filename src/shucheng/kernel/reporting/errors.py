"""What this room refuses, in words a reporter can act on."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.errors import Conflict, Invalid, ShuchengError, Text


class Stale(Conflict):
    """What was looked at is not what is stored: says who did what when."""

    def __init__(self, who: str, what: Text, when: datetime, revision: int) -> None:
        ShuchengError.__init__(
            self,
            "reporting.stale",
            _("%(who)s was faster: %(what)s, %(when)s. Nothing of yours was stored."),
            _("Look at what stands there now, and do it again where it is still needed."),
            who=who,
            what=what,
            when=f"{timezone.localtime(when):%Y-%m-%d %H:%M}",
            revision=revision,
        )


class Locked(ShuchengError):
    """The period is closed: by whom, since when, why, and what to do."""

    status = 423

    def __init__(self, what: str, period: str, who: str, since: datetime, reason: str) -> None:
        super().__init__(
            "reporting.locked",
            _(
                "%(what)s is closed for %(period)s since %(since)s, by %(who)s: %(reason)s "
                "Nothing was stored."
            ),
            _("Ask the plan office to reopen the period, with the reason why it is needed."),
            what=what,
            period=period,
            who=who,
            since=f"{timezone.localtime(since):%Y-%m-%d}",
            reason=reason,
        )


class MoveImpossible(ShuchengError):
    """The step does not fit the state."""

    status = 409

    def __init__(self, state: Text) -> None:
        super().__init__(
            "reporting.move_impossible",
            _("This step is not possible now: the figures are in the state “%(state)s”."),
            _("Look at whose turn it is now."),
            state=state,
        )


class ProblemsLeft(Invalid):
    """Errors, or warnings without a reason, keep a sheet from being handed in.

    `fields` is cell key → words; the problems themselves are what `problems_of` gives.
    """

    def __init__(self, fields: dict[str, str], errors: int, unexplained: int) -> None:
        super().__init__(
            "reporting.problems_left",
            _("Not handed in: %(errors)s errors, %(unexplained)s warnings without a reason."),
            _("Correct the errors, and write a reason beside each warning."),
            fields=fields,
            errors=errors,
            unexplained=unexplained,
        )


class Unchanged(Invalid):
    """What was returned is handed in again as it was, without a word."""

    def __init__(self) -> None:
        super().__init__(
            "reporting.unchanged",
            _("Not handed in: neither a value nor the evidence was changed since it was returned."),
            _("Correct what the comment says, or tell the reviewer in the remark why it stands."),
            fields={"comment": str(_("Say why nothing is changed."))},
        )


def need_words(text: str, field: str = "reason", most: int = 500) -> str:
    """The text as `short_words` gives it; refused when nothing is left."""
    if not (words := short_words(text, field, most)):
        raise Invalid(
            "reporting.reason_missing",
            _("This step needs a reason."),
            _("Write in one sentence why."),
            fields={field: str(_("Write a reason."))},
        )
    return words


def short_words(text: str, field: str = "comment", most: int = 1000) -> str:
    """The text without blanks around it, a line break one character as browsers count it; refused
    when it is longer than can be kept."""
    words = text.replace("\r\n", "\n").strip()
    if len(words) > most:
        raise Invalid(
            "reporting.words_too_long",
            _("This is longer than can be kept: %(length)s characters, at most %(most)s."),
            _("Shorten it, or attach the long text as evidence."),
            fields={field: str(_("Too long."))},
            length=len(words),
            most=most,
        )
    return words

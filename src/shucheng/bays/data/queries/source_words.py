"""Why a source could not be read, in words of the screen."""

from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.catalogue.sources.model import SourceFailed

FAILURES = {
    "source-unreachable": _("The source cannot be reached: look at address, name and password."),
    "source-denied": _("The login may not read %(about)s: have SELECT granted on it."),
    "source-not-named": _(
        "The host of this source may not be read any more: ask the administrator to name it."
    ),
    "source-too-slow": _("The source did not answer in time: try when it is less busy."),
    "source-unreadable": _(
        "%(about)s cannot be read as what it says it is: open and save it anew."
    ),
    "source-too-large": _("%(about)s is too large to be read: give a smaller file."),
    "source-name": _("%(about)s has characters that stand for many files: rename it."),
    "source-unknown-column": _("The source has no %(about)s: have it read anew."),
    "source-no-samples": _("No values are read from %(about)s: it is graded by names alone."),
}


def failure_text(failed: SourceFailed) -> str:
    return str(FAILURES[failed.code]) % {"about": failed.about or "—"}

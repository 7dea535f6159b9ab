"""What the bay's actions are called in the audit log."""

from django.utils.translation import gettext_lazy as _

AUDIT_WORDS = {
    "data.case.moved": _("Step of a case"),
    "data.case.opened": _("Case opened"),
    "data.evidence.appended": _("Evidence appended and signed"),
    "data.grants.given": _("Grants given"),
}

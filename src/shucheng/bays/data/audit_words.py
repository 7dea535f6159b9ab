"""What the bay's actions are called in the audit log."""

from django.utils.translation import gettext_lazy as _

AUDIT_WORDS = {
    "data.case.moved": _("Step of a case"),
    "data.case.opened": _("Case opened"),
    "data.delivery.mark_sought": _("Mark sought in a file that leaked"),
    "data.delivery.stopped": _("Delivery suspended, lifted or revoked"),
    "data.delivery.token_issued": _("Data token issued"),
    "data.delivery.token_revoked": _("Data token revoked"),
    "data.evidence.appended": _("Evidence appended to the log"),
    "data.evidence.signed": _("Head of the evidence log signed"),
    "data.evidence.taken_up": _("Evidence log and database joined again"),
    "data.evidence.witnessed": _("Head shown to a witness"),
    "data.grants.given": _("Grants given"),
}

"""What the decisions on open data are called in the audit log."""

from django.utils.translation import gettext_lazy as _

AUDIT_WORDS = {
    "open_data.indicator.released": _("Indicator released as open data"),
    "open_data.indicator.withdrawn": _("Indicator withdrawn from open data"),
}

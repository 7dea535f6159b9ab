from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import Permission, Role

AUDITOR = frozenset({Role.AUDITOR})

PERMISSIONS = (
    Permission("audit.view", _("Search and read the audit log"), roles=AUDITOR),
    Permission("audit.export", _("Export and archive the audit log"), roles=AUDITOR),
    Permission("audit.sign", _("Have the platform sign the audit log"), roles=AUDITOR),
)

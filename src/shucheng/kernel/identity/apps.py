from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    name = "shucheng.kernel.identity"
    label = "identity"

    def ready(self) -> None:
        from shucheng.kernel.actor import register_permissions
        from shucheng.kernel.alerts.texts import register_alert
        from shucheng.kernel.identity.jobs import send_notices, upkeep, warn_of_due_cases
        from shucheng.kernel.identity.permissions import PERMISSIONS
        from shucheng.kernel.jobs.registry import register_job, register_schedule

        register_permissions(PERMISSIONS)
        register_job("identity.upkeep", upkeep)
        register_schedule("identity.upkeep", every_minutes=24 * 60)
        register_job("identity.due_cases", warn_of_due_cases)
        register_schedule("identity.due_cases", every_minutes=60)
        register_job("identity.send_notices", send_notices)
        register_schedule("identity.send_notices", every_minutes=1)
        register_alert(
            "identity.notice",
            _("A security incident concerns you or your organisation."),
            _("Read the notice and do what it advises."),
        )
        register_alert(
            "identity.incident_due",
            _("A security incident must be reported by %(due)s (24 hours after it was noted)."),
            _("Report it to the competent authorities, then answer the case."),
        )
        register_alert(
            "identity.case_due",
            _("A complaint, report or request must be answered by %(due)s."),
            _("Open the case and answer it, or refuse it with reasons."),
        )

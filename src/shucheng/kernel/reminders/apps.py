from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RemindersConfig(AppConfig):
    name = "shucheng.kernel.reminders"
    label = "reminders"

    def ready(self) -> None:
        from shucheng.kernel.actor import register_permissions
        from shucheng.kernel.alerts.texts import register_alert
        from shucheng.kernel.jobs.registry import register_job, register_schedule
        from shucheng.kernel.reminders.jobs import deliver
        from shucheng.kernel.reminders.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)
        register_job("reminders.deliver", deliver)
        register_schedule("reminders.deliver", every_minutes=1)
        register_alert(
            "reminders.given_up",
            _("Reminders over %(channel)s were given up: %(reason)s"),
            _("Mend the channel; the page of deliveries shows who was not reached."),
        )

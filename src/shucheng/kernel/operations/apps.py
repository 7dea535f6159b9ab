from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "shucheng.kernel.operations"
    label = "operations"

    def ready(self) -> None:
        from shucheng.kernel.alerts.texts import register_alert
        from shucheng.kernel.jobs.registry import register_job, register_schedule
        from shucheng.kernel.operations.start import verify_program_job

        register_job("operations.verify_program", verify_program_job)
        register_schedule("operations.verify_program", every_minutes=24 * 60)
        register_alert(
            "operations.program_changed",
            _("The program is not as it was released: %(names)s"),
            _("Find out who changed it, then install the release again."),
        )
        register_alert(
            "operations.settings_changed",
            _("Settings changed since the last start: %(names)s"),
            _("Check that whoever runs the platform changed them on purpose."),
        )

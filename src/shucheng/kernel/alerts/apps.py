from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "shucheng.kernel.alerts"
    label = "alerts"

    def ready(self) -> None:
        from shucheng.kernel.actor import register_permissions
        from shucheng.kernel.alerts.jobs import mail_alerts, watch
        from shucheng.kernel.alerts.permissions import PERMISSIONS
        from shucheng.kernel.jobs.registry import register_job, register_schedule

        register_permissions(PERMISSIONS)
        register_job("alerts.watch", watch)
        register_schedule("alerts.watch", every_minutes=1)
        register_job("alerts.mail", mail_alerts)
        register_schedule("alerts.mail", every_minutes=1)

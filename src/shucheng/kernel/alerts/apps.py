from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "shucheng.kernel.alerts"
    label = "alerts"

    def ready(self) -> None:
        from shucheng.kernel.actor import register_permissions
        from shucheng.kernel.alerts.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)

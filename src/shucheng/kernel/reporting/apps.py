from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "shucheng.kernel.reporting"
    label = "reporting"

    def ready(self) -> None:
        from shucheng.kernel.actor import register_permissions
        from shucheng.kernel.reporting.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "shucheng.kernel.audit"
    label = "audit"

    def ready(self) -> None:
        from shucheng.kernel.actor import register_permissions
        from shucheng.kernel.audit.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)

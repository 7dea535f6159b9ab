from django.apps import AppConfig


class OpenDataConfig(AppConfig):
    name = "shucheng.plan.open_data"
    label = "open_data"

    def ready(self) -> None:
        from shucheng.kernel.public import register_permissions
        from shucheng.plan.open_data.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)

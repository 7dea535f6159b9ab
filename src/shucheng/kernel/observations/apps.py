from django.apps import AppConfig


class ObservationsConfig(AppConfig):
    name = "shucheng.kernel.observations"
    label = "observations"

    def ready(self) -> None:
        from shucheng.kernel.actor import register_permissions
        from shucheng.kernel.observations.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)

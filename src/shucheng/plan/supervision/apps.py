from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "shucheng.plan.supervision"
    label = "supervision"

    def ready(self) -> None:
        from shucheng.kernel.public import register_permissions
        from shucheng.plan.supervision.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)

from django.apps import AppConfig


class BriefingsConfig(AppConfig):
    name = "shucheng.plan.briefings"
    label = "briefings"

    def ready(self) -> None:
        from shucheng.kernel.public import register_permissions
        from shucheng.plan.briefings.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)

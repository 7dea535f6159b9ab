from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "shucheng.kernel.jobs"
    label = "jobs"

    def ready(self) -> None:
        from shucheng.kernel.actor import register_permissions
        from shucheng.kernel.jobs.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)

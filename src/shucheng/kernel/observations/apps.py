from django.apps import AppConfig


class ObservationsConfig(AppConfig):
    name = "shucheng.kernel.observations"
    label = "observations"

    def ready(self) -> None:
        from shucheng.kernel.actor import register_permissions
        from shucheng.kernel.jobs.registry import register_job, register_schedule
        from shucheng.kernel.observations.jobs import refresh_statistics
        from shucheng.kernel.observations.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)
        register_job("observations.refresh_statistics", refresh_statistics)
        register_schedule("observations.refresh_statistics", every_minutes=24 * 60)

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "shucheng.kernel.reporting"
    label = "reporting"

    def ready(self) -> None:
        from shucheng.kernel.actor import register_permissions
        from shucheng.kernel.files.rooms import register_file_room
        from shucheng.kernel.jobs.registry import register_job, register_schedule
        from shucheng.kernel.observations.guards import guard_observations
        from shucheng.kernel.observations.origins import tell_origins
        from shucheng.kernel.reporting.access import FILES, opens
        from shucheng.kernel.reporting.guard import refuse_closed_periods
        from shucheng.kernel.reporting.jobs import open_due
        from shucheng.kernel.reporting.jobs_reminders import remind
        from shucheng.kernel.reporting.permissions import PERMISSIONS
        from shucheng.kernel.reporting.queries.late import origin_of_observation

        register_permissions(PERMISSIONS)
        register_job("reporting.open_due", open_due)
        register_schedule("reporting.open_due", every_minutes=60)
        register_job("reporting.remind", remind)
        register_schedule("reporting.remind", every_minutes=30)
        guard_observations(refuse_closed_periods)
        register_file_room(FILES, opens)
        tell_origins(origin_of_observation)

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlanConfig(AppConfig):
    name = "shucheng.plan"
    label = "plan"

    def ready(self) -> None:
        from shucheng.kernel.public import (
            listen_to_observations,
            register_audit_words,
            register_beside,
            register_job,
            register_job_words,
            register_permissions,
            register_schedule,
        )
        from shucheng.plan.actions.forecasts import FORECAST_JOB
        from shucheng.plan.actions.load import COMPILE_JOB
        from shucheng.plan.actions.values import follow_observations
        from shucheng.plan.audit_words import AUDIT_WORDS
        from shucheng.plan.jobs import compile_job, forecast_job
        from shucheng.plan.permissions import PERMISSIONS
        from shucheng.plan.queries.beside import targets_beside

        register_permissions(PERMISSIONS)
        register_audit_words(AUDIT_WORDS)
        register_job(COMPILE_JOB, compile_job, retries=2)
        register_job(FORECAST_JOB, forecast_job)
        register_job_words(
            {COMPILE_JOB: _("Compile a plan"), FORECAST_JOB: _("Forecast indicators anew")}
        )
        # A change that came while the job was at its end is found here.
        register_schedule(FORECAST_JOB, every_minutes=10)
        listen_to_observations(follow_observations)
        register_beside(targets_beside)

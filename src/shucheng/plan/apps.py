from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "shucheng.plan"
    label = "plan"

    def ready(self) -> None:
        from shucheng.kernel.public import (
            listen_to_observations,
            register_audit_words,
            register_job,
            register_permissions,
        )
        from shucheng.plan.actions.load import COMPILE_JOB
        from shucheng.plan.actions.values import follow_observations
        from shucheng.plan.audit_words import AUDIT_WORDS
        from shucheng.plan.jobs import compile_job
        from shucheng.plan.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)
        register_audit_words(AUDIT_WORDS)
        register_job(COMPILE_JOB, compile_job, retries=2)
        listen_to_observations(follow_observations)

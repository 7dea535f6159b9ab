from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupervisionConfig(AppConfig):
    name = "shucheng.plan.supervision"
    label = "supervision"

    def ready(self) -> None:
        from shucheng.kernel.public import (
            register_audit_words,
            register_job,
            register_job_words,
            register_permissions,
            register_schedule,
        )
        from shucheng.plan.queries.done_points import register_done_points
        from shucheng.plan.supervision.audit_words import AUDIT_WORDS
        from shucheng.plan.supervision.jobs import ESCALATE_JOB, escalate_job
        from shucheng.plan.supervision.permissions import PERMISSIONS
        from shucheng.plan.supervision.queries.points import done_points

        register_permissions(PERMISSIONS)
        register_done_points(done_points)
        register_audit_words(AUDIT_WORDS)
        register_job(ESCALATE_JOB, escalate_job)
        register_job_words({ESCALATE_JOB: _("Tell who is behind in supervision")})
        register_schedule(ESCALATE_JOB, every_minutes=60)

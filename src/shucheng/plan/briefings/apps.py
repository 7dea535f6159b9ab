from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BriefingsConfig(AppConfig):
    name = "shucheng.plan.briefings"
    label = "briefings"

    def ready(self) -> None:
        from shucheng.kernel.public import (
            register_audit_words,
            register_job,
            register_job_words,
            register_permissions,
        )
        from shucheng.plan.briefings.audit_words import AUDIT_WORDS
        from shucheng.plan.briefings.jobs import GATHER_JOB, ISSUE_JOB, gather_job, issue_job
        from shucheng.plan.briefings.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)
        register_audit_words(AUDIT_WORDS)
        register_job(GATHER_JOB, gather_job)
        register_job(ISSUE_JOB, issue_job)
        register_job_words(
            {GATHER_JOB: _("Gather a briefing"), ISSUE_JOB: _("Write a briefing's files")}
        )

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "shucheng.kernel.audit"
    label = "audit"

    def ready(self) -> None:
        from shucheng.kernel.actor import register_permissions
        from shucheng.kernel.audit.jobs import archive_job, sign_job, verify_chain_job
        from shucheng.kernel.audit.permissions import PERMISSIONS
        from shucheng.kernel.jobs.registry import register_job, register_schedule

        register_permissions(PERMISSIONS)
        register_job("audit.verify_chain", verify_chain_job)
        register_schedule("audit.verify_chain", every_minutes=24 * 60)
        register_job("audit.sign", sign_job)
        register_schedule("audit.sign", every_minutes=60)
        register_job("audit.archive", archive_job)
        register_schedule("audit.archive", every_minutes=24 * 60)

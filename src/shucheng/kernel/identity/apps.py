from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "shucheng.kernel.identity"
    label = "identity"

    def ready(self) -> None:
        from shucheng.kernel.actor import register_permissions
        from shucheng.kernel.identity.jobs import upkeep
        from shucheng.kernel.identity.permissions import PERMISSIONS
        from shucheng.kernel.jobs.registry import register_job, register_schedule

        register_permissions(PERMISSIONS)
        register_job("identity.upkeep", upkeep)
        register_schedule("identity.upkeep", every_minutes=24 * 60)

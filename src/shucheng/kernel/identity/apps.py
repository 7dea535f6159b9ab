from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "shucheng.kernel.identity"
    label = "identity"

    def ready(self) -> None:
        from shucheng.kernel.actor import register_permissions
        from shucheng.kernel.identity.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)

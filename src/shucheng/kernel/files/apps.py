from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "shucheng.kernel.files"
    label = "files"

    def ready(self) -> None:
        from shucheng.kernel.actor import register_permissions
        from shucheng.kernel.files.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)

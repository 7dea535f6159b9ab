from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "shucheng.kernel.reminders"
    label = "reminders"

    def ready(self) -> None:
        from shucheng.kernel.actor import register_permissions
        from shucheng.kernel.reminders.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)

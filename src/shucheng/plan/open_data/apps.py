from django.apps import AppConfig


class OpenDataConfig(AppConfig):
    name = "shucheng.plan.open_data"
    label = "open_data"

    def ready(self) -> None:
        from shucheng.kernel.public import register_audit_words, register_permissions
        from shucheng.plan.open_data.audit_words import AUDIT_WORDS
        from shucheng.plan.open_data.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)
        register_audit_words(AUDIT_WORDS)

from django.apps import AppConfig


class DataConfig(AppConfig):
    name = "shucheng.bays.data"
    label = "data"

    def ready(self) -> None:
        from shucheng.bays.data.alert_words import register_alerts
        from shucheng.bays.data.audit_words import AUDIT_WORDS
        from shucheng.bays.data.bay import BAY
        from shucheng.bays.data.jobs import JOB_WORDS
        from shucheng.bays.data.queries.behind import tell_behind_figures
        from shucheng.bays.data.queries.case_files import opens_file
        from shucheng.bays.data.queries.importing import ROOM, opens_sheet
        from shucheng.kernel.public import (
            register_audit_words,
            register_bay,
            register_file_room,
            register_job_words,
            tell_behind,
        )

        register_bay(BAY)
        register_audit_words(AUDIT_WORDS)
        register_job_words(JOB_WORDS)
        register_file_room("data", opens_file)
        register_file_room(ROOM, opens_sheet)
        register_alerts()
        tell_behind(tell_behind_figures)

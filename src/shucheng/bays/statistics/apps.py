from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "shucheng.bays.statistics"
    label = "statistics"

    def ready(self) -> None:
        from shucheng.bays.statistics.audit_words import AUDIT_WORDS
        from shucheng.bays.statistics.bay import BAY
        from shucheng.bays.statistics.jobs import JOB_WORDS
        from shucheng.bays.statistics.queries.batches import FILE_ROOM, opens_file
        from shucheng.bays.statistics.queries.behind import tell_behind_figures
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
        register_file_room(FILE_ROOM, opens_file)
        tell_behind(tell_behind_figures)

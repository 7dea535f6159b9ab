"""Whether this process can serve: the database answers, knows this version, and a worker lives."""

from collections.abc import Iterator
from functools import cache

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.jobs.models import Worker
from shucheng.kernel.jobs.recovery import is_alive
from shucheng.kernel.operations.finding import Finding


def readiness() -> list[Finding]:
    """Why this process should get no requests now; nothing when it should."""
    return list(_hindrances())


def _hindrances() -> Iterator[Finding]:
    if problem := database_problem():
        yield problem
        return
    if problem := migration_problem():
        yield problem
        return
    if not living_workers():
        yield Finding(
            "error",
            "worker.missing",
            _("No worker process lives: nothing runs in the background."),
            _("Start one (systemctl start shucheng-worker, or shucheng worker)."),
        )


def database_problem() -> Finding | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        return Finding(
            "error",
            "database.unreachable",
            _("The database cannot be reached: %(reason)s"),
            _("Check SHUCHENG_DATABASE_URL and that the database server runs."),
            {"reason": type(error).__name__},
        )
    return None


def migration_problem() -> Finding | None:
    missing = missing_migrations()
    if not missing:
        return None
    return Finding(
        "error",
        "database.migrations",
        _("The database is not at this version: %(count)s migrations are missing."),
        _("Run shucheng migrate."),
        {"count": len(missing)},
    )


def missing_migrations() -> list[str]:
    return [] if _seen_current() else _missing()


def living_workers() -> list[Worker]:
    return [worker for worker in Worker.objects.all() if is_alive(worker)]


def _missing() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


class _NotYetError(Exception):
    pass


@cache
def _current() -> bool:
    # Remembered once true (an exception is not): a process never sees its own code change.
    if _missing():
        raise _NotYetError
    return True


def _seen_current() -> bool:
    try:
        return _current()
    except _NotYetError:
        return False

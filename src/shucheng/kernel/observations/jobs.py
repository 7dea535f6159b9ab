"""The clock of observations: statistics for the query planner of the embedded database."""

from typing import Any

from django.db import connection

from shucheng.kernel.actor import Actor


def refresh_statistics(payload: Any, *, actor: Actor, progress: Any) -> None:
    """PostgreSQL keeps its statistics by itself; SQLite only when asked. A sample is enough to
    choose the right index, and takes a fraction of a second at any size."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA analysis_limit = 2000")
        cursor.execute("ANALYZE")

"""Tables that only grow: the database itself refuses UPDATE and DELETE.

    operations = [..., AppendOnly("observations", "observation")]

A refusal by a trigger reaches Django as an `IntegrityError` on both databases. The owner of the
database can still drop a trigger; that is why audit entries are chained by hash as well.
"""

from dataclasses import dataclass
from typing import Any

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

PREFIX = "append_only_"


@dataclass(frozen=True, slots=True)
class Guard:
    """The triggers of one table.

    `keep_days` lets rows go once the moment in the column `since` is that many days past:
    the retention floor is then kept by the database as well.
    """

    table: str
    keep_days: int | None = None
    since: str = "recorded_at"

    def create(self, vendor: str) -> list[str]:
        return self._create_sqlite() if vendor == "sqlite" else self._create_postgresql()

    def drop(self, vendor: str) -> list[str]:
        if vendor == "sqlite":
            return [f"DROP TRIGGER IF EXISTS {self._name(what)}" for what in ("update", "delete")]
        return [
            f"DROP TRIGGER IF EXISTS {self._name(what)} ON {self.table}"
            for what in ("update", "delete", "truncate")
        ]

    def _name(self, what: str) -> str:
        return f"{PREFIX}{self.table}_{what}"

    def _create_sqlite(self) -> list[str]:
        young = (
            ""
            if self.keep_days is None
            else f"WHEN julianday(OLD.{self.since}) > julianday('now') - {self.keep_days} "
        )
        refuse = f"BEGIN SELECT RAISE(ABORT, 'append-only: {self.table}'); END"
        return [
            f"CREATE TRIGGER {self._name('update')} BEFORE UPDATE ON {self.table} {refuse}",
            f"CREATE TRIGGER {self._name('delete')} BEFORE DELETE ON {self.table} {young}{refuse}",
        ]

    def _create_postgresql(self) -> list[str]:
        young = (
            ""
            if self.keep_days is None
            else f"WHEN (OLD.{self.since} > now() - interval '{self.keep_days} days') "
        )
        call = "EXECUTE FUNCTION shucheng_append_only()"
        return [
            "CREATE OR REPLACE FUNCTION shucheng_append_only() RETURNS trigger AS $$ BEGIN "
            "RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME "
            "USING ERRCODE = 'restrict_violation'; END $$ LANGUAGE plpgsql",
            f"CREATE TRIGGER {self._name('update')} BEFORE UPDATE ON {self.table} "
            f"FOR EACH ROW {call}",
            f"CREATE TRIGGER {self._name('delete')} BEFORE DELETE ON {self.table} "
            f"FOR EACH ROW {young}{call}",
            f"CREATE TRIGGER {self._name('truncate')} BEFORE TRUNCATE ON {self.table} "
            f"FOR EACH STATEMENT {call}",
        ]


class AppendOnly(Operation):
    """Migration operation that puts a `Guard` on a model's table."""

    reduces_to_sql = True
    reversible = True

    def __init__(
        self,
        app_label: str,
        model_name: str,
        keep_days: int | None = None,
        since: str = "recorded_at",
    ) -> None:
        self.app_label = app_label
        self.model_name = model_name
        self.keep_days = keep_days
        self.since = since

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        kwargs: dict[str, Any] = {}
        if self.keep_days is not None:
            kwargs = {"keep_days": self.keep_days, "since": self.since}
        return (self.__class__.__name__, [self.app_label, self.model_name], kwargs)

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        vendor, guard = schema_editor.connection.vendor, self._guard(to_state)
        # Named again after a change of its table: SQLite lost the triggers, PostgreSQL has them.
        for statement in (*guard.drop(vendor), *guard.create(vendor)):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for statement in self._guard(from_state).drop(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Refuse changes and deletions in {self.app_label}.{self.model_name}"

    def _guard(self, state: Any) -> Guard:
        model = state.apps.get_model(self.app_label, self.model_name)
        return Guard(model._meta.db_table, self.keep_days, self.since)


def missing_triggers(connection: Any) -> list[str]:
    """Triggers that a migration asked for and the database lacks.

    On SQLite a later migration that rebuilds a table loses them; such a migration has to name
    `AppendOnly` again.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'")
        found = {row[0] for row in cursor.fetchall()}
    return sorted(_expected(connection.vendor) - found)


def _expected(vendor: str) -> set[str]:
    kinds = ("update", "delete") if vendor == "sqlite" else ("update", "delete", "truncate")
    loader = MigrationLoader(None)
    return {
        f"{PREFIX}{operation.app_label}_{operation.model_name}_{kind}"
        for migration in loader.disk_migrations.values()
        for operation in migration.operations
        if isinstance(operation, AppendOnly)
        for kind in kinds
    }

"""What the migrations do to plans that were there before."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrated(name: str) -> Any:
    """The models of the plan at one of its migrations."""
    executor = MigrationExecutor(connection)
    executor.migrate([("plan", name)])
    return executor.loader.project_state([("plan", name)]).apps


@pytest.mark.django_db(transaction=True)
def test_of_several_plans_in_force_the_newest_stays() -> None:
    old = migrated("0001_initial")
    source = old.get_model("files", "StoredFile").objects.create(
        sha256="0" * 64, size=1, kind="txt", name="a.txt"
    )
    versions = old.get_model("plan", "PlanVersion")

    def version(code: str, state: str, start: int | None, day: int) -> int:
        plan = old.get_model("plan", "Plan").objects.create(code=code, title=code)
        made = versions.objects.create(
            plan=plan,
            state=state,
            source=source,
            period_start=start,
            published_at=datetime(2026, 1, day, tzinfo=UTC),
        )
        return int(made.pk)

    try:
        made = {
            "earlier period": version("a", "published", 2022, 9),
            "published first": version("b", "published", 2025, 1),
            "newest": version("c", "published", 2025, 2),
            "no period": version("d", "published", None, 8),
            "in review": version("e", "review", 2026, 7),
        }
        now = migrated("0002_one_in_force").get_model("plan", "PlanVersion")
        states = dict(now.objects.values_list("pk", "state"))
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    assert {name: states[pk] for name, pk in made.items()} == {
        "earlier period": "superseded",
        "published first": "superseded",
        "newest": "published",
        "no period": "superseded",
        "in review": "review",
    }

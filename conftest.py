"""What all tests share: a folder of their own, and the database asked for.

pytest                          # SQLite
pytest --database postgres      # a throw-away PostgreSQL cluster, removed afterwards
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import django
import pytest
from hypothesis import settings

ROOT = Path(__file__).parent
sys.path[:0] = [str(ROOT)]

# Speed is measured in benchmarks; a busy machine fails no law.
settings.register_profile("shucheng", deadline=None)
settings.load_profile("shucheng")

# Settings are read when pytest-django starts, after this module: a test run never sees the
# data, the secrets or the database of whoever starts it.
os.environ["DJANGO_SETTINGS_MODULE"] = "shucheng.web.settings"
os.environ.setdefault("SHUCHENG_TEST_DATA", tempfile.mkdtemp(prefix="shucheng-test-"))
os.environ |= {
    "SHUCHENG_DATA": os.environ["SHUCHENG_TEST_DATA"],
    "SHUCHENG_SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests-only",
    "SHUCHENG_HTTPS": "0",
    "SHUCHENG_LOG_LEVEL": "WARNING",
    "SHUCHENG_HOSTS": "localhost,127.0.0.1,testserver",
    "SHUCHENG_CITY": str(ROOT / "cities" / "yancheng"),
}
os.environ.setdefault("SHUCHENG_DATABASE_URL", "")
# Playwright's loop runs in the test's own thread; the database is still used by that thread only.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

_cleanup = ExitStack()


def _wants_postgres() -> bool:
    arguments = " ".join(sys.argv).replace("=", " ").split()
    return ("--database", "postgres") in pairwise(arguments)


# Nested conftests import models when they are loaded, which is before pytest has parsed its
# options: so the database is chosen, started and opened here. Workers of pytest-xdist inherit
# the address of the controller's cluster.
if _wants_postgres() and not os.environ["SHUCHENG_DATABASE_URL"]:
    from tests.postgres import start_cluster

    os.environ["SHUCHENG_DATABASE_URL"] = _cleanup.enter_context(start_cluster())
Path(os.environ["SHUCHENG_DATA"], "static").mkdir(exist_ok=True)
django.setup()

from tests.stages import plan_in_force, simulated_year  # noqa: E402

__all__ = ["plan_in_force", "simulated_year"]  # fixtures


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgres"),
        default="sqlite",
        help="run the tests on this database",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what meets a database is tested again."""
    if config.getoption("database") != "postgres":
        return
    meets = {"db", "transactional_db", "django_db_setup", "deployment"}
    chosen: list[pytest.Item] = []
    apart: list[pytest.Item] = []
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        (chosen if meets & names or item.get_closest_marker("django_db") else apart).append(item)
    config.hook.pytest_deselected(items=apart)
    items[:] = chosen


def pytest_unconfigure(config: pytest.Config) -> None:
    _cleanup.close()


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """Where the official plan and its labels are: outside the repository."""
    folder = Path(os.environ.get("SHUCHENG_SHARED", ROOT.parent / "shared"))
    if not (folder / "plans").is_dir():
        pytest.skip(
            "the official plan is not here: set SHUCHENG_SHARED to the folder that holds it"
        )
    return folder


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """What was migrated before is there already, so that migrating finds nothing to do."""
    from tests import migrated

    kept = migrated.load()
    yield
    if kept:
        kept.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    from tests import migrated

    migrated.save()


@pytest.fixture(autouse=True)
def _static_files_need_not_be_collected(settings: Any) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(scope="session", autouse=True)
def _jobs_run_on_the_tests_own_connection() -> Iterator[None]:
    """A queue worker closes connections it finds inside a transaction; a test is inside one.
    (Django's test client keeps requests from doing the same.)"""
    from django_tasks_db.management.commands import db_worker

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db_worker, "close_old_connections", lambda: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _append_only_tables_can_be_emptied_between_tests() -> None:
    from tests import append_only

    append_only.install()

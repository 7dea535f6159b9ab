"""Stages: rows that all tests of a module find there, made once and gone with the module.

What a test writes on top is taken back after it as usual (a savepoint inside the stage's own
transaction), so a stage is for modules without `django_db(transaction=True)`.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

PACK = Path(__file__).parents[1] / "cities" / "yancheng"


@contextmanager
def stage(blocker: Any, make: Callable[[], Any]) -> Iterator[Any]:
    """What `make` writes is there inside this block."""
    with ExitStack() as stack:
        with blocker.unblock():
            outer = transaction.atomic()
            outer.__enter__()
            stack.callback(_take_back, blocker, outer)
            made = make()
        yield made


def _take_back(blocker: Any, outer: transaction.Atomic) -> None:
    with blocker.unblock():
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)


@pytest.fixture(scope="module")
def plan_in_force(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """Yancheng's pack loaded and its plan in force; the version's number. Nothing is reported."""
    with stage(django_db_blocker, _plan_in_force) as version:
        yield version


@pytest.fixture(scope="module")
def simulated_year(plan_in_force: int, django_db_blocker: Any) -> Iterator[int]:
    """The same with simulated figures until 2026-07-25."""
    with stage(django_db_blocker, _simulated):
        yield plan_in_force


def _plan_in_force() -> int:
    from shucheng.kernel.public import run_pending_jobs, system_actor
    from shucheng.plan.public import load_city_pack, load_plan, publish_version, read_pack

    actor = system_actor("cli")
    load_city_pack(read_pack(PACK), actor=actor)
    version = load_plan("plan.txt", (PACK / "plan.txt").read_bytes(), actor=actor)
    run_pending_jobs()
    version.refresh_from_db()
    return publish_version(version.pk, version.revision, actor=actor).pk


def _simulated() -> None:
    from shucheng.kernel.public import system_actor
    from shucheng.plan.public import read_pack, simulate

    simulate(read_pack(PACK), date(2026, 7, 25), actor=system_actor("cli"))

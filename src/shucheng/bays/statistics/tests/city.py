"""A small city with firms, for tests that meet the database."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shucheng.bays.statistics.actions.batches import stage_rows, take_over
from shucheng.bays.statistics.actions.measuring import measure
from shucheng.bays.statistics.actions.publishing import publish_tables
from shucheng.bays.statistics.models import Batch
from shucheng.bays.statistics.tests.test_engine_batches import batch as written
from shucheng.kernel.public import Area, run_pending_jobs, system_actor

OFFICE = system_actor("cli")
CITY, EAST, WEST = "320900", "320902", "320903"


def areas() -> None:
    city = Area.objects.create(code=CITY, name="某市", kind="city")
    for order, (code, name) in enumerate(((EAST, "东区"), (WEST, "西区"))):
        Area.objects.create(code=code, name=name, kind="district", parent=city, order=order)


def publish(*months: int) -> None:
    """The tables of months go out, and the spine is told."""
    for month in months:
        publish_tables(month, actor=OFFICE)
    measure(actor=OFFICE)


def code(number: int) -> str:
    return f"91320900{number:09}X"


def staged(
    folder: Path, kind: str, rows: Sequence[Mapping[str, Any]], *, simulated: bool = False
) -> Batch:
    def write(number: int, path: Path) -> dict[str, Any]:
        written(folder, kind, number, rows).rename(path)
        return {"good": len(rows), "bad": 0, "report": {}}

    return stage_rows(kind, write, folder, simulated=simulated, actor=OFFICE)


def taken_over(
    folder: Path, kind: str, rows: Sequence[Mapping[str, Any]], *, simulated: bool = False
) -> Batch:
    found = staged(folder, kind, rows, simulated=simulated)
    take_over(found.pk, found.revision, actor=OFFICE)
    run_pending_jobs()
    found.refresh_from_db()
    return found

"""What the bay has and how its figures stand: its first page."""

from dataclasses import dataclass
from typing import Any

from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.models import Batch, Firm
from shucheng.bays.statistics.queries.micro import ask
from shucheng.kernel.public import Actor


@dataclass(frozen=True, slots=True)
class Overview:
    """The micro-data in figures; `newest` is the newest month (yyyymm) that firms reported."""

    firms: int
    designated: int
    batches: int
    newest: int | None
    reported: int
    versions: dict[str, str]
    simulated: bool


def overview(*, actor: Actor) -> Overview:
    actor.require("statistics.view")
    applied = Batch.objects.filter(state=Batch.State.APPLIED)
    found = ask(_returns, "overview")
    counted = Firm.objects.filter(is_open=True, merged_into=None)
    return Overview(
        firms=counted.count(),
        designated=counted.filter(designated=True).count(),
        batches=applied.count(),
        newest=found["newest"],
        reported=found["reported"],
        versions=ask(lambda micro: micro.versions(), "versions"),
        simulated=applied.filter(simulated=True).exists(),
    )


def _returns(micro: Micro) -> dict[str, Any]:
    sql = """SELECT max(period), count(*) FILTER (period = (SELECT max(period) FROM newest))
        FROM newest"""
    row = micro.connection.execute(sql).fetchone()
    newest, reported = row or (None, 0)
    return {"newest": newest, "reported": reported}

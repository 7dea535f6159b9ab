"""The bay's background work; calls actions only."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.evidence import APPEND_JOB, append_evidence
from shucheng.bays.data.actions.grading import GRADE_JOB, grade_resources
from shucheng.bays.data.actions.harvesting import (
    HARVEST_JOB,
    ask_due_harvests,
    read_catalogue,
    take_harvest,
)
from shucheng.bays.data.actions.importing import SHEET_JOB, take_sheet
from shucheng.bays.data.actions.making import MAKE_JOB, run_making
from shucheng.bays.data.actions.measuring import MEASURE_JOB, measure
from shucheng.bays.data.actions.quality import (
    CHECK_JOB,
    check_due,
    check_quality,
    tell_late_defects,
)
from shucheng.bays.data.actions.requests import tell_late_requests
from shucheng.bays.data.actions.settling import SETTLE_JOB, settle_until
from shucheng.bays.data.actions.turning import TURN_JOB, finish_orders, turn_day
from shucheng.bays.data.models.catalogue import Source
from shucheng.bays.data.queries.data_files import sampling
from shucheng.bays.data.queries.evidence import waits
from shucheng.kernel.public import Actor, Scheduled
from shucheng.lib.periods import Period

_DAY = 24 * 60


def append_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    return {"leaves": append_evidence(actor=actor) if waits() else 0}


def turn_day_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    done = turn_day(actor=actor)
    finished = finish_orders(actor=actor)
    return {**done, "finish": finished, "told": tell_late_requests(actor=actor)}


def grade_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    done = grade_resources(
        payload.get("resources", ()), samples=sampling(), progress=progress, actor=actor
    )
    return {"proposed": done.proposed, "looked": done.looked, "again": done.again}


def check_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    """One resource that was asked for; without one, all that are due, and who is late is told."""
    if code := payload.get("resource"):
        return {"check": check_quality(code, actor=actor).pk}
    done = check_due(actor=actor, progress=progress)
    return {**done, "told": tell_late_defects(actor=actor)}


def harvest_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    """One catalogue, or what was found in it; without either, all that are harvested."""
    if harvest := payload.get("take"):
        taken = take_harvest(
            harvest, payload["revision"], list_whole=bool(payload.get("list")), actor=actor
        )
        return dict(taken.counts)
    if "source" not in payload:
        return {"asked": ask_due_harvests(actor=actor)}
    found = read_catalogue(payload["source"], due=bool(payload.get("due")), actor=actor)
    if found is None and Source.objects.filter(pk=payload["source"]).exclude(trouble="").exists():
        return {"failed": 1}
    return dict(found.counts) if found else {"kept": 0}


def sheet_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    return take_sheet(payload["file"], payload["digest"], actor=actor)


def make_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    return {"rows": run_making(payload["product"], actor=actor).rows or 0}


def settle_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    """The month before, or the one asked for."""
    asked = (payload or {}).get("period")
    last = Period.of(timezone.localdate(), "M").previous()
    done = settle_until(Period.parse(asked) if asked else last, actor=actor)
    return {"settlements": len(done.settlements), "refused": len(done.refused)}


def measure_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    return {"recorded": measure(actor=actor)}


JOBS = {
    APPEND_JOB: append_job,
    CHECK_JOB: check_job,
    GRADE_JOB: grade_job,
    HARVEST_JOB: harvest_job,
    MAKE_JOB: make_job,
    MEASURE_JOB: measure_job,
    SETTLE_JOB: settle_job,
    SHEET_JOB: sheet_job,
    TURN_JOB: turn_day_job,
}
SCHEDULE = (
    Scheduled(APPEND_JOB, every_minutes=1),
    Scheduled(TURN_JOB, every_minutes=60),
    Scheduled(CHECK_JOB, every_minutes=_DAY),
    Scheduled(GRADE_JOB, every_minutes=_DAY),
    Scheduled(HARVEST_JOB, every_minutes=_DAY),
    Scheduled(SETTLE_JOB, every_minutes=_DAY),
    Scheduled(MEASURE_JOB, every_minutes=_DAY),
)
JOB_WORDS = {
    APPEND_JOB: _("Append evidence to the log"),
    CHECK_JOB: _("Check the quality of data"),
    GRADE_JOB: _("Propose grades for data"),
    HARVEST_JOB: _("Harvest a catalogue"),
    MAKE_JOB: _("Run the SQL of a data product"),
    MEASURE_JOB: _("Measure the figures of the data bay"),
    SETTLE_JOB: _("Settle the use of data products"),
    SHEET_JOB: _("Write a sheet of resources"),
    TURN_JOB: _("End what has run out"),
}

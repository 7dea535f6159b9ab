"""Batches: which there are, how one was read, and where the files of those taken over lie."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.models import Batch
from shucheng.bays.statistics.queries.delivering import require_batch, require_sending
from shucheng.kernel.public import Actor, NotFound, StoredFile, stopped_job
from shucheng.lib.duck import connect

FILE_ROOM = "statistics"
_UNREGISTERED_SHOWN = 100


def batches(*, actor: Actor) -> QuerySet[Batch]:
    """All batches, the newest first; to a program those that its organisation sent."""
    require_sending(actor)
    found = Batch.objects.select_related("file")
    if actor.may("statistics.import"):
        return found
    return found.filter(file__organisation__in=actor.organisation_ids)


def batch_for(batch_id: int, *, actor: Actor) -> Batch:
    require_sending(actor)
    found = Batch.objects.select_related("file", "rows").filter(pk=batch_id).first()
    if found is None:
        raise NotFound(_("The batch"))
    require_batch(found, actor)
    return found


def stopped(batch: Batch) -> int | None:
    """The job that gave up reading the batch or taking it over: nobody works at it any more."""
    jobs = {Batch.State.READING: "statistics.read", Batch.State.WRITING: "statistics.write"}
    job = jobs.get(Batch.State(batch.state))
    return stopped_job(f"{job}:{batch.pk}") if job else None


def errors_of(batch_id: int, *, actor: Actor) -> str:
    """The errors of reading a batch, as CSV text."""
    stored = batch_for(batch_id, actor=actor).report.get("errors_file")
    found = StoredFile.objects.filter(pk=stored, room=FILE_ROOM).first() if stored else None
    if found is None:
        raise NotFound(_("The list of errors"))
    return found.read().decode()


def files_of(kind: str) -> list[Path]:
    """The files of a kind that were taken over, in the order of their numbers."""
    applied = Batch.objects.filter(kind=kind, state=Batch.State.APPLIED).order_by("pk")
    return [each.rows.in_place() for each in applied.select_related("rows") if each.rows]


@dataclass(frozen=True, slots=True)
class Unregistered:
    """Firms that returns tell of and no register names: how many, and the first rows with them."""

    firms: int
    first: tuple[tuple[int, str], ...]


def unregistered(batch: Batch) -> Unregistered:
    """The firms of a batch of returns that the register does not have: they are kept and count
    nowhere until a register names them."""
    if batch.kind != Batch.Kind.RETURNS or not batch.rows:
        return Unregistered(0, ())
    register = [str(path) for path in files_of(Batch.Kind.REGISTER)]
    known = "SELECT firm FROM read_parquet($register, union_by_name = true)"
    missing = f"WHERE firm NOT IN ({known})" if register else ""
    given: dict[str, object] = {"rows": str(batch.rows.in_place())}
    if register:
        given["register"] = register
    with closing(connect()) as connection:
        connection.execute(
            f"""CREATE TABLE missing AS SELECT * FROM (
                SELECT row_number() OVER () AS place, * FROM read_parquet($rows)
            ) {missing}""",  # noqa: S608
            given,
        )
        (count,) = connection.execute("SELECT count(DISTINCT firm) FROM missing").fetchone() or (0,)
        line = "line" if "line" in connection.table("missing").columns else "place"
        first = connection.execute(
            f"""SELECT min({line}), firm FROM missing
            GROUP BY firm ORDER BY 1 LIMIT {_UNREGISTERED_SHOWN}"""  # noqa: S608
        ).fetchall()
    return Unregistered(int(count), tuple(first))


def opens_file(stored: StoredFile, actor: Actor) -> bool:
    """Whoever imports opens what was imported; single firms are in it."""
    return actor.may("statistics.import")


def returns_waiting() -> int:
    """Batches of returns that were read and wait to be taken over: firms in them count as late."""
    return Batch.objects.filter(kind=Batch.Kind.RETURNS, state=Batch.State.STAGED).count()

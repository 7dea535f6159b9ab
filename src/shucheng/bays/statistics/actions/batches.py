"""Take a batch over: its file counts from then on, and the list of firms repeats it.

Taking over goes chunk by chunk, each with how far it is; killed in between, it goes on where it
was. The batch's file counts once all is written, never in parts.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.actions.firm_rows import write_firms
from shucheng.bays.statistics.models import Batch
from shucheng.bays.statistics.queries.batches import FILE_ROOM
from shucheng.bays.statistics.queries.delivering import require_batch, require_sending
from shucheng.kernel.public import Actor, Conflict, NotFound, action, enqueue, record, store_file

WRITE_JOB = "statistics.write"
_NOT_TAKEN = (Batch.State.READING, Batch.State.MAPPING, Batch.State.STAGED)


@action
def stage_rows(
    kind: str,
    write: Callable[[int, Path], dict[str, Any]],
    folder: Path,
    *,
    actor: Actor,
    file: int | None = None,
    since: int | None = None,
    mapping: dict[str, Any] | None = None,
    simulated: bool = False,
) -> Batch:
    """Keep the rows of a batch, which wait to be taken over.

    `write(number, path)` writes them to a Parquet file in `folder` under the batch's number and
    says `good`, `bad` and the `report` of reading them.
    """
    require_sending(actor)
    batch = Batch.objects.create(
        kind=kind,
        file_id=file,
        since=since,
        mapping=mapping or {},
        simulated=simulated,
        by=actor.name[:150],
    )
    path = folder / f"{kind}-{batch.pk}.parquet"
    told = write(batch.pk, path)
    content = path.read_bytes()
    batch.rows = store_file(path.name, content, room=FILE_ROOM, made_here=True, actor=actor)
    batch.good, batch.bad, batch.report = told["good"], told["bad"], told["report"]
    batch.save()
    record(
        "statistics.batch.staged",
        batch,
        actor=actor,
        after={"kind": kind, "good": batch.good, "bad": batch.bad, "file": batch.rows.sha256},
    )
    return batch


@action
def take_over(batch_id: int, revision: int, *, actor: Actor) -> Batch:
    """Have the good rows of a batch taken over, in the background."""
    actor.require("statistics.import")
    batch = _waiting(batch_id, revision)
    batch.report["taken"] = signed(actor.name)
    batch.state = Batch.State.WRITING
    batch.revision += 1
    batch.save()
    enqueue(
        WRITE_JOB,
        actor=actor,
        payload={"batch": batch.pk},
        unique_key=f"{WRITE_JOB}:{batch.pk}",
    )
    record("statistics.batch.taken", batch, actor=actor, after={"rows": batch.good})
    return batch


@action
def lay_aside(batch_id: int, revision: int, *, actor: Actor) -> Batch:
    """Leave a batch that waits where it is: it will not count."""
    require_sending(actor)
    batch = _waiting(batch_id, revision, *_NOT_TAKEN)
    require_batch(batch, actor)
    before = batch.state
    batch.report["laid_aside"] = signed(actor.name)
    batch.state = Batch.State.LAID_ASIDE
    batch.revision += 1
    batch.save()
    record("statistics.batch.laid_aside", batch, actor=actor, before={"state": before})
    return batch


def write_batch(
    batch_id: int, *, actor: Actor, progress: Callable[[int, int], object] | None = None
) -> int:
    """Write what a batch tells and have it count; how many firms were written. Idempotent."""
    batch = Batch.objects.select_related("rows").get(pk=batch_id)
    if batch.state != Batch.State.WRITING or batch.rows is None:
        return 0
    if batch.kind == Batch.Kind.REGISTER:
        write_firms(batch, batch.rows.in_place(), progress)
    return apply_batch(batch.pk, actor=actor).written


@action
def apply_batch(batch_id: int, *, actor: Actor) -> Batch:
    """From now on the batch's file counts."""
    actor.require("statistics.import")
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    batch.state = Batch.State.APPLIED
    batch.applied_at = timezone.now()
    batch.revision += 1
    batch.save()
    record("statistics.batch.applied", batch, actor=actor, after={"rows": batch.good})
    return batch


def signed(name: str) -> dict[str, str]:
    """By whom a step is done, and when: shown with a batch; the audit log says the same."""
    return {"by": name[:150], "at": timezone.now().isoformat(timespec="seconds")}


def _waiting(batch_id: int, revision: int, *states: str) -> Batch:
    batch = Batch.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None:
        raise NotFound(_("The batch"))
    if batch.revision != revision or batch.state not in (states or (Batch.State.STAGED,)):
        raise Conflict(_("The batch"))
    return batch

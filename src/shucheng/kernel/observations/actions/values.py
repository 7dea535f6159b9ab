"""Observations: recorded all or none, corrected only by a new row with a reason."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import canonical, record
from shucheng.kernel.errors import Conflict, Invalid, NotFound
from shucheng.kernel.observations.checking import Checked, Checker, heads_of
from shucheng.kernel.observations.guards import Write, ask_guards
from shucheng.kernel.observations.inputs import (
    VALUE_ERRORS,
    ObservationInput,
    RowsRefused,
    is_missing_status,
    need_reason,
    read_value,
)
from shucheng.kernel.observations.listeners import announce
from shucheng.kernel.observations.models import Observation, Status

_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many rows were new, corrected an earlier value, or said what was known already."""

    created: int
    superseded: int
    unchanged: int
    ids: tuple[int, ...]


@action
def record_observations(
    rows: Sequence[ObservationInput],
    *,
    actor: Actor,
    source: str = "reported",
    on_change: Literal["refuse", "supersede"] = "refuse",
    reason: str = "",
) -> Recorded:
    """Record all rows or none; `RowsRefused` says for each bad row why.

    A row that repeats what is known changes nothing, so that a batch may be sent again. One
    that differs from what is known is refused, or with `on_change="supersede"` and a reason
    (a bay that measured anew) supersedes it. `source` says where all rows come from:
    `reported`, `imported`, `simulation`, `bay:energy` ... Simulated rows alone may say when they
    would have been recorded; the audit entry keeps the moment at which they were.
    """
    actor.require("observations.record")
    if on_change == "supersede":
        need_reason(reason)
    checker = Checker(rows, actor, source)
    checked = checker.check()
    heads = heads_of([row.cell for row in checked])
    if on_change == "refuse":
        checker.refuse_known(checked, heads)
    if checker.errors:
        raise RowsRefused(checker.errors, len(rows))
    fresh = [
        row for row in checked if row.cell not in heads or not row.says_the_same(heads[row.cell])
    ]
    ask_guards(
        (
            Write(row.given.metric, row.given.area, row.period.start, row.period.end)
            for row in fresh
        ),
        actor,
    )
    written = _write(fresh, heads, source, reason, actor)
    superseded = sum(1 for row in written if row.supersedes_id)
    ids = tuple(row.pk for row in written)
    announce(
        {row.given.metric for row in fresh},
        {row.given.area for row in fresh},
        {str(row.period) for row in fresh},
    )
    record(
        "observations.recorded",
        ("observations.batch", _digest(checked), f"{source}: {len(checked)}"),
        actor=actor,
        source=source,
        created=len(written) - superseded,
        superseded=superseded,
        unchanged=len(checked) - len(fresh),
        metrics=sorted({row.given.metric for row in fresh}),
        periods=sorted({str(row.period) for row in fresh}),
        ids=[min(ids), max(ids)] if ids else [],
        reason=reason,
    )
    return Recorded(len(written) - superseded, superseded, len(checked) - len(fresh), ids)


@action
def correct_observation(
    observation_id: int,
    value: Decimal | int | str | None,
    *,
    actor: Actor,
    reason: str,
    status: str = "",
    evidence: int | None = None,
) -> Observation:
    """Put a new value over the head of a cell; who saw an older value gets a conflict."""
    need_reason(reason)
    head = Observation.objects.select_related("metric_version__metric").filter(pk=observation_id)
    old = head.first()
    if old is None:
        raise NotFound(_("The observation"))
    actor.require(
        "observations.record", old.organisation_id or old.metric_version.metric.owner_id or -1
    )
    if Observation.objects.filter(supersedes=old).exists():
        raise Conflict(_("The observation"))
    if old.is_measured:
        raise Invalid(
            "observations.measured",
            _("A platform measured this value: what it stands on would still say otherwise."),
            _("Correct what it was measured from; the value follows."),
        )
    number, settled = _corrected(value, status)
    code = old.metric_version.metric.code
    ask_guards([Write(code, old.area.code, old.period_start, old.period_end)], actor)
    new = _successor(old, number, settled, actor)
    new.note = reason
    new.evidence_id = evidence
    _save([new])
    announce({code}, {old.area.code}, {old.period})
    record(
        "observations.observation.corrected",
        ("observations.observation", str(new.pk), f"{code} {old.period}"),
        actor=actor,
        before={"value": old.value, "status": old.status},
        after={"value": number, "status": settled},
        metric=code,
        period=old.period,
        reason=reason,
    )
    return new


def _corrected(value: Decimal | int | str | None, status: str) -> tuple[Decimal | None, str]:
    try:
        number = read_value(value)
    except ValueError as error:
        message = VALUE_ERRORS[str(error)]
        raise Invalid(
            "observations.value_invalid",
            message,
            _("Correct the number and send it again."),
            fields={"value": str(message)},
        ) from None
    settled = status or (Status.MISSING.value if number is None else Status.NORMAL.value)
    if settled not in Status.values or is_missing_status(settled) != (number is None):
        raise Invalid(
            "observations.status_invalid",
            _("The status does not fit: a missing value has no number, every other has one."),
            _("Choose another status, or give or remove the number."),
            fields={"status": str(_("Choose another status."))},
        )
    return number, settled


def _write(
    rows: Sequence[Checked],
    heads: Mapping[Any, Observation],
    source: str,
    reason: str,
    actor: Actor,
) -> list[Observation]:
    now = timezone.now()
    new = []
    for row in rows:
        head = heads.get(row.cell)
        new.append(
            Observation(
                metric_version=row.version,
                area_id=row.area_id,
                organisation_id=row.organisation_id,
                period=str(row.period),
                period_start=row.period.start,
                period_end=row.period.end,
                dimension_key=row.key,
                cell=row.cell,
                vintage=head.vintage + 1 if head else 1,
                value=row.value,
                status=row.status,
                source=source,
                evidence_id=row.given.evidence,
                note=row.given.note or (reason if head else ""),
                lineage=dict(row.given.lineage),
                recorded_at=_after(head, row.given.recorded_at or now),
                recorded_by_id=actor.person_id,
                supersedes=head,
            )
        )
    return _save(new)


def _successor(old: Observation, value: Decimal | None, status: str, actor: Actor) -> Observation:
    kept = (
        "metric_version_id",
        "area_id",
        "organisation_id",
        "period",
        "period_start",
        "period_end",
        "dimension_key",
        "cell",
        "source",
    )
    return Observation(
        **{name: getattr(old, name) for name in kept},
        vintage=old.vintage + 1,
        value=value,
        status=status,
        recorded_at=_after(old, timezone.now()),
        recorded_by_id=actor.person_id,
        supersedes=old,
    )


def _after(head: Observation | None, moment: datetime) -> datetime:
    """The moment, or one later than the head's, whatever the clock says: vintages keep their
    order."""
    return moment if head is None else max(moment, head.recorded_at + timedelta(microseconds=1))


def _save(rows: list[Observation]) -> list[Observation]:
    try:
        with transaction.atomic():
            return Observation.objects.bulk_create(rows, batch_size=_BATCH)
    except IntegrityError:
        # The unique (cell, vintage): somebody recorded the same cell at the same time.
        raise Conflict(_("An observation of this batch")) from None


def _digest(rows: Sequence[Checked]) -> str:
    content = [[str(row.cell), row.value, row.status] for row in rows]
    return hashlib.sha256(canonical(content).encode()).hexdigest()

"""The micro-data as they are known now, opened once and kept until anything under them changes.

One engine a process: it is asked by one thread at a time, and what it answered is kept.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import TypeVar

from django.conf import settings
from django.db.models import Count, Max, Q

from shucheng.bays.statistics.engine.batches import open_batches
from shucheng.bays.statistics.engine.coefficients import Coefficient as Share
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.models import Batch, Coefficient, Definition, Firm, Link
from shucheng.bays.statistics.queries.batches import files_of
from shucheng.bays.statistics.queries.definitions import (
    classes_in_force,
    imputation_in_force,
    industries_in_force,
    rates_in_force,
)

T = TypeVar("T")

_lock = Lock()
_ROOM = 200


@dataclass(slots=True)
class _Open:
    """The engine, what it stands on, and what it answered."""

    stands_on: Hashable
    micro: Micro
    answers: dict[Hashable, object]


_open: _Open | None = None


def ask(question: Callable[[Micro], T], *about: Hashable) -> T:
    """What the engine answers to a question about the present micro-data.

    `about` names all that the answer depends on beside them: the same is not computed twice.
    Without it the answer is not kept.
    """
    global _open
    now = _state()
    with _lock:
        if _open is None or _open.stands_on != now:
            if _open is not None:
                _open.micro.connection.close()
            _open = _Open(now, _opened(), {})
        if about in _open.answers:
            return _open.answers[about]  # type: ignore[return-value]
        answer = question(_open.micro)
        if not about:
            return answer
        if len(_open.answers) >= _ROOM:
            _open.answers.clear()
        _open.answers[about] = answer
        return answer


def shares() -> tuple[Share, ...]:
    """The coefficients that are approved, of a firm, class and month the newest. One that was
    approved of a registration is its firm's, whichever code that is read under."""
    rows = Coefficient.objects.filter(state=Coefficient.State.APPROVED, decided_at__isnull=False)
    in_order = rows.select_related("firm__merged_into").order_by("decided_at", "pk")
    newest = {(_read_under(each.firm), each.de_code, each.since): each for each in in_order}
    return tuple(
        Share(
            firm=code,
            leaf=leaf or None,
            lower=each.share,
            upper=each.share,
            reason=each.reason,
            approved=each.decided_at.date() if each.decided_at else date.min,
            since=since,
        )
        for (code, leaf, since), each in newest.items()
    )


def _read_under(firm: Firm | None) -> str | None:
    return (firm.merged_into or firm).credit_code if firm else None


def merges() -> dict[str, str]:
    """Credit code → the one that the firm is read under."""
    merged = Firm.objects.filter(merged_into__isnull=False).order_by()  # any order: by the index
    return dict(merged.values_list("credit_code", "merged_into__credit_code"))


def silent() -> frozenset[str]:
    """Credit codes whose facts do not count, for a person chose those of another registration of
    the same firm; of two choices the later one."""
    chosen = Link.objects.filter(state=Link.State.SAME, facts_of__isnull=False)
    groups: dict[int, frozenset[str]] = {}
    for link in chosen.select_related("facts_of").order_by("decided_at"):
        if (counts := link.facts_of) is not None:
            head = counts.merged_into_id or counts.pk
            among = Firm.objects.filter(Q(pk=head) | Q(merged_into=head)).exclude(pk=counts.pk)
            groups[head] = frozenset(among.values_list("credit_code", flat=True))
    return frozenset().union(*groups.values())


def _opened() -> Micro:
    micro = open_batches(
        register=files_of(Batch.Kind.REGISTER),
        honours=files_of(Batch.Kind.HONOURS),
        facts=files_of(Batch.Kind.FACTS),
        returns=files_of(Batch.Kind.RETURNS),
        merges=merges(),
        silent=silent(),
        classes=classes_in_force(),
        rates=rates_in_force(),
        plan_industries=industries_in_force(),
        shares=shares(),
        threads=int(settings.ENGINE["threads"]),
        memory=settings.ENGINE["memory_limit"],
    )
    # In their order: the month before may be imputed as well.
    for period, methods in imputation_in_force().items():
        micro.impute(period, methods=methods)
    return micro


def _state() -> Hashable:
    """Changes whenever anything does that the micro-data are read from."""
    applied = Batch.objects.filter(state=Batch.State.APPLIED)
    approved = Coefficient.objects.filter(state=Coefficient.State.APPROVED)
    return (
        tuple(applied.order_by("pk").values_list("pk", "rows__sha256")),
        tuple(sorted(merges().items())),
        silent(),
        tuple(approved.aggregate(Max("pk"), Max("decided_at"), Count("pk")).values()),
        Definition.objects.aggregate(newest=Max("pk"))["newest"],
    )

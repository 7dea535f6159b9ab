"""When log and database were restored from different moments, or a job was killed between them.

The log knows more: its leaves are noted; an event that the database has lost comes back from its
leaf, word for word, as `evidence.recovered`. The database knows more: the leaves that the log has
lost are made again from the events. Both only where every signed head in the database holds for the
log, before and after: else they are not one history, and nothing is written.
"""

import json
from collections.abc import Iterator
from functools import reduce
from itertools import islice
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from shucheng.bays.data.engine.evidence.heads import HeadRefused, SignedHead
from shucheng.bays.data.engine.evidence.log import Log
from shucheng.bays.data.engine.evidence.merkle import NotInTree, grow
from shucheng.bays.data.models.evidence import EvidenceEvent, EvidenceLeaf, TreeHead
from shucheng.bays.data.queries.evidence import RECOVERED, leaf_of, next_number

_BATCH = 2_000


class Apart(Exception):
    """Log and database are not one history; the words say in which respect."""


def join_again(log: Log) -> int:
    """Brings the shorter one to the longer; how many leaves were noted or made again. Raises
    `Apart`, and neither has changed."""
    noted = next_number()
    _same_history(log, min(noted, log.size))
    if noted > log.size:
        return _make_again(log, noted)
    return _note_found(log, noted)


def _same_history(log: Log, size: int) -> None:
    """The newest head and the last leaf that both know."""
    head = TreeHead.objects.filter(size__lte=log.size).order_by("-size", "-id").first()
    if head is not None:
        _require_head(log, head)
    last = EvidenceLeaf.objects.select_related("event").filter(number=size - 1).first()
    if last is not None and log.leaf(last.number) != leaf_of(last.event):
        raise Apart(f"leaf {last.number} differs")


def _require_head(log: Log, row: TreeHead) -> None:
    try:
        head = SignedHead.from_json(row.head)
        if log.tree.root(head.size) != head.root:
            raise Apart(f"the signed head of {head.size} leaves does not hold for the log")
    except (HeadRefused, NotInTree) as error:
        raise Apart(f"the head of {row.size} leaves: {error}") from None


def _note_found(log: Log, noted: int) -> int:
    proven = noted > 0 or TreeHead.objects.exists()
    for first in range(noted, log.size, _BATCH):
        leaves = {n: log.leaf(n) for n in range(first, min(first + _BATCH, log.size))}
        events = _events(leaves, proven)
        EvidenceLeaf.objects.bulk_create(
            EvidenceLeaf(number=number, event=events[number]) for number in leaves
        )
    return log.size - noted


def _events(leaves: dict[int, bytes], proven: bool) -> dict[int, EvidenceEvent]:
    """The event of each leaf: the one that is there and says the same, or else one recovered, where
    a head or leaf has `proven` that the log is this database's."""
    try:
        said = {number: json.loads(leaf) for number, leaf in leaves.items()}
        ids = {number: int(each["event"]) for number, each in said.items()}
    except (ValueError, KeyError, TypeError):
        raise Apart("the log holds leaves of another kind") from None
    there = EvidenceEvent.objects.select_related("leaf").in_bulk(set(ids.values()))
    found = {}
    for number, leaf in leaves.items():
        event = there.get(ids[number])
        same = event is not None and not hasattr(event, "leaf") and leaf_of(event) == leaf
        if not same and not proven:
            raise Apart(f"nothing shows that leaf {number} is of this platform")
        found[number] = event if event is not None and same else _recovered(leaf, said[number])
    return found


def _recovered(leaf: bytes, said: dict[str, Any]) -> EvidenceEvent:
    return EvidenceEvent.objects.create(
        kind=RECOVERED,
        about=str(said.get("about", ""))[:80],
        content={"leaf": leaf.decode()},
        recorded_at=parse_datetime(str(said.get("at", ""))) or timezone.now(),
    )


def _make_again(log: Log, noted: int) -> int:
    """Leaves that the log lost, made from their events: first in mind, against the newest signed
    head, then in the log."""
    newest = TreeHead.objects.order_by("-size", "-id").first()
    edge = log.tree.edge(log.size)
    for number, leaf in enumerate(_lost(log.size, noted), log.size):
        grow(log.hash, edge, number, log.hash.leaf(leaf))
        if newest is not None and newest.size == number + 1:
            root = reduce(lambda right, left: log.hash.node(left, right), reversed(edge))
            if root.hex() != newest.head["root"]:
                raise Apart(f"the events do not give the signed head of {newest.size} leaves")
    first = log.size
    leaves = _lost(first, noted)
    while part := list(islice(leaves, _BATCH)):
        log.append(part)
    return noted - first


def _lost(first: int, noted: int) -> Iterator[bytes]:
    rows = EvidenceLeaf.objects.select_related("event").filter(number__gte=first)
    expected = first
    for row in rows.order_by("number").iterator(_BATCH):
        if row.number != expected:
            raise Apart(f"leaf {expected} is missing in the database")
        expected += 1
        yield leaf_of(row.event)
    if expected != noted:
        raise Apart(f"leaf {expected} is missing in the database")

"""Proofs for whoever asks: heads, leaves with their place in the log, what leads from one to the
other, and who may see which event."""

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.evidence import verify as verifier
from shucheng.bays.data.engine.evidence.heads import SignedHead
from shucheng.bays.data.engine.evidence.log import LogDamaged, LogReader
from shucheng.bays.data.engine.evidence.merkle import NotInTree
from shucheng.bays.data.engine.evidence.witness import make_proof
from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.models.evidence import EvidenceEvent, EvidenceLeaf, TreeHead
from shucheng.bays.data.models.market import Offer, Product
from shucheng.bays.data.queries.agreements import visible_orders
from shucheng.bays.data.queries.case_files import OVERSEES, seen_by
from shucheng.bays.data.queries.catalogue import resources_seen
from shucheng.bays.data.queries.certificates import seen_certificates
from shucheng.bays.data.queries.deliveries import deliveries_seen
from shucheng.bays.data.queries.disputes import visible_disputes
from shucheng.bays.data.queries.evidence import log_folder
from shucheng.bays.data.queries.granting import grants_seen, own_codes
from shucheng.bays.data.queries.ledger import entries_seen
from shucheng.bays.data.queries.settlements import visible_settlements
from shucheng.kernel.public import Actor, NotFound, ShuchengError, platform_signing_key

WITNESSED = "evidence.witnessed"
_MOST_KNOWN = 50
_SECONDS = 20


def events_seen(actor: Actor) -> QuerySet[EvidenceEvent]:
    """All for who governs, audits or decides; for others what is about things that they may see:
    resources, cases, grants, and the trade they have a part in."""
    actor.require("data.view")
    rows = EvidenceEvent.objects.select_related("leaf")
    if any(map(actor.may, OVERSEES)):
        return rows
    first, *others = _things_seen(actor)
    return rows.filter(about__in=first.union(*others, all=True))


def find_leaf(number: int, *, actor: Actor) -> EvidenceLeaf:
    found = EvidenceLeaf.objects.select_related("event").filter(number=number).first()
    if found is None or not events_seen(actor).filter(pk=found.event_id).exists():
        raise NotFound(_("The leaf"))
    return found


def leaf_content(number: int) -> bytes:
    """The leaf as it stands in the log, not as the database remembers it."""
    with _reader() as log:
        try:
            return log.leaf(number)
        except IndexError:
            raise NotFound(_("The leaf")) from None
        except LogDamaged:
            raise _damaged() from None


def proof_of(
    number: int, size: int | None = None, known: Iterable[int] = (), *, actor: Actor
) -> dict[str, Any]:
    """What `engine/evidence/verify.py` reads: the leaf's path to a signed head, the newest or that
    of `size`, and how that head continues, or is continued by, heads of the `known` sizes."""
    find_leaf(number, actor=actor)
    head = SignedHead.from_json(head_of(size, actor=actor).head)
    sizes = sorted({*known, *_witnessed_sizes()})[-_MOST_KNOWN:]
    with _reader() as log:
        try:
            return make_proof(log.tree, number, head, sizes)
        except NotInTree:
            raise _not_yet() from None
        except LogDamaged:
            raise _damaged() from None


def head_of(size: int | None = None, *, actor: Actor) -> TreeHead:
    actor.require("data.view")
    rows = TreeHead.objects.order_by("-id")
    found = (rows if size is None else rows.filter(size=size)).first()
    if found is None:
        raise NotFound(_("The signed head"))
    return found


def heads(*, actor: Actor) -> QuerySet[TreeHead]:
    actor.require("data.view")
    return TreeHead.objects.order_by("-id")


def consistency(first: int, second: int, *, actor: Actor) -> list[str]:
    """That the log of `second` leaves begins with the log of `first` (RFC 9162, 2.1.4)."""
    actor.require("data.view")
    with _reader() as log:
        try:
            return [each.hex() for each in log.tree.consistency(first, second)]
        except NotInTree:
            raise _not_yet() from None


@dataclass(frozen=True, slots=True)
class Checked:
    holds: bool
    lines: list[str]


def check(
    content: bytes, proof: bytes, older: bytes = b"", witness: bytes = b"", *, actor: Actor
) -> Checked:
    """What the stand-alone verifier says, run as whoever downloads it runs it: a process of its
    own, with the platform's key. `older`: a head kept earlier, `witness`: a witness's file."""
    actor.require("data.view")
    given = {"content": content, "proof.json": proof, "older.json": older, "witness.jsonl": witness}
    with TemporaryDirectory(prefix="shucheng-proof-") as name:
        folder = Path(name)
        for file, data in given.items():
            (folder / file).write_bytes(data)
        asked = ["content", "proof.json", "--public-key", public_key()]
        asked += ["--older", "older.json"] if older else []
        asked += ["--witness", "witness.jsonl"] if witness else []
        try:
            done = subprocess.run(  # noqa: S603 - our own script, arguments of ours
                [sys.executable, "-I", verifier.__file__, *asked],
                cwd=folder,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
                env={"LC_ALL": "C.UTF-8"},
            )
        except subprocess.TimeoutExpired:
            return Checked(False, ["FAILED  the check took too long"])
    said = (done.stdout + done.stderr).decode(errors="replace")
    return Checked(done.returncode == 0, [line[:300] for line in said.splitlines()[:20]])


def verifier_script() -> bytes:
    return Path(verifier.__file__).read_bytes()


def public_key() -> str:
    return str(platform_signing_key().public)


def witnessed() -> list[EvidenceEvent]:
    """The heads that a witness took, newest first."""
    return list(EvidenceEvent.objects.filter(kind=WITNESSED).order_by("-id")[:_MOST_KNOWN])


def _witnessed_sizes() -> set[int]:
    return {int(each.content["size"]) for each in witnessed()}


def _things_seen(actor: Actor) -> list[QuerySet[Any, str]]:
    """By what evidence calls them, each as the page of its kind shows it to the actor."""
    own, orders = actor.organisation_ids, visible_orders(actor)
    settlements = visible_settlements(actor)
    mine = Q(product__maker__in=own) | Q(broker__in=own)
    offers = Offer.objects.filter(mine | Q(pk__in=orders.order_by().values("offer")))
    rows: list[QuerySet[Any]] = [
        resources_seen(actor),
        seen_certificates(actor),
        Case.objects.filter(seen_by(actor)),
        grants_seen(actor),
        offers,
        orders,
        deliveries_seen(actor),
        settlements,
        visible_disputes(actor),
        entries_seen(settlements, own_codes(actor)),
    ]
    sold = Q(maker__in=own) | Q(pk__in=offers.order_by().values("product"))
    version = Concat(F("code"), Value("@"), F("version"))
    products = Product.objects.filter(sold).order_by().values_list(version, flat=True)
    return [*(each.order_by().values_list("code", flat=True) for each in rows), products]


def _reader() -> LogReader:
    try:
        return LogReader(log_folder())
    except FileNotFoundError:
        raise NotFound(_("The evidence log")) from None
    except LogDamaged:
        raise _damaged() from None


def _not_yet() -> ShuchengError:
    error = ShuchengError(
        "evidence.not-in-head",
        _("No signed head covers this yet."),
        _("A head is signed within minutes; ask again."),
    )
    error.status = 404
    return error


def _damaged() -> ShuchengError:
    error = ShuchengError(
        "evidence.damaged",
        _("The files of the evidence log are not what was appended."),
        _("Inform whoever runs the platform: the log is restored from a backup."),
    )
    error.status = 503
    return error

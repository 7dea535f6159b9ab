"""One honour of a firm, told or withdrawn by hand: a batch of one row, taken over at once."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.actions.batches import stage_rows, take_over, write_batch
from shucheng.bays.statistics.models import Batch, Firm
from shucheng.bays.statistics.queries.import_words import HONOURS
from shucheng.bays.statistics.queries.seeing import areas_seen, sees
from shucheng.kernel.public import Actor, Invalid, NotFound, action
from shucheng.lib import duck

_ROW = """
    SELECT $firm AS firm, $kind AS kind, $level AS level, $since::DATE AS since,
        $until::DATE AS until, $withdrawn::BOOLEAN AS withdrawn, $recorded::INTEGER AS recorded
"""


@action
def tell_honour(
    credit_code: str,
    kind: str,
    *,
    since: date | None,
    reason: str,
    actor: Actor,
    until: date | None = None,
    level: str = "",
    withdrawn: bool = False,
) -> Batch:
    """Note that a firm holds an honour from `since` on (until a day, or for good), or that the
    honour of that day is withdrawn; `reason` says by what document."""
    actor.require("statistics.import")
    seen = areas_seen(actor)
    firm = Firm.objects.filter(credit_code=credit_code).first()
    if firm is None or not sees(seen, firm.area, firm.park):
        raise NotFound(_("The firm"))
    _check(kind, since, until, reason)
    facts = {
        "firm": credit_code,
        "kind": kind,
        "level": level or None,
        "since": since,
        "until": until,
        "withdrawn": withdrawn,
    }

    def write(number: int, path: Path) -> dict[str, Any]:
        with duck.connect() as engine:
            engine.sql(_ROW, params=facts | {"recorded": number}).write_parquet(str(path))
        told = {"firm": credit_code, "kind": kind, "withdrawn": withdrawn}
        return {"good": 1, "bad": 0, "report": {"by_hand": told, "reason": reason.strip()[:300]}}

    with TemporaryDirectory(prefix="shucheng-") as folder:
        batch = stage_rows(Batch.Kind.HONOURS, write, Path(folder), actor=actor)
    take_over(batch.pk, batch.revision, actor=actor)
    # One row: it counts when the page is shown again. The job then finds it written.
    write_batch(batch.pk, actor=actor)
    batch.refresh_from_db()
    return batch


def _check(kind: str, since: date | None, until: date | None, reason: str) -> None:
    wrong = {}
    if kind not in HONOURS:
        wrong["kind"] = str(_("Choose an honour."))
    if since is None:
        wrong["since"] = str(_("Write the day it was given."))
    elif until and until < since:
        wrong["until"] = str(_("It cannot end before it was given."))
    if not reason.strip():
        wrong["reason"] = str(_("Write by what document it was given or withdrawn."))
    if wrong:
        raise Invalid(
            "statistics.honour",
            _("The honour cannot be kept."),
            _("Correct what is marked and send it again."),
            fields=wrong,
        )

"""The list of calls as a file."""

import io
from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from shucheng.bays.data.queries.calls import calls_seen
from shucheng.bays.data.queries.delivery_words import words_of
from shucheng.kernel.public import Actor, action, record_export
from shucheng.lib.tables import write_rows

MOST = 100_000


@action
def export_calls(asked: Mapping[str, str], *, actor: Actor) -> bytes:
    """CSV (UTF-8 with mark) of what the page shows with the same filters, newest first."""
    actor.require("data.view")
    names = (
        _("Call"), _("Agreement"), _("Way of delivery"), _("Outcome"), _("Rows"), _("Bytes"),
        _("Milliseconds"), _("When"), _("Digest of the answer"),
    )  # fmt: skip
    rows = [
        (
            call.code, call.agreement, call.mode, words_of(call.outcome), call.rows, call.size,
            call.ms, timezone.localtime(call.at).isoformat(timespec="seconds"), call.digest,
        )
        for call in calls_seen(asked, actor=actor)[:MOST]
    ]  # fmt: skip
    out = io.StringIO(newline="")
    write_rows(out, [names, *rows])
    record_export("data.calls", len(rows), actor=actor)
    return out.getvalue().encode("utf-8-sig")

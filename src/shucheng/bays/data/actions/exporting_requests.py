"""The list of requests for data as a file."""

import io
from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from shucheng.bays.data.queries.requests import lines_of, requests_chosen
from shucheng.kernel.public import Actor, action, record_export
from shucheng.lib.tables import write_rows

MOST = 20_000


@action
def export_requests(asked: Mapping[str, str], *, actor: Actor) -> bytes:
    """CSV (UTF-8 with mark) of what the page shows with the same filters."""
    names = (
        _("Code"), _("Title"), _("Resource"), _("Asked by"), _("Asked of"), _("State"), _("Due"),
        _("Working days left"), _("Rating"), _("Simulated"),
    )  # fmt: skip
    lines = lines_of(requests_chosen(asked, actor=actor)[:MOST], timezone.localdate())
    rows = [
        (
            each.request.code, each.request.title,
            each.request.resource.code if each.request.resource else "",
            each.line.case.applicant.label,
            each.line.case.asked.label if each.line.case.asked else "",
            each.line.state, each.line.case.due, each.line.left, each.request.rating,
            _("yes") if each.request.simulated else _("no"),
        )
        for each in lines
    ]  # fmt: skip
    out = io.StringIO(newline="")
    write_rows(out, [names, *rows])
    record_export("data.requests", len(rows), actor=actor)
    return out.getvalue().encode("utf-8-sig")

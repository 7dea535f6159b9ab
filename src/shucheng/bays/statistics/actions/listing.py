"""Taking the list of firms out as a file: who took how many is on record."""

from collections.abc import Mapping
from io import StringIO

from django.utils.translation import gettext as _

from shucheng.bays.statistics.queries.firms import firms_saved
from shucheng.kernel.public import Actor, action, record_export
from shucheng.lib.tables import write_rows


@action
def export_firms(asked: Mapping[str, str], *, actor: Actor) -> str:
    """The list as it was narrowed, as CSV text; only firms that the actor sees."""
    lines = firms_saved(asked, actor=actor)
    record_export("statistics.firms", len(lines), actor=actor, asked=dict(asked))
    head = [
        _("Unified social credit code"),
        _("Name of the firm"),
        _("Industry code (GB/T 4754)"),
        _("Area"),
        _("Park"),
        _("Size"),
        _("Above designated size or not"),
        _("In business"),
        f"{_('Revenue since January')} ({_('10,000 yuan')})",
        _("Honours"),
    ]
    yes, no = _("yes"), _("no")
    rows = [
        [
            each.code,
            each.name,
            each.industry,
            each.area,
            each.park,
            each.size,
            yes if each.designated else no,
            yes if each.in_business else no,
            each.revenue,
            "、".join(each.honours),
        ]
        for each in lines
    ]
    text = StringIO()
    write_rows(text, [head, *rows])
    return text.getvalue()

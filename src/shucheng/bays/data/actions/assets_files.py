"""The disclosure tables as a workbook. Who took them is on record."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shucheng.bays.data.engine.market_sheets import workbook
from shucheng.bays.data.queries.assets import DisclosurePage, disclosure
from shucheng.kernel.public import Actor, action, record_export
from shucheng.lib.periods import Period
from shucheng.lib.tables import Value


@action
def disclosure_file(owner: int, period: Period, *, actor: Actor) -> tuple[str, bytes]:
    """Both tables of an owner and a period, a sheet each: the file's name and content."""
    pages = [disclosure(owner, each, period, actor=actor) for each in ("intangible", "inventory")]
    rows = sum(len(page.table.rows) for page in pages)
    record_export("data.asset_disclosure", rows, actor=actor, owner=owner, period=str(period))
    sheets = [(_TITLES[page.asset_class], _rows(page)) for page in pages]
    return f"data-assets-{period}.xlsx", workbook(sheets)


def _rows(page: DisclosurePage) -> list[list[Value]]:
    table = page.table
    found: list[list[Value]] = [[pgettext("market", "Item"), *table.columns.values()]]
    for row in table.rows:
        amounts = [
            Decimal(row.amounts[column]) / 100 if column in row.amounts else None
            for column in table.columns
        ]
        found.append([row.label, *amounts])
    found.append([])
    found.append([pgettext("market", "Owner"), page.owner.label])
    found.append([pgettext("market", "Period"), str(table.period)])
    found.append([_("Unit"), _("yuan")])
    found.append(
        [_("Rule"), table.rule, pgettext("market", "unconfirmed") if table.unconfirmed else ""]
    )
    if page.simulated:
        found.append(
            [pgettext("market", "Note"), _("Simulated data. Not figures of the real city.")]
        )
    return found


_TITLES = {"intangible": "数据资源无形资产", "inventory": "数据资源存货"}

"""Invoices as files. Who took one is on record."""

from decimal import Decimal

from django.utils.translation import gettext as _

from shucheng.bays.data.engine.market_sheets import workbook
from shucheng.bays.data.models.money import Invoice
from shucheng.bays.data.queries.parties import names_of
from shucheng.bays.data.queries.settlements import visible_settlements
from shucheng.kernel.public import Actor, NotFound, action, record_export
from shucheng.lib.tables import Value

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@action
def invoice_file(number: str, *, actor: Actor) -> tuple[str, bytes]:
    """The record of an invoice or credit note as a workbook: its name and content."""
    invoice = (
        Invoice.objects.select_related("settlement__agreement__order__offer__product__maker")
        .filter(number=number, settlement__in=visible_settlements(actor).values("pk"))
        .first()
    )
    if invoice is None:
        raise NotFound(number)
    settlement = invoice.settlement
    product = settlement.agreement.order.offer.product
    rows: list[list[Value]] = [
        [_("Record of an invoice"), invoice.number],
        [_("Kind"), _("Credit note") if invoice.corrects else _("Invoice")],
        [_("Corrects"), invoice.corrects],
        [_("Day"), invoice.on.isoformat()],
        [_("Buyer"), names_of([invoice.buyer])[invoice.buyer]],
        [_("Seller"), product.maker.label],
        [_("Product"), f"{product.title} ({product})"],
        [_("Agreement"), settlement.agreement.code],
        [_("Period"), settlement.period],
        [_("Quantity"), settlement.quantity],
        [_("Amount (yuan)"), Decimal(invoice.fen) / 100],
        [_("Note"), _("Tax is not computed here: the tax authority's invoice counts.")],
    ]
    if settlement.simulated:
        rows.append([_("Note"), _("Simulated data. Not figures of the real city.")])
    record_export("data.invoice", 1, actor=actor, number=number)
    return f"{number}.xlsx", workbook([(_("Invoice"), rows)])

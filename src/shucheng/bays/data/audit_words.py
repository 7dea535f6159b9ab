"""What the bay's actions are called in the audit log."""

from django.utils.translation import gettext_lazy as _

AUDIT_WORDS = {
    "data.case.moved": _("Step of a case"),
    "data.case.opened": _("Case opened"),
    "data.evidence.appended": _("Evidence appended and signed"),
    "data.grants.given": _("Grants given"),
    "data.agreement.made": _("Agreement made"),
    "data.asset.changed": _("Data asset changed"),
    "data.dispute.moved": _("Step of a dispute"),
    "data.dispute.opened": _("Dispute raised"),
    "data.offer.closed": _("Offer closed"),
    "data.offer.opened": _("Offer opened"),
    "data.order.moved": _("Step of an order"),
    "data.order.placed": _("Order placed"),
    "data.payment.recorded": _("Payment recorded"),
    "data.payment.returned": _("Payment returned"),
    "data.payout.made": _("Payout made"),
    "data.product.asked": _("Making of a product asked for"),
    "data.product.made": _("Product described"),
    "data.product.moved": _("Step of a product"),
    "data.product.run": _("Product made"),
    "data.settled": _("Use settled"),
    "data.settlement.made": _("Settlement made"),
    "data.settlement.refunded": _("Settlement refunded"),
}

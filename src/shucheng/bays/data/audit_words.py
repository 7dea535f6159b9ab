"""What the bay's actions are called in the audit log."""

from django.utils.translation import gettext_lazy as _

AUDIT_WORDS = {
    "data.authorisation.agreement_written": _("Agreement of an authorisation written"),
    "data.authorisation.plan_written": _("Plan of an authorisation written anew"),
    "data.authorisation.planned": _("Authorisation planned"),
    "data.case.moved": _("Step of a case"),
    "data.case.opened": _("Case opened"),
    "data.evidence.appended": _("Evidence appended and signed"),
    "data.grants.given": _("Grants given"),
    "data.resource.derived": _("Lineage of a resource noted"),
    "data.resource.described": _("Resource described"),
    "data.resource.listed": _("Resource put into the catalogue"),
    "data.resource.withdrawn": _("Resource taken out of the catalogue"),
    "data.source.noted": _("Source of data noted"),
    "data.source.read": _("Source of data read"),
    "data.source.taken": _("Tables of a source described"),
    "data.price.reviewed": _("Permitted revenue and ceilings fixed"),
    "data.price.overrun": _("Overrun of permitted revenue noted"),
    "data.disclosure.published": _("Disclosure published"),
    "data.product.registered": _("Product registered"),
}

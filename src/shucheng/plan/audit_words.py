"""What the plan's actions are called in the audit log."""

from django.utils.translation import gettext_lazy as _

AUDIT_WORDS = {
    "plan.city.loaded": _("City pack loaded"),
    "plan.difference.explained": _("Difference between city and counties explained"),
    "plan.difference.withdrawn": _("Explanation of a difference withdrawn"),
    "plan.finding.noted": _("Note on a finding"),
    "plan.item.accepted": _("Item accepted"),
    "plan.item.added": _("Item added"),
    "plan.item.corrected": _("Item corrected"),
    "plan.item.open": _("Item to decide again"),
    "plan.item.rejected": _("Item rejected"),
    "plan.items.accepted": _("All open items accepted"),
    "plan.light_rule.published": _("Rule for lights published"),
    "plan.path.set": _("Path set"),
    "plan.target.decomposed": _("Target decomposed"),
    "plan.values.recomputed": _("Values computed anew"),
    "plan.version.compiled": _("Text compiled"),
    "plan.version.discarded": _("Version laid aside"),
    "plan.version.loaded": _("Text loaded"),
    "plan.version.moved": _("Version filed elsewhere"),
    "plan.version.published": _("Version published"),
    "plan.version.put_in_force": _("Version put in force"),
    "plan.version.removed": _("Upload removed"),
    "plan.version.unreadable": _("Text could not be read"),
}

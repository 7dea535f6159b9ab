"""What the room's actions are called in the audit log."""

from django.utils.translation import gettext_lazy as _

AUDIT_WORDS = {
    "briefings.briefing.asked_for": _("Briefing begun"),
    "briefings.briefing.gathered": _("Facts of a briefing gathered"),
    "briefings.briefing.written": _("Paragraphs of a briefing written"),
    "briefings.briefing.dropped": _("Draft of a briefing dropped"),
    "briefings.briefing.to_issue": _("Briefing to be issued"),
    "briefings.briefing.issued": _("Briefing issued"),
    "briefings.template.replaced": _("Template of briefings replaced"),
}

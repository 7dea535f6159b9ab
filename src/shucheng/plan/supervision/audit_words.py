"""What the room's actions are called in the audit log."""

from django.utils.translation import gettext_lazy as _

AUDIT_WORDS = {
    "supervision.agenda.changed": _("Agenda changed"),
    "supervision.decision.made": _("Decision of a meeting recorded"),
    "supervision.decision.done": _("Decision of a meeting done"),
    "supervision.item.approve": _("Supervision item approved"),
    "supervision.item.ask_extension": _("Extension asked for"),
    "supervision.item.cancel": _("Supervision item withdrawn"),
    "supervision.item.close": _("Supervision item closed"),
    "supervision.item.co_sign": _("Supervision item signed for by a joint organisation"),
    "supervision.item.edit": _("Supervision item changed"),
    "supervision.item.escalate": _("Supervision item escalated"),
    "supervision.item.finish": _("Supervision item reported as done"),
    "supervision.item.grant_extension": _("Extension granted"),
    "supervision.item.instruct": _("Instruction on a supervision item"),
    "supervision.item.issue": _("Supervision item issued"),
    "supervision.item.raise": _("Supervision item raised"),
    "supervision.item.refuse_extension": _("Extension refused"),
    "supervision.item.reply": _("Reply to a supervision item"),
    "supervision.item.return": _("Supervision item returned"),
    "supervision.item.send_back": _("Supervision item sent back at the recheck"),
    "supervision.item.sign": _("Supervision item signed for"),
    "supervision.item.submit": _("Supervision item submitted for review"),
    "supervision.item.withdraw": _("Supervision item withdrawn"),
    "supervision.meeting.changed": _("Meeting changed"),
    "supervision.meeting.issued": _("Minutes issued"),
    "supervision.meeting.prepared": _("Meeting prepared"),
    "supervision.point.done": _("Milestone done"),
    "supervision.point.planned": _("Milestones planned"),
    "supervision.point.reported": _("Progress of a work point reported"),
}

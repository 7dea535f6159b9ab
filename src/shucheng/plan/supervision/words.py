"""What states, moves, lights and rules are called."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.plan.supervision.engine.states import State
from shucheng.plan.supervision.models import STATES

STATE_LABELS: dict[str, str | Promise] = dict(STATES)

# What a timeline says happened.
DEEDS: dict[str, str | Promise] = {
    "raise": _("Item raised"),
    "edit": _("Changed"),
    "submit": _("Submitted for review"),
    "return": _("Sent back to the draft"),
    "approve": _("Approved"),
    "issue": _("Issued"),
    "sign": _("Signed for"),
    "co_sign": _("Signed for by a joint organisation"),
    "reply": _("Reply"),
    "finish": _("Reported as done"),
    "send_back": _("Sent back at the recheck"),
    "close": _("Closed"),
    "ask_extension": _("Extension asked for"),
    "grant_extension": _("Extension granted"),
    "refuse_extension": _("Extension refused"),
    "instruct": _("Instruction"),
    "withdraw": _("Withdrawn"),
    "cancel": _("Withdrawn"),
    "escalate": _("Escalated"),
}

# What a button says.
BUTTONS: dict[str, str | Promise] = {
    "submit": _("Submit for review"),
    "return": _("Return"),
    "approve": _("Approve it"),
    "issue": _("Issue"),
    "sign": _("Sign for it"),
    "co_sign": _("Sign for it"),
    "reply": _("Send the reply"),
    "finish": _("Report as done"),
    "send_back": _("Send back"),
    "close": _("Close the item"),
    "ask_extension": _("Ask for an extension"),
    "grant_extension": _("Grant the extension"),
    "refuse_extension": _("Refuse the extension"),
    "instruct": _("Add an instruction"),
    "withdraw": _("Withdraw the item"),
    "cancel": _("Withdraw the item"),
}

# Who has to do what next.
NEXT_STEPS: dict[str, str | Promise] = {
    State.DRAFT: _("The plan office completes the draft and submits it for review."),
    State.IN_REVIEW: _("A leader approves or returns it."),
    State.APPROVED: _("The plan office issues it; the clock starts then."),
    State.ISSUED: _("The lead organisation signs for it."),
    State.WORKING: _("The lead organisation works on it, replies, and reports it as done."),
    State.RECHECK: _("The plan office rechecks it and closes it or sends it back."),
    State.CLOSED: _("Nothing: it is closed."),
    State.CANCELLED: _("Nothing: it was withdrawn."),
}
EXTENSION_NEXT = _("The plan office decides on the extension; the clock stands until then.")
LATE_EXTENSION_NEXT = _(
    "The plan office decides on the extension; it was asked for after the deadline, so the clock "
    "runs on."
)

# What the deadline's light says; the shape of the status says it without colour.
LIGHT_LABELS: dict[str, str | Promise] = {
    "green": _("in time"),
    "yellow": _("due soon"),
    "red": _("past due"),
    "grey": _("before its issue"),
    "done": _("ended"),
}
LIGHT_CLASSES = {
    "green": "status-good",
    "yellow": "status-watch",
    "red": "status-bad",
    "grey": "",
    "done": "",
}

STAGES: dict[str, str | Promise] = {
    "due_soon": _("The deadline is near"),
    "unsigned": _("Not signed for"),
    "unsigned_long": _("Not signed for, the office is told"),
    "overdue": _("Overdue"),
    "overdue_office": _("Overdue, the office is told"),
    "overdue_leader": _("Overdue, the leaders are told"),
    "extension_waits": _("An extension waits for its decision"),
    "recheck_waits": _("A recheck waits"),
}
MEASURES: dict[str, str | Promise] = {
    "unsigned": _("not signed for within %(days)s working days"),
    "undecided": _("an extension not decided within %(days)s working days"),
    "due": _("%(days)s working days or fewer before the deadline"),
    "overdue": _("overdue by %(days)s working days or more"),
    "unchecked": _("not rechecked within %(days)s working days"),
}
RECIPIENTS: dict[str, str | Promise] = {
    "lead": _("lead organisation"),
    "joint": _("joint organisations"),
    "office": _("plan office"),
    "leader": _("leaders"),
}
PARTS: dict[str, str | Promise] = {
    "signed_late": _("signed for late, working days: %(number)s"),
    "overdue": _("overdue, working days: %(number)s"),
    "sent_back": _("sent back, times: %(number)s"),
    "extended": _("extended, times: %(number)s"),
    "early": _("done early, working days: %(number)s"),
}
STANDINGS: dict[str, tuple[str, str | Promise]] = {
    "unplanned": ("", _("no milestones yet")),
    "planned": ("", _("not begun")),
    "on_time": ("status-good", _("going to plan")),
    "behind": ("status-watch", _("a milestone is late")),
    "late": ("status-bad", _("behind its milestones")),
    "done": ("status-good", _("done")),
}
# An indicator's light, as the rule of the plan judges it.
COLOURS: dict[str, str | Promise] = {
    "green": _("green"),
    "yellow": _("yellow"),
    "red": _("red"),
    "blue": _("data late"),
    "grey": _("no data"),
}
COLOUR_CLASSES = {
    "green": "status-good",
    "yellow": "status-watch",
    "red": "status-bad",
    "blue": "status-late",
    "grey": "",
}

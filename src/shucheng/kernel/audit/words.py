"""What an audit entry's code says, in the reader's language. Codes never change once stored."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_WORDS: dict[str, str | Promise] = {
    "action.refused": _("Refused"),
    "alerts.alert.mailed": _("Alert mailed"),
    "alerts.alert.raised": _("Alert raised"),
    "alerts.alert.repeated": _("Alert repeated"),
    "alerts.alert.resolved": _("Alert resolved"),
    "alerts.alert.seen": _("Alert seen"),
    "audit.archive.looked": _("Archived entries read"),
    "audit.entries.archived": _("Old entries archived"),
    "audit.head.signed": _("End of the chain signed"),
    "data.exported": _("Data exported"),
    "files.file.opened": _("File opened"),
    "files.file.stored": _("File stored"),
    "identity.accounts.unused_closed": _("Unused accounts closed"),
    "identity.acting.chosen": _("Organisation to act for chosen"),
    "identity.areas.imported": _("Areas loaded"),
    "identity.case.contacts_deleted": _("Contacts of a case deleted"),
    "identity.case.moved": _("Case moved on"),
    "identity.case.opened": _("Case opened"),
    "identity.clearance.set": _("Clearance set"),
    "identity.keys.rotated": _("Keys rotated"),
    "identity.notice.delivery": _("Notice delivered"),
    "identity.notice.made": _("Notice made"),
    "identity.notice.read": _("Notice read"),
    "identity.organisation.aliases_set": _("Names of an organisation set"),
    "identity.organisation.changed": _("Organisation changed"),
    "identity.organisation.created": _("Organisation created"),
    "identity.organisations.imported": _("Organisations loaded"),
    "identity.person.changed": _("Account changed"),
    "identity.person.contact_seen": _("Contact looked at"),
    "identity.person.created": _("Account created"),
    "identity.person.deactivated": _("Account closed"),
    "identity.person.expiry_set": _("Expiry of an account set"),
    "identity.person.linked": _("Account linked to a sign-in service"),
    "identity.person.password_change_forced": _("New password demanded"),
    "identity.person.password_changed": _("Password changed"),
    "identity.person.password_reset": _("Password reset"),
    "identity.person.reactivated": _("Account opened again"),
    "identity.person.second_factor_reset": _("Second factor reset"),
    "identity.person.signed_out_everywhere": _("Signed out everywhere"),
    "identity.person.unlocked": _("Account unlocked"),
    "identity.role.ended": _("Role ended"),
    "identity.role.granted": _("Role granted"),
    "identity.sessions.wiped": _("Sessions wiped"),
    "identity.sign_in.failed": _("Sign-in failed"),
    "identity.sign_in.succeeded": _("Signed in"),
    "identity.sign_out.done": _("Signed out"),
    "identity.token.issued": _("Token issued"),
    "identity.token.revoked": _("Token revoked"),
    "jobs.job.enqueued": _("Job asked for"),
    "jobs.job.retried": _("Job started again"),
    "observations.metric.confirmed": _("Metric confirmed"),
    "observations.metric.redefined": _("Metric redefined"),
    "observations.metrics.imported": _("Metrics loaded"),
    "observations.observation.corrected": _("Observation corrected"),
    "observations.recorded": _("Observations recorded"),
    "operations.backup.made": _("Backup made"),
    "operations.backup.restored": _("Backup restored"),
    "operations.program.started": _("Program started"),
    "operations.program.verified": _("Program files compared"),
    "reminders.delivery.made": _("Reminder delivered, or tried to"),
    "reminders.preference.chosen": _("Way of being reminded chosen"),
    "reminders.reminder.read": _("Reminders marked as read"),
    "reminders.reminder.repeated": _("Reminder known already"),
    "reminders.reminder.sent": _("Reminder written"),
    "reminders.robot.added": _("Group robot added"),
    "reminders.robot.changed": _("Group robot changed"),
    "reminders.robot.tried": _("Group robot tried"),
    "reminders.rule.set": _("Rule of reminding set"),
    "reporting.evidence.attached": _("Evidence added"),
    "reporting.evidence.detached": _("Evidence taken off"),
    "reporting.extension.asked": _("Extension asked for"),
    "reporting.extension.granted": _("Extension granted"),
    "reporting.extension.refused": _("Extension refused"),
    "reporting.form.changed": _("Form changed"),
    "reporting.forms.generated": _("Forms generated"),
    "reporting.obligations.opened": _("Reporting opened"),
    "reporting.period.closed": _("Period closed"),
    "reporting.period.reopened": _("Period reopened"),
    "reporting.period.reopening_asked": _("Reopening of a period asked for"),
    "reporting.rule.changed": _("Validation rule changed"),
    "reporting.simulation.played": _("Simulated reports entered"),
    "reporting.submission.approved": _("Figures approved"),
    "reporting.submission.correction_started": _("Correction begun"),
    "reporting.submission.dropped": _("Correction given up"),
    "reporting.submission.published": _("Figures published"),
    "reporting.submission.returned": _("Figures returned"),
    "reporting.submission.saved": _("Figures saved"),
    "reporting.submission.started": _("Figures begun"),
    "reporting.submission.submitted": _("Figures handed in"),
    "reporting.submission.withdrawn": _("Figures taken back"),
}
CHANNELS: dict[str, str | Promise] = {
    "web": _("browser"),
    "api": _("interface"),
    "job": _("background job"),
    "cli": _("command line"),
}


def register_audit_words(words: Mapping[str, str | Promise]) -> None:
    """Give action codes their words; the plan and bays do so once at start."""
    _WORDS.update(words)


def words_of(code: str) -> str:
    """The words of a code; the code itself where nobody gave it any."""
    return str(_WORDS.get(code, code))


def known_codes() -> frozenset[str]:
    return frozenset(_WORDS)

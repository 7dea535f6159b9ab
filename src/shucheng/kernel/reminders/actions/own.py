"""What a person does with their own reminders: read them, choose how they come."""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Invalid, NotFound
from shucheng.kernel.reminders.models import Preference, Reminder, Sending


@action
def read_reminder(sending_id: int, *, actor: Actor) -> Reminder:
    """Mark one's own reminder as read; what it is about is at its link."""
    actor.require("reminders.view")
    own = Sending.objects.select_related("reminder").filter(
        pk=sending_id, person=actor.person_id or 0, channel=Sending.Channel.PAGE
    )
    if (sending := own.first()) is None:
        raise NotFound(_("The reminder"))
    if sending.read_at is None:
        sending.read_at = timezone.now()
        sending.save(update_fields=["read_at"])
    record("reminders.reminder.read", sending.reminder, actor=actor, reminders=1)
    return sending.reminder


@action
def read_all_reminders(*, actor: Actor) -> int:
    """Mark all of one's own reminders as read; how many were not."""
    actor.require("reminders.view")
    own = Sending.objects.filter(person=actor.person_id or 0, channel=Sending.Channel.PAGE)
    count = own.filter(read_at=None).update(read_at=timezone.now())
    record("reminders.reminder.read", None, actor=actor, reminders=count)
    return count


@action
def choose_preference(*, by_mail: bool, language: str, actor: Actor) -> Preference:
    """Choose whether reminders come by mail too, and in which language."""
    actor.require("reminders.view")
    if actor.person_id is None:
        raise NotFound(_("Your account"))
    if language and language not in dict(settings.LANGUAGES):
        raise Invalid(
            "reminders.language",
            _("The platform does not speak this language."),
            _("Choose one from the list."),
            fields={"language": str(_("Choose one from the list."))},
        )
    chosen = {"by_mail": by_mail, "language": language}
    preference, _new = Preference.objects.update_or_create(
        person_id=actor.person_id, defaults=chosen
    )
    record("reminders.preference.chosen", preference, actor=actor, after=chosen)
    return preference

"""Who may do what here."""

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import Permission, Role

PERMISSIONS: tuple[Permission, ...] = (
    Permission("reminders.view", _("See reminders sent to oneself"), roles=frozenset(Role)),
    # What one does may tell others: a submission its reviewer, a decision its liaison.
    Permission(
        "reminders.send", _("Have reminders sent by one's own steps"), roles=frozenset(Role)
    ),
    Permission(
        "reminders.view_deliveries",
        _("See all reminders and what became of each"),
        roles=frozenset({Role.ADMINISTRATOR, Role.PLAN_OFFICE}),
    ),
    Permission("reminders.deliver", _("Deliver reminders"), roles=frozenset({Role.SERVICE})),
    Permission(
        "reminders.set_rules",
        _("Set how many working days before and after the due day people are reminded"),
        roles=frozenset({Role.PLAN_OFFICE}),
    ),
    Permission(
        "reminders.manage_robots",
        _("Set up the group robots that reminders go to"),
        roles=frozenset({Role.ADMINISTRATOR}),
    ),
)

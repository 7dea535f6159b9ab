"""Who may do what here."""

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Permission, Role

PERMISSIONS: tuple[Permission, ...] = (
    Permission(
        "supervision.view",
        _("See supervision items, work points and meetings"),
        roles=frozenset({Role.PLAN_OFFICE, Role.LEADER, Role.AUDITOR}),
        own_organisation=frozenset({Role.LIAISON, Role.REVIEWER, Role.SERVICE}),
    ),
    Permission(
        "supervision.raise",
        _("Raise supervision items"),
        roles=frozenset({Role.PLAN_OFFICE}),
    ),
    Permission(
        "supervision.review",
        _("Approve, return and withdraw supervision items"),
        roles=frozenset({Role.LEADER}),
    ),
    Permission(
        "supervision.issue",
        _("Issue approved supervision items"),
        roles=frozenset({Role.PLAN_OFFICE}),
    ),
    Permission(
        "supervision.reply",
        _("Sign for supervision items and reply to them"),
        own_organisation=frozenset({Role.LIAISON}),
    ),
    Permission(
        "supervision.recheck",
        _("Recheck and close supervision items, decide on extensions"),
        roles=frozenset({Role.PLAN_OFFICE}),
    ),
    Permission(
        "supervision.track",
        _("Plan the milestones of work points and report progress"),
        roles=frozenset({Role.PLAN_OFFICE}),
        own_organisation=frozenset({Role.LIAISON}),
    ),
    Permission(
        "supervision.meet",
        _("Prepare the joint conference and write its minutes"),
        roles=frozenset({Role.PLAN_OFFICE}),
    ),
    Permission(
        "supervision.escalate",
        _("Have overdue supervision items escalated"),
        roles=frozenset({Role.SERVICE}),
    ),
)

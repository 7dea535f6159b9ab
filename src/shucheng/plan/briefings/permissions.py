"""Who may do what here."""

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import GOVERNMENT, Permission, Role

PERMISSIONS: tuple[Permission, ...] = (
    Permission("briefings.view", _("Read briefings that were issued"), roles=GOVERNMENT),
    Permission(
        "briefings.make",
        _("Make briefings, and write in drafts"),
        roles=frozenset({Role.PLAN_OFFICE}),
        own_organisation=frozenset({Role.REVIEWER}),
    ),
    Permission("briefings.issue", _("Issue briefings"), roles=frozenset({Role.PLAN_OFFICE})),
    Permission(
        "briefings.templates",
        _("Replace the templates of briefings"),
        roles=frozenset({Role.PLAN_OFFICE}),
    ),
)

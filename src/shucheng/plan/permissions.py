"""Who may do what with plans."""

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import GOVERNMENT, Permission, Role

PERMISSIONS = (
    Permission("plan.view", _("See published plans, the cockpit and duties"), roles=GOVERNMENT),
    Permission(
        "plan.review",
        _("See plans under review and what lint found"),
        roles=frozenset({Role.PLAN_OFFICE, Role.REVIEWER, Role.LEADER}),
    ),
    Permission(
        "plan.manage",
        _("Load plans, decide on items, publish versions, load city packs"),
        roles=frozenset({Role.PLAN_OFFICE}),
    ),
)

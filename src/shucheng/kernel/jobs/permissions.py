from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import Permission, Role

PERMISSIONS = (
    Permission(
        "jobs.view",
        _("See one's own background jobs"),
        # Those who start any: others would look at an empty page.
        roles=frozenset({Role.ADMINISTRATOR, Role.PLAN_OFFICE, Role.SERVICE}),
    ),
    Permission(
        "jobs.view_all",
        _("See everybody's background jobs"),
        roles=frozenset({Role.ADMINISTRATOR}),
    ),
    Permission("jobs.retry", _("Start a failed job again"), roles=frozenset({Role.ADMINISTRATOR})),
)

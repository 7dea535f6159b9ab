from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import Permission, Role

PERMISSIONS = (
    Permission(
        "files.store",
        _("Upload files"),
        roles=frozenset({Role.PLAN_OFFICE}),
        own_organisation=frozenset(
            {Role.LIAISON, Role.REVIEWER, Role.SERVICE, Role.LEADER, Role.PARTICIPANT}
        ),
    ),
    Permission(
        "files.read",
        _("Open uploaded files"),
        roles=frozenset({Role.PLAN_OFFICE, Role.LEADER}),
        own_organisation=frozenset({Role.LIAISON, Role.REVIEWER, Role.SERVICE}),
    ),
    Permission(
        "files.read_sensitive",
        _("Open uploaded files that are labelled sensitive"),
        roles=frozenset({Role.PLAN_OFFICE}),
        own_organisation=frozenset({Role.LIAISON, Role.REVIEWER}),
    ),
)

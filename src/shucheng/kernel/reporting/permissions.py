"""Who may do what here.

A county's figures are reviewed by the department that owns the form: `reporting.review` is asked
for the form's owner. Reporting itself is for the very organisation one acts for (see
`access.py`): whoever acts for the city government above does not see its counties' drafts.
"""

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import GOVERNMENT, Permission, Role

PERMISSIONS: tuple[Permission, ...] = (
    Permission(
        "reporting.view",
        _("See who reported what, and forms, due days and closed periods"),
        roles=GOVERNMENT,
    ),
    Permission(
        "reporting.report",
        _("Fill in, hand in and correct one's organisation's figures"),
        own_organisation=frozenset({Role.LIAISON, Role.REVIEWER}),
    ),
    Permission(
        "reporting.review",
        _("Review what counties report on a department's forms"),
        own_organisation=frozenset({Role.REVIEWER}),
    ),
    Permission(
        "reporting.approve",
        _("Give the final approval to reported figures and publish them"),
        roles=frozenset({Role.PLAN_OFFICE}),
    ),
    Permission(
        "reporting.manage",
        _("Set up forms, open reporting, close and reopen periods, decide on extensions"),
        roles=frozenset({Role.PLAN_OFFICE}),
    ),
)

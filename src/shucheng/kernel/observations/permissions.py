from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import GOVERNMENT, Permission, Role

PERMISSIONS = (
    Permission("observations.view", _("See metrics and published observations"), roles=GOVERNMENT),
    Permission(
        "observations.define",
        _("Define metrics and their versions"),
        roles=frozenset({Role.PLAN_OFFICE}),
    ),
    Permission(
        "observations.record",
        _("Record and correct observations"),
        roles=frozenset({Role.PLAN_OFFICE}),
        own_organisation=frozenset({Role.SERVICE}),
    ),
)

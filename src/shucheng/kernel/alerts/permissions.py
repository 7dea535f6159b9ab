from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import Permission, Role

PERMISSIONS = (
    Permission("alerts.view", _("See alerts addressed to oneself"), roles=frozenset(Role)),
    Permission("alerts.raise", _("Raise alerts"), roles=frozenset({Role.SERVICE})),
    Permission(
        "alerts.resolve_all",
        _("See and resolve everybody's alerts"),
        roles=frozenset({Role.ADMINISTRATOR}),
    ),
)

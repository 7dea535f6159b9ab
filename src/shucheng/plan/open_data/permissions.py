"""Who may do what here. Where SHUCHENG_OPEN_DATA is on, reading needs no right at all."""

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Permission, Role

PERMISSIONS: tuple[Permission, ...] = (
    Permission("open_data.view", _("See released indicators"), roles=frozenset(Role)),
    Permission(
        "open_data.release",
        _("Decide which indicators are released as open data"),
        roles=frozenset({Role.PLAN_OFFICE}),
    ),
)

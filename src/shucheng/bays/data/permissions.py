"""Who may do what in the data bay. A department holds data and asks others for it; the data bureau
registers, authorises and settles; the leader decides plans; companies operate and buy."""

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import GOVERNMENT, Permission, Role

_DEPARTMENT = frozenset({Role.LIAISON, Role.REVIEWER})
_COMPANY = frozenset({Role.PARTICIPANT})

PERMISSIONS = (
    Permission(
        "data.view",
        _("See the data catalogue, the two lists, the market and its evidence"),
        roles=(GOVERNMENT - {Role.SERVICE}) | _COMPANY,
    ),
    Permission(
        "data.hold",
        _("Describe, grade and answer for the data of one's organisation"),
        own_organisation=_DEPARTMENT,
    ),
    Permission("data.ask", _("Ask other departments for data"), own_organisation=_DEPARTMENT),
    Permission(
        "data.grade",
        _("Decide on the grade of data"),
        roles=frozenset({Role.PLAN_OFFICE}),
        own_organisation=frozenset({Role.REVIEWER}),
    ),
    Permission(
        "data.govern",
        _("Register, authorise, suspend and revoke; review what goes to the market"),
        roles=frozenset({Role.PLAN_OFFICE}),
    ),
    Permission(
        "data.approve",
        _("Decide plans of authorised operation"),
        roles=frozenset({Role.LEADER}),
    ),
    Permission(
        "data.operate",
        _("Make and offer products under an authorisation"),
        own_organisation=_COMPANY,
    ),
    Permission(
        "data.buy",
        _("Order products and receive them"),
        own_organisation=_COMPANY | _DEPARTMENT,
    ),
    Permission(
        "data.settle",
        _("Settle, pay out, decide disputes, fix guided prices"),
        roles=frozenset({Role.PLAN_OFFICE}),
    ),
    Permission(
        "data.audit",
        _("See every call, settlement and head of the evidence log"),
        roles=frozenset({Role.PLAN_OFFICE, Role.AUDITOR}),
    ),
)

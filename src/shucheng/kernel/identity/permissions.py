"""What identity lets people do, and which roles may never meet in one person."""

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import GOVERNMENT, Permission, Role

EVERY_ROLE = frozenset(Role)
MANAGEMENT_ROLES = frozenset({Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR, Role.PLAN_OFFICE})
CLEARANCES = (("public", _("Public")), ("internal", _("Internal")), ("sensitive", _("Sensitive")))
# System, security and audit duties control one another, so one person holds at most one of them.
EXCLUSIVE_ROLES = frozenset({Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR})

PERMISSIONS = (
    Permission("identity.view", _("See organisations and areas"), roles=GOVERNMENT),
    Permission(
        "identity.manage_organisations",
        _("Create and change organisations, areas and aliases"),
        roles=frozenset({Role.ADMINISTRATOR, Role.PLAN_OFFICE}),
    ),
    Permission(
        "identity.view_people",
        _("See people, their organisations and roles"),
        roles=MANAGEMENT_ROLES,
        own_organisation=frozenset({Role.LIAISON, Role.REVIEWER, Role.LEADER}),
    ),
    Permission(
        "identity.manage_people",
        _("Create, expire and deactivate accounts, reset passwords"),
        roles=frozenset({Role.ADMINISTRATOR}),
    ),
    Permission(
        "identity.view_contact",
        _("Unmask a person's telephone and e-mail, with a reason"),
        roles=frozenset({Role.ADMINISTRATOR, Role.PLAN_OFFICE}),
    ),
    Permission(
        "identity.grant_roles",
        _("Grant and end roles"),
        roles=frozenset({Role.SECURITY}),
    ),
    Permission(
        "identity.set_clearance",
        _("Set how sensitive the files are that a person may open"),
        roles=frozenset({Role.SECURITY}),
    ),
    Permission("identity.own_tokens", _("Issue and revoke one's own API tokens"), roles=EVERY_ROLE),
    Permission(
        "identity.manage_tokens",
        _("See and revoke everybody's API tokens, issue them for service accounts"),
        roles=frozenset({Role.SECURITY}),
    ),
    Permission(
        "identity.view_access_policy",
        _("See which role may do what"),
        roles=MANAGEMENT_ROLES,
    ),
    Permission(
        "identity.view_security",
        _("See how the security baseline is met"),
        roles=MANAGEMENT_ROLES,
    ),
    Permission(
        "identity.rotate_keys",
        _("Change the keys that seal personal data"),
        roles=frozenset({Role.ADMINISTRATOR}),
    ),
    Permission(
        "identity.export_processing",
        _("Export the register of personal data processing"),
        roles=frozenset({Role.SECURITY, Role.AUDITOR}),
    ),
    Permission(
        "identity.handle_cases",
        _("Read and answer complaints, reports and requests on personal data"),
        roles=frozenset({Role.SECURITY}),
    ),
)

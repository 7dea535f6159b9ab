"""Who acts: a person in a role for an organisation, over a channel.

Every action and every query that depends on who asks takes an `Actor`. It is plain data, so
that a job, the command line and a test can act as clearly as a browser does.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal, Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.errors import Forbidden


class Role(StrEnum):
    """What a membership lets a person do. System, security and audit duties exclude one another."""

    ADMINISTRATOR = "administrator"
    SECURITY = "security"
    AUDITOR = "auditor"
    PLAN_OFFICE = "plan_office"
    REVIEWER = "reviewer"
    LIAISON = "liaison"
    LEADER = "leader"
    SERVICE = "service"
    # Whoever trades data with the city: an operator, a data merchant, a buyer. No government work.
    PARTICIPANT = "participant"


ROLE_LABELS = {
    Role.ADMINISTRATOR: _("System administrator"),
    Role.SECURITY: _("Security administrator"),
    Role.AUDITOR: _("Audit administrator"),
    Role.PLAN_OFFICE: _("Plan office"),
    Role.REVIEWER: _("Reviewer"),
    Role.LIAISON: _("Liaison"),
    Role.LEADER: _("Leader"),
    Role.SERVICE: _("Service account"),
    Role.PARTICIPANT: _("Market participant"),
}

# Those of the government and its platform; what they work on is not the market's to see.
GOVERNMENT = frozenset(Role) - {Role.PARTICIPANT}

# Labels of what may be read, the least sensitive first: those of persons and of what they open.
LEVELS = ("public", "internal", "sensitive")

Channel = Literal["web", "api", "job", "cli"]


@dataclass(frozen=True, slots=True)
class Permission:
    """A right with the roles that hold it.

    `own_organisation` roles hold it for their own organisation (and those below it) only;
    `roles` hold it everywhere.
    """

    code: str
    label: str | Promise
    roles: frozenset[Role] = frozenset()
    own_organisation: frozenset[Role] = frozenset()


# Filled once at start from the kernel, the plan and every bay's manifest (see `bay.py`).
PERMISSIONS: dict[str, Permission] = {}


def register_permissions(permissions: tuple[Permission, ...]) -> None:
    for permission in permissions:
        known = PERMISSIONS.setdefault(permission.code, permission)
        if known != permission:
            raise ValueError(f"permission {permission.code} is declared twice, differently")


@dataclass(frozen=True, slots=True)
class Actor:
    """`organisation_ids` are the organisation acted for and all below it."""

    person_id: int | None
    name: str
    roles: frozenset[Role]
    organisation_id: int | None = None
    organisation_ids: frozenset[int] = field(default_factory=frozenset)
    channel: Channel = "web"
    request_id: str = ""
    address: str = ""
    clearance: str = "internal"

    def cleared_for(self, label: str) -> bool:
        """Whether the label of what is asked for is no higher than the actor's own."""
        return LEVELS.index(label) <= LEVELS.index(self.clearance)

    def may(self, permission: str, organisation_id: int | None = None) -> bool:
        """Whether this actor holds a permission, for one organisation where one is given.

        Without an organisation the question is "anywhere at all?", which is what a menu asks.
        """
        rule = PERMISSIONS[permission]
        if self.roles & rule.roles:
            return True
        if not self.roles & rule.own_organisation:
            return False
        return organisation_id is None or organisation_id in self.organisation_ids

    def require(self, permission: str, organisation_id: int | None = None) -> None:
        if not self.may(permission, organisation_id):
            raise Forbidden(permission)

    @property
    def is_system(self) -> bool:
        """The platform itself, not a person: see `system_actor`."""
        return self.person_id is None and self.roles == frozenset(Role)

    def over(self, channel: Channel) -> Self:
        return replace(self, channel=channel)


def system_actor(channel: Channel, request_id: str = "") -> Actor:
    """The platform itself: the clock, the command line of whoever holds the machine."""
    return Actor(
        person_id=None,
        name="system",
        roles=frozenset(Role),
        channel=channel,
        request_id=request_id,
        clearance=LEVELS[-1],
    )


ANONYMOUS = Actor(person_id=None, name="", roles=frozenset())

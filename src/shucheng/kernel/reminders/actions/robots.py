"""Setting up group robots. Addresses and secrets are sealed, and shown to nobody again."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Invalid
from shucheng.kernel.identity.models import Organisation
from shucheng.kernel.identity.queries import resolve_organisation
from shucheng.kernel.reminders.engine.robots import Vendor
from shucheng.kernel.reminders.models import Robot
from shucheng.kernel.reminders.posting import objection
from shucheng.kernel.reminders.queries import find_robot


@action
def add_robot(
    name: str, vendor: str, organisation: str, address: str, secret: str = "", *, actor: Actor
) -> Robot:
    """Set up a robot for an organisation (any of its names), or for the city where none is."""
    actor.require("reminders.manage_robots")
    _check(vendor, address)
    robot = Robot.objects.create(
        name=name.strip(),
        vendor=vendor,
        organisation=_organisation(organisation),
        address=address.strip(),
        secret=secret.strip(),
    )
    record("reminders.robot.added", robot, actor=actor, after=_facts(robot))
    return robot


@action
def change_robot(
    robot_id: int,
    name: str,
    vendor: str,
    organisation: str,
    address: str = "",
    secret: str = "",
    active: bool = True,
    *,
    actor: Actor,
) -> Robot:
    """Change a robot or switch it off; an empty address or secret stays what it was."""
    robot = find_robot(robot_id, actor=actor)
    before = _facts(robot)
    robot.name, robot.vendor, robot.active = name.strip(), vendor, active
    robot.organisation = _organisation(organisation)
    robot.address = address.strip() or robot.address
    robot.secret = secret.strip() or robot.secret
    _check(vendor, robot.address)
    robot.save()
    record(
        "reminders.robot.changed",
        robot,
        actor=actor,
        before=before,
        after=_facts(robot),
        address_changed=bool(address),
        keys_changed=bool(secret),
    )
    return robot


@action
def note_trial(robot_id: int, failure: str, *, actor: Actor) -> Robot:
    """Somebody had the robot say something to see whether it works."""
    robot = find_robot(robot_id, actor=actor)
    record("reminders.robot.tried", robot, actor=actor, outcome=failure or "sent")
    return robot


def _check(vendor: str, address: str) -> None:
    if vendor not in list(Vendor):
        raise Invalid(
            "reminders.vendor",
            _("This messenger is not known."),
            _("Choose one from the list."),
            fields={"vendor": str(_("Choose one from the list."))},
        )
    if found := objection(address.strip()):
        raise Invalid(
            "reminders.address",
            _("The robot's address cannot be used."),
            _("Copy it from the messenger; other hosts are allowed by SHUCHENG_ROBOT_HOSTS."),
            fields={"address": gettext(found)},
        )


def _organisation(text: str) -> Organisation | None:
    if not text.strip():
        return None
    if (found := resolve_organisation(text)) is None:
        raise Invalid(
            "reminders.organisation",
            _("No organisation goes by this name."),
            _("Write its code or a name it goes by, or leave it empty for the city."),
            fields={"organisation": str(_("No organisation goes by this name."))},
        )
    return found


def _facts(robot: Robot) -> dict[str, object]:
    organisation: Organisation | None = robot.organisation
    return {
        "name": robot.name,
        "vendor": robot.vendor,
        "organisation": organisation.code if organisation else "",
        "active": robot.active,
    }

"""The left navigation: the spine's rooms, the bays, management; only what the actor may open."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor, MenuEntry, Role, bays, count_open_alerts

SPINE = (
    MenuEntry(_("Cockpit"), "cockpit:home", "plan.view"),
    MenuEntry(_("Plan"), "plan:versions", "plan.view"),
    MenuEntry(_("Duties"), "plan:organisations", "plan.view"),
    MenuEntry(_("Reporting"), "reporting:tasks", "reporting.view"),
    MenuEntry(_("Monitoring"), "plan:monitoring", "plan.view"),
    MenuEntry(_("Supervision"), "supervision:board", "supervision.view"),
    MenuEntry(_("Briefings"), "briefings:list", "briefings.view"),
    MenuEntry(_("Findings"), "plan:findings", "plan.review"),
    MenuEntry(_("Metrics"), "observations:metrics", "observations.view"),
    MenuEntry(_("Open data"), "open_data:home", "open_data.view"),
)
# Whoever answers for one organisation begins with what is asked of it, not with the city.
LIAISON_SPINE = (
    MenuEntry(_("Reporting"), "reporting:tasks", "reporting.view"),
    MenuEntry(_("Our duties"), "our_duties", "plan.view"),
    *(e for e in SPINE if e.url_name not in ("plan:organisations", "reporting:tasks")),
)
MANAGEMENT = (
    MenuEntry(_("Organisations"), "identity:organisations", "identity.view"),
    MenuEntry(_("People"), "identity:people", "identity.view_people"),
    MenuEntry(_("Jobs"), "jobs:list", "jobs.view"),
    MenuEntry(_("Alerts"), "alerts:list", "alerts.view"),
    MenuEntry(_("Deliveries"), "reminders:deliveries", "reminders.view_deliveries"),
    MenuEntry(_("Audit"), "audit:entries", "audit.view"),
    MenuEntry(_("Security"), "identity:security", "identity.view_security"),
    MenuEntry(_("Cases"), "identity:cases", "identity.handle_cases"),
)

# Pages that belong to a room although their address does not begin with the room's.
ROOMS = {
    "/indicators/": ("cockpit:home",),
    "/areas/": ("cockpit:home",),
    "/explain/light/": ("plan:monitoring",),
    "/explain/": ("cockpit:home",),
    "/duties/": ("plan:organisations", "our_duties"),
    "/tasks/": ("plan:organisations", "our_duties"),
    "/work-points/": ("plan:organisations", "our_duties"),
    "/rules/": ("plan:findings",),
    "/data/observations/": ("observations:metrics",),
    "/reminders/robots/": ("reminders:deliveries",),
    "/settings/cases/": ("identity:cases",),
    "/settings/": ("identity:security",),
}


@dataclass(frozen=True, slots=True)
class Entry:
    label: str | Promise
    url: str
    current: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    label: str | Promise
    entries: tuple[Entry, ...]


def navigation(request: HttpRequest, actor: Actor) -> tuple[Group, ...]:
    bay_entries = tuple(entry for bay in bays() for entry in bay.menu)
    spine = LIAISON_SPINE if speaks_for_one(actor) else SPINE
    groups = (("", spine), (_("Platforms"), bay_entries), (_("Management"), MANAGEMENT))
    shown = (Group(label, _entries(request, actor, menu)) for label, menu in groups)
    return tuple(group for group in shown if group.entries)


def speaks_for_one(actor: Actor) -> bool:
    """A liaison, and nothing wider."""
    return Role.LIAISON in actor.roles and not actor.may("plan.review")


def _entries(request: HttpRequest, actor: Actor, menu: tuple[MenuEntry, ...]) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            label=entry.label,
            url=(url := reverse(entry.url_name)),
            current=request.path == url
            or (url != "/" and request.path.startswith(url))
            or entry.url_name in _rooms(request.path),
            count=count_open_alerts(actor) if entry.url_name == "alerts:list" else 0,
        )
        for entry in menu
        if actor.may(entry.permission)
        or (settings.OPEN_DATA and entry.permission == "open_data.view")
    )


def _rooms(path: str) -> tuple[str, ...]:
    return next((rooms for start, rooms in ROOMS.items() if path.startswith(start)), ())

"""The demonstration: a city pack, the plan, people of every role, a simulated year."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from shucheng.bays.data.simulation.whole import BUYER, OPERATOR, simulate_data
from shucheng.bays.statistics.simulation.firms import simulate_firms
from shucheng.bays.statistics.simulation.indexes import simulate_indexes
from shucheng.kernel.public import (
    NotFound,
    Organisation,
    Person,
    Role,
    change_own_password,
    create_person,
    grant_role,
    people_named,
    resolve_organisation,
    run_pending_jobs,
    system_actor,
)
from shucheng.plan.public import (
    CityPack,
    VersionState,
    compare_areas,
    current_version,
    is_reported,
    load_city_pack,
    load_plan,
    make_forecasts,
    organisations_with_duties,
    publish_version,
    read_pack,
    reporting_owner,
    returned_area,
    simulate,
    simulate_briefings,
    simulate_county_targets,
    simulate_releases,
    simulate_reports,
    simulate_supervision,
    simulated_of_firms,
)
from shucheng.web.cockpit.map import city_map

PREFIX = "demo-"
# Stand-ins in the list below: who owns most of the forms, and the county that goes on reporting.
DEPARTMENT, COUNTY = "*department", "*county"
# Whom a visitor may be: a role, and the organisation (as the plan names it) acted for.
CAST = (
    ("demo-plan-office", "计划办（演示）", Role.PLAN_OFFICE, ""),
    ("demo-leader", "分管领导（演示）", Role.LEADER, ""),
    ("demo-reviewer", "审核员（演示）", Role.REVIEWER, ""),
    ("demo-department", "部门审核员（演示）", Role.REVIEWER, DEPARTMENT),
    ("demo-liaison", "联络员（演示）", Role.LIAISON, "市工信局"),
    ("demo-county", "县区联络员（演示）", Role.LIAISON, COUNTY),
    ("demo-operator", "运营机构（演示）", Role.PARTICIPANT, OPERATOR),
    ("demo-buyer", "数据需求方（演示）", Role.PARTICIPANT, BUYER),
    ("demo-auditor", "审计员（演示）", Role.AUDITOR, ""),
    ("demo-security", "安全管理员（演示）", Role.SECURITY, ""),
    ("demo-administrator", "系统管理员（演示）", Role.ADMINISTRATOR, ""),
)


def fill(plan: Path | None, say: Callable[[str], object], *, with_plan: bool = True) -> None:
    """Fill an empty platform; a platform that has a plan in force is left as it is."""
    if current_version() is not None:
        say("There is a plan in force already; nothing is filled in.")
        return
    actor = system_actor("cli")
    pack = read_pack(settings.CITY_PACK)
    counts = load_city_pack(pack, actor=actor)
    say(f"City pack {pack.city.name}: {told(counts)}")
    if not with_plan:
        _people(pack, say)
        return
    path = plan or pack.path / "plan.txt"
    version = load_plan(path.name, path.read_bytes(), actor=actor)
    run_pending_jobs()
    version.refresh_from_db()
    if version.state != VersionState.REVIEW:
        raise SystemExit(f"{path}: {version.error.get('message')} {version.error.get('hint')}")
    found = version.compiled
    say(
        f"Plan {version.title}: {len(found['targets'])} targets, {len(found['indicators'])} "
        f"indicators, {len(found['tasks'])} tasks, {len(found['work_points'])} work points, "
        f"{len(found['organisations'])} organisations, {len(found['findings'])} findings"
    )
    publish_version(version.pk, version.revision, actor=actor)
    _people(pack, say)
    today = timezone.localdate()
    firms = pack.simulation is not None and pack.simulation.firms is not None
    rows = simulate(pack, today, actor=actor, but=is_reported, measured=firms)
    say(f"Simulated observations, labelled as such: {rows}")
    reports = simulate_reports(pack, today, actor=actor)
    say(f"Simulated submissions of the last periods, in every state: {reports}")
    _firms(pack, today, say)
    split = simulate_county_targets(actor=actor)
    say(f"Yearly targets split over the counties, labelled as simulated: {split}")
    items = simulate_supervision(timezone.localdate(), office=pack.plan.office or "")
    say(f"Simulated supervision items, labelled as such: {items}")
    open_data = simulate_releases(actor=actor)
    say(f"Indicators released as open data, labelled as simulated: {open_data}")
    say(f"Forecasts: {make_forecasts()}")
    say(f"Composite indexes and self-assessments, labelled as simulated: {simulate_indexes(actor)}")
    if pack.city.adcode and pack.plan.office:
        simulate_data(today, area=pack.city.adcode, office=pack.plan.office, say=say, actor=actor)
        _people(pack, say)
    office = resolve_organisation(pack.plan.office or "")
    county = resolve_organisation(_county(pack))
    briefings = simulate_briefings(
        today,
        office=office.name if office else "",
        county=county.area.name if county and county.area else "",
        actor=actor,
    )
    say(f"Briefings of the last month, made of simulated figures: {briefings}")
    city_map(compare_areas("", actor=actor))  # drawn now, kept for the first page


def _firms(pack: CityPack, today: date, say: Callable[[str], object]) -> None:
    """Firms with returns that add up to what their areas have, where the pack asks for them."""
    settings = pack.simulation
    if settings is None or settings.firms is None:
        return
    parks: dict[str, list[str]] = {}
    for each in pack.organisations:
        if each.kind == "park" and each.area:
            parks.setdefault(each.area, []).append(each.name)
    found = simulate_firms(
        today,
        areas={share.area: float(share.weight) for share in settings.shares},
        flows=simulated_of_firms(pack, today),
        parks=parks,
        firms=settings.firms.count,
        seed=settings.seed,
        actor=system_actor("cli"),
    )
    if found is None:
        say("There are batches of firms already; no firms are simulated.")
        return
    say(
        f"Simulated firms, labelled as such: {found.firms} in {found.batches} batches, "
        f"{found.coefficients} coefficients, {found.pairs} pairs that may be one firm, "
        f"{found.prospects} to be won, {found.figures} figures measured from them"
    )


def told(counts: Mapping[str, int]) -> str:
    """What a city pack brought; that nothing is tied to a plan yet is no failure."""
    things = ", ".join(f"{counts[what]} {what}" for what in ("areas", "organisations", "metrics"))
    indicators = f"{things}, {counts['bindings']} indicators with a formula"
    if not counts["bound"]:
        return f"{indicators}. They are tied to a plan's rows once a plan is published."
    return f"{indicators}. {counts['bound']} rows and targets of published plans are tied to them."


def _people(pack: CityPack, say: Callable[[str], object]) -> None:
    actor = system_actor("cli")
    office = pack.plan.office
    stand_ins = {"": office or "", DEPARTMENT: reporting_owner(pack), COUNTY: _county(pack)}
    there = {person.username for person in people_named(PREFIX)}
    for username, name, role, organisation_name in CAST:
        if username in there:
            continue
        organisation = resolve_organisation(stand_ins.get(organisation_name, organisation_name))
        if organisation is None and organisation_name not in (COUNTY, OPERATOR, BUYER):
            organisation = _busiest(office)
        if organisation is None:
            continue
        person, _once = create_person(username, name, actor=actor)
        grant_role(person.pk, organisation.pk, role, actor=actor)
        # A password nobody knows: these people are chosen from a list, they do not type one.
        change_own_password(
            f"Aa1-{secrets.token_urlsafe(24)}", actor=replace(actor, person_id=person.pk)
        )
        there.add(username)
    say(f"People: {len(there)} demonstration accounts, one for each role")


def _county(pack: CityPack) -> str:
    """The county whose figures were sent back in the simulation; where none was, the first that
    reports: a county, or else a zone."""
    area = returned_area(pack)
    for kind in ("county_government", "functional_zone"):
        for each in pack.organisations:
            if each.kind == kind and each.area and each.area == (area or each.area):
                return each.code
    return ""


def _busiest(office: str | None) -> Organisation | None:
    """Of whom the plan in force asks most; of the pack's first department while there is none."""
    asked = organisations_with_duties(actor=system_actor("cli"))
    for each in sorted(asked, key=lambda o: -(o.indicators + o.tasks + o.work_points)):
        if each.organisation_id and (found := resolve_organisation(each.name)):
            return found
    departments = Organisation.objects.filter(kind=Organisation.Kind.DEPARTMENT)
    return departments.exclude(code=office or "").first()


def demo_people() -> list[Person]:
    return people_named(PREFIX) if settings.DEMO else []


@login_not_required
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Be one of the demonstration's people: no password, and only where SHUCHENG_DEMO is on."""
    username = request.POST.get("username", "")
    person = next((p for p in demo_people() if p.username == username), None)
    if person is None:
        raise NotFound(_("This demonstration person"))
    login(request, person)
    return redirect("start")

"""Briefings for the demonstration: the last month's of the city and of one county, issued."""

from datetime import date

from shucheng.kernel.public import Actor, Area, Organisation, chinese_font, run_pending_jobs
from shucheng.lib.periods import Period
from shucheng.plan.briefings.actions.issuing import ask_to_issue
from shucheng.plan.briefings.actions.making import Order, begin_briefing, write_paragraphs
from shucheng.plan.briefings.models import Briefing


def simulate_briefings(today: date, *, office: str, county: str, actor: Actor) -> int:
    """Made of simulated figures, and saying so on every page. Without a Chinese font no file can
    be set: then none is made. Returns how many were issued."""
    city = Area.objects.filter(kind="city").first()
    if city is None or chinese_font() is None:
        return 0
    scopes = [f"city:{city.code}"]
    if own := Area.objects.filter(name=county).exclude(kind="city").first():
        scopes.append(f"area:{own.code}")
    period = str(Period.of(today, "M").previous())
    return sum(_issued(scope, period, office, actor) for scope in scopes)


def _full_name(office: str) -> str:
    """As documents name it, whoever drafts them."""
    own = Organisation.objects.filter(name=office, valid_to=None).first()
    return own.full_name if own and own.full_name else office


def _issued(scope: str, period: str, office: str, actor: Actor) -> bool:
    briefing = begin_briefing(Order(scope=scope, period=period), actor=actor)
    run_pending_jobs()
    briefing.refresh_from_db()
    if briefing.state != Briefing.State.DRAFT:
        return False
    briefing = write_paragraphs(
        briefing.pk,
        briefing.revision,
        instructions="",
        next_steps="（演示）请在此填写下步工作。",
        red_head=True,
        issuer=_full_name(office) or briefing.scope_name,
        actor=actor,
    )
    ask_to_issue(briefing.pk, briefing.revision, actor=actor)
    run_pending_jobs()
    briefing.refresh_from_db()
    return briefing.state == Briefing.State.ISSUED

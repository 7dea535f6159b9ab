"""Decide how indicators are judged: the rule for lights, paths, county targets, differences."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor, Invalid, NotFound, action, city_area_code, record
from shucheng.lib.periods import Period, PeriodInvalid
from shucheng.plan.judgement.path import knots_of_quarters
from shucheng.plan.models import (
    AreaTarget,
    Decomposition,
    DifferenceNote,
    Indicator,
    LightRuleVersion,
    PartKind,
    PathKnot,
    PathMethod,
    PathSetting,
)
from shucheng.plan.queries.light_rules import rule_versions
from shucheng.plan.queries.splitting import (
    DOES_NOT_ADD_UP,
    PROBLEMS,
    Proposal,
    propose_areas,
    propose_quarters,
    start_and_target,
)
from shucheng.plan.queries.versions import current_version

_LARGEST = Decimal(10) ** 17


@action
def publish_light_rule(
    green: Decimal,
    yellow: Decimal,
    late_after_days: int,
    due_working_days: int,
    since: date,
    reason: str,
    *,
    actor: Actor,
) -> LightRuleVersion:
    """Publish a new version of the rule for lights, in force from a day on.

    What was judged before keeps the light it had: an earlier day is judged by the rule of then.
    """
    actor.require("plan.manage")
    fields: dict[str, str] = {}
    if not 0 < yellow <= green <= 1000:
        fields["yellow"] = str(_("Yellow lies between 0 and green, green not above 1000."))
    if not 0 <= late_after_days <= 366:
        fields["late_after_days"] = str(_("Between 0 and 366 days."))
    if not 1 <= due_working_days <= 250:
        fields["due_working_days"] = str(_("Between 1 and 250 working days."))
    newest = rule_versions()[0]
    if newest.since and since < newest.since:
        fields["since"] = str(_("Not before the version that is to be replaced."))
    _check(fields | _without_reason(reason))
    rule = LightRuleVersion.objects.create(
        number=newest.rule.version + 1,
        since=since,
        green=green,
        yellow=yellow,
        late_after_days=late_after_days,
        due_working_days=due_working_days,
        reason=reason.strip(),
        recorded_by_id=actor.person_id,
    )
    record(
        "plan.light_rule.published",
        rule,
        actor=actor,
        before=_facts(newest.rule.green, newest.rule.yellow, newest.rule.late_after_days)
        | {"due_working_days": newest.due_working_days},
        after=_facts(green, yellow, late_after_days) | {"due_working_days": due_working_days},
        since=since,
        reason=reason,
    )
    return rule


@action
def set_path(
    code: str,
    year: int,
    method: str,
    knots: Mapping[str, Decimal],
    reason: str,
    *,
    actor: Actor,
) -> PathSetting:
    """How an indicator's path runs through a year; `knots` (period → value) where by hand."""
    actor.require("plan.manage")
    indicator = _indicator(code)
    _start, target = start_and_target(indicator, year)
    if target is None:
        raise NotFound(_("The yearly target"))
    fields = _without_reason(reason)
    if method not in PathMethod.values:
        fields["method"] = str(_("Choose one of the methods."))
    by_hand = method == PathMethod.BY_HAND
    if by_hand and not knots:
        fields["knots"] = str(_("Give the value of at least one period."))
    for period, value in knots.items() if by_hand else ():
        if problem := _knot_problem(period, value, year, target):
            fields[period] = problem
    _check(fields)
    return _store_path(indicator, year, method, knots if by_hand else {}, reason, actor)


@action
def decompose_over_areas(
    code: str,
    year: int,
    reason: str,
    *,
    basis: str = "",
    weights: Mapping[str, Decimal] | None = None,
    fixed: Mapping[str, Decimal] | None = None,
    why_not: str = "",
    confirmed: bool = False,
    simulated: bool = False,
    actor: Actor,
) -> Decomposition:
    """Give every county its part of a year's target: in proportion to weights, some by hand.

    The parts add up to the target to the last digit, unless `why_not` says why they need not; of
    a rate or an index they never do, and each county is asked for the same unless fixed.
    """
    actor.require("plan.manage")
    indicator = _indicator(code)
    target = next((row.value for row in indicator.path.all() if row.year == year), None)
    if target is None:
        raise NotFound(_("The yearly target"))
    too_long = {"why_not": _at_most(300)} if len(why_not.strip()) > 300 else {}
    _check(_without_reason(reason) | too_long)
    found = propose_areas(indicator, year, target, basis=basis, given=weights, fixed=fixed)
    if not found.adds_up:
        why_not = why_not or DOES_NOT_ADD_UP
    elif found.holds:
        why_not = ""  # they do add up, whatever was to be excused
    return _store_parts(found, PartKind.AREAS, reason, why_not, confirmed, simulated, actor)


@action
def decompose_over_quarters(
    code: str,
    year: int,
    reason: str,
    *,
    weights: Mapping[str, Decimal] | None = None,
    fixed: Mapping[str, Decimal] | None = None,
    simulated: bool = False,
    actor: Actor,
) -> Decomposition:
    """Say what each quarter is to add; the path then runs from quarter to quarter."""
    actor.require("plan.manage")
    indicator = _indicator(code)
    found = propose_quarters(indicator, year, given=weights, fixed=fixed)
    if found is None:
        raise Invalid(
            "split.no_start",
            _("Nobody knows where this year begins, or one number holds for all of it."),
            _("Wait until last year's value is known, or set the path by hand."),
        )
    _check(_without_reason(reason))
    stored = _store_parts(found, PartKind.QUARTERS, reason, "", True, simulated, actor)
    start, _target = start_and_target(indicator, year)
    amounts = [line.value or Decimal(0) for line in found.lines]
    by_quarter = knots_of_quarters(year, start or Decimal(0), amounts)
    knots = {str(period): value for period, value in by_quarter.items()}
    _store_path(indicator, year, PathMethod.BY_HAND, knots, reason, actor)
    return stored


@action
def note_difference(
    code: str,
    name: str,
    reason: str,
    since: str,
    *,
    amount: Decimal | None = None,
    until: str = "",
    actor: Actor,
) -> DifferenceNote:
    """Explain why the city's figure differs from the sum of its counties, from a period on.

    A note of the same name replaces the one before.
    """
    actor.require("plan.manage")
    indicator = _indicator(code)
    fields = _without_reason(reason)
    if not name.strip():
        fields["name"] = str(_("Give the explanation a name."))
    elif len(name.strip()) > 100:
        fields["name"] = _at_most(100)
    periods: dict[str, Period] = {}
    for field, text in (("since", since), ("until", until)):
        if text or field == "since":
            try:
                periods[field] = Period.parse(text)
            except PeriodInvalid:
                fields[field] = str(_("Write a period such as 2026, 2026-Q3 or 2026-09."))
    if len(periods) == 2 and periods["until"].end < periods["since"].start:
        fields["until"] = str(_("It ends before it begins."))
    if amount is not None and abs(amount) >= _LARGEST:
        fields["amount"] = str(_("The number is too large."))
    _check(fields)
    note = DifferenceNote.objects.create(
        indicator=code,
        name=name.strip(),
        amount=amount,
        since=since,
        until=until,
        reason=reason.strip(),
        recorded_by_id=actor.person_id,
    )
    record(
        "plan.difference.explained",
        note,
        actor=actor,
        after={"name": note.name, "amount": amount, "since": since, "until": until},
        indicator=indicator.name,
        reason=reason,
    )
    return note


@action
def withdraw_difference(note_id: int, reason: str, *, actor: Actor) -> DifferenceNote:
    """Take an explanation back; that it once stood there stays readable."""
    actor.require("plan.manage")
    note = DifferenceNote.objects.filter(pk=note_id).first()
    if note is None:
        raise NotFound(_("The explanation"))
    _check(_without_reason(reason))
    ended = DifferenceNote.objects.create(
        indicator=note.indicator,
        name=note.name,
        amount=note.amount,
        since=note.since,
        until=note.until,
        withdrawn=True,
        reason=reason.strip(),
        recorded_by_id=actor.person_id,
    )
    record("plan.difference.withdrawn", ended, actor=actor, name=note.name, reason=reason)
    return ended


def _store_path(
    indicator: Indicator,
    year: int,
    method: str,
    knots: Mapping[str, Decimal],
    reason: str,
    actor: Actor,
) -> PathSetting:
    before = PathSetting.objects.filter(indicator=indicator.code, year=year).last()
    setting = PathSetting.objects.create(
        indicator=indicator.code,
        year=year,
        method=method,
        reason=reason.strip(),
        recorded_by_id=actor.person_id,
    )
    PathKnot.objects.bulk_create(
        PathKnot(setting=setting, period=period, value=value) for period, value in knots.items()
    )
    record(
        "plan.path.set",
        setting,
        actor=actor,
        before={"method": before.method} if before else None,
        after={"method": method, "knots": {p: str(v) for p, v in knots.items()}},
        indicator=indicator.name,
        year=year,
        reason=reason,
    )
    return setting


def _store_parts(
    found: Proposal,
    kind: str,
    reason: str,
    why_not: str,
    confirmed: bool,
    simulated: bool,
    actor: Actor,
) -> Decomposition:
    if not found.holds and not why_not:
        message, step = PROBLEMS.get(found.problem, PROBLEMS["split.nothing_left"])
        raise Invalid(found.problem or "split.nothing_left", message, step)
    lines = [line for line in found.lines if line.value is not None]
    if not lines:
        raise Invalid(
            "split.nobody",
            _("No county has reported this indicator yet, so there is nothing to split by."),
            _("Give weights by hand."),
        )
    stored = Decomposition.objects.create(
        indicator=found.indicator.code,
        year=found.year,
        kind=kind,
        total=found.total,
        unit=found.indicator.unit,
        step=found.step,
        basis=found.basis,
        why_not=why_not.strip(),
        simulated=simulated,
        confirmed=confirmed,
        reason=reason.strip(),
        recorded_by_id=actor.person_id,
    )
    city, year = city_area_code(), str(found.year)
    AreaTarget.objects.bulk_create(
        AreaTarget(
            decomposition=stored,
            area=line.key if kind == PartKind.AREAS else city,
            period=year if kind == PartKind.AREAS else line.key,
            value=line.value or Decimal(0),
            weight=line.weight,
            fixed=line.fixed,
        )
        for line in lines
    )
    record(
        "plan.target.decomposed",
        stored,
        actor=actor,
        after={line.key: str(line.value) for line in lines},
        indicator=found.indicator.name,
        year=found.year,
        kind=kind,
        total=str(found.total),
        why_not=why_not,
        reason=reason,
    )
    return stored


def _indicator(code: str) -> Indicator:
    """The indicator of the version in force."""
    version = current_version()
    found = (
        version.indicators.select_related("binding").prefetch_related("path").filter(code=code)
        if version
        else Indicator.objects.none()
    )
    indicator = found.first()
    if indicator is None:
        raise NotFound(_("The indicator"))
    return indicator


def _knot_problem(period: str, value: Decimal, year: int, target: Decimal) -> str:
    try:
        found = Period.parse(period)
    except PeriodInvalid:
        return str(_("Write a period such as 2026, 2026-Q3 or 2026-09."))
    if found.year != year or found.frequency == "D":
        return str(_("The period lies outside the year."))
    if abs(value) >= _LARGEST:
        return str(_("The number is too large."))
    if found.end.month == 12 and value != target:
        return str(_("The path ends the year at its target."))
    return ""


def _without_reason(reason: str) -> dict[str, str]:
    if not reason.strip():
        return {"reason": str(_("Say why."))}
    return {"reason": _at_most(500)} if len(reason) > 500 else {}


def _at_most(characters: int) -> str:
    return str(_("At most %(n)s characters.")) % {"n": characters}


def _check(fields: dict[str, str]) -> None:
    if fields:
        raise Invalid(
            "judging.invalid",
            _("Something has to be corrected before this can be set."),
            _("Correct the fields that are marked."),
            fields=fields,
        )


def _facts(green: Decimal, yellow: Decimal, late_after_days: int) -> dict[str, object]:
    return {"green": green, "yellow": yellow, "late_after_days": late_after_days}

"""Publish a reviewed version: its kept items become typed rows that nothing changes afterwards."""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import (
    Actor,
    Conflict,
    Invalid,
    action,
    organisation_ids,
    record,
)
from shucheng.plan.actions.city import bind_version
from shucheng.plan.actions.force import locked, named, replace_in_force
from shucheng.plan.actions.values import recompute
from shucheng.plan.models import (
    KEPT,
    Duty,
    DutyRole,
    Indicator,
    IndicatorTarget,
    Item,
    ItemKind,
    PlanVersion,
    Section,
    Target,
    Task,
    VersionState,
    WorkPoint,
)
from shucheng.plan.queries.doubts import doubts_about
from shucheng.plan.queries.publication import decisions_taken
from shucheng.plan.queries.versions import current_version

_MOST = 10**18


@action
def publish_version(
    version_id: int,
    revision: int,
    *,
    actor: Actor,
    decisions: int | None = None,
    sure: bool = True,
) -> PlanVersion:
    """Make a reviewed version the one in force, which everybody works with.

    Items nobody decided on are published as found; rejected ones are left out. `decisions` is
    how many had been taken when the person looked: one more since is a conflict. Who is not
    `sure` is refused where something speaks against it: another city, a period that is over.
    """
    actor.require("plan.manage")
    version = locked(version_id, VersionState.REVIEW)
    if version.revision != revision:
        raise Conflict(_("The plan version"))
    if decisions is not None and decisions != decisions_taken(version):
        raise Conflict(_("What was decided on the items"))
    if not sure and (doubts := doubts_about(version, current_version())):
        raise Invalid(
            "plan.publish_unsure",
            _("Not published: %(doubts)s"),
            _("Read what will happen, tick the box, then publish."),
            {"sure": str(_("Tick the box if this is what you want."))},
            doubts=" ".join(doubt.text for doubt in doubts),
        )
    items = list(version.items.filter(decision__in=KEPT))
    if not items:
        raise Invalid(
            "plan.nothing_to_publish",
            _("Nothing is kept in this version, so there is nothing to publish."),
            _("Accept or add items first."),
        )
    _require_storable(items)
    replaced = replace_in_force(version)
    previous = version.plan.versions.exclude(number=None).order_by("-number").first()
    version.number = (previous.number or 0) + 1 if previous else 1
    version.published_at = timezone.now()
    version.revision += 1
    version.save()
    _write_rows(version, items, previous)
    bound = bind_version(version)
    recompute()
    record(
        "plan.version.published",
        version,
        actor=actor,
        before={"in_force": named(replaced)},
        after={"in_force": named(version), "items": len(items), "bound": bound},
    )
    return version


def _require_storable(items: list[Item]) -> None:
    """A text may print any number of digits; the columns of values hold so many."""
    for item in items:
        if any(abs(number) >= _MOST for number in _numbers(item)):
            raise Invalid(
                "plan.number_too_long",
                _("“%(item)s” has a number of more than 18 digits, which cannot be stored."),
                _("Correct or reject it in the review, then publish."),
                item=item.label,
            )


def _numbers(item: Item) -> list[float]:
    match item.kind:
        case ItemKind.TARGET:
            return [item.data["value"], item.data["value_max"] or 0]
        case ItemKind.INDICATOR:
            return list(item.data["targets"].values())
        case _other:
            return []


def _write_rows(version: PlanVersion, items: list[Item], previous: PlanVersion | None) -> None:
    sections = _sections(version)
    by_kind: dict[str, list[Item]] = {kind: [] for kind in ItemKind.values}
    for item in items:
        by_kind[item.kind].append(item)
    names = {name for item in items for name in _responsible(item)}
    organisations = organisation_ids(sorted(names))

    work_points = {}
    for item in by_kind[ItemKind.WORK_POINT]:
        data = item.data
        point = WorkPoint.objects.create(
            **_place(version, item, sections),
            no=data["no"],
            action=data["action"],
            text=data["text"],
            year=version.period_start,
        )
        _write_duties(version, item, organisations, work_point=point)
        for ref in data["targets"]:
            work_points[ref] = point
    for item in by_kind[ItemKind.TASK]:
        data = item.data
        task = Task.objects.create(
            **_place(version, item, sections),
            number=data["number"],
            title=data["title"],
            actions=data["actions"],
            open_list=data["open"],
        )
        _write_duties(version, item, organisations, task=task)
    codes = _indicator_codes(version, by_kind[ItemKind.INDICATOR], previous)
    for item in by_kind[ItemKind.INDICATOR]:
        data = item.data
        indicator = Indicator.objects.create(
            **_place(version, item, sections),
            code=codes[item.ref],
            no=data["no"],
            category=data["category"],
            name=data["name"],
            unit=data["unit"],
            cumulative=data["cumulative"],
            comparator=data["comparator"],
        )
        IndicatorTarget.objects.bulk_create(
            IndicatorTarget(
                indicator=indicator,
                year=int(year),
                value=Decimal(str(value)),
                printed=str(data["value_text"].get(year, ""))[:60],
            )
            for year, value in data["targets"].items()
        )
        _write_duties(version, item, organisations, indicator=indicator)
    Target.objects.bulk_create(
        Target(
            **_place(version, item, sections),
            subject=item.data["subject"],
            comparator=item.data["comparator"],
            value=Decimal(str(item.data["value"])),
            value_max=None
            if item.data["value_max"] is None
            else Decimal(str(item.data["value_max"])),
            unit=item.data["unit"],
            year=item.data["year"],
            implied_year=item.data["implied_year"] or version.period_end,
            kind=item.data["kind"],
            work_point=work_points.get(item.ref),
        )
        for item in by_kind[ItemKind.TARGET]
    )


def _sections(version: PlanVersion) -> dict[str, Section]:
    stored: dict[str, Section] = {}
    for position, entry in enumerate(version.compiled["sections"]):
        stored[entry["id"]] = Section.objects.create(
            version=version,
            key=entry["id"],
            number=entry["number"][:20],
            title=entry["title"][:300],
            level=entry["level"],
            parent=stored.get(entry["parent"] or ""),
            position=position,
            span_start=entry["span"][0],
            span_end=entry["span"][1],
        )
    return stored


def _place(version: PlanVersion, item: Item, sections: dict[str, Section]) -> dict[str, Any]:
    """Where an item stands: its own words for section, or the innermost section around its span."""
    section = sections.get(item.data.get("section", ""))
    if section is None:
        around = [
            s
            for s in sections.values()
            if s.span_start <= item.span_start and item.span_end <= s.span_end
        ]
        section = max(around, key=lambda s: s.span_start, default=None)
    return {
        "version": version,
        "ref": item.ref,
        "section": section,
        "quote": version.text[item.span_start : item.span_end],
        "span_start": item.span_start,
        "span_end": item.span_end,
    }


def _responsible(item: Item) -> list[str]:
    return [*item.data.get("lead", []), *item.data.get("responsible", [])]


def _write_duties(
    version: PlanVersion, item: Item, organisations: dict[str, int], **subject: Any
) -> None:
    leads = item.data.get("lead", [])
    names = dict.fromkeys(_responsible(item))
    Duty.objects.bulk_create(
        Duty(
            version=version,
            name=name,
            organisation_id=organisations.get(name),
            role=DutyRole.LEAD if name in leads else DutyRole.RESPONSIBLE,
            position=position,
            **subject,
        )
        for position, name in enumerate(names)
    )


def _indicator_codes(
    version: PlanVersion, items: list[Item], previous: PlanVersion | None
) -> dict[str, str]:
    """An indicator keeps its code from version to version as long as it keeps its name."""
    known = (
        {indicator.name: indicator.code for indicator in previous.indicators.all()}
        if previous
        else {}
    )
    taken = set(Indicator.objects.filter(version__plan=version.plan).values_list("code", flat=True))
    codes: dict[str, str] = {}
    for item in items:
        code = known.get(item.data["name"])
        if code is None or code in codes.values():
            number = item.data["no"]
            code = f"{version.plan.code}.{number:02d}"
            while code in taken or code in codes.values():
                number += 100
                code = f"{version.plan.code}.{number:02d}"
        codes[item.ref] = code
    return codes

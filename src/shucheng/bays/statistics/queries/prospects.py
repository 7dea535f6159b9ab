"""The list of firms to be won: who is on it, who acts next by when, and what was done so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.models import Prospect, ProspectEvent
from shucheng.bays.statistics.queries.definitions import industries_in_force
from shucheng.bays.statistics.queries.import_words import HONOURS
from shucheng.kernel.public import Actor, Area, NotFound, Organisation
from shucheng.lib.numbers import whole_number

_RIGHT = "statistics.win"
_DONE = (Prospect.Stage.RUNNING, Prospect.Stage.GIVEN_UP)
KINDS = ("gazelle", "unicorn", "little_giant", "srdi", "high_tech", "listed")


@dataclass(frozen=True, slots=True)
class ProspectLine:
    """A firm to be won, in words; late where its next action is past its day."""

    prospect: Prospect
    industry: str
    kind: str
    area: str
    today: date

    @property
    def is_late(self) -> bool:
        due = self.prospect.due
        return due is not None and due < self.today and self.prospect.stage not in _DONE


@dataclass(frozen=True, slots=True)
class StageCount:
    code: str
    name: str
    number: int


@dataclass(frozen=True, slots=True)
class ProspectsPage:
    """The list as narrowed; stages are counted before a stage narrows it."""

    lines: tuple[ProspectLine, ...]
    stages: tuple[StageCount, ...]
    late: int
    asked: Mapping[str, str]
    industries: dict[str, str]
    kinds: dict[str, str]
    areas: dict[str, str]
    owners: tuple[Organisation, ...]
    any_filter: bool
    simulated: bool


@dataclass(frozen=True, slots=True)
class ProspectPage:
    line: ProspectLine
    events: tuple[tuple[ProspectEvent, str], ...]


def prospects_page(given: Mapping[str, str], *, actor: Actor) -> ProspectsPage:
    """Those the actor's organisations own, all for who may see all; the next to act first."""
    rows = _seen(actor)
    owners = tuple(_owners(actor))
    industries = _industries()
    asked = {name: given.get(name, "")[:40] for name in ("stage", "industry", "owner")}
    if asked["industry"] in industries:
        rows = rows.filter(industry=asked["industry"])
    if owner := whole_number(asked["owner"]):
        rows = rows.filter(owner_id__in=[each.pk for each in owners if each.pk == owner])
    everyone = [*rows.select_related("owner").order_by(F("due").asc(nulls_last=True), "pk")]
    lines = _lines(everyone)
    if asked["stage"] in Prospect.Stage.values:
        shown = [each for each in lines if each.prospect.stage == asked["stage"]]
    else:
        # What is done or given up has no next action: it stands last.
        shown = sorted(lines, key=lambda each: each.prospect.stage in _DONE)
    stages = tuple(
        StageCount(code, str(name), sum(each.stage == code for each in everyone))
        for code, name in Prospect.Stage.choices
    )
    return ProspectsPage(
        lines=tuple(shown),
        stages=stages,
        late=sum(each.is_late for each in lines),
        asked=asked,
        industries=industries,
        kinds={code: str(HONOURS[code]) for code in KINDS},
        areas=_areas(),
        owners=owners,
        any_filter=any(asked.values()),
        simulated=any(each.simulated for each in everyone),
    )


def prospect_page(prospect_id: int, *, actor: Actor) -> ProspectPage:
    """One of them and its history, the newest step first."""
    found = _seen(actor).select_related("owner").filter(pk=prospect_id).first()
    if found is None:
        raise NotFound(_("The prospect"))
    names: dict[str, Any] = dict(Prospect.Stage.choices)
    events = found.events.order_by("-pk")
    steps = tuple((event, str(names.get(event.after, event.after))) for event in events)
    return ProspectPage(_lines([found])[0], steps)


def _seen(actor: Actor) -> QuerySet[Prospect]:
    actor.require(_RIGHT)
    if actor.may(_RIGHT, organisation_id=-1):
        return Prospect.objects.all()
    return Prospect.objects.filter(owner_id__in=actor.organisation_ids)


def _owners(actor: Actor) -> QuerySet[Organisation]:
    """The organisations the actor may list a firm for."""
    everyone = Organisation.objects.order_by("name")
    if actor.may(_RIGHT, organisation_id=-1):
        return everyone
    return everyone.filter(pk__in=actor.organisation_ids)


def _lines(prospects: list[Prospect]) -> list[ProspectLine]:
    today, industries, areas = timezone.localdate(), _industries(), _areas()
    return [
        ProspectLine(
            each,
            industries.get(each.industry, each.industry),
            str(HONOURS.get(each.kind, each.kind)),
            areas.get(each.area, each.area),
            today,
        )
        for each in prospects
    ]


def _industries() -> dict[str, str]:
    chinese = (get_language() or "").startswith("zh")
    found = industries_in_force().industries
    return {each.code: each.name if chinese else each.name_en for each in found}


def _areas() -> dict[str, str]:
    areas = Area.objects.filter(parent__isnull=False).order_by("order", "code")
    return dict(areas.values_list("code", "name"))

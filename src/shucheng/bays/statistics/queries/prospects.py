"""The list of firms to be won: who is on it, who acts next by when, and what was done so far."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.models import Prospect, ProspectEvent
from shucheng.bays.statistics.queries.definitions import industries_in_force
from shucheng.bays.statistics.queries.import_words import HONOURS
from shucheng.bays.statistics.queries.places import area_names
from shucheng.kernel.public import Actor, NotFound, Organisation
from shucheng.lib.numbers import whole_number

_RIGHT = "statistics.win"
# Who is here already, or is not pursued any more, has no next action.
LEFT = (Prospect.Stage.RUNNING, Prospect.Stage.GIVEN_UP)
# The way of a firm, in columns of the board; what is given up stands beside it.
WAY = tuple(stage for stage in Prospect.Stage if stage != Prospect.Stage.GIVEN_UP)
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
        return self.days_late > 0

    @property
    def days_late(self) -> int:
        due = self.prospect.due
        if due is None or self.prospect.stage in LEFT:
            return 0
        return max((self.today - due).days, 0)

    @property
    def following(self) -> Prospect.Stage | None:
        """The stage it comes to next."""
        stage = Prospect.Stage(self.prospect.stage)
        if stage in LEFT:
            return None
        return WAY[WAY.index(stage) + 1]


@dataclass(frozen=True, slots=True)
class StageColumn:
    """A stage and the firms in it, as narrowed; `late` of them are past their day."""

    code: str
    name: str
    lines: tuple[ProspectLine, ...]

    @property
    def late(self) -> int:
        return sum(line.is_late for line in self.lines)


@dataclass(frozen=True, slots=True)
class IndustryStages:
    """How many firms of an industry stand at each stage of the way."""

    name: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProspectsPage:
    """The list as narrowed, in a table or by stage; those past their day are counted before only
    they are asked for."""

    lines: tuple[ProspectLine, ...]
    columns: tuple[StageColumn, ...]
    given_up: StageColumn
    by_industry: tuple[IndustryStages, ...]
    late: int
    pursued: int
    amount: Decimal
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
    rows = prospects_seen(actor)
    owners = tuple(_owners(actor))
    industries = _industries()
    asked = {name: given.get(name, "")[:40] for name in ("stage", "industry", "owner", "late")}
    if asked["industry"] in industries:
        rows = rows.filter(industry=asked["industry"])
    if owner := whole_number(asked["owner"]):
        rows = rows.filter(owner_id__in=[each.pk for each in owners if each.pk == owner])
    if asked["stage"] in Prospect.Stage.values:
        rows = rows.filter(stage=asked["stage"])
    in_order = rows.select_related("owner").order_by(F("due").asc(nulls_last=True), "pk")
    everyone = _lines(list(in_order))
    lines = [each for each in everyone if each.is_late] if asked["late"] else everyone
    pursued = [each.prospect for each in lines if each.prospect.stage not in LEFT]
    return ProspectsPage(
        # What is done or given up has no next action: it stands last.
        lines=tuple(sorted(lines, key=lambda each: each.prospect.stage in LEFT)),
        columns=tuple(_column(stage, lines) for stage in WAY),
        given_up=_column(Prospect.Stage.GIVEN_UP, lines),
        by_industry=_by_industry(lines),
        late=sum(each.is_late for each in everyone),
        pursued=len(pursued),
        amount=sum((each.amount or Decimal(0) for each in pursued), Decimal(0)),
        asked=asked,
        industries=industries,
        kinds={code: str(HONOURS[code]) for code in KINDS},
        areas=area_names(),
        owners=tuple(sorted(owners, key=_by_kind_and_name)),
        any_filter=any(asked.values()),
        simulated=any(each.prospect.simulated for each in everyone),
    )


def _column(stage: Prospect.Stage, lines: list[ProspectLine]) -> StageColumn:
    its = tuple(each for each in lines if each.prospect.stage == stage)
    return StageColumn(stage.value, str(stage.label), its)


def _by_industry(lines: list[ProspectLine]) -> tuple[IndustryStages, ...]:
    """Industries that have a firm on the way, the fullest first."""
    found = dict[str, Counter[str]]()
    for line in lines:
        if line.prospect.stage in WAY:
            found.setdefault(line.industry, Counter())[line.prospect.stage] += 1
    fullest = sorted(found, key=lambda name: -found[name].total())
    return tuple(
        IndustryStages(name, tuple(found[name][stage] for stage in WAY)) for name in fullest
    )


def prospect_page(prospect_id: int, *, actor: Actor) -> ProspectPage:
    """One of them and its history, the newest step first."""
    found = prospects_seen(actor).select_related("owner").filter(pk=prospect_id).first()
    if found is None:
        raise NotFound(_("The prospect"))
    names: dict[str, Any] = dict(Prospect.Stage.choices)
    events = found.events.order_by("-pk")
    steps = tuple((event, str(names.get(event.after, event.after))) for event in events)
    return ProspectPage(_lines([found])[0], steps)


def prospects_seen(actor: Actor) -> QuerySet[Prospect]:
    actor.require(_RIGHT)
    if actor.may(_RIGHT, organisation_id=-1):
        return Prospect.objects.all()
    return Prospect.objects.filter(owner_id__in=actor.organisation_ids)


def _by_kind_and_name(owner: Organisation) -> tuple[int, bytes]:
    """GB 18030 has the common characters in the order of their sounds."""
    return list(Organisation.Kind.values).index(owner.kind), owner.label.encode("gb18030")


def _owners(actor: Actor) -> QuerySet[Organisation]:
    """The organisations the actor may list a firm for."""
    everyone = Organisation.objects.order_by("name")
    if actor.may(_RIGHT, organisation_id=-1):
        return everyone
    return everyone.filter(pk__in=actor.organisation_ids)


def _lines(prospects: list[Prospect]) -> list[ProspectLine]:
    today, industries, areas = timezone.localdate(), _industries(), area_names()
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

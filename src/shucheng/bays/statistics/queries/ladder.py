"""The ladder of the core industries' firms: who holds which rung, who could take it, and whether
these are enough for the plan. Numbers are for everybody, names for who sees single firms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.engine.classification import CORE
from shucheng.bays.statistics.engine.ladder.definition import Criterion, Ladder, Rung
from shucheng.bays.statistics.engine.ladder.many import (
    NEAR,
    Assessment,
    Candidate,
    Need,
    Stock,
    Tally,
    assess,
)
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.models import Firm
from shucheng.bays.statistics.queries.accounts import simulated
from shucheng.bays.statistics.queries.definitions import ladder_in_force
from shucheng.bays.statistics.queries.ladder_words import name_of
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.places import area_names
from shucheng.bays.statistics.queries.seeing import areas_seen
from shucheng.kernel.public import Actor
from shucheng.lib.numbers import whole_number
from shucheng.plan.public import paths_of_figures

# The bay's figure of the firms that hold a rung: of which metric it is the value, and of which
# indicator of the plan that is the number, says the city pack.
_FIGURES = {
    "designated": "statistics.core_firms",
    "high_tech": "statistics.high_tech_firms",
    "srdi": "statistics.srdi_firms",
}
# Of these a register and returns tell next to nothing: no pipeline is shown.
_UNTOLD = frozenset({"listed", "unicorn"})
# What the table of areas may count, and which firms may be asked for.
STATES: Mapping[str, Promise] = {
    "held": _("Hold it"),
    "met": _("Meet all"),
    "open": _("Meet all known"),
    "one_short": _("One step short"),
    "one_open": _("One not met, rest open"),
}
COUNTED = ("held", "expiring", *NEAR, "unknown")
PAGE = 50
_SOON = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class RungLine:
    """A rung with its numbers in all areas and in each; `pipeline` whether any is told."""

    rung: Rung
    name: str
    whole: Stock
    areas: tuple[Stock, ...]
    pipeline: bool


@dataclass(frozen=True, slots=True)
class AreaCell:
    """How many firms of an area are counted at a rung; None where nothing is told. `named` where
    the page can name them."""

    rung: str
    number: int | None
    named: bool


@dataclass(frozen=True, slots=True)
class AreaLine:
    """An area over the rungs; `open` to who sees its firms by name."""

    code: str
    name: str
    cells: tuple[AreaCell, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class NeedLine:
    """What the plan asks for until the end of a year, beside what there is."""

    name: str
    indicator: str
    year: int
    need: Need


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """A firm at a rung or near it: what it lacks, what has to be asked, until when it holds it."""

    firm: str
    name: str
    area: str
    state: str
    state_name: str
    revenue: Decimal | None
    unmet: tuple[str, ...]
    unknown: tuple[str, ...]
    until: date | None


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """A criterion of the chosen rung and how the firms that do not hold it answer it."""

    criterion: Criterion
    name: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class LadderPage:
    """`shown` is what the table of areas counts; firms are narrowed by area, state (without one:
    those near the rung) and the criterion they lack; of the `count` there are this is page `at`."""

    on: date
    period: int
    version: str
    lines: tuple[RungLine, ...]
    areas: dict[str, str]
    by_area: tuple[AreaLine, ...]
    needs: tuple[NeedLine, ...]
    chosen: Rung
    chosen_name: str
    shown: str
    area: str
    state: str
    lacks: str
    criteria: tuple[CriterionLine, ...]
    candidates: tuple[CandidateLine, ...]
    count: int
    at: int
    pages: int
    names_seen: bool
    simulated: bool


@dataclass(frozen=True, slots=True)
class _Answers:
    stocks: tuple[Stock, ...]
    tallies: Mapping[str, Mapping[str, Tally]]
    candidates: Mapping[str, tuple[Candidate, ...]]
    needs: Mapping[int, tuple[Need, ...]]


def ladder_page(given: Mapping[str, str], *, actor: Actor, size: int = PAGE) -> LadderPage | None:
    """The ladder today, by the yearly figures of the last whole year, with `size` candidates a
    page, the nearest first; None without any firm."""
    actor.require("statistics.view")
    if not Firm.objects.exists():
        return None
    ladder, today = ladder_in_force(), timezone.localdate()
    wanted, indicators = _wanted(today)
    asked = tuple((year, tuple(numbers.items())) for year, numbers in wanted.items())
    found = ask(lambda micro: _answers(micro, ladder, today, wanted), "ladder", today, asked)
    told = [rung for rung in ladder.rungs if rung.code not in _UNTOLD]
    chosen = next((each for each in told if each.code == given.get("rung")), told[0])
    areas = area_names()
    area = given.get("area", "") if given.get("area", "") in areas else ""
    state = given.get("state", "") if given.get("state", "") in STATES else ""
    lacks = next((c.code for c in chosen.criteria if c.code == given.get("lacks")), "")
    seen = areas_seen(actor)
    near = [
        each
        for each in found.candidates.get(chosen.code, ())
        if (seen is None or each.area in seen)
        and (not area or each.area == area)
        and (each.state == state if state else each.state != "held")
        and (not lacks or lacks in each.unmet)
    ]
    pages = max(1, -(-len(near) // size))
    at = min(max(whole_number(given.get("page", "")) or 1, 1), pages)
    lines = tuple(_line(rung, found.stocks, areas) for rung in ladder.rungs)
    shown = given.get("show", "") if given.get("show", "") in STATES else "held"
    return LadderPage(
        on=today,
        period=(today.year - 1) * 100 + 12,
        version=ladder.version,
        lines=lines,
        areas=areas,
        by_area=_by_area(lines, areas, shown, seen),
        needs=tuple(
            NeedLine(name_of(ladder[need.rung]), indicators[need.rung], year, need)
            for year, needs in found.needs.items()
            for need in needs
        ),
        chosen=chosen,
        chosen_name=name_of(chosen),
        shown=shown,
        area=area,
        state=state,
        lacks=lacks,
        criteria=tuple(
            CriterionLine(each, name_of(each), found.tallies[chosen.code][each.code])
            for each in chosen.criteria
        ),
        candidates=_candidates(near[(at - 1) * size : at * size], chosen, areas),
        count=len(near),
        at=at,
        pages=pages,
        names_seen=seen is None or bool(seen),
        simulated=simulated(),
    )


def _answers(
    micro: Micro, ladder: Ladder, today: date, wanted: Mapping[int, Mapping[str, int]]
) -> _Answers:
    """All that the page needs of one assessment, so that its table can go again."""
    found = assess(micro.connection, ladder, today, within=CORE)
    told = [rung.code for rung in ladder.rungs if rung.code not in _UNTOLD]
    answers = _Answers(
        tuple(found.stocks(today + _SOON)),
        {rung: found.tallies(rung) for rung in told},
        {rung: _near(found, rung) for rung in told},
        {year: tuple(found.needs(asked, date(year, 12, 31))) for year, asked in wanted.items()},
    )
    micro.connection.execute(f"DROP TABLE {found.table}")
    return answers


def _near(found: Assessment, rung: str) -> tuple[Candidate, ...]:
    return tuple(found.candidates(rung, states=("held", *NEAR), limit=100_000))


def _wanted(today: date) -> tuple[dict[int, dict[str, int]], dict[str, str]]:
    """Year → rung → firms, of the plan in force from this year on; rung → the indicator."""
    paths = paths_of_figures(_FIGURES.values())
    numbers, names = dict[int, dict[str, int]](), dict[str, str]()
    for rung, figure in _FIGURES.items():
        if path := paths.get(figure):
            names[rung] = path.name
            for year, value in path.years.items():
                if year >= today.year:
                    numbers.setdefault(year, {})[rung] = int(value)
    return dict(sorted(numbers.items())), names


def _line(rung: Rung, stocks: tuple[Stock, ...], areas: Mapping[str, str]) -> RungLine:
    its = {each.area: each for each in stocks if each.rung == rung.code}
    whole = Stock(rung.code, "", *(sum(getattr(s, n) for s in its.values()) for n in COUNTED))
    parts = tuple(its.get(code, Stock(rung.code, code, *[0] * len(COUNTED))) for code in areas)
    return RungLine(rung, name_of(rung), whole, parts, rung.code not in _UNTOLD)


def _by_area(
    lines: tuple[RungLine, ...],
    areas: Mapping[str, str],
    shown: str,
    seen: frozenset[str] | None,
) -> tuple[AreaLine, ...]:
    def cell(line: RungLine, stock: Stock) -> AreaCell:
        number = getattr(stock, shown) if line.pipeline or shown == "held" else None
        return AreaCell(line.rung.code, number, line.pipeline)

    return tuple(
        AreaLine(
            code,
            name,
            tuple(cell(line, line.areas[at]) for line in lines),
            seen is None or code in seen,
        )
        for at, (code, name) in enumerate(areas.items())
    )


def _candidates(
    near: list[Candidate], rung: Rung, areas: Mapping[str, str]
) -> tuple[CandidateLine, ...]:
    codes = [each.firm for each in near]
    names = dict(Firm.objects.filter(credit_code__in=codes).values_list("credit_code", "name"))
    criteria = {each.code: name_of(each) for each in rung.criteria}
    return tuple(
        CandidateLine(
            each.firm,
            names.get(each.firm, each.firm),
            areas.get(each.area, each.area),
            each.state,
            str(STATES[each.state]),
            None if each.revenue is None else Decimal(each.revenue) / 10,
            tuple(criteria[code] for code in each.unmet),
            tuple(criteria[code] for code in each.unknown),
            each.until,
        )
        for each in near
    )

"""Growth of revenue as a page shows it: nominal beside 同口径, and where it comes from.

The parts (who came, who went) are often single firms: only who sees all firms sees them. Everybody
else sees the rates of cells that are published of both years.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.engine.cells import Dimension, Scheme
from shucheng.bays.statistics.engine.classification import CORE
from shucheng.bays.statistics.engine.counted import CITY
from shucheng.bays.statistics.engine.growth import Growth
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.queries.accounts import class_names, members, simulated
from shucheng.bays.statistics.queries.choices import Words, months_of
from shucheng.bays.statistics.queries.imputed_marks import imputed_keys
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.published import Published, published, published_months
from shucheng.bays.statistics.queries.seeing import areas_seen
from shucheng.kernel.public import Actor

# What a change is made of, in the order it is told.
PARTS: Mapping[str, str | Promise] = {
    "continuing": _("Firms there both years"),
    "correction": _("Correction of last year"),
    "entry_new": _("Entered: new firms"),
    "entry_promoted": _("Entered: grown above designated size"),
    "entry_reclassified": _("Entered: reclassified"),
    "entry_unreported": _("Entered: not reported last year"),
    "exit_gone": _("Left: closed"),
    "exit_demoted": _("Left: fallen below designated size"),
    "exit_reclassified": _("Left: reclassified"),
    "exit_unreported": _("Left: not reported this year"),
    "moved_in": _("Moved in from elsewhere"),
    "moved_out": _("Moved elsewhere"),
}
VIEWS: Words = {"area": _("By area"), "class": _("By class"), "industries": _("By industry")}
_YI = 100_000  # thousand yuan in 亿元


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of the waterfall: an amount, and where its bar begins and how long it is (0-100)."""

    name: str | Promise
    value: Decimal
    start: float
    length: float
    kind: str  # level, up, down


@dataclass(frozen=True, slots=True)
class GrowthLine:
    """Amounts in 亿元, rates in percent; None where nothing can be said or it is withheld.
    `imputed`: this year's sum has imputed firms in it, or, as published, may have;
    `imputed_before`: last year's."""

    code: str
    name: str
    now: Decimal | None
    before: Decimal | None
    nominal: Decimal | None
    comparable: Decimal | None
    parts: tuple[Decimal, ...] = ()
    firms: int | None = None
    firms_before: int | None = None
    withheld: bool = False
    imputed: bool = False
    imputed_before: bool = False


@dataclass(frozen=True, slots=True)
class GrowthPage:
    period: int
    periods: tuple[int, ...]
    view: str
    views: Words
    whole: GrowthLine
    lines: tuple[GrowthLine, ...]
    bars: tuple[Bar, ...]
    versions: Mapping[str, str]
    simulated: bool
    everything: bool

    @property
    def view_name(self) -> str | Promise:
        return VIEWS[self.view]


def growth_page(asked: Mapping[str, str], *, actor: Actor) -> GrowthPage | None:
    """Growth to the month that was asked for; None while no month has one of last year."""
    actor.require("statistics.view")
    everything = areas_seen(actor) is None
    months = ask(months_of, "months") if everything else published_months()
    periods = tuple(month for month in months if month - 100 in months)
    if not periods:
        return None
    period = next((each for each in periods if str(each) == asked.get("period")), periods[0])
    views = VIEWS if everything else {code: VIEWS[code] for code in ("area", "class")}
    view = asked.get("view", "")
    view = view if view in views else "area"
    if everything:
        total = _line(CORE, class_names("core")[CORE], growths(period, "core", ()).get(()))
        now, before = (bool(imputed_keys(month, "core", ())) for month in (period, period - 100))
        total = replace(total, imputed=now, imputed_before=before)
        lines = _lines(period, view)
        versions, labelled = ask(Micro.versions, "versions"), simulated()
    else:
        told, last = published(period), published(period - 100)
        if told is None or last is None:
            return None
        total, *lines = _told(told, last, view)
        versions, labelled = told.publication.versions, told.publication.simulated
    return GrowthPage(
        period,
        periods,
        view,
        views,
        total,
        tuple(lines),
        waterfall(total) if everything else (),
        versions,
        labelled,
        everything,
    )


def growths(
    period: int, scheme: Scheme, by: tuple[Dimension, ...]
) -> dict[tuple[object, ...], Growth]:
    """Growth by key; of a firm of a starred class counts what is certain, as in all accounts."""

    def grown(micro: Micro) -> dict[tuple[object, ...], Growth]:
        found = micro.growth(period, by=by, scheme=scheme, share="lower")
        return {each.key: each for each in found}

    return ask(grown, "growth", period, scheme, by)


def _lines(period: int, view: str) -> list[GrowthLine]:
    scheme: Scheme = "core"
    by: tuple[Dimension, ...] = ("area",)
    if view == "area":
        found = growths(period, scheme, by)
        names = dict(members("area", [str(key[0]) for key in found]))
    else:
        scheme, by = "industries" if view == "industries" else "major", ("class",)
        found = growths(period, scheme, by)
        names = class_names(scheme)
    lines = [_line(code, name, found[(code,)]) for code, name in names.items() if (code,) in found]
    return _marked(lines, period, scheme, by)


def _marked(
    lines: list[GrowthLine], period: int, scheme: Scheme, by: tuple[Dimension, ...]
) -> list[GrowthLine]:
    now, before = (imputed_keys(month, scheme, by) for month in (period, period - 100))
    return [
        replace(each, imputed=each.code in now, imputed_before=each.code in before)
        for each in lines
    ]


def _line(code: str, name: str, found: Growth | None) -> GrowthLine:
    if found is None:
        return GrowthLine(code, name, None, None, None, None)
    return GrowthLine(
        code,
        name,
        _amount(found.now),
        _amount(found.before),
        percent(found.nominal),
        percent(found.comparable),
        tuple(_amount(getattr(found, part)) for part in PARTS),
        found.firms,
        found.firms_before,
    )


def _told(now: Published, before: Published, view: str) -> list[GrowthLine]:
    """What is published of both years, the whole first. The rate at comparable scope is that of
    the whole alone: beside a nominal rate it would tell what one firm that came or went has."""
    whole = _both(now, before, CORE, class_names("core")[CORE], CORE, CITY)
    comparable = now.publication.beside.get("comparable")
    lines = [replace(whole, comparable=None if comparable is None else Decimal(str(comparable)))]
    if view == "area":
        areas = {key[2] for key in now.cells if key[:2] == ("revenue", CORE)} - {CITY}
        names = members("area", areas)
        return lines + [_both(now, before, area, name, CORE, area) for area, name in names]
    codes = {key[1] for key in now.cells if key[0] == "revenue" and key[2] == CITY}
    names = tuple(class_names("major").items())
    return lines + [
        _both(now, before, code, name, code, CITY) for code, name in names if code in codes
    ]


def _both(
    now: Published, before: Published, line: str, name: str, code: str, area: str
) -> GrowthLine:
    this, last = now.of(code, area=area)[1], before.of(code, area=area)[1]
    if this is None or last is None:
        return GrowthLine(line, name, None, None, None, None, withheld=True)
    nominal = percent(this / last - 1) if last > 0 else None
    return GrowthLine(
        line,
        name,
        _amount(this),
        _amount(last),
        nominal,
        None,
        imputed=now.marks.of(code, area),
        imputed_before=before.marks.of(code, area),
    )


def waterfall(line: GrowthLine) -> tuple[Bar, ...]:
    """From last year's sum over what changed it to this year's. The axis begins near the least of
    the levels it passes, so that the changes can be seen; the page says so."""
    if line.now is None or line.before is None:
        return ()
    levels = [line.before]
    for part in line.parts:
        levels.append(levels[-1] + part)
    low, high = min(*levels, line.now), max(*levels, line.now)
    base = max(Decimal(0), low - (high - low) / 4) if low >= 0 else low
    room = (high - base) or Decimal(1)

    def place(value: Decimal) -> float:
        return float(100 * (value - base) / room)

    bars = [Bar(_("Same period of last year"), line.before, 0, place(line.before), "level")]
    for at, (name, part) in enumerate(zip(PARTS.values(), line.parts, strict=True)):
        if part:
            ends = sorted((place(levels[at]), place(levels[at + 1])))
            kind = "up" if part > 0 else "down"
            bars.append(Bar(name, part, ends[0], max(ends[1] - ends[0], 0.3), kind))
    return (*bars, Bar(_("This period"), line.now, 0, place(line.now), "level"))


def percent(share: float | None) -> Decimal | None:
    return None if share is None else Decimal(str(round(100 * share, 1)))


def _amount(value: Fraction | int) -> Decimal:
    exact = Fraction(value) / _YI
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.0001"))

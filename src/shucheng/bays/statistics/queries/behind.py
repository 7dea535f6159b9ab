"""The firms behind a figure that the bay told the spine, and the figure beside a reported one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shucheng.bays.statistics.engine.accounts import Basis
from shucheng.bays.statistics.engine.cells import Scheme, place
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.engine.value_added import BASE, REPORTED
from shucheng.bays.statistics.models import Batch, Coefficient, Definition, Link, Publication
from shucheng.bays.statistics.queries.choices import period_words
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.places import every_area_name
from shucheng.bays.statistics.queries.seeing import areas_seen, require_firms
from shucheng.kernel.public import (
    Actor,
    Behind,
    Forbidden,
    NotFound,
    Observation,
    city_area_code,
    line_to,
    measured_beside,
    observation_with_context,
)
from shucheng.lib.periods import Period

PREFIX = "statistics."
MOST = 500
_WAN = 10_000  # 万元 in 亿元
_TOLD = Decimal("0.000001")  # the places of a figure that is told
# Versions by which a firm counts elsewhere, or by more or less.
_DEFINES = (
    Definition.Kind.CLASSIFICATION,
    Definition.Kind.INDUSTRIES,
    Definition.Kind.RATES,
)
_ELSEWHERE = "K"  # SDMX: included in another period
_JOINT = 2  # January and February are reported together

_AMOUNTS = {
    "revenue": "revenue * 10000::HUGEINT",
    "value_added": f"coalesce({REPORTED} * 10000::HUGEINT, {BASE} * rate::HUGEINT)",
}


@dataclass(frozen=True, slots=True)
class Counted:
    """Whom a figure counts: the firms of a class by an item, or those that hold honours, of which
    only the new ones."""

    scheme: Scheme = "core"
    member: str = "core"
    item: str = ""
    basis: Basis = "quarter"
    honours: tuple[str, ...] = ()
    only_new: bool = False


@dataclass(frozen=True, slots=True)
class FirmBehind:
    """A firm and what it adds, in 万元: empty where only firms are counted, or its month is not
    known; of a share that is not known, both bounds. `imputed`: it comes from an imputed return."""

    code: str
    name: str
    industry: str
    area: str
    share_lower: Decimal
    share_upper: Decimal
    amount: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    imputed: bool = False

    @property
    def amount_text(self) -> str:
        return _written(self.amount)

    @property
    def share_text(self) -> str:
        low, high = (f"{100 * each:.4g}" for each in (self.share_lower, self.share_upper))
        return low if low == high else f"{low}–{high}"

    @property
    def counted_text(self) -> str:
        low, high = _written(self.lower), _written(self.upper)
        return low if low == high else f"{low}–{high}"


@dataclass(frozen=True, slots=True)
class FirmsBehind:
    """The firms of areas that the actor sees, the greatest first; `lower` and `upper` are what they
    add up to as known now, in 万元 (firms, where only these are counted). `whole`: no others count.
    `since`: in words what came after the figure was told, where the two differ."""

    observation: Observation
    money: bool
    firms: tuple[FirmBehind, ...]
    lower: Decimal
    upper: Decimal
    whole: bool
    differs: bool = False
    since: tuple[str, ...] = ()

    @property
    def total_text(self) -> str:
        low, high = _written(self.lower), _written(self.upper)
        return low if low == high else f"{low}–{high}"

    @property
    def now(self) -> Decimal:
        """The sum in the unit of the figure."""
        return self.lower / _WAN if self.money else self.lower

    @property
    def by(self) -> Decimal:
        """By how much it is another than was told."""
        return self.now - (self.observation.value or Decimal(0))


def tell_behind_figures(observation: Observation, *, actor: Actor) -> Iterator[Behind]:
    """Of the bay's own figure its firms, or to who does not see them the publication it comes
    from; beside a reported one what the firms sum up to."""
    if observation.lineage.get("bay") == "statistics":
        if _sees_firms(observation, actor):
            url = reverse("statistics:behind", args=[observation.pk])
            yield Behind(_("Firms"), _("Firms behind this figure"), url)
        else:
            yield from _published_in(observation.lineage, actor)
        yield from _stands_on(observation.lineage)
        return
    period = Period.parse(observation.period)
    # What firms report of February is January as well.
    if period.frequency == "M" and period.start.month <= _JOINT:
        return
    if found := measured_beside(observation, "statistics"):
        yield line_to(found, _("Summed from firms"))


def _sees_firms(observation: Observation, actor: Actor) -> bool:
    """Whether `firms_behind` would answer."""
    seen, area = areas_seen(actor), observation.area.code
    return seen is None or (bool(seen) and (area == city_area_code() or area in seen))


def _published_in(lineage: Mapping[str, Any], actor: Actor) -> Iterator[Behind]:
    """The publication that a figure comes from; what only counts firms is in none."""
    if not actor.may("statistics.view"):
        return
    found = Publication.objects.filter(period=lineage.get("publication", 0)).only("period").first()
    if found is not None:
        url = reverse("statistics:publication", args=[found.pk])
        yield Behind(_("Publication"), period_words(found.period), url)


def _stands_on(lineage: Mapping[str, Any]) -> Iterator[Behind]:
    """The versions that a figure was measured by, and what of it is not certain."""
    yield Behind(_("Classification"), lineage["classification"])
    yield Behind(_("Value-added rates"), lineage["value_added_rates"])
    yield Behind(_("The plan's industries"), lineage["industries"])
    yield Behind(_("Firms counted"), f"{lineage['firms']:,}")
    if unsure := lineage.get("not_reported"):
        yield Behind(_("Of these imputed or not known"), f"{unsure:,}")
    if lineage.get("in_part"):
        text = _("Some firms count in part and their share is not decided: the certain part is in.")
        yield Behind(_("Not certain"), text)


def firms_behind(
    observation_id: int, figures: Mapping[str, Counted], *, actor: Actor
) -> FirmsBehind:
    """The firms behind an observation of the bay, as the micro-data say by now, of the areas that
    the actor sees. Forbidden to those who see no firms of its area."""
    seen = require_firms(actor)
    observation = observation_with_context(observation_id, actor=actor)
    counted = figures.get(observation.lineage.get("figure", ""))
    if counted is None or observation.lineage.get("bay") != "statistics":
        raise NotFound(_("The firms behind this figure"))
    area, period = observation.area.code, Period.parse(observation.period)
    asked = seen if area == city_area_code() else frozenset([area])
    if seen is not None and asked is not None and not asked <= seen:
        raise Forbidden("statistics.firms")
    since = observation.lineage.get("since")
    question = ("behind figure", counted, period, since)
    rows = ask(lambda micro: _rows(micro, counted, period, since), *question)
    if observation.status == _ELSEWHERE:
        rows = []  # what there was is in the next period
    mine = [row for row in rows if asked is None or row[3] in asked]
    places = every_area_name()
    firms = tuple(_firm(row, places) for row in mine)
    money = bool(counted.item)
    number = Decimal(len(firms))
    found = FirmsBehind(
        observation,
        money,
        firms,
        sum((each.lower or Decimal(0) for each in firms), Decimal(0)) if money else number,
        sum((each.upper or Decimal(0) for each in firms), Decimal(0)) if money else number,
        whole=len(mine) == len(rows) or area != city_area_code(),
    )
    if not found.whole or observation.value is None or abs(found.by) <= _TOLD:
        return found
    return replace(found, differs=True, since=tuple(_since(observation, period, firms)))


def _since(observation: Observation, period: Period, firms: Sequence[FirmBehind]) -> Iterator[str]:
    """What came after a figure was told, as far as it can change which firms make it."""
    told = observation.recorded_at
    applied = Batch.objects.filter(state=Batch.State.APPLIED, applied_at__gt=told)
    if later := list(applied.filter(kind=Batch.Kind.RETURNS).values_list("pk", flat=True)):
        codes = [each.code for each in firms]
        new, revised = ask(lambda micro: _returned(micro, period, codes, later))
        if new:
            yield ngettext("%(n)s firm reported since.", "%(n)s firms reported since.", new) % {
                "n": new
            }
        if revised:
            yield ngettext(
                "%(n)s firm revised its return since.",
                "%(n)s firms revised their returns since.",
                revised,
            ) % {"n": revised}
    if applied.filter(kind=Batch.Kind.REGISTER).exists():
        yield _("The register was updated since: area, industry or size of firms.")
    if applied.filter(kind=Batch.Kind.HONOURS).exists():
        yield _("Honours were imported since.")
    if Coefficient.objects.filter(state=Coefficient.State.APPROVED, decided_at__gt=told).exists():
        yield _("Shares of starred classes were approved since.")
    if Link.objects.filter(decided_at__gt=told).exists():
        yield _("It was decided since which registrations are one firm.")
    kinds = Definition.objects.filter(recorded_at__gt=told)
    if kinds.filter(kind=Definition.Kind.IMPUTATION).exists():
        yield _("Imputation of late firms was begun or ended since.")
    if kinds.filter(kind__in=_DEFINES).exists():
        yield _("Classification, industries or value-added rates were published anew since.")


def _returned(
    micro: Micro, period: Period, codes: Sequence[str], batches: Sequence[int]
) -> tuple[int, int]:
    """Of the firms: how many had no return of the period's months before these batches, and how
    many had another."""
    new, revised = micro.connection.execute(
        """
        SELECT count(*) FILTER (WHERE only_new), count(*) FILTER (WHERE NOT only_new)
        FROM (
            SELECT firm, bool_or(first) AS only_new
            FROM (
                SELECT firm, period, bool_or(recorded IN (SELECT unnest($batches))) AS touched,
                    bool_and(recorded IN (SELECT unnest($batches))) AS first
                FROM returns
                WHERE period BETWEEN $since AND $until AND firm IN (SELECT unnest($codes))
                GROUP BY firm, period
            )
            WHERE touched GROUP BY firm
        )
        """,
        {
            "batches": list(batches),
            "codes": list(codes),
            # What was made in a part of the year is the difference to the period before.
            "since": period.start.year * 100 + max(period.start.month - 1, 1),
            "until": period.end.year * 100 + period.end.month,
        },
    ).fetchone() or (0, 0)
    return int(new), int(revised)


def _rows(
    micro: Micro, counted: Counted, period: Period, since: int | None
) -> list[tuple[Any, ...]]:
    """Firm, name, industry, area, share's bounds (ten-thousandths), amount (thousand yuan in
    ten-thousandths) after the month `since` that was published before, whether it is imputed."""
    designated = None if counted.honours else True
    place(micro.connection, counted.scheme, ("class", "area"), designated=designated)
    last = period.end.year * 100 + period.end.month
    asked: dict[str, Any] = {"class": counted.member, "last": last}
    if counted.item:
        months = 1 if counted.basis == "month" else 3
        before = last - months if last % 100 > max(months, 2) else 0
        before = before if since is None else since
        sql, more = _WITH_AMOUNTS.format(amount=_AMOUNTS[counted.item]), {"before": before}
        return micro.connection.execute(sql, asked | more).fetchall()
    if counted.only_new:
        asked |= {"kinds": list(counted.honours), "first": period.start, "day": period.end}
        return micro.connection.execute(_NEW_HOLDERS, asked | {"class": ""}).fetchall()
    if counted.honours:
        asked |= {"kinds": list(counted.honours), "day": period.end}
        return micro.connection.execute(_COUNTED.format(held=_HELD), asked).fetchall()
    return micro.connection.execute(_COUNTED.format(held=""), asked).fetchall()


_WITH_AMOUNTS = """
WITH valued AS (
    SELECT newest.firm, newest.period, area, lower, upper, {amount} AS amount,
        status <> 'reported' AS imputed
    FROM newest JOIN places USING (firm) JOIN cells USING (cell)
    WHERE newest.period IN ($last, $before) AND $last BETWEEN since AND until AND class = $class
)
SELECT firm, register.name, register.industry, now.area, lower, upper,
    CASE WHEN $before = 0 THEN now.amount ELSE now.amount - past.amount END AS made,
    now.imputed OR $before <> 0 AND coalesce(past.imputed, false) AS imputed
FROM (FROM valued WHERE period = $last) AS now
LEFT JOIN (SELECT firm, amount, imputed FROM valued WHERE period = $before) AS past USING (firm)
JOIN register USING (firm)
WHERE $last BETWEEN register.since AND register.until
ORDER BY made * upper DESC NULLS LAST, firm
"""
_COUNTED = """
SELECT DISTINCT firm, register.name, register.industry, cells.area, lower, upper, NULL, false
FROM places JOIN cells USING (cell) JOIN register USING (firm)
WHERE class = $class AND $last BETWEEN places.since AND places.until
    AND $last BETWEEN register.since AND register.until {held}
ORDER BY firm
"""
_HELD = """AND firm IN (
    SELECT firm FROM honours WHERE kind IN (SELECT unnest($kinds))
        AND since <= $day AND coalesce(until, DATE '9999-12-31') >= $day
)"""
_NEW_HOLDERS = """
SELECT DISTINCT firm, register.name, register.industry, register.area, 10000, 10000, NULL, false
FROM honours JOIN register USING (firm)
WHERE kind IN (SELECT unnest($kinds)) AND honours.since BETWEEN $first AND $day
    AND $last BETWEEN register.since AND register.until AND $class = ''
ORDER BY firm
"""


def _firm(row: tuple[Any, ...], places: Mapping[str, str]) -> FirmBehind:
    code, name, industry, area, low, high, amount, imputed = row
    # Thousand yuan in ten-thousandths → 万元.
    whole = None if amount is None else Decimal(amount) / 100_000
    shares = Decimal(low) / 10_000, Decimal(high) / 10_000
    low, high = (None, None) if whole is None else sorted(whole * each for each in shares)
    return FirmBehind(
        code, name, industry, places.get(area, area), *shares, whole, low, high, imputed
    )


def _written(amount: Decimal | None) -> str:
    return "—" if amount is None else f"{amount:,.1f}"

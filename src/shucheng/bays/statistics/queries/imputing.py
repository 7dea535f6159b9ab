"""Late firms by month: how many, whether they are counted by imputed returns, how well each method
would have served (tried on firms whose report is known), and what of a figure is imputed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.engine.imputation import (
    METHODS,
    Method,
    Trial,
    backtest,
    impute,
    looked_back,
)
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.models import Batch, Definition
from shucheng.bays.statistics.queries.choices import months_of
from shucheng.bays.statistics.queries.definitions import imputation_in_force, methods_of, newest
from shucheng.bays.statistics.queries.micro import ask
from shucheng.kernel.public import Actor

SHOWN = 12
_BILLION = Decimal(100_000)  # thousand yuan in 亿元

NAMES: Mapping[str, str | Promise] = {
    "growth": _("Growth of its class and area"),
    "median": _("Median growth of its class"),
    "last": _("Its last report of this year"),
}
ABOUT: Mapping[str, str | Promise] = {
    "growth": _(
        "Its own of the same month last year, times the growth of the firms of its industry"
        " division and area that reported both; five firms at least."
    ),
    "median": _(
        "Its own of the same month last year, times the median growth of the firms of its industry"
        " division in the whole city; five firms at least."
    ),
    "last": _("Carried on at the pace of its months, where no way above applies."),
}

WHAT_IT_DOES: tuple[str | Promise, ...] = (
    _(
        "An imputed return is an estimate from the firm's own earlier reports and the growth of"
        " others like it, so that a month's total is not too low because somebody is late. Every"
        " figure that holds one is marked."
    ),
    _(
        "It ends by itself: a return that is imported takes the place of the estimate at once. The"
        " plan office may also end it for the month."
    ),
    _(
        "A month with imputed firms may be published; its tables say how many firms are imputed."
        " A published month is not issued anew: what late returns correct comes in the running"
        " total of the months after it."
    ),
)


@dataclass(frozen=True, slots=True)
class Month:
    """`late`: firms above designated size that reported in the three months before (of the first
    of a year: a year before) and have no return of this one; `imputed` of them are counted, with
    `revenue` (亿元) of `whole`."""

    period: int
    late: int
    imputed: int
    revenue: Decimal
    whole: Decimal
    methods: tuple[Method, ...]

    @property
    def percent(self) -> Decimal | None:
        """What part of all firms' revenue is imputed."""
        return 100 * self.revenue / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Way:
    """One method: what it would do for the late firms by itself, and how it did on a tenth of the
    firms whose revenue is known (None: it served none of them)."""

    code: str
    name: str | Promise
    about: str | Promise
    firms: int
    revenue: Decimal
    trial: Trial | None
    chosen: bool

    @property
    def error(self) -> float | None:
        """Mean absolute deviation, in percent."""
        return 100 * self.trial.error if self.trial else None

    @property
    def bias(self) -> float | None:
        """Deviation of the sum, in percent."""
        return 100 * self.trial.bias if self.trial else None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen for a month, when, by whom and why."""

    methods: tuple[str | Promise, ...]
    day: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImputationPage:
    """The newest months, the one looked at, its methods, and what was chosen for it before."""

    months: tuple[Month, ...]
    now: Month | None
    ways: tuple[Way, ...]
    number: int
    history: tuple[Chosen, ...]
    simulated: bool


@dataclass(frozen=True, slots=True)
class Imputed:
    """Late firms of a month that are counted by imputed returns, and by which methods."""

    period: int
    firms: int
    methods: tuple[str | Promise, ...]


def imputation_page(period: int, *, actor: Actor) -> ImputationPage:
    actor.require("statistics.define")
    chosen = imputation_in_force()
    rows = ask(_months, "late")
    months = tuple(
        Month(month, late, imputed, revenue / _BILLION, whole / _BILLION, chosen.get(month, ()))
        for month, late, imputed, revenue, whole in rows
    )
    now = next((each for each in months if each.period == period), None)
    # Where none is asked for, the newest that lacks somebody.
    now = now or next((each for each in months if each.late), months[0] if months else None)
    simulated = Batch.objects.filter(state=Batch.State.APPLIED, simulated=True).exists()
    if now is None:
        return ImputationPage(months, None, (), 0, (), simulated)
    last = newest(Definition.Kind.IMPUTATION, str(now.period))
    history = Definition.objects.filter(kind=Definition.Kind.IMPUTATION, code=str(now.period))
    return ImputationPage(
        months,
        now,
        tuple(_way(method, now) for method in METHODS),
        last.number if last else 0,
        tuple(
            Chosen(
                tuple(NAMES[m] for m in methods_of(each)), each.recorded_at, each.by, each.reason
            )
            for each in history.order_by("-number")
        ),
        simulated,
    )


def imputed_of(period: int) -> Imputed | None:
    """Whether imputed returns are counted in a month's figures; None where there are none."""
    methods = imputation_in_force().get(period)
    if not methods:
        return None
    firms = ask(lambda micro: _imputed_firms(micro, period), "imputed", period)
    return Imputed(period, firms, tuple(NAMES[each] for each in methods))


def _imputed_firms(micro: Micro, period: int) -> int:
    (found,) = micro.connection.execute(
        "SELECT count(*) FROM imputed_returns WHERE period = ?", [period]
    ).fetchone() or (0,)
    return int(found)


def _way(method: Method, now: Month) -> Way:
    firms, revenue, trial = ask(lambda micro: _tried(micro, method, now.period), method, now.period)
    name, about = NAMES[method], ABOUT[method]
    return Way(method, name, about, firms, revenue / _BILLION, trial, method in now.methods)


def _tried(micro: Micro, method: Method, period: int) -> tuple[int, Decimal, Trial | None]:
    """What a method would do by itself; nothing of it is kept."""
    would = impute(micro.connection, period, methods=(method,), add=False)
    trials = backtest(micro.connection, period, methods=(method,))
    firms = sum(each.firms for each in would)
    revenue = Decimal(sum(each.revenue for each in would))
    return firms, revenue, trials[0] if trials else None


def _months(micro: Micro) -> Sequence[tuple[int, int, int, Decimal, Decimal]]:
    """Of the newest months: late firms, those imputed and their revenue, all firms' revenue."""
    months = months_of(micro)[:SHOWN]
    return [(month, *_late(micro, month)) for month in months]


def _late(micro: Micro, period: int) -> tuple[int, int, Decimal, Decimal]:
    earliest, previous = looked_back(period)
    late, imputed, revenue, whole = micro.connection.execute(
        """SELECT
            (SELECT count(*) FROM register
                WHERE designated AND $period BETWEEN since AND until
                AND firm IN (SELECT firm FROM newest WHERE period BETWEEN $earliest AND $previous)
                AND firm NOT IN (SELECT firm FROM returns WHERE period = $period)),
            (SELECT count(*) FROM imputed_returns WHERE period = $period),
            (SELECT coalesce(sum(revenue), 0) FROM imputed_returns WHERE period = $period),
            (SELECT coalesce(sum(revenue), 0) FROM newest WHERE period = $period)""",
        {"period": period, "earliest": earliest, "previous": previous},
    ).fetchone() or (0, 0, 0, 0)
    return int(late), int(imputed), Decimal(int(revenue)), Decimal(int(whole))

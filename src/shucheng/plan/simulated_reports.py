"""The last periods of the demonstration go the real way: obligations, submissions, reviews.

What earlier periods say is recorded at once (`simulation.py`). The newest ones are filled in,
handed in, returned, approved and published by made-up people, so that every state of reporting
can be seen and gone on with. Everything is labelled: the submissions are `simulated`, their
observations carry the source `simulation`, the people's names say so.

What happens to whom follows from the pack, the same every time: areas that report more than a
month late have not handed in, nor has the department whose figure of the city is as late; who is
somewhat late did so after the due day, and the other areas are cast in the order below.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _

from shucheng.kernel.public import (
    Actor,
    Entry,
    ExtensionPlay,
    LockPlay,
    Play,
    Step,
    Task,
    open_obligations,
    play_reports,
    unanswered_tasks,
)
from shucheng.lib.periods import Frequency, Period
from shucheng.plan.city.model import CityPack
from shucheng.plan.simulation import simulated_parts, simulated_series

# How many finished periods of each frequency go the real way; the others are recorded at once.
WINDOW: Mapping[Frequency, int] = {"A": 1, "S": 1, "Q": 2, "M": 3}
# What happens to the punctual areas in turn, in the newest month and quarter that are due.
PARTS: tuple[tuple[Frequency, str], ...] = (
    ("M", "wrong"),
    ("M", "waits_department"),
    ("M", "draft"),
    ("Q", "returned"),
    ("Q", "waits_office"),
    ("Q", "extension"),
)
_LATE, _MISSING = 1, 31
# What share of the later figure the department's preliminary one of the quarter before was.
_PRELIMINARY = Decimal("0.98")


def is_reported(period: Period, until: date) -> bool:
    """Whether a period is among the last ones, which are filled in instead of recorded."""
    latest = Period.of(until, period.frequency).previous()
    return period.end < until and latest.ordinal - period.ordinal < WINDOW.get(period.frequency, 0)


def reporting_owner(pack: CityPack) -> str:
    """The department that owns most of what areas report: its forms show every state."""
    counts: dict[str, int] = {}
    for metric in pack.metrics:
        if metric.by_area and metric.origin == "reported":
            counts[metric.owner] = counts.get(metric.owner, 0) + 1
    return max(counts, key=lambda owner: counts[owner], default="")


def returned_area(pack: CityPack) -> str:
    """The area whose quarterly figures were returned: whoever plays its liaison goes on there."""
    return next((area for (_of, area), part in _cast(pack).items() if part == "returned"), "")


def simulate_reports(pack: CityPack, until: date, *, actor: Actor) -> int:
    """Open the last periods and let made-up people report; says how many submissions there are."""
    if pack.simulation is None:
        return 0
    for frequency, count in WINDOW.items():
        codes = sorted(
            {
                f"{metric.owner}-{frequency.lower()}-{kind}"
                for metric in pack.metrics
                for kind in ("city", "area")
                if metric.frequency == frequency
            }
        )
        first = Period.of(until, frequency).shift(-count)
        if codes:
            open_obligations(actor=actor, until=until, first=str(first), forms=codes)
    with translation.override(pack.city.language):
        tasks = unanswered_tasks(actor=actor)
        stage = _Stage(pack, until, tasks)
        plays = [play for task in tasks for play in stage.plays(task)]
        return play_reports(
            plays,
            actor=actor,
            extensions=[each for task in tasks for each in stage.extensions(task)],
            locks=list(stage.locks()),
        )


def _cast(pack: CityPack) -> dict[tuple[str, str], str]:
    """(frequency, area) → what happens there."""
    punctual = [area for area, days in _late_days(pack).items() if days < _LATE]
    return {
        (frequency, area): part for area, (frequency, part) in zip(punctual, PARTS, strict=False)
    }


def _late_days(pack: CityPack) -> dict[str, int]:
    shares = pack.simulation.shares if pack.simulation else ()
    return {share.area: share.late_days for share in shares}


class _Stage:
    """What everybody does, in the language of the city."""

    def __init__(self, pack: CityPack, until: date, tasks: Sequence[Task]) -> None:
        self.until = until
        self.tasks = tasks
        self.office = pack.plan.office or ""
        self.values = _values(pack, until)
        self.late = _late_days(pack)
        series = pack.simulation.series if pack.simulation else ()
        self.late_metrics = {each.metric: each.late_days for each in series}
        self.cast = _cast(pack)
        self.owner = reporting_owner(pack)
        names = {each.code: each.name for each in pack.organisations}
        self.office_name = names.get(self.office, self.office)
        # The newest period of each form that is due: there everything happens.
        self.newest: dict[str, Period] = {}
        for task in tasks:
            period = Period.parse(task.period)
            if task.due_on < until and period >= self.newest.get(task.form, period):
                self.newest[task.form] = period

    def plays(self, task: Task) -> list[Play]:
        entries = self._entries(task)
        if not entries:
            return []
        age = self._age(task)
        if age < 0:  # not due yet: who is always early is there
            early = task.area == next(iter(self.late), "")
            return [self._handed_in(task, entries, -1)] if early else []
        late = self._late(task)
        if late >= _MISSING:
            return [] if age == 0 else [self._published(task, entries, late)]
        if late >= _LATE:
            return [self._published(task, entries, 2)]
        if task.kind == "city":
            return self._city(task, entries, age)
        if age == 0:
            return self._newest(task, entries)
        if age == 1 and self._part(task) == "wrong":
            return self._corrected(task, entries)
        return [self._published(task, entries, -3)]

    def extensions(self, task: Task) -> Iterator[ExtensionPlay]:
        if self._age(task) == 0 and self._part(task) == "extension":
            yield ExtensionPlay(
                task.form,
                task.organisation,
                task.period,
                self._liaison(task),
                _days_until(task.due_on, self.until) + 7,
                _("Two large firms close their books later this quarter."),
            )

    def locks(self) -> Iterator[LockPlay]:
        """The oldest month of the form that shows every state is closed."""
        own = [
            task
            for task in self.tasks
            if task.owner == self.owner and (task.frequency, task.kind) == ("M", "area")
        ]
        if not own or self._age(own[0]) < 2:
            return
        oldest = own[0]
        yield LockPlay(
            oldest.form,
            oldest.period,
            self._office(),
            self.office,
            oldest.due_on + timedelta(days=12),
            _("The month's figures went into the briefing; changes only after a talk with us."),
        )

    def _city(self, task: Task, entries: dict[str, Entry], age: int) -> list[Play]:
        if age == 0 and task.frequency == "M" and task.owner == self.office:
            return [self._handed_in(task, entries, -1)]
        if task.frequency != "Q" or task.owner != self.owner:
            return [self._published(task, entries, -2)]
        factor = Decimal(1) if age == 0 else _PRELIMINARY
        preliminary = {
            key: Entry(_times(each.value, factor), status="P") for key, each in entries.items()
        }
        first = self._published(task, preliminary, -2)
        if age == 0:
            return [first]
        reason = _("Verified against the firms' accounts; preliminary until then.")
        return [first, self._published(task, entries, 20, reason)]

    def _newest(self, task: Task, entries: dict[str, Entry]) -> list[Play]:
        part = self._part(task)
        if part == "draft":
            key = next(iter(entries))
            return [Play(*self._begun(task, -1), entries={key: entries[key]})]
        if part == "extension":
            return []
        if part == "wrong":
            return [self._wrong(task, entries)]
        if part == "returned":
            return [self._returned(task, entries)]
        if part == "waits_department":
            return [self._handed_in(task, entries, -1)]
        if part == "waits_office":
            play = self._handed_in(task, entries, -2)
            approval = Step("approve", self._reviewer(task), task.owner, 0)
            return [Play(*self._begun(task, -3), entries=entries, steps=(*play.steps, approval))]
        return [self._published(task, entries, -3)]

    def _handed_in(self, task: Task, entries: dict[str, Entry], days: int) -> Play:
        step = Step("submit", self._liaison(task), task.organisation, days)
        return Play(*self._begun(task, days - 1), entries=entries, steps=(step,))

    def _published(
        self, task: Task, entries: dict[str, Entry], days: int, reason: str = ""
    ) -> Play:
        steps = [Step("submit", self._liaison(task), task.organisation, days)]
        if task.kind == "area":
            steps.append(Step("approve", self._reviewer(task), task.owner, days + 1))
        steps.append(Step("approve", self._office(), self.office, days + 2))
        return Play(
            *self._begun(task, days - 1), entries=entries, steps=tuple(steps), reason=reason
        )

    def _returned(self, task: Task, entries: dict[str, Entry]) -> Play:
        comment = _(
            "Please compare the new enterprises with the published lists, and attach the list."
        )
        play = self._handed_in(task, entries, -2)
        back = Step("return", self._reviewer(task), task.owner, -1, comment)
        return Play(*self._begun(task, -3), entries=entries, steps=(*play.steps, back))

    def _wrong(self, task: Task, entries: dict[str, Entry]) -> Play:
        """A figure in the wrong unit: the rule warns, the reason does not convince."""
        key = next(iter(entries))
        tenfold = Decimal(entries[key].value) * 10
        typed = {
            **entries,
            key: Entry(f"{tenfold:f}", reason=_("Taken over from the firms' monthly report.")),
        }
        comment = _("Ten times the month before: please compare the unit.")
        play = self._handed_in(task, typed, -2)
        back = Step("return", self._reviewer(task), task.owner, -1, comment)
        return Play(*self._begun(task, -3), entries=typed, steps=(*play.steps, back))

    def _corrected(self, task: Task, entries: dict[str, Entry]) -> list[Play]:
        key = next(iter(entries))
        low = (Decimal(entries[key].value) * Decimal("0.94")).quantize(Decimal("0.01"))
        before = {**entries, key: Entry(f"{low:f}")}
        reason = _("One firm was left out; its figures are added.")
        return [
            self._published(task, before, -3),
            self._published(task, entries, 6, reason),
        ]

    def _begun(self, task: Task, days: int) -> tuple[str, str, str, str, int]:
        return task.form, task.organisation, task.period, self._liaison(task), days

    def _entries(self, task: Task) -> dict[str, Entry]:
        values = {
            key: self.values.get((metric, task.area, task.period))
            for key, metric in task.cells.items()
        }
        return {key: Entry(f"{value:f}") for key, value in values.items() if value is not None}

    def _age(self, task: Task) -> int:
        """0 for the newest period that is due, 1 for the one before; below 0: not due yet."""
        newest = self.newest.get(task.form)
        return newest.ordinal - Period.parse(task.period).ordinal if newest else -1

    def _late(self, task: Task) -> int:
        """In days; a form waits for the last of its figures."""
        if task.kind == "city":
            return max(self.late_metrics.get(metric, 0) for metric in task.cells.values())
        return self.late.get(task.area, 0)

    def _part(self, task: Task) -> str:
        if task.kind != "area" or task.owner != self.owner:
            return ""
        return self.cast.get((task.frequency, task.area), "")

    def _liaison(self, task: Task) -> str:
        return _("%(organisation)s liaison (simulated)") % {"organisation": task.organisation_name}

    def _reviewer(self, task: Task) -> str:
        return _("%(organisation)s reviewer (simulated)") % {"organisation": task.owner_name}

    def _office(self) -> str:
        return _("%(organisation)s plan office (simulated)") % {"organisation": self.office_name}


def _values(pack: CityPack, until: date) -> dict[tuple[str, str, str], Decimal]:
    """(metric, area, period) → the simulated value, of the periods that are reported."""
    settings = pack.simulation
    if settings is None:
        return {}
    metrics = {metric.code: metric for metric in pack.metrics}
    city = pack.city.adcode or pack.city.code
    found = {}
    for series in settings.series:
        metric = metrics[series.metric]
        every = simulated_series(series, metric, settings.first, until, settings.seed, lag=False)
        for code, period, value in every:
            if not is_reported(period, until):
                continue
            found[code, city, str(period)] = value
            parts = simulated_parts(series, metric, period, value, settings.shares, settings.seed)
            for share, part in parts:
                found[code, share.area, str(period)] = part
    return found


def _times(value: str, factor: Decimal) -> str:
    """With as many decimals as the value has."""
    number = Decimal(value)
    return f"{(number * factor).quantize(number):f}"


def _days_until(due_on: date, until: date) -> int:
    return max((until - due_on).days, 0)

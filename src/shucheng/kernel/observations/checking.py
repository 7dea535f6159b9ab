"""Whether rows can be recorded: every reason for every row, found before anything is written."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import Actor
from shucheng.kernel.observations.inputs import (
    VALUE_ERRORS,
    ObservationInput,
    RowError,
    cell_of,
    dimension_key,
    is_missing_status,
    read_value,
)
from shucheng.kernel.observations.models import SIMULATION, MetricVersion, Observation, Status
from shucheng.lib.periods import Period, PeriodInvalid

_CHUNK = 900
_STATUSES = {status.value for status in Status}
_LONGEST_KEY = 200

MESSAGES: dict[str, str | Promise] = {
    **VALUE_ERRORS,
    "metric_unknown": _("There is no metric with this code."),
    "area_unknown": _("There is no area with this code."),
    "organisation_unknown": _("There is no organisation with this code."),
    "organisation_foreign": _("You may not record for this organisation."),
    "period_invalid": _("Write the period as 2025, 2025-S1, 2025-Q3, 2025-09 or 2025-09-12."),
    "period_frequency": _("The metric is observed at another frequency than this period."),
    "period_future": _("The period has not begun; only forecasts (F) may lie ahead."),
    "dimensions_differ": _("The metric asks for other dimensions."),
    "dimension_unknown": _("This code is not among the dimension's codes."),
    "status_unknown": _("This is no observation status."),
    "value_missing": _("A status other than missing needs a value."),
    "value_given": _("A missing value carries no number."),
    "evidence_unknown": _("There is no such file."),
    "moment_given": _("Only simulated values may say when they were recorded."),
    "moment_future": _("Nothing was recorded yet at a moment that is still to come."),
    "repeated": _("An earlier row already gives this value."),
    "already_recorded": _("Another value is already recorded: correct it, with a reason."),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A row that can be recorded, with its cell and, once looked up, the cell's head."""

    number: int
    given: ObservationInput
    version: MetricVersion
    area_id: int
    organisation_id: int | None
    period: Period
    key: str
    cell: uuid.UUID
    value: Decimal | None
    status: str

    def says_the_same(self, head: Observation) -> bool:
        return head.value == self.value and head.status == self.status


class Checker:
    """Looks up everything the rows name in a few queries, then judges row by row."""

    def __init__(self, rows: Sequence[ObservationInput], actor: Actor, source: str) -> None:
        self.rows = rows
        self.actor = actor
        self.source = source
        self.now = timezone.now()
        self.today = timezone.localdate()
        self.errors: list[RowError] = []
        self.versions = _versions({row.metric for row in rows})
        self.areas = _ids("identity.Area", {row.area for row in rows})
        self.organisations = _ids("identity.Organisation", {row.organisation for row in rows})
        wanted = {row.evidence for row in rows if row.evidence is not None}
        files = apps.get_model("files", "StoredFile")._default_manager
        self.files = set(files.filter(pk__in=wanted).values_list("pk", flat=True))
        self.everywhere = actor.may("observations.record") and all(
            actor.may("observations.record", organisation_id)
            for organisation_id in (-1, *self.organisations.values())
        )

    def check(self) -> list[Checked]:
        checked = []
        seen: set[uuid.UUID] = set()
        for number, row in enumerate(self.rows, start=1):
            before = len(self.errors)
            good = self._row(number, row)
            if good is None or len(self.errors) > before:
                continue
            if good.cell in seen:
                self._add(number, "period", "repeated")
            seen.add(good.cell)
            checked.append(good)
        return checked

    def refuse_known(self, checked: Iterable[Checked], heads: dict[uuid.UUID, Observation]) -> None:
        for row in checked:
            head = heads.get(row.cell)
            if head is not None and not row.says_the_same(head):
                self._add(row.number, "value", "already_recorded")

    def _row(self, number: int, row: ObservationInput) -> Checked | None:
        version = self.versions.get((row.metric, row.definition))
        area_id = self.areas.get(row.area)
        organisation_id = self.organisations.get(row.organisation) if row.organisation else None
        if version is None:
            self._add(number, "metric", "metric_unknown")
        if area_id is None:
            self._add(number, "area", "area_unknown")
        if row.organisation and organisation_id is None:
            self._add(number, "organisation", "organisation_unknown")
        if row.evidence is not None and row.evidence not in self.files:
            self._add(number, "evidence", "evidence_unknown")
        self._moment(number, row)
        value, status = self._value(number, row)
        if version is None or area_id is None:
            return None
        self._permitted(number, version, organisation_id)
        self._dimensions(number, version, row)
        period = self._period(number, version, row, status)
        if period is None:
            return None
        key = dimension_key(row.dimensions)
        cell = cell_of(version.pk, area_id, organisation_id, str(period), key)
        return Checked(
            number, row, version, area_id, organisation_id, period, key, cell, value, status
        )

    def _moment(self, number: int, row: ObservationInput) -> None:
        if row.recorded_at is None:
            return
        if self.source != SIMULATION:
            self._add(number, "recorded_at", "moment_given")
        elif row.recorded_at > self.now:
            self._add(number, "recorded_at", "moment_future")

    def _value(self, number: int, row: ObservationInput) -> tuple[Decimal | None, str]:
        status = row.settled_status()
        try:
            value = read_value(row.value)
        except ValueError as error:
            self._add(number, "value", str(error))
            return None, status
        if status not in _STATUSES:
            self._add(number, "status", "status_unknown")
        elif is_missing_status(status) and value is not None:
            self._add(number, "value", "value_given")
        elif not is_missing_status(status) and value is None:
            self._add(number, "value", "value_missing")
        return value, status

    def _period(
        self, number: int, version: MetricVersion, row: ObservationInput, status: str
    ) -> Period | None:
        try:
            period = Period.parse(row.period)
        except PeriodInvalid:
            self._add(number, "period", "period_invalid")
            return None
        if period.frequency != version.frequency:
            self._add(number, "period", "period_frequency")
        if period.start > self.today and status != Status.FORECAST.value:
            self._add(number, "period", "period_future")
        return period

    def _dimensions(self, number: int, version: MetricVersion, row: ObservationInput) -> None:
        if set(row.dimensions) != set(version.dimensions):
            self._add(number, "dimensions", "dimensions_differ")
            return
        for name, code in row.dimensions.items():
            allowed = version.dimensions[name]
            if (allowed and code not in allowed) or not code or set(code) & set("=;"):
                self._add(number, "dimensions", "dimension_unknown")
        if len(dimension_key(row.dimensions)) > _LONGEST_KEY:
            self._add(number, "dimensions", "dimension_unknown")

    def _permitted(self, number: int, version: MetricVersion, organisation_id: int | None) -> None:
        """A figure of an organisation belongs to it; one of an area to the metric's owner."""
        if self.everywhere:
            return
        responsible = organisation_id or version.metric.owner_id or -1
        if not self.actor.may("observations.record", responsible):
            self._add(number, "organisation", "organisation_foreign")

    def _add(self, number: int, field: str, code: str) -> None:
        self.errors.append(RowError(number, field, code, str(MESSAGES[code])))


def heads_of(cells: Sequence[uuid.UUID]) -> dict[uuid.UUID, Observation]:
    """The newest observation of each cell that has any."""
    found: dict[uuid.UUID, Observation] = {}
    for chunk in _chunks(cells):
        # The last vintage of each cell remains.
        vintages = Observation.objects.filter(cell__in=chunk).order_by("vintage")
        found.update({vintage.cell: vintage for vintage in vintages})
    return found


def _versions(codes: set[str]) -> dict[tuple[str, int | None], MetricVersion]:
    """(Code, number) → version; the newest also without a number."""
    versions: dict[tuple[str, int | None], MetricVersion] = {}
    for chunk in _chunks(sorted(codes)):
        found = MetricVersion.objects.select_related("metric").filter(metric__code__in=chunk)
        for version in found.order_by("number"):
            versions[version.metric.code, version.number] = version
            versions[version.metric.code, None] = version
    return versions


def _ids(model: str, codes: set[str]) -> dict[str, int]:
    manager = apps.get_model(model)._default_manager
    return {
        code: pk
        for chunk in _chunks(sorted(codes - {""}))
        for code, pk in manager.filter(code__in=chunk).values_list("code", "pk")
    }


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))

"""What callers hand in: plain data, so that a city pack, an engine and an upload speak alike."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Context, Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.errors import Invalid
from shucheng.kernel.observations.models import MISSING_STATUSES, Status
from shucheng.lib.numbers import written_number

# What SQLite's numbers hold exactly, so that both databases give back what was recorded.
SIGNIFICANT_DIGITS = 15
DECIMAL_PLACES = 6
# A number that is longer, idle zeros included, is not looked at more closely.
_LONGEST = 100
_EXACTLY = Context(prec=_LONGEST)


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    """A metric as a city pack or a bay declares it; organisations and metrics by code."""

    code: str
    name_zh: str
    unit: str
    measure: str
    frequency: str
    area_aggregation: str
    time_aggregation: str
    name_en: str = ""
    weight: str = ""
    dimensions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    definition: str = ""
    definition_en: str = ""
    by_area: bool = True
    owner: str = ""
    origin: str = "reported"
    figure: str = ""
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class ObservationInput:
    """One value to record; `status` is chosen by whether there is a value when left empty.

    `definition` is the number of the metric's version it was asked under; None is the newest.
    `recorded_at` is for simulated values alone: when they would have been recorded. Everything
    else is recorded when it is.
    """

    metric: str
    area: str
    period: str
    value: Decimal | int | str | None
    organisation: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    status: str = ""
    evidence: int | None = None
    note: str = ""
    lineage: Mapping[str, Any] = field(default_factory=dict)
    definition: int | None = None
    recorded_at: datetime | None = None

    def settled_status(self) -> str:
        if self.status:
            return self.status
        return Status.MISSING.value if self.value is None else Status.NORMAL.value


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row cannot be recorded; `row` counts from 1 as a person does."""

    row: int
    field: str
    code: str
    message: str


class RowsRefused(Invalid):
    """Nothing of a batch was recorded; `rows` lists every reason found."""

    def __init__(self, rows: list[RowError], total: int) -> None:
        super().__init__(
            "observations.rows_refused",
            _("%(wrong)s of %(total)s rows cannot be recorded, so none was."),
            _("Correct the rows listed and send all of them again."),
            fields={f"{error.row}.{error.field}": error.message for error in rows},
            wrong=len({error.row for error in rows}),
            total=total,
        )
        self.rows = rows


def as_recordable(value: float) -> Decimal:
    """A computed number rounded to what can be recorded exactly."""
    rounded = Context(prec=SIGNIFICANT_DIGITS).create_decimal(repr(float(value)))
    places = Decimal(1).scaleb(-DECIMAL_PLACES)
    exponent = rounded.as_tuple().exponent
    keeps = isinstance(exponent, int) and exponent >= -DECIMAL_PLACES
    return rounded if keeps else rounded.quantize(places)


def read_value(value: Decimal | int | str | None) -> Decimal | None:
    """The exact number, without rounding; text is read by `written_number`.

    Raises `ValueError` with a code of `VALUE_ERRORS`.
    """
    if value is None:
        return None
    if isinstance(value, bool | float):
        raise ValueError("not_exact")
    written = written_number(value) if isinstance(value, str) else value
    if written is None:
        raise ValueError("not_a_number")
    number = Decimal(written)
    if not number.is_finite():
        raise ValueError("not_a_number")
    if len(number.as_tuple().digits) > _LONGEST or abs(number.adjusted()) > _LONGEST:
        raise ValueError("too_precise")
    number = number.normalize(_EXACTLY)
    digits, exponent = number.as_tuple().digits, number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -DECIMAL_PLACES:
        raise ValueError("too_precise")
    if len(digits) + max(exponent, 0) > SIGNIFICANT_DIGITS:
        raise ValueError("too_precise")
    return number + 0  # no negative zero


def need_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid(
            "observations.reason_missing",
            _("A change of what was recorded needs a reason."),
            _("Write in one sentence why the earlier value does not hold."),
            fields={"reason": str(_("Write a reason."))},
        )


VALUE_ERRORS = {
    "not_a_number": _("This is not a number."),
    "not_exact": _("Send the number as text or as a decimal, not as a binary fraction."),
    "too_precise": _("At most 15 significant digits, 6 of them behind the point, can be kept."),
}


def is_missing_status(status: str) -> bool:
    return status in {missing.value for missing in MISSING_STATUSES}


def dimension_key(dimensions: Mapping[str, str]) -> str:
    """`industry=01;size=large`, names sorted."""
    return ";".join(f"{name}={dimensions[name]}" for name in sorted(dimensions))


def cell_of(
    metric_version_id: int, area_id: int, organisation_id: int | None, period: str, key: str
) -> uuid.UUID:
    """The identity of a cell: a digest of the five things that make it."""
    text = f"{metric_version_id}|{area_id}|{organisation_id or ''}|{period}|{key}"
    return uuid.UUID(bytes=hashlib.blake2b(text.encode(), digest_size=16).digest())

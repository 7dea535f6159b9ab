"""What the data of an item must look like, whether it was found, corrected or added."""

import math
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from shucheng.kernel.public import Invalid
from shucheng.lib.units import UnitUnknown
from shucheng.lib.units import unit as unit_of
from shucheng.plan.models import ItemKind


def typed_number(value: Any) -> Any:
    """A number as people type it: with thousands separators, blanks or full-width digits."""
    if not isinstance(value, str):
        return value
    return "".join(unicodedata.normalize("NFKC", value).replace(",", "").split())


Name = Annotated[str, Field(min_length=1, max_length=300)]
Number = Annotated[float, BeforeValidator(typed_number)]
Organisations = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=60)
]
Year = Annotated[int, Field(ge=1949, le=2100), BeforeValidator(typed_number)]


class ItemData(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")


class TargetData(ItemData):
    subject: Name
    comparator: Literal[">", ">=", "=", "~", "<=", "<"]
    value: Number
    value_max: Number | None = None
    unit: Annotated[str, Field(max_length=30)] = ""
    year: Year | None = None
    implied_year: Year | None = None
    year_basis: str = ""
    period: tuple[int, int] | None = None
    kind: Literal["level", "cumulative", "annual", "growth"]
    section: str = ""
    quote: str = ""

    @field_validator("value", "value_max")
    @classmethod
    def finite(cls, value: float | None) -> float | None:
        if value is not None and not math.isfinite(value):
            raise PydanticCustomError("float_parsing", "not a number")
        return value

    @model_validator(mode="after")
    def ordered(self) -> "TargetData":
        if self.value_max is not None and self.value_max < self.value:
            raise PydanticCustomError("upper_below_lower", "the upper end is below the lower end")
        return self


class IndicatorData(ItemData):
    no: Annotated[int, Field(ge=1, le=999)]
    category: Annotated[str, Field(max_length=200)] = ""
    name: Name
    unit: Annotated[str, Field(max_length=30)] = ""
    cumulative: bool = False
    comparator: Literal[">", ">=", "=", "~", "<=", "<"] = ">="
    targets: dict[str, Number]
    value_text: dict[str, str] = {}
    lead: Organisations = []

    @field_validator("targets")
    @classmethod
    def by_year(cls, targets: dict[str, float]) -> dict[str, float]:
        for year, value in targets.items():
            if not (year.isdigit() and 1949 <= int(year) <= 2100):
                raise PydanticCustomError("int_parsing", "not a year")
            if not math.isfinite(value):
                raise PydanticCustomError("float_parsing", "not a number")
        return targets


class TaskData(ItemData):
    number: str = ""
    title: Name
    section: str = ""
    responsible: Organisations = []
    lead: Organisations = []
    open: bool = False
    actions: list[str] = []


class WorkPointData(ItemData):
    no: Annotated[int, Field(ge=1, le=999)]
    action: Annotated[str, Field(max_length=200)] = ""
    text: Annotated[str, Field(min_length=1, max_length=4000)]
    lead: Organisations = []
    targets: list[str] = []


SCHEMAS: dict[str, type[ItemData]] = {
    ItemKind.TARGET: TargetData,
    ItemKind.INDICATOR: IndicatorData,
    ItemKind.TASK: TaskData,
    ItemKind.WORK_POINT: WorkPointData,
}

LABELS: dict[str, Promise] = {
    "subject": _("Subject"),
    "comparator": _("Comparator"),
    "value": _("Value"),
    "value_max": _("Upper end of a range"),
    "unit": _("Unit"),
    "year": _("Year"),
    "kind": _("Kind"),
    "name": _("Name"),
    "title": _("Title"),
    "text": _("Text"),
    "lead": _("Lead organisations"),
    "responsible": _("Responsible organisations"),
    "quote": _("Words of the plan"),
    "note": _("Why (optional)"),
}


def label_of(field: str) -> str:
    """What the form calls a field; a year's target is called by its year."""
    return str(LABELS[field]) if field in LABELS else field.removeprefix("target_")


def clean(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """Check an item's data; what is wrong is said field by field."""
    try:
        return SCHEMAS[kind].model_validate(data).model_dump(mode="json")
    except ValidationError as error:
        raise refused({_field(problem): _said(problem) for problem in error.errors()}) from error


# More digits than this are no figure of a plan, and floating point holds no more of them.
MOST_DIGITS = 15


def clean_typed(kind: str, changes: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Check what a person typed over an item's data, more strictly than what a text may print: a
    unit that nobody knows is asked about (`unit_sure` repeats it), and of the numbers only those
    that can be meant are taken."""
    data = clean(kind, {**before, **changes})
    problems: dict[str, str] = {}
    for name, (typed, number, was) in _numbers(changes, data, before).items():
        if number is None or number == was:
            continue
        if (
            sum(sign.isdecimal() for sign in str(typed)) > MOST_DIGITS
            or abs(number) >= 10**MOST_DIGITS
        ):
            problems[name] = gettext(
                "More than %(n)s digits; write it in a larger unit, such as 万 or 亿."
            ) % {"n": MOST_DIGITS}
        elif number < 0:
            problems[name] = gettext("Negative; write what falls as a growth, without the sign.")
    unit = str(data.get("unit", ""))
    if unit != before.get("unit", "") and changes.get("unit_sure") != unit and not _known(unit):
        problems["unit"] = gettext(
            "“%(unit)s” is no known unit, so it cannot be converted or added up. Save anyway?"
        ) % {"unit": unit}
    if problems:
        raise refused(problems)
    return data


def _numbers(
    changes: Mapping[str, Any], data: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, tuple[Any, float | None, Any]]:
    """The numbers of a form by field: as typed, as understood, and as they were."""
    found = {
        name: (changes[name], data.get(name), before.get(name))
        for name in ("value", "value_max")
        if name in changes
    }
    known = before.get("targets", {})
    for year, typed in changes.get("targets", {}).items():
        found[f"target_{year}"] = (typed, data["targets"].get(year), known.get(year))
    return found


def _known(symbol: str) -> bool:
    try:
        unit_of(symbol)
    except UnitUnknown:
        return False
    return True


def refused(fields: Mapping[str, str]) -> Invalid:
    """The refusal of an item with what is wrong in which field."""
    return Invalid(
        "plan.item_invalid",
        _("Not saved: %(problems)s"),
        _("What you typed is kept; correct the marked fields and save again."),
        dict(fields),
        problems=" ".join(
            gettext("%(label)s: %(text)s") % {"label": label_of(name), "text": text}
            for name, text in fields.items()
        ),
    )


def _field(problem: ErrorDetails) -> str:
    """The form's name for the place of a problem."""
    place = [str(part) for part in problem["loc"]]
    if not place:
        return "value_max"
    return f"target_{place[1]}" if place[0] == "targets" and len(place) > 1 else place[0]


def _said(problem: ErrorDetails) -> str:
    """What is wrong and what to do, in the reader's language."""
    limits = problem.get("ctx", {})
    field = _field(problem)
    match problem["type"]:
        case "upper_below_lower":
            text = _("Smaller than the value; leave it empty if there is no range.")
        case kind if field == "year" and kind.startswith(("int_", "greater_", "less_")):
            text = _("Not a year from 1949 to 2100; write four digits, or leave it empty.")
        case kind if kind.startswith(("float_", "int_", "finite_")):
            text = _("Not a number; write digits such as 1200 or 12.5, the unit beside it.")
        case "string_too_short" | "missing":
            text = _("Empty; it must be filled in.")
        case "string_too_long":
            return str(_("Longer than %(n)s characters; shorten it.")) % {"n": limits["max_length"]}
        case "too_long":
            return str(_("More than %(n)s entries.")) % {"n": limits["max_length"]}
        case "literal_error":
            text = _("None of the choices; choose one from the list.")
        case _other:
            text = _("Cannot be stored like this.")
    return str(text)

"""What the data of an item must look like, whether it was found, corrected or added."""

import math
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from shucheng.kernel.public import Invalid
from shucheng.plan.models import ItemKind

Name = Annotated[str, Field(min_length=1, max_length=300)]
Organisations = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=60)
]
Year = Annotated[int, Field(ge=1949, le=2100)]


class ItemData(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")


class TargetData(ItemData):
    subject: Name
    comparator: Literal[">", ">=", "=", "~", "<=", "<"]
    value: float
    value_max: float | None = None
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
            raise ValueError("not a number")
        return value

    @model_validator(mode="after")
    def ordered(self) -> "TargetData":
        if self.value_max is not None and self.value_max < self.value:
            raise ValueError("the upper end is below the lower end")
        return self


class IndicatorData(ItemData):
    no: Annotated[int, Field(ge=1, le=999)]
    category: Annotated[str, Field(max_length=200)] = ""
    name: Name
    unit: Annotated[str, Field(max_length=30)] = ""
    cumulative: bool = False
    comparator: Literal[">", ">=", "=", "~", "<=", "<"] = ">="
    targets: dict[str, float]
    value_text: dict[str, str] = {}
    lead: Organisations = []

    @field_validator("targets")
    @classmethod
    def by_year(cls, targets: dict[str, float]) -> dict[str, float]:
        for year, value in targets.items():
            if not (year.isdigit() and 1949 <= int(year) <= 2100):
                raise ValueError(f"{year} is not a year")
            if not math.isfinite(value):
                raise ValueError("not a number")
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


def clean(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """Check an item's data; what is wrong is said field by field."""
    try:
        return SCHEMAS[kind].model_validate(data).model_dump(mode="json")
    except ValidationError as error:
        fields = {
            ".".join(str(part) for part in problem["loc"]) or "value_max": problem["msg"]
            for problem in error.errors()
        }
        raise Invalid(
            "plan.item_invalid",
            _("The item cannot be stored as it is: %(problems)s."),
            _("Correct the marked fields and save again."),
            fields,
            problems="; ".join(f"{name}: {text}" for name, text in fields.items()),
        ) from error

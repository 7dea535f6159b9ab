"""Statistics as SDMX 3.0 sees them: series of coded dimensions, and the structure they are read by.

Plain data, written by `messages` (SDMX-JSON) and `tables` (SDMX-CSV). No database here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

TIME = "TIME_PERIOD"
LANGUAGES = ["zh", "en"]
# What the SDMX REST API 2.0 (https://github.com/sdmx-twg/sdmx-rest) calls structures, and all.
KINDS = frozenset({"dataflow", "datastructure", "conceptscheme", "codelist"})
ANY = frozenset({"*", "all"})


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages; English falls back to Chinese where there is none."""

    zh: str
    en: str = ""

    def localised(self) -> dict[str, str]:
        """By language tag, as SDMX and JSON-LD write it."""
        return {"zh": self.zh, "en": self.en or self.zh}


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a list; `parent` the code above it, where that is in the list."""

    id: str
    name: Text
    parent: str = ""
    description: Text = Text("")


@dataclass(frozen=True, slots=True)
class Codelist:
    id: str
    name: Text
    codes: tuple[Code, ...]

    def names(self) -> dict[str, Text]:
        return {code.id: code.name for code in self.codes}


@dataclass(frozen=True, slots=True)
class Component:
    """A dimension, measure or attribute: its concept, and the list its values are of; without one
    they are of an SDMX data type."""

    id: str
    name: Text
    codelist: Codelist | None = None
    data_type: str = "String"
    mandatory: bool = True


@dataclass(frozen=True, slots=True)
class Flow:
    """A data flow with its structure (DSD). `dimensions` in the order of the key, without time.

    `agency` is an SDMX id (letters first) and `maintainer` its name; `address` where structures
    are asked for: `{address}/structure/{kind}/{agency}/{id}`, without a slash at its end.
    """

    agency: str
    maintainer: Text
    address: str
    version: str
    id: str
    name: Text
    structure: str
    concepts: str
    time: Text
    dimensions: tuple[Component, ...]
    measures: tuple[Component, ...]
    series_attributes: tuple[Component, ...]
    value_attributes: tuple[Component, ...]

    @property
    def components(self) -> tuple[Component, ...]:
        """All in the order of the concept scheme."""
        time = Component(TIME, self.time)
        attributes = (*self.series_attributes, *self.value_attributes)
        return (*self.dimensions, time, *self.measures, *attributes)

    @property
    def codelists(self) -> tuple[Codelist, ...]:
        return tuple(each.codelist for each in self.components if each.codelist)

    @property
    def parts(self) -> frozenset[str]:
        """The ids of all that can be asked for as structure."""
        return frozenset(
            {self.id, self.structure, self.concepts, *(each.id for each in self.codelists)}
        )

    def urn(self, kind: str, name: str, item: str = "") -> str:
        """An SDMX URN: `kind` is package.Class, as datastructure.Dataflow."""
        end = f".{item}" if item else ""
        return f"urn:sdmx:org.sdmx.infomodel.{kind}={self.agency}:{name}({self.version}){end}"


@dataclass(frozen=True, slots=True)
class Value:
    """A period's measures (None where there is no value) and attributes, in the flow's order."""

    period: str
    measures: tuple[Decimal | None, ...]
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """A code of each dimension, the attributes of the whole series, its values, oldest first."""

    key: tuple[str, ...]
    attributes: tuple[str, ...]
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """Series of a flow. `prepared`: when the newest fact in it was recorded, so that the same
    facts make the same file; `test`: something in it is made up; `as_of`: the day whose knowledge
    it is (None: now)."""

    flow: Flow
    series: tuple[Series, ...]
    prepared: datetime
    test: bool = False
    as_of: date | None = None


def agency_of(area: str) -> str:
    """The agency id of a city by its area code."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", f"CN_{area or 'CITY'}")


def number(value: Decimal) -> str:
    """A decimal without an exponent and without zeros at its end: 412.6, 1200, -0.5."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def periods_of(series: Iterable[Series]) -> list[str]:
    """Every period that a series has, sorted as text."""
    return sorted({value.period for each in series for value in each.values})

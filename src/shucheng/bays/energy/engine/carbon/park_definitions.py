"""Definitions of park indicators: YAML with the clause each follows and how surely it is known."""

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from .factor_files import read_yaml
from .refused import CarbonRefused

FOLDER = Path(__file__).parents[2] / "data" / "parks"
Confidence = Literal["text_read", "secondary_page", "memory"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sourced(_Strict):
    """Where a fact stands and how it is known: only text that was read counts as confirmed."""

    document: str
    clause: str
    confidence: Confidence
    note: str = ""

    @property
    def confirmed(self) -> bool:
        return self.confidence == "text_read"


class Document(_Strict):
    title: str
    number: str
    issuer: str
    published: str


class Threshold(_Strict):
    """For parks that use so much energy (tce a year) and up to the stage year, where given."""

    value: Decimal
    year: int | None = None
    energy_from: Decimal | None = None
    energy_below: Decimal | None = None

    @property
    def banded(self) -> bool:
        return self.energy_from is not None or self.energy_below is not None


class Indicator(Sourced):
    """`times` x `above` / `below`, beside its thresholds; a `core` one gates acceptance."""

    code: str
    title: str
    role: Literal["core", "guiding"]
    above: str
    below: str
    times: Decimal = Decimal(1)
    unit: str
    at_most: tuple[Threshold, ...] = ()
    at_least: tuple[Threshold, ...] = ()

    @model_validator(mode="after")
    def one_direction(self) -> "Indicator":
        if bool(self.at_most) == bool(self.at_least):
            raise ValueError(f"{self.code}: either at_most or at_least")
        return self


class Scheme(_Strict):
    title: str
    base_year: int
    indicators: tuple[Indicator, ...]


class FromAccount(Sourced):
    """What an account's figures count: scopes, gas, electricity's basis, clean carriers."""

    scopes: tuple[Literal[1, 2, 3], ...]
    gas: Literal["CO2", "CH4", "N2O", ""]
    basis: Literal["location", "market"]
    clean_carriers: tuple[str, ...]


class ParkDefinitions(_Strict):
    """A version of all schemes. `digest` is over the text they were read from."""

    schema_: Literal["shucheng.park_indicators/1"] = Field(alias="schema")
    version: str
    documents: Mapping[str, Document]
    account: FromAccount
    schemes: Mapping[str, Scheme]
    digest: str = ""

    @model_validator(mode="after")
    def documents_are_there(self) -> "ParkDefinitions":
        listed = [each for scheme in self.schemes.values() for each in scheme.indicators]
        for each in (self.account, *listed):
            if each.document not in self.documents:
                raise ValueError(f"the document {each.document} is not listed")
        return self


def read_definitions(text: str) -> ParkDefinitions:
    """Refused: `set-unreadable`, `definition-invalid` with the place."""
    data = read_yaml(text)
    try:
        found = ParkDefinitions.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise CarbonRefused("definition-invalid", place=place, why=first["msg"]) from None
    return found.model_copy(update={"digest": hashlib.sha256(text.encode()).hexdigest()})


@cache
def shipped() -> ParkDefinitions:
    """The definitions that come with the package (data/parks/zero_carbon.yaml)."""
    return read_definitions((FOLDER / "zero_carbon.yaml").read_text(encoding="utf-8"))

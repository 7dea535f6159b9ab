"""Sets of factors written as YAML, with their sources and the digest of their rows."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from .factors import Conversion, EmissionFactor, Factor, FactorSet, FootprintFactor, Source, Warming
from .refused import CarbonRefused

FOLDER = Path(__file__).parents[2] / "data" / "factors"
SCHEMA = "shucheng.carbon_factors/1"
FIELDS: dict[str, tuple[type[Factor], frozenset[str]]] = {
    "emission": (EmissionFactor, frozenset(["use", "carrier", "region", "level", "year", "gas"])),
    "footprint": (FootprintFactor, frozenset(["use", "carrier", "region", "level", "year"])),
    "warming": (Warming, frozenset(["gas"])),
    "conversion": (Conversion, frozenset(["use", "carrier"])),
}
COMMON = frozenset(["id", "value", "unit", "source", "checked", "note"])


def read_yaml(text: str) -> dict[str, Any]:
    """A mapping, each key once. Refused: `set-unreadable`."""
    try:
        data = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, RecursionError) as error:
        raise CarbonRefused("set-unreadable", place=str(error).replace("\n", " ")) from None
    if not isinstance(data, dict):
        raise CarbonRefused("set-unreadable", place="the whole file is not a mapping")
    return data


def read_factors(text: str) -> FactorSet:
    """A set from its file. Refused: `set-unreadable` with its place; `digest-differs` where rows
    were changed and the version was not; all that `FactorSet` refuses."""
    data = read_yaml(text)
    if data.get("schema") != SCHEMA:
        raise CarbonRefused("set-unreadable", place="schema", asked=SCHEMA)
    try:
        sources = {
            key: Source(**{name: str(value) for name, value in each.items()})
            for key, each in data["sources"].items()
        }
        rows, name, version = data["factors"], str(data["name"]), str(data["version"])
        factors = tuple(_factor(each, sources) for each in rows)
    except (KeyError, TypeError, AttributeError) as error:
        raise CarbonRefused("set-unreadable", place=str(error)) from None
    found = FactorSet(name, version, factors)
    if str(data.get("digest")) != found.digest:
        raise CarbonRefused(
            "digest-differs", version=version, told=data.get("digest"), is_now=found.digest
        )
    return found


@cache
def shipped() -> FactorSet:
    """The set that comes with the package (data/factors/china.yaml)."""
    return read_factors((FOLDER / "china.yaml").read_text(encoding="utf-8"))


def _factor(row: Mapping[str, Any], sources: Mapping[str, Source]) -> Factor:
    kind, own = FIELDS.get(str(row["kind"]), (None, frozenset[str]()))
    told = {key: value for key, value in row.items() if key != "kind"}
    if kind is None or told.keys() - own - COMMON:
        fields = sorted(told.keys() - own - COMMON)
        raise CarbonRefused("set-unreadable", place=row["id"], kind=row["kind"], fields=fields)
    if not isinstance(row["value"], str):  # a float of YAML would have lost its last digits
        raise CarbonRefused("number-inexact", factor=row["id"], value=row["value"])
    try:
        told["value"] = Decimal(row["value"])
    except InvalidOperation:
        raise CarbonRefused("set-unreadable", place=row["id"], value=row["value"]) from None
    told["source"] = sources[row["source"]]
    if "year" in own:
        told.setdefault("year", None)
    return kind(**told)


class _Loader(yaml.SafeLoader):
    """Of two equal keys YAML would take the last: here they are an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key} is there twice", node.start_mark
                )
        return super().construct_mapping(node, deep)

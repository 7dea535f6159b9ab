"""The definitions that figures are made by: the newest number, or what the package ships."""

from typing import Any

import yaml

from shucheng.bays.statistics.engine import classification, imputation, industries, value_added
from shucheng.bays.statistics.engine.ladder import definition as ladders
from shucheng.bays.statistics.models import Definition


def newest(kind: str, code: str = "") -> Definition | None:
    """The newest number of a definition; None while the package's own holds."""
    return Definition.objects.filter(kind=kind, code=code).order_by("-number").first()


def classes_in_force() -> classification.Classification:
    own = newest(Definition.Kind.CLASSIFICATION)
    return read_classes(_document(own)) if own else classification.shipped()


def read_classes(document: dict[str, Any]) -> classification.Classification:
    """A classification from a mapping with `table` (csv text), version, title, source and
    whether it is provisional, which it is unless it says not."""
    return classification.read(
        document["table"],
        version=str(document["version"]),
        title=document.get("title", ""),
        source=document.get("source", ""),
        provisional=bool(document.get("provisional", True)),
    )


def industries_in_force() -> industries.Industries:
    own = newest(Definition.Kind.INDUSTRIES)
    return industries.read(_document(own)) if own else industries.shipped()


def rates_in_force() -> value_added.Rates:
    own = newest(Definition.Kind.RATES)
    return value_added.read(_document(own)) if own else value_added.shipped()


def ladder_in_force() -> ladders.Ladder:
    own = newest(Definition.Kind.LADDER)
    return ladders.read(_document(own)) if own else ladders.shipped()


def imputation_in_force() -> dict[int, tuple[imputation.Method, ...]]:
    """The periods (yyyymm) whose late firms are imputed, and by which methods, the first that can
    serve a firm."""
    rows = Definition.objects.filter(kind=Definition.Kind.IMPUTATION).order_by("number")
    chosen = {int(each.code): methods_of(each) for each in rows}
    return {period: methods for period, methods in sorted(chosen.items()) if methods}


def methods_of(chosen: Definition) -> tuple[imputation.Method, ...]:
    """The methods that a choice of imputation names; none ends it."""
    return tuple(_document(chosen)["methods"])


def _document(definition: Definition) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(definition.text)
    return document

"""Definitions as texts: what is in force, whether a text can be used, what it would change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.engine import classification, industries, value_added
from shucheng.bays.statistics.engine.classification_changes import (
    Changes,
    changes,
    firms_by_industry,
)
from shucheng.bays.statistics.engine.definition_error import DefinitionInvalid
from shucheng.bays.statistics.engine.ladder import definition as ladders
from shucheng.bays.statistics.models import Definition
from shucheng.bays.statistics.queries.definition_words import (
    invalid_words,
    table_words,
    words,
    yaml_words,
)
from shucheng.bays.statistics.queries.definitions import newest, read_classes
from shucheng.bays.statistics.queries.index_definitions import differences
from shucheng.bays.statistics.queries.micro import ask
from shucheng.kernel.public import NotFound
from shucheng.lib.indexes.definition import Loader

Kind = Definition.Kind
READERS: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    Kind.CLASSIFICATION: read_classes,
    Kind.RATES: value_added.read,
    Kind.INDUSTRIES: industries.read,
    Kind.LADDER: ladders.read,
}
_FILES = {
    Kind.RATES: "value_added_rates.yaml",
    Kind.INDUSTRIES: "industries.yaml",
    Kind.LADDER: "ladder.yaml",
}


class Unusable(Exception):
    """A text that is no definition; `lines` say why and what to do, for a person."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(" ".join(lines))
        self.lines = lines


def parsed(kind: str, text: str) -> Any:
    """What a text defines. Raises `Unusable`."""
    try:
        document = yaml.load(text, Loader)  # noqa: S506 - a SafeLoader
        if not isinstance(document, dict):
            raise Unusable([words("no-mapping")])
        return READERS[kind](document)
    except classification.ClassificationInvalid as error:
        raise Unusable(table_words(error.problems)) from None
    except DefinitionInvalid as error:
        raise Unusable([invalid_words(error)]) from None
    except yaml.YAMLError as error:
        raise Unusable([yaml_words(error)]) from None
    except KeyError as error:
        raise Unusable([words("key-missing", place=error.args[0])]) from None
    except (TypeError, AttributeError, ValueError, RecursionError) as error:
        raise Unusable([words("shape", value=str(error)[:200])]) from None


def text_in_force(kind: str) -> tuple[int, str]:
    """Number and text of a definition; number 0 is what the package ships."""
    if kind not in READERS:
        raise NotFound(_("The definition"))
    own = newest(kind)
    if own is not None:
        return own.number, own.text
    if kind in _FILES:
        return 0, (classification.DATA / _FILES[Kind(kind)]).read_text(encoding="utf-8")
    about = yaml.safe_load((classification.DATA / "classification_2021.yaml").read_text("utf-8"))
    table = (classification.DATA / "classification_2021.csv").read_text(encoding="utf-8")
    return 0, classes_text(table, about)


def classes_text(table: str, about: Mapping[str, Any]) -> str:
    """A classification's table (csv text) and what it is, as one text."""
    facts = {key: about[key] for key in ("version", "title", "source", "provisional")}
    head = yaml.safe_dump(facts, allow_unicode=True, sort_keys=False)
    lines = table.lstrip("\ufeff").splitlines()
    return f"{head}table: |\n" + "".join(f"  {line}\n" if line else "\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Touched:
    """A part of a definition, before and after, and how many firms it concerns by now."""

    name: str
    before: str
    after: str
    firms: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What another text would change: lines, and of the kinds that place firms the parts and the
    firms that they touch; `classes` of a classification."""

    lines: str
    touched: tuple[Touched, ...]
    classes: Changes | None = None

    @property
    def firms(self) -> int:
        return sum(each.firms for each in self.touched)


def preview(kind: str, before: str, after: str) -> Preview:
    """What `after` would change against `before`. Raises `Unusable` for a text that is none."""
    new = parsed(kind, after)
    old = parsed(kind, before)
    if kind == Kind.CLASSIFICATION:
        found = changes(old, new)
        return Preview("", _moved(found), found)
    touched: tuple[Touched, ...] = ()
    if kind == Kind.RATES:
        touched = _rates(old, new)
    elif kind == Kind.INDUSTRIES:
        touched = _industries(old, new)
    return Preview(differences(before, after), touched)


def _moved(found: Changes) -> tuple[Touched, ...]:
    moved = [each.industry for each in found.moved]
    firms = ask(lambda micro: firms_by_industry(micro.connection, moved))
    return tuple(
        Touched(
            each.industry,
            ", ".join(each.before) or "—",
            ", ".join(each.after) or "—",
            firms.get(each.industry, 0),
        )
        for each in found.moved
    )


def _rates(old: value_added.Rates, new: value_added.Rates) -> tuple[Touched, ...]:
    divisions = [f"{number:02}" for number in range(100)]
    rows = ask(
        lambda micro: micro.connection.execute(
            """SELECT left(industry, 2), count(*) FROM register
            WHERE until = 999912 GROUP BY 1"""
        ).fetchall()
    )
    firms: dict[str, int] = dict(rows)
    return tuple(
        Touched(each, str(old.of(each)), str(new.of(each)), firms.get(each, 0))
        for each in divisions
        if old.of(each) != new.of(each)
    )


def _industries(old: industries.Industries, new: industries.Industries) -> tuple[Touched, ...]:
    before = ask(lambda micro: industries.firms_taken(micro.connection, old))
    after = ask(lambda micro: industries.firms_taken(micro.connection, new))
    names = {each.code: each.name for each in (*old.industries, *new.industries)}
    return tuple(
        Touched(
            name,
            str(before.get(code, "—")),
            str(after.get(code, "—")),
            abs(after.get(code, 0) - before.get(code, 0)),
        )
        for code, name in names.items()
        if before.get(code) != after.get(code)
    )

"""The rules this part stands on: each with its clause, how surely it was read, and its numbers.

A number is never in code: it is asked for by rule and name, and comes with where it is from, so
that a page can say so and mark what is not confirmed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

FOLDER = Path(__file__).parents[2] / "data" / "authority"
Model = TypeVar("Model", bound=BaseModel)


class RulesInvalid(ValueError):
    """A file that cannot be used: `file`, and `place` inside it."""

    code = "authority.file-invalid"

    def __init__(self, file: str, place: str, why: str) -> None:
        super().__init__(f"{file}: {place}: {why}")
        self.file, self.place = file, place


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Document(Strict):
    title: str
    number: str = ""
    effective: str = ""


class Rule(Strict):
    """`jurisdiction`: where it binds; elsewhere it is a model."""

    doc: str
    clause: str
    params: dict[str, int | str | list[str]] = {}
    jurisdiction: str = "national"
    binding: Literal["must", "must_not", "should", "may"] = "must"
    confidence: Literal["text_read", "secondary_page", "memory"]

    @property
    def confirmed(self) -> bool:
        """Its wording was read and it binds here."""
        return self.confidence == "text_read" and self.jurisdiction == "national"


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number and where it stands; `unit` is told by the parameter's name."""

    value: int
    rule: str
    param: str
    source: str
    confirmed: bool


class Rules(Strict):
    version: str
    documents: dict[str, Document]
    rules: dict[str, Rule]

    def source(self, code: str) -> str:
        """Document and clause as they are cited: 《…》（number）clause. Raises `KeyError`."""
        rule = self.rules[code]
        document = self.documents[rule.doc]
        number = f"（{document.number}）" if document.number else ""
        return f"《{document.title}》{number}{rule.clause}"

    def number(self, ref: str) -> Number:
        """The number of `RULE.param`. Raises `KeyError` for an unknown one or no whole number."""
        code, _, param = ref.partition(".")
        rule = self.rules[code]
        value = rule.params[param]
        if not isinstance(value, int):
            raise KeyError(ref)
        return Number(value, code, param, self.source(code), rule.confirmed)

    def words(self, ref: str) -> tuple[str, ...]:
        """The list of words of `RULE.param`. Raises `KeyError`."""
        code, _, param = ref.partition(".")
        value = self.rules[code].params[param]
        if not isinstance(value, list):
            raise KeyError(ref)
        return tuple(value)


def load(model: type[Model], file: str, text: str) -> Model:
    """A file's text as its model. Raises `RulesInvalid` with the place and the reason."""
    try:
        return model.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise RulesInvalid(file, str(getattr(error, "problem_mark", "-")), "not YAML") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise RulesInvalid(file, ".".join(map(str, first["loc"])), first["msg"]) from error


def read_rules(text: str) -> Rules:
    """Rules from YAML; a city's own replaces ours whole. Raises `RulesInvalid`."""
    rules = load(Rules, "rules", text)
    for code, rule in rules.rules.items():
        if rule.doc not in rules.documents:
            raise RulesInvalid("rules", code, f"no document {rule.doc}")
    return rules


def shipped_texts() -> Mapping[str, str]:
    """The YAML text of each file that comes with the package, by its name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml"))}


@cache
def shipped_rules() -> Rules:
    return read_rules(shipped_texts()["rules"])

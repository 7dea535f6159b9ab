"""The rules as data: read, checked, with a version and a digest.

Five files (`categories`, `levels`, `names`, `recognisers`, `words`); a city's own replaces any of
them whole. Each entry that no read source supports says `unconfirmed`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import Field as Bounded

from shucheng.lib.geography import places

from .model import Grade, digest_of, grade

FOLDER = Path(__file__).parents[2] / "data" / "grading"
FILES = ("categories", "levels", "names", "recognisers", "words")
Share = Annotated[float, Bounded(ge=0, le=1)]
Mode = Literal["download", "api", "sandbox", "aggregate", "intersection"]
Model = TypeVar("Model", bound=BaseModel)


class RulesInvalid(ValueError):
    """A rule file that cannot be used: `file`, and `place` inside it."""

    code = "grading-rules-invalid"

    def __init__(self, file: str, place: str, why: str) -> None:
        super().__init__(f"{file}.yaml: {place}: {why}")
        self.file, self.place = file, place


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Strict):
    """Where a kind of data is named: a document, its clause, the rule in our list of rules."""

    doc: str
    clause: str
    rule: str = ""


class Category(_Strict):
    code: str
    zh: str
    en: str
    subject: Literal["person", "organisation", "public"]
    impact: tuple[str, str]
    source: Source | None = None
    sensitive: bool = False
    excluded: bool = False
    unconfirmed: bool = False
    note: str = ""


class Categories(_Strict):
    version: str
    documents: dict[str, dict[str, str]]
    categories: list[Category]


class Delivery(_Strict):
    allow: dict[Mode, list[str]]
    sources: list[str]
    unconfirmed: bool = False


class Condition(_Strict):
    add: list[str] = []
    deny: list[Mode] = []
    sources: list[str] = []
    unconfirmed: bool = False


class Volume(_Strict):
    """A set of that many persons ranks `raise` grades higher, up to `up_to`, or `at_least`."""

    code: str
    people: Literal["personal", "sensitive"]
    from_: int = Bounded(alias="from", gt=0)
    raise_: int = Bounded(0, alias="raise", ge=0)
    up_to: str = "general_4"
    at_least: str = ""
    sources: list[str] = []
    unconfirmed: bool = False


class Joined(_Strict):
    """One of each list in `all` in the same set: a category more, or `at_least` a grade."""

    code: str
    all: list[list[str]]
    category: str = ""
    at_least: str = ""
    sources: list[str] = []
    unconfirmed: bool = False


class Levels(_Strict):
    version: str
    matrix: dict[str, dict[str, str]]
    matrix_sources: list[str]
    unknown: str
    modes: list[Mode]
    delivery: dict[str, Delivery]
    conditions: dict[str, Condition]
    volume: list[Volume]
    joined: list[Joined]


class NameRule(_Strict):
    """`organisation`, `thing`: the category in such a context (absent: the same; "": a doubt);
    `anywhere`: counts wherever it stands in the name, not only as its head."""

    code: str
    category: str
    weight: Share
    zh: list[str] = []
    en: list[str] = []
    py: list[str] = []
    weak: bool = False
    needs_person: bool = False
    anywhere: bool = False
    organisation: str | None = None
    thing: str | None = None


class Names(_Strict):
    version: str
    rules: list[NameRule]
    changers: dict[str, list[str]]
    keeps: dict[str, list[str]]
    drops: dict[str, list[str]]
    neutral: dict[str, list[str]]
    affixes: list[str]
    before: list[str]
    flags: list[str]
    context: dict[str, list[str]]
    grown: list[str]
    stop: list[str]


class Recogniser(_Strict):
    category: str
    base: Share
    needs: Literal["", "digits", "han"] = ""
    purity: Share = 0.0
    coverage: Share = 0.0
    distinct: Share = 0.0
    hits: int = 1
    source: str = ""
    unless: list[str] = []
    organisation: str | None = None
    unconfirmed: bool = False


class Contradiction(_Strict):
    samples: int
    coverage: Share
    factor: Share


class MinorConfidence(_Strict):
    one: Share
    more: Share
    more_from: int


class Recognisers(_Strict):
    version: str
    recognisers: dict[str, Recogniser]
    provinces: list[int]
    card_prefixes: dict[str, list[int]]
    samples: int
    minor_age: int
    minor_confidence: MinorConfidence
    accept: Share
    contradiction: Contradiction


class Words(_Strict):
    version: str
    surnames: str
    compound_surnames: list[str]
    given: str
    not_names: list[str]
    not_name_endings: str
    organisation_endings: list[str]
    name_cues: list[str]
    name_titles: list[str]
    diseases: list[str]
    not_patients: list[str]


@dataclass(frozen=True)
class Rules:
    """All rules of one state of the files; `digest` changes with any letter of them."""

    categories: Mapping[str, Category]
    levels: Levels
    names: Names
    recognisers: Recognisers
    words: Words
    version: str
    digest: str

    def grade_of(self, category: str) -> Grade:
        """By the category's impact: object × degree (GR-STP-06)."""
        harmed, degree = self.categories[category].impact
        return grade(self.levels.matrix[harmed][degree])

    @cached_property
    def surnames(self) -> frozenset[str]:
        return frozenset(re.sub(r"\s", "", self.words.surnames)) | set(self.words.compound_surnames)

    @cached_property
    def given(self) -> frozenset[str]:
        return frozenset(re.sub(r"\s", "", self.words.given))

    @cached_property
    def not_names(self) -> frozenset[str]:
        """Words and places: a place's name without its kind looks like a person's (江阴, 高邮)."""
        known = {each.name for each in places()}
        bare = {name[:-1] for name in known if len(name) > 2}
        return frozenset(self.words.not_names) | known | bare


@cache
def shipped() -> Rules:
    """The rules that come with the package: a start, to be confirmed by the city."""
    return read({name: (FOLDER / f"{name}.yaml").read_text(encoding="utf-8") for name in FILES})


def read(texts: Mapping[str, str]) -> Rules:
    """Rules from the YAML text of each of `FILES`. Raises `RulesInvalid` naming file and place:
    not YAML, a key missing or unknown, a category, grade or impact that is not defined."""
    categories = _load(Categories, "categories", texts)
    levels = _load(Levels, "levels", texts)
    names = _load(Names, "names", texts)
    recognisers = _load(Recognisers, "recognisers", texts)
    words = _load(Words, "words", texts)
    known = {each.code: each for each in categories.categories}
    _check(known, levels, names, recognisers)
    version = "/".join(sorted({each.version for each in (categories, levels, names, recognisers)}))
    digest = digest_of(*(texts[name] for name in FILES))
    return Rules(known, levels, names, recognisers, words, version, digest)


def _load(model: type[Model], name: str, texts: Mapping[str, str]) -> Model:
    try:
        return model.model_validate(yaml.safe_load(texts[name]))
    except KeyError:
        raise RulesInvalid(name, "-", "the file is missing") from None
    except yaml.YAMLError as error:
        raise RulesInvalid(name, str(getattr(error, "problem_mark", "-")), "not YAML") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise RulesInvalid(name, place, first["msg"]) from error


def _check(
    known: Mapping[str, Category], levels: Levels, names: Names, recognisers: Recognisers
) -> None:
    grades = {each.code for each in Grade}
    for code, category in known.items():
        harmed, degree = category.impact
        if degree not in levels.matrix.get(harmed, {}):
            raise RulesInvalid("categories", code, f"no impact {harmed}, {degree} in the matrix")
    used = [
        levels.unknown,
        *levels.delivery,
        *(g for row in levels.matrix.values() for g in row.values()),
    ]
    used += [each for volume in levels.volume for each in (volume.up_to, volume.at_least) if each]
    used += [each.at_least for each in levels.joined if each.at_least]
    if wrong := set(used) - grades:
        raise RulesInvalid("levels", min(wrong), "no such grade")
    if missing := grades - set(levels.delivery):
        raise RulesInvalid("levels", "delivery", f"{min(missing)} is missing")
    _check_narrowing(levels)
    named = {
        "names": {c for r in names.rules for c in (r.category, r.organisation, r.thing) if c},
        "recognisers": {each.category for each in recognisers.recognisers.values()},
        "levels": {
            c
            for j in levels.joined
            for c in (*(c for any_ in j.all for c in any_), j.category)
            if c
        },
    }
    for file, codes in named.items():
        if wrong := codes - set(known):
            raise RulesInvalid(file, min(wrong), "no such category")


def _check_narrowing(levels: Levels) -> None:
    """A higher grade permits no way of delivery that a lower one does not."""
    for low, high in pairwise(Grade):
        allowed = levels.delivery[high.code].allow
        if wider := set(allowed) - set(levels.delivery[low.code].allow):
            why = f"{high.code} permits {min(wider)}, and {low.code} does not"
            raise RulesInvalid("levels", "delivery", why)

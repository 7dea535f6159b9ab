"""Labelled fields: from a seed, and from the hand-written files beside this one.

`labelled` mixes fields with a telling name, with telling samples under a name that tells nothing,
and with both; among them fields that only look so. Its names were written with the rules, so it
shows that they work as meant; how they do elsewhere, `grading_holdout.yaml` shows.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from shucheng.bays.data.engine.grading.model import Field, Resource

from .grading_values import LOOKALIKE, MADE, SAMPLES, VALUES, values

TELLING: dict[str, list[tuple[str, str]]] = MADE["telling"]
NOTHING = {"public", "free_text"}
"""What is found of fields that are nothing in particular."""
HARMLESS: list[tuple[str, str]] = MADE["harmless"]


@dataclass(frozen=True, slots=True)
class Labelled:
    """`kind`: where the label can be seen, `name`, `samples` or `both`."""

    field: Field
    categories: frozenset[str]
    kind: str


def labelled(seed: int, count: int) -> Iterator[Labelled]:
    """`count` fields; the same seed makes the same."""
    r = random.Random(seed)
    for number in range(count):
        kind = r.choice(("name", "samples", "both"))
        if r.random() < 0.3:
            yield _harmless(r, kind, number)
        else:
            yield _telling(r, kind, number)


def _telling(r: random.Random, kind: str, number: int) -> Labelled:
    category = r.choice(sorted(TELLING if kind == "name" else VALUES))
    samples = () if kind == "name" else tuple(values(r, category))
    name, comment = f"col_{number}", ""
    if kind != "samples":
        name, comment = r.choice(TELLING[category])
        name = r.choice([name, name, f"t_{name}" if name.isascii() else name])
    return Labelled(Field(name, comment, "varchar", samples), frozenset({category}), kind)


def _harmless(r: random.Random, kind: str, number: int) -> Labelled:
    name, comment = r.choice(HARMLESS) if kind != "samples" else (f"col_{number}", "")
    samples: tuple[str, ...] = ()
    if kind != "name":
        make = LOOKALIKE[r.choice(sorted(LOOKALIKE))]
        samples = tuple(make(r) for _ in range(SAMPLES))
    return Labelled(Field(name, comment, "varchar", samples), frozenset(), kind)


def many_names(seed: int, count: int) -> Iterator[Field]:
    """Fields as a city's departments have them: resources of twenty columns, many names common to
    all, others made of a system's prefix and a word, a third with a comment."""
    r = random.Random(seed)
    common = [*HARMLESS, *(pair for pairs in TELLING.values() for pair in pairs)]
    words, titles = MADE["systems"], MADE["titles"]
    resource = Resource()
    for number in range(count):
        if number % 20 == 0:
            resource = Resource(f"{r.choice(titles)}{number // 20 % 97}")
        name, comment = r.choice(common)
        draw = r.random()
        if draw < 0.35:
            name = f"{r.choice(words)}_{name}_{r.randrange(200)}"
        elif draw < 0.6:
            first, second, third = r.choices(words, k=3)
            name, comment = f"{first}{second.title()}{third.title()}{r.randrange(60)}", ""
        yield Field(name, comment if r.random() < 0.6 else "", "varchar", (), resource)


@dataclass(slots=True)
class Score:
    """Of one category: found and right, found and wrong, missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)


def scores(pairs: Iterable[tuple[frozenset[str], frozenset[str]]]) -> dict[str, Score]:
    """By category, of pairs (expected, found); what is not personal and what is published is no
    finding. "all" sums up."""
    made: dict[str, Score] = {"all": Score()}
    for expected, found in pairs:
        for category in expected | (found - NOTHING - {"minor"}):
            for score in (made["all"], made.setdefault(category, Score())):
                score.right += category in expected and category in found
                score.wrong += category not in expected
                score.missed += category not in found
    return made


def written(path: str) -> Iterator[tuple[Field, frozenset[str], str]]:
    """The hand-written cases of a YAML file beside this one: field, categories, why."""
    for case in yaml.safe_load((Path(__file__).parent / path).read_text(encoding="utf-8"))["cases"]:
        samples = [
            float(each) if case.get("floats") else str(each) for each in case.get("samples", [])
        ]
        samples = samples * case.get("repeat", 1) + ([case["last"]] if "last" in case else [])
        resource = Resource(case.get("title", ""), case.get("department", ""))
        field = Field(case["name"], case.get("comment", ""), "varchar", samples, resource)
        yield field, frozenset(case["categories"]), case.get("why", "")


def listed(path: str) -> Iterator[tuple[Field, frozenset[str]]]:
    """The rows of a YAML file beside this one: fields by name and comment, and their categories."""
    rows = yaml.safe_load((Path(__file__).parent / path).read_text(encoding="utf-8"))["fields"]
    for name, comment, title, categories in rows:
        yield Field(name, comment, "varchar", (), Resource(title)), frozenset(categories)

"""Maturity by questionnaire: answers per item, a score per domain and in all, a level by rule.

Answers are the level, from 1 to the highest, whose description fits. A domain's score is the
weighted mean of its items, the whole that of the domains; a level is reached when the whole and
every domain reach what the level asks, and every level below is reached. Form of assessment after
GB/T 36073-2018 (DCMM); weights and thresholds are data of the definition.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self

from pydantic import Field, ValidationError
from pydantic import model_validator as checked

from .definition import Name, Part, malformed, read_yaml
from .errors import IndexRefused

NOT_APPLICABLE: Literal["n/a"] = "n/a"


class Item(Part):
    """One question; `question` is what is asked, in our own words. `may_not_apply`: the item can
    be left out with the answer `n/a`, its weight then goes to the domain's others."""

    code: str
    name: Name
    question: Name
    weight: float = Field(default=1.0, gt=0)
    may_not_apply: bool = False


class Domain(Part):
    code: str
    name: Name
    items: tuple[Item, ...] = Field(min_length=1)
    weight: float = Field(default=1.0, gt=0)


class Level(Part):
    """`at_least`: the whole's score that it asks; `every_domain`: the least of every domain."""

    level: int
    name: Name
    at_least: float
    every_domain: float = 1.0
    meaning: Name


class Questionnaire(Part):
    schema_: Literal["shucheng.questionnaire/1"] = Field(alias="schema")
    code: str
    version: str
    name: Name
    domains: tuple[Domain, ...] = Field(min_length=1)
    levels: tuple[Level, ...] = Field(min_length=2)
    sources: tuple[str, ...] = ()
    unconfirmed: tuple[Name | str, ...] = ()

    @checked(mode="after")
    def _fits(self) -> Self:
        codes = [item.code for item in self.items] + [domain.code for domain in self.domains]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"codes are there twice: {', '.join(twice)}")
        if [level.level for level in self.levels] != list(range(1, len(self.levels) + 1)):
            raise ValueError("levels are numbered 1, 2, ... in this order")
        asked = [level.at_least for level in self.levels]
        if asked != sorted(asked) or asked[0] > 1:
            raise ValueError("each level asks no less than the one below, the first at most 1")
        if self.levels[0].every_domain > 1:
            raise ValueError("the first level asks at most 1 of every domain")
        return self

    @cached_property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for domain in self.domains for item in domain.items)


@dataclass(frozen=True)
class Assessed:
    """`contributions` by item add up to the score; `domains` are the domains' scores; `lacking`
    says of the next level what it asks that is not reached: code of the domain, or the
    questionnaire's own for the whole, with the score and what is asked."""

    score: float
    level: int
    domains: Mapping[str, float]
    contributions: Mapping[str, float]
    lacking: Mapping[str, tuple[float, float]]


def read_questionnaire(text: str) -> Questionnaire:
    """Refused: `index.unreadable`, `index.malformed`."""
    data = read_yaml(text)
    try:
        return Questionnaire.model_validate(data)
    except ValidationError as error:
        raise malformed(data, error) from None


def assess(
    questionnaire: Questionnaire, answers: Mapping[str, object], respondent: str = ""
) -> Assessed:
    """A respondent's answers by item code, each 1 to the highest level or `n/a`.

    Refused: `index.unanswered`, `index.answer`, `index.unknown_item`, `index.nothing_applies`.
    """
    for code in answers:
        if code not in {item.code for item in questionnaire.items}:
            _refuse(questionnaire, "index.unknown_item", respondent, code)
    domains, contributions = {}, {}
    of_domains = sum(domain.weight for domain in questionnaire.domains)
    for domain in questionnaire.domains:
        given = {
            item: answer
            for item in domain.items
            if (answer := _answer(questionnaire, item, answers.get(item.code), respondent))
        }
        if not given:
            _refuse(questionnaire, "index.nothing_applies", respondent, "", node=domain.code)
        of_items = sum(item.weight for item in given)
        domains[domain.code] = sum(i.weight * answer for i, answer in given.items()) / of_items
        for item, answer in given.items():
            share = domain.weight / of_domains * item.weight / of_items
            contributions[item.code] = share * answer
    score = sum(contributions.values())
    level = _level(questionnaire, score, domains)
    return Assessed(
        score, level, domains, contributions, _lacking(questionnaire, level, score, domains)
    )


def _answer(
    questionnaire: Questionnaire, item: Item, answer: object, respondent: str
) -> int | None:
    """None where the item does not apply."""
    highest = len(questionnaire.levels)
    if answer is None or (answer == NOT_APPLICABLE and not item.may_not_apply):
        _refuse(questionnaire, "index.unanswered", respondent, item.code)
    if answer == NOT_APPLICABLE:
        return None
    if not isinstance(answer, int) or isinstance(answer, bool) or not 1 <= answer <= highest:
        _refuse(
            questionnaire, "index.answer", respondent, item.code, answer=answer, highest=highest
        )
    return int(str(answer))


def _asked(
    questionnaire: Questionnaire, level: Level, score: float, domains: Mapping[str, float]
) -> dict[str, tuple[float, float]]:
    """What the level asks and is not reached. A sum of weights may be a rounding short."""
    found = {questionnaire.code: (score, level.at_least)}
    found |= {code: (value, level.every_domain) for code, value in domains.items()}
    return {code: pair for code, pair in found.items() if pair[0] < pair[1] - 1e-9}


def _level(questionnaire: Questionnaire, score: float, domains: Mapping[str, float]) -> int:
    reached = 0
    for level in questionnaire.levels:
        if _asked(questionnaire, level, score, domains):
            break
        reached = level.level
    return reached


def _lacking(
    questionnaire: Questionnaire, level: int, score: float, domains: Mapping[str, float]
) -> dict[str, tuple[float, float]]:
    if level == len(questionnaire.levels):
        return {}
    return _asked(questionnaire, questionnaire.levels[level], score, domains)


def _refuse(
    questionnaire: Questionnaire, code: str, respondent: str, item: str, **more: object
) -> None:
    raise IndexRefused(
        code, definition=questionnaire.code, respondent=respondent, indicator=item, **more
    )

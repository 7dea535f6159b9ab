"""The datasheet of a dataset: questions as data, and which of them are not answered.

Groups after Gebru et al., "Datasheets for Datasets" (2018; CACM 64(12), 2021), in own wording."""

from collections.abc import Mapping
from functools import cache

import yaml
from pydantic import BaseModel, ConfigDict

from .rules import FOLDER


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Question(_Strict):
    code: str
    zh: str
    en: str
    optional: bool = False


class Group(_Strict):
    code: str
    zh: str
    en: str
    questions: list[Question]


class Datasheet(_Strict):
    version: str
    source: str
    groups: list[Group]

    @property
    def questions(self) -> list[Question]:
        return [each for group in self.groups for each in group.questions]

    def missing(self, answers: Mapping[str, str]) -> list[Question]:
        """Questions that have to be answered and are not."""
        return [
            each
            for each in self.questions
            if not each.optional and not answers.get(each.code, "").strip()
        ]

    def kept(self, answers: Mapping[str, str]) -> dict[str, str]:
        """The answers to its own questions, without blanks around."""
        given = {each.code: answers.get(each.code, "").strip() for each in self.questions}
        return {code: text for code, text in given.items() if text}


@cache
def datasheet() -> Datasheet:
    document = yaml.safe_load((FOLDER / "datasheet.yaml").read_text(encoding="utf-8"))
    return Datasheet.model_validate(document)

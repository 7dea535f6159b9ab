"""Questionnaires answered: who, which level, where the points come from.

A firm's answers are facts of a single firm: whoever may not see it does not see them either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.models import IndexRun
from shucheng.bays.statistics.queries.index_definitions import (
    InForce,
    in_language,
    index_in_force,
    read_text,
)
from shucheng.bays.statistics.queries.seeing import areas_seen
from shucheng.kernel.public import Actor, NotFound, Organisation
from shucheng.lib.indexes.questionnaire import NOT_APPLICABLE, Questionnaire


@dataclass(frozen=True, slots=True)
class AnsweredLine:
    run: IndexRun
    name: str
    of_firm: bool
    level: str
    level_number: int
    score: float


@dataclass(frozen=True, slots=True)
class QuestionnairePage:
    in_force: InForce
    lines: tuple[AnsweredLine, ...]
    # Answers that are there and not shown to this actor.
    hidden: int

    @property
    def simulated(self) -> bool:
        return any(line.run.simulated for line in self.lines)


@dataclass(frozen=True, slots=True)
class ItemLine:
    name: str
    question: str
    answer: str
    contribution: float | None


@dataclass(frozen=True, slots=True)
class DomainLine:
    name: str
    score: float
    percent: float
    # What the next level asks of it, where it is not reached.
    asked: float | None
    items: tuple[ItemLine, ...]


@dataclass(frozen=True, slots=True)
class AnswersPage:
    in_force: InForce
    line: AnsweredLine
    meaning: str
    highest: int
    next_level: str
    whole_asked: float | None
    domains: tuple[DomainLine, ...]


def questionnaire_page(code: str, *, actor: Actor) -> QuestionnairePage:
    actor.require("statistics.view")
    in_force = _questionnaire(code)
    runs = list(IndexRun.objects.filter(code=code).order_by("-period", "-pk"))
    seen = [run for run in runs if _sees(actor, run)]
    return QuestionnairePage(
        in_force, tuple(_line(run) for run in seen), hidden=len(runs) - len(seen)
    )


def answers_page(code: str, run_id: int, *, actor: Actor) -> AnswersPage:
    actor.require("statistics.view")
    in_force = _questionnaire(code)
    run = IndexRun.objects.filter(code=code, pk=run_id).first()
    if run is None or not _sees(actor, run):
        raise NotFound(_("The answers"))
    asked, result = _asked(run), run.result
    level = max(result["level"], 1)
    following = asked.levels[result["level"]] if result["level"] < len(asked.levels) else None
    lacking: Mapping[str, list[float]] = result["lacking"]
    whole = lacking.get(asked.code)
    return AnswersPage(
        in_force=in_force,
        line=_line(run),
        meaning=in_language(asked.levels[level - 1].meaning),
        highest=len(asked.levels),
        next_level=in_language(following.name) if following else "",
        whole_asked=whole[1] if whole else None,
        domains=tuple(
            DomainLine(
                in_language(domain.name),
                result["domains"][domain.code],
                100 * result["domains"][domain.code] / len(asked.levels),
                lacking[domain.code][1] if domain.code in lacking else None,
                tuple(_item(asked, item, run) for item in domain.items),
            )
            for domain in asked.domains
        ),
    )


def respondents(*, actor: Actor) -> list[tuple[str, str]]:
    """The organisations that can be chosen, by code."""
    actor.require("statistics.define")
    return [(row.code, row.name) for row in Organisation.objects.all()]


def _questionnaire(code: str) -> InForce:
    found = index_in_force(code)
    if not found.is_questionnaire:
        raise NotFound(_("The questionnaire"))
    return found


def _asked(run: IndexRun) -> Questionnaire:
    found = read_text(run.result["definition"])
    if not isinstance(found, Questionnaire):
        raise NotFound(_("The questionnaire"))
    return found


def _sees(actor: Actor, run: IndexRun) -> bool:
    who = run.values["respondent"]
    if who["kind"] != "firm":
        return True
    seen = areas_seen(actor)
    return seen is None or who["area"] in seen


def _line(run: IndexRun) -> AnsweredLine:
    asked, who = _asked(run), run.values["respondent"]
    level = max(run.result["level"], 1)
    return AnsweredLine(
        run,
        who["name"],
        who["kind"] == "firm",
        in_language(asked.levels[level - 1].name),
        level,
        run.result["score"],
    )


def _item(asked: Questionnaire, item: Any, run: IndexRun) -> ItemLine:
    answer = run.values["answers"][item.code]
    if answer == NOT_APPLICABLE:
        words = str(_("does not apply"))
    else:
        words = f"{answer} {in_language(asked.levels[int(answer) - 1].name)}"
    return ItemLine(
        in_language(item.name),
        in_language(item.question),
        words,
        run.result["contributions"].get(item.code),
    )

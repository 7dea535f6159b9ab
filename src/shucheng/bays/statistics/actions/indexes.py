"""Compute an index from what is known, and take a questionnaire's answers. Rows only grow."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from shucheng.bays.statistics.models import Firm, IndexRun
from shucheng.bays.statistics.queries.index_definitions import (
    InForce,
    index_in_force,
    names_in,
)
from shucheng.bays.statistics.queries.index_results import computed, newest_run
from shucheng.bays.statistics.queries.index_texts import refusal
from shucheng.bays.statistics.queries.index_values import gather
from shucheng.bays.statistics.queries.places import every_area_name
from shucheng.kernel.public import Actor, Invalid, Organisation, action, record
from shucheng.lib.indexes.definition import Index
from shucheng.lib.indexes.errors import IndexRefused
from shucheng.lib.indexes.questionnaire import Questionnaire, assess
from shucheng.lib.periods import Period, PeriodInvalid


@action
def compute_index(code: str, period: str, *, actor: Actor) -> IndexRun:
    """The index of a period from what is known now. Where nothing has changed since the newest
    run, that one is the answer and nothing is stored."""
    actor.require("statistics.define")
    definition = index_in_force(code)
    index = definition.read
    if not isinstance(index, Index):
        raise _wrong(_("A questionnaire is answered, not computed."))
    when = _period(period)
    gathered = gather(index, when)
    values = {
        metric: {area: one.to_json() for area, one in sorted(by_area.items())}
        for metric, by_area in gathered.values.items()
    }
    digest = _digest(definition, str(when), values)
    before = newest_run(code, str(when))
    if before and before.digest == digest:
        return _recorded(before, actor, unchanged=True)
    try:
        result = computed(index, gathered)
    except IndexRefused as error:
        raise refused(error, definition) from None
    run = IndexRun.objects.create(
        code=code,
        definition=definition.number,
        period=str(when),
        values=values,
        result={"definition": definition.text, **result},
        digest=digest,
        simulated=gathered.simulated,
        by=actor.name[:150],
    )
    return _recorded(run, actor)


@action
def answer_questionnaire(
    code: str,
    respondent: Mapping[str, str],
    answers: Mapping[str, object],
    *,
    day: date | None = None,
    simulated: bool = False,
    actor: Actor,
) -> IndexRun:
    """A self-assessment of a firm (`{"firm": credit code}`) or of an organisation
    (`{"organisation": code}`) on a day: the answers, and the level they make by rule."""
    actor.require("statistics.define")
    definition = index_in_force(code)
    if not isinstance(definition.read, Questionnaire):
        raise _wrong(_("An index is computed from observations, not answered."))
    who = _respondent(respondent)
    _require_answers(definition.read, answers)
    try:
        found = assess(definition.read, answers, who["name"])
    except IndexRefused as error:
        raise refused(error, definition) from None
    period = str(day or timezone.localdate())
    values = {"respondent": who, "answers": dict(answers)}
    run = IndexRun.objects.create(
        code=code,
        definition=definition.number,
        period=period,
        values=values,
        result={
            "definition": definition.text,
            "score": found.score,
            "level": found.level,
            "domains": dict(found.domains),
            "contributions": dict(found.contributions),
            "lacking": {key: list(pair) for key, pair in found.lacking.items()},
        },
        digest=_digest(definition, period, values),
        simulated=simulated,
        by=actor.name[:150],
    )
    return _recorded(run, actor)


def _require_answers(asked: Questionnaire, answers: Mapping[str, object]) -> None:
    """All that is not answered at once, not one item after the other."""
    missing = [item.code for item in asked.items if answers.get(item.code) in (None, "")]
    if missing:
        raise Invalid(
            "statistics.index.unanswered",
            ngettext_lazy(
                "%(count)s item has no answer.", "%(count)s items have no answer.", len(missing)
            ),
            _("Answer what is marked; where an item does not apply and may be left out, say so."),
            {code: str(_("Choose one of the levels.")) for code in missing},
            count=len(missing),
        )


def refused(error: IndexRefused, definition: InForce) -> Invalid:
    """What the engine would not compute, in words: codes of indicators and areas by their names."""
    names = names_in(definition) | every_area_name()
    told = {key: names.get(str(value), value) for key, value in error.values.items()}
    message, hint = refusal(IndexRefused(error.code, **told))
    named = str(error.values.get("indicator", ""))
    return Invalid(f"statistics.{error.code}", message, hint, {named: message} if named else None)


def _recorded(run: IndexRun, actor: Actor, *, unchanged: bool = False) -> IndexRun:
    facts = {"code": run.code, "period": run.period, "definition": run.definition}
    more = {"unchanged": True} if unchanged else {"digest": run.digest}
    record("statistics.index.computed", run, actor=actor, after=facts | more)
    return run


def _respondent(given: Mapping[str, str]) -> dict[str, str]:
    if code := given.get("firm", "").strip():
        firm = Firm.objects.filter(credit_code=code).first()
        if firm is None:
            raise _respondent_unknown({"firm": str(_("No firm has this credit code."))})
        return {"kind": "firm", "code": code, "name": firm.name, "area": firm.area}
    organisation = Organisation.objects.filter(code=given.get("organisation", "")).first()
    if organisation is None:
        raise _respondent_unknown({"organisation": str(_("Choose an organisation, or a firm."))})
    return {"kind": "organisation", "code": organisation.code, "name": organisation.name}


def _respondent_unknown(fields: dict[str, str]) -> Invalid:
    return Invalid(
        "statistics.respondent",
        _("Whose answers these are is not known."),
        _("Give the firm's unified social credit code, or choose an organisation."),
        fields,
    )


def _period(text: str) -> Period:
    try:
        return Period.parse(text)
    except PeriodInvalid:
        raise Invalid(
            "statistics.period",
            _("“%(text)s” is not a reporting period."),
            _("Write it as 2025, 2025-S1, 2025-Q3 or 2025-09."),
            text=text[:40],
        ) from None


def _digest(definition: InForce, period: str, values: Mapping[str, Any]) -> str:
    stands_on = {
        "definition": definition.text,
        "number": definition.number,
        "period": period,
        "values": values,
    }
    return hashlib.sha256(json.dumps(stands_on, sort_keys=True).encode()).hexdigest()


def _wrong(message: Any) -> Invalid:
    return Invalid("statistics.index", message, _("Open the page of the definition."))

"""Indexes of simulated figures, and a few self-assessments, labelled as such. Seeded."""

import random
from datetime import timedelta

from django.utils import timezone

from shucheng.bays.statistics.actions.indexes import answer_questionnaire, compute_index
from shucheng.bays.statistics.models import Firm, IndexRun
from shucheng.bays.statistics.queries.index_definitions import index_codes, index_in_force
from shucheng.bays.statistics.queries.index_values import gather, lacks
from shucheng.bays.statistics.queries.indexes import period_choices
from shucheng.kernel.public import Actor, Organisation
from shucheng.lib.indexes.definition import Index
from shucheng.lib.indexes.questionnaire import Questionnaire
from shucheng.lib.periods import Period

_OF_OFFICES = "data_management_maturity"
_YEARS, _QUARTERS, _RESPONDENTS = 2, 2, 4


def simulate_indexes(actor: Actor) -> int:
    """Every index of the last two years and quarters that have all values, and answers of some
    firms and organisations; how many runs there are then."""
    rng = random.Random(2025)  # noqa: S311 - a demonstration, not a secret
    for code in index_codes():
        definition = index_in_force(code).read
        if isinstance(definition, Index):
            for period in _complete(definition):
                compute_index(code, period, actor=actor)
        elif not IndexRun.objects.filter(code=code).exists():
            _answer(definition, rng, actor)
    return IndexRun.objects.count()


def _complete(index: Index) -> list[str]:
    """Oldest first, so that the newest period is also the newest run."""
    left = {"A": _YEARS, "Q": _QUARTERS}
    found = []
    for text in period_choices():
        period = Period.parse(text)
        gathered = gather(index, period)
        missing = any(lack.refused for lack in lacks(index, period, gathered))
        if left[period.frequency] and gathered.areas and gathered.simulated and not missing:
            left[period.frequency] -= 1
            found.append(text)
    return found[::-1]


def _answer(questionnaire: Questionnaire, rng: random.Random, actor: Actor) -> None:
    firms = Firm.objects.filter(is_open=True, merged_into=None, batch__simulated=True)
    large = firms.filter(size__in=["large", "medium"]).order_by("credit_code")
    who = [{"firm": firm.credit_code} for firm in large[:_RESPONDENTS]]
    # A factory is a firm's; data are managed by offices as well.
    if questionnaire.code == _OF_OFFICES:
        offices = Organisation.objects.filter(kind=Organisation.Kind.DEPARTMENT)
        rows = offices.order_by("order", "code")[:_RESPONDENTS]
        who += [{"organisation": row.code} for row in rows]
    highest = len(questionnaire.levels)
    for at, one in enumerate(who):
        base = rng.uniform(1.5, highest - 0.5)
        answers: dict[str, object] = {
            item.code: min(max(round(rng.gauss(base, 0.7)), 1), highest)
            for item in questionnaire.items
        }
        day = timezone.localdate() - timedelta(days=40 * (at + 1))
        answer_questionnaire(questionnaire.code, one, answers, day=day, simulated=True, actor=actor)

"""The chance that a year's target is met, from what was known at a briefing's moment."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from shucheng.plan.briefings.engine.facts import ChanceFacts
from shucheng.plan.forecast.document import from_document
from shucheng.plan.forecast.model import Insufficient, chance
from shucheng.plan.forecast.words import whole_percent
from shucheng.plan.models import PlanVersion
from shucheng.plan.queries.annex_line import comparator_of, factor_of
from shucheng.plan.queries.forecasts import Made, digest_of, kept_by_cell, make, series_of
from shucheng.plan.queries.judged import Judged
from shucheng.plan.queries.measured import Known


class Chances:
    """Forecasts that are kept and still hold are taken, the others are made."""

    def __init__(
        self, judged: Iterable[Judged], known: Mapping[int, list[Known]], version: PlanVersion
    ) -> None:
        self.until = version.period_end
        self.known = known
        asked = list(judged)
        bindings = [each.indicator.binding_id for each in asked if each.indicator.binding_id]
        self.kept = kept_by_cell(bindings, sorted({each.area for each in asked}))

    def of(self, each: Judged, year: int) -> ChanceFacts:
        binding, factor = each.indicator.binding, factor_of(each.indicator)
        if binding is None or self.until is None or not factor or each.target is None:
            return ChanceFacts(percent=None, year=year, why_not=_("no formula or no target"))
        series = series_of(each, binding, self.known.get(binding.pk, []))
        made = self._made((binding.pk, each.area), digest_of(series, self.until), series)
        if isinstance(made, Insufficient):
            return ChanceFacts(percent=None, year=year, why_not=_why_not(made))
        target = float(each.target) / float(factor)
        for period, ends in made.ends.items():
            if period.year == year:
                share = chance(ends, comparator_of(each.indicator), target)
                return ChanceFacts(
                    percent=Decimal(whole_percent(share)),
                    year=year,
                    method=made.method,
                    points=made.points,
                )
        return ChanceFacts(percent=None, year=year, why_not=_("the year is over"))

    def _made(self, cell: tuple[int, str], digest: str, series: object) -> Made:
        kept, document = self.kept.get(cell, ("", {}))
        if kept == digest:
            return from_document(document)
        return make(series, self.until or 0)  # type: ignore[arg-type]


def _why_not(found: Insufficient) -> str:
    words = {
        "too_few": _("too few values are known"),
        "too_many_gaps": _("too many periods have no value"),
        "never_moved": _("the value has never moved"),
        "period_over": _("the year is over"),
    }
    return words[found.reason]

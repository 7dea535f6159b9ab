"""Keep the values of bindings in step with the observations that they are computed from."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from shucheng.kernel.public import Actor, Change, action, record
from shucheng.plan.models import Binding, IndicatorValue
from shucheng.plan.queries.computed import (
    ENGINE,
    Computed,
    compute,
    first_year_of,
    looks_around,
    metrics_of,
)
from shucheng.plan.queries.versions import current_version

# What the column holds; a formula that gives more than that is wrong and gives nothing.
_LARGEST = Decimal(10) ** 17
_BATCH = 500


@action
def recompute_all(*, actor: Actor) -> int:
    """Compute every value anew; the cache may be deleted before, nothing is lost by it."""
    actor.require("plan.manage")
    written = recompute()
    record("plan.values.recomputed", ("plan.values", "all", ENGINE), actor=actor, values=written)
    return written


def follow_observations(change: Change) -> None:
    """Compute what a change of observations changes; inside the action that records them."""
    touched = [
        binding for binding in Binding.objects.all() if metrics_of(binding.formula) & change.metrics
    ]
    around = [binding for binding in touched if looks_around(binding.formula)]
    recompute(around)
    recompute([binding for binding in touched if binding not in around], change.areas)


def recompute(bindings: Sequence[Binding] | None = None, areas: Iterable[str] = ()) -> int:
    """Compute the values of bindings for some areas anew and store them; of all bindings and all
    areas where none are named. Called inside an action; returns how many rows were written."""
    chosen = Binding.objects.order_by("pk")
    if bindings is not None:
        chosen = chosen.filter(pk__in=[binding.pk for binding in bindings])
    # Whoever records beside us waits here, and then reads what we recorded.
    locked = list(chosen.select_for_update())
    if not locked:
        return 0
    wanted = sorted(set(areas))
    stored = IndicatorValue.objects.filter(binding__in=locked)
    (stored.filter(area__in=wanted) if wanted else stored).delete()
    version = current_version()
    if version is None:
        return 0  # publishing a plan computes them
    computed = compute(locked, first_year_of(version), areas=wanted)
    IndicatorValue.objects.bulk_create(map(_row, computed), batch_size=_BATCH)
    return len(computed)


def _row(computed: Computed) -> IndicatorValue:
    value = computed.value
    return IndicatorValue(
        binding=computed.binding,
        area=computed.area,
        period=str(computed.period),
        period_end=computed.period.end,
        value=value if value is not None and abs(value) < _LARGEST else None,
        simulated=computed.simulated,
        rests_on=computed.rests_on,
        observation_id=computed.newest.id,
        recorded_at=computed.newest.recorded_at,
        digest=computed.digest,
        engine=ENGINE,
    )

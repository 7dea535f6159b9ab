"""City packs: what a city is made of, and how what its plan promises is measured."""

from dataclasses import asdict
from typing import Any

from shucheng.kernel.public import (
    Actor,
    FormSettings,
    MetricDefinition,
    ReportingSettings,
    RuleSettings,
    action,
    import_areas,
    import_metrics,
    import_organisations,
    import_reporting,
    organisation_ids,
    record,
)
from shucheng.plan.actions.values import recompute
from shucheng.plan.city.model import AnnexRow, CityPack, Metric, Reporting, TargetClause
from shucheng.plan.city.model import Binding as PackBinding
from shucheng.plan.city.resolving import resolve_bindings
from shucheng.plan.models import Binding, Duty, FormulaVersion, PlanVersion, VersionState
from shucheng.plan.rebuild import compiled_plan


@action
def load_city(pack: CityPack, *, actor: Actor) -> dict[str, int]:
    """Store a city pack: areas, organisations, metrics, bindings. Loading it again changes only
    what the pack changed; what it no longer names stays."""
    actor.require("plan.manage")
    import_areas(pack.areas, actor=actor)
    import_organisations(pack.organisations, actor=actor)
    import_metrics([_definition(metric) for metric in pack.metrics], actor=actor)
    import_reporting(_reporting(pack.reporting), actor=actor)
    for entry in pack.bindings:
        binding, _new = Binding.objects.update_or_create(code=entry.code, defaults=_stored(entry))
        _keep_formula(binding, actor=actor)
    bound = sum(
        bind_version(version)
        for version in PlanVersion.objects.filter(state=VersionState.PUBLISHED)
    )
    recompute()
    counts = {
        "areas": len(pack.areas),
        "organisations": len(pack.organisations),
        "metrics": len(pack.metrics),
        "bindings": len(pack.bindings),
        "bound": bound,
    }
    record("plan.city.loaded", ("city", pack.city.code, pack.city.name), actor=actor, after=counts)
    return counts


def _keep_formula(binding: Binding, *, actor: Actor) -> None:
    """Write down a binding's formula as a version, unless it is the newest one already."""
    last = binding.formulas.order_by("-number").first()
    if last is None or (last.formula, last.unit) != (binding.formula, binding.unit):
        FormulaVersion.objects.create(
            binding=binding,
            number=last.number + 1 if last else 1,
            formula=binding.formula,
            unit=binding.unit,
            clause=binding.clause,
            recorded_by_id=actor.person_id,
        )


def bind_version(version: PlanVersion) -> int:
    """Point a published version's indicators and targets at their bindings, its duties at their
    organisations. Called inside the action that publishes the version or loads the city; returns
    how many bindings answer something."""
    bindings = {binding.code: binding for binding in Binding.objects.all()}
    resolved, _open = resolve_bindings(
        [_from_stored(binding) for binding in bindings.values()], compiled_plan(version)
    )
    indicators = {indicator.no: indicator for indicator in version.indicators.all()}
    targets = {target.ref: target for target in version.targets.all()}
    for found in resolved:
        binding = bindings[found.binding.code]
        if found.indicator and found.indicator.no in indicators:
            indicators[found.indicator.no].binding = binding
        for match in found.targets:
            if match.target.id in targets:
                targets[match.target.id].binding = binding
    version.indicators.bulk_update(indicators.values(), ["binding"])
    version.targets.bulk_update(targets.values(), ["binding"])
    _resolve_duties(version)
    return len(resolved)


def _resolve_duties(version: PlanVersion) -> None:
    open_duties = list(version.duties.filter(organisation=None))
    known = organisation_ids(sorted({duty.name for duty in open_duties}))
    found = [duty for duty in open_duties if duty.name in known]
    for duty in found:
        duty.organisation_id = known[duty.name]
    Duty.objects.bulk_update(found, ["organisation"])


def _stored(entry: PackBinding) -> dict[str, Any]:
    return {
        "name": entry.name,
        "name_en": entry.name_en,
        "formula": entry.formula,
        "unit": entry.unit,
        "direction": entry.direction,
        "clause": entry.clause,
        "note": entry.note,
        "row": asdict(entry.indicator) if entry.indicator else None,
        "clauses": [asdict(clause) for clause in entry.targets],
    }


def _from_stored(binding: Binding) -> PackBinding:
    return PackBinding(
        code=binding.code,
        name=binding.name,
        name_en=binding.name_en,
        formula=binding.formula,
        unit=binding.unit,
        direction="down" if binding.direction == "down" else "up",
        lead=(),
        clause=binding.clause,
        indicator=AnnexRow(**binding.row) if binding.row else None,
        targets=tuple(
            TargetClause(**{**clause, "subjects": tuple(clause["subjects"])})
            for clause in binding.clauses
        ),
        note=binding.note,
    )


def _definition(metric: Metric) -> MetricDefinition:
    return MetricDefinition(
        code=metric.code,
        name_zh=metric.name,
        name_en=metric.name_en,
        unit=metric.unit,
        measure=metric.measure,
        frequency=metric.frequency,
        area_aggregation=metric.over_areas,
        time_aggregation=metric.over_time,
        weight=metric.weight or "",
        definition=metric.definition,
        by_area=metric.by_area,
        owner=metric.owner,
        origin=metric.origin,
        figure=metric.figure,
        unconfirmed=metric.unconfirmed,
    )


def _reporting(given: Reporting) -> ReportingSettings:
    return ReportingSettings(
        first=given.first,
        due_days=given.due_days,
        forms=tuple(
            FormSettings(
                owner=form.owner,
                frequency=form.frequency,
                kind=form.kind,
                name_zh=form.name,
                name_en=form.name_en,
                due_days=form.due_days,
                publish_apart=form.publish_apart,
                optional=form.optional,
                unconfirmed=form.unconfirmed,
            )
            for form in given.forms
        ),
        rules=tuple(
            RuleSettings(
                code=rule.code,
                kind=rule.kind,
                severity=rule.severity,
                params=rule.params,
                note=rule.note,
                unconfirmed=rule.unconfirmed,
                active=rule.active,
            )
            for rule in given.rules
        ),
    )

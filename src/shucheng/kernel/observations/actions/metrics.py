"""Metrics and their versions: imported from declarations, redefined, confirmed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.bay import figures
from shucheng.kernel.errors import Invalid, NotFound
from shucheng.kernel.observations.inputs import MetricDefinition, need_reason
from shucheng.kernel.observations.models import Metric, MetricVersion
from shucheng.lib import units

# What belongs to a version: a change of any of these is a change of what is measured.
_DEFINING = (
    "unit",
    "measure",
    "frequency",
    "area_aggregation",
    "time_aggregation",
    "definition",
    "definition_en",
    "by_area",
)
_NAMING = ("name_zh", "name_en", "origin", "figure", "unconfirmed")


@dataclass(frozen=True, slots=True)
class Imported:
    """Codes of metrics by what became of them."""

    created: tuple[str, ...]
    redefined: tuple[str, ...]
    renamed: tuple[str, ...]
    unchanged: tuple[str, ...]


@action
def import_metrics(definitions: Iterable[MetricDefinition], *, actor: Actor) -> Imported:
    """Take over metrics as declared: new ones, and a new version where the meaning changed.

    Running it again with the same definitions changes nothing. Metrics that are no longer
    declared stay: their observations are history.
    """
    actor.require("observations.define")
    given = list(definitions)
    outcome: dict[str, list[str]] = {f.name: [] for f in fields(Imported)}
    # First all metrics, then their versions: a weight may be declared after what it weighs.
    naming = {definition.code: _put_metric(definition) for definition in given}
    for definition in given:
        metric, became = naming[definition.code]
        newest = metric.versions.order_by("-number").first()
        wanted = _version_fields(definition)
        if newest is None:
            _add_version(metric, 1, wanted, "", actor)
        elif _version_facts(newest) != wanted:
            _add_version(metric, newest.number + 1, wanted, "", actor)
            became = "redefined"
        outcome[became].append(definition.code)
    result = Imported(**{name: tuple(codes) for name, codes in outcome.items()})
    record(
        "observations.metrics.imported",
        None,
        actor=actor,
        created=result.created,
        redefined=result.redefined,
        renamed=result.renamed,
        unchanged=len(result.unchanged),
    )
    return result


@action
def define_metric_version(
    definition: MetricDefinition, *, actor: Actor, reason: str
) -> MetricVersion:
    """Give a metric a new definition, with the reason why it changed."""
    actor.require("observations.define")
    need_reason(reason)
    metric = Metric.objects.select_for_update().filter(code=definition.code).first()
    if metric is None:
        raise NotFound(_("The metric"))
    newest = metric.versions.order_by("number").last()
    wanted = _version_fields(definition)
    if newest and _version_facts(newest) == wanted:
        raise Invalid(
            "observations.definition_unchanged",
            _("The definition is the same as the one in force."),
            _("Change the definition, or leave it as it is."),
        )
    version = _add_version(metric, newest.number + 1 if newest else 1, wanted, reason, actor)
    record(
        "observations.metric.redefined",
        metric,
        actor=actor,
        before=_version_facts(newest) if newest else None,
        after=wanted,
        version=version.number,
        reason=reason,
    )
    return version


@action
def confirm_metric(code: str, *, actor: Actor) -> Metric:
    """Say that the owner stands by a proposed definition."""
    actor.require("observations.define")
    metric = Metric.objects.select_for_update().filter(code=code).first()
    if metric is None:
        raise NotFound(_("The metric"))
    before = {"unconfirmed": metric.unconfirmed}
    metric.unconfirmed = False
    metric.save(update_fields=["unconfirmed"])
    record(
        "observations.metric.confirmed",
        metric,
        actor=actor,
        before=before,
        after={"unconfirmed": False},
    )
    return metric


def _put_metric(definition: MetricDefinition) -> tuple[Metric, str]:
    _check_definition(definition)
    facts = {name: getattr(definition, name) for name in _NAMING}
    facts["owner_id"] = _organisation_id(definition.owner)
    metric = Metric.objects.select_for_update().filter(code=definition.code).first()
    if metric is None:
        return Metric.objects.create(code=definition.code, **facts), "created"
    if not metric.unconfirmed:
        # Confirmed in office: a pack that still calls it a proposal does not undo that.
        facts["unconfirmed"] = False
    if all(getattr(metric, name) == value for name, value in facts.items()):
        return metric, "unchanged"
    for name, value in facts.items():
        setattr(metric, name, value)
    metric.save()
    return metric, "renamed"


def _check_definition(definition: MetricDefinition) -> None:
    if not units.known(definition.unit):
        raise Invalid(
            "observations.unit_unknown",
            _("Metric %(metric)s: “%(unit)s” is not a known unit."),
            _("Use a unit of the registry (docs/reference/units), or have it added there."),
            metric=definition.code,
            unit=definition.unit,
        )
    for name in ("measure", "frequency", "area_aggregation", "time_aggregation", "origin"):
        model: Any = Metric if name == "origin" else MetricVersion
        choices = [value for value, _label in model._meta.get_field(name).choices]
        if getattr(definition, name) not in choices:
            raise Invalid(
                "observations.definition_invalid",
                _("Metric %(metric)s: %(field)s cannot be “%(value)s”."),
                _("It is one of: %(choices)s."),
                metric=definition.code,
                field=name,
                value=getattr(definition, name),
                choices=", ".join(choices),
            )
    if definition.figure:
        _check_figure(definition)
    weighted = "weighted" in (definition.area_aggregation, definition.time_aggregation)
    if weighted and not definition.weight:
        raise Invalid(
            "observations.weight_missing",
            _("Metric %(metric)s is a weighted mean without a weight."),
            _("Name the metric that weighs its values."),
            metric=definition.code,
        )


def _check_figure(definition: MetricDefinition) -> None:
    """The figure of a bay is the metric's value as it is: nothing is converted or added up."""
    found = figures().get(definition.figure)
    if found is None:
        raise Invalid(
            "observations.figure_unknown",
            _("Metric %(metric)s: no platform measures “%(figure)s”."),
            _("Name one of: %(known)s."),
            metric=definition.code,
            figure=definition.figure,
            known=", ".join(sorted(figures())),
        )
    for name in ("unit", "measure", "frequency", "area_aggregation", "time_aggregation"):
        if getattr(found, name) != getattr(definition, name):
            raise Invalid(
                "observations.figure_differs",
                _("Metric %(metric)s: %(field)s is “%(own)s”, that of %(figure)s “%(other)s”."),
                _("Write the same, or name another figure."),
                metric=definition.code,
                figure=definition.figure,
                field=name,
                own=getattr(definition, name),
                other=getattr(found, name),
            )


def _version_fields(definition: MetricDefinition) -> dict[str, Any]:
    facts: dict[str, Any] = {name: getattr(definition, name) for name in _DEFINING}
    facts["dimensions"] = {name: list(codes) for name, codes in definition.dimensions.items()}
    facts["weight_id"] = None
    if definition.weight:
        weight = Metric.objects.filter(code=definition.weight).first()
        if weight is None:
            raise Invalid(
                "observations.weight_unknown",
                _("Metric %(metric)s is weighted by “%(weight)s”, which does not exist."),
                _("Import the weighing metric together with it."),
                metric=definition.code,
                weight=definition.weight,
            )
        facts["weight_id"] = weight.pk
    return facts


def _version_facts(version: MetricVersion) -> dict[str, Any]:
    return {name: getattr(version, name) for name in (*_DEFINING, "dimensions", "weight_id")}


def _add_version(
    metric: Metric, number: int, facts: Mapping[str, Any], reason: str, actor: Actor
) -> MetricVersion:
    return MetricVersion.objects.create(
        metric=metric, number=number, reason=reason, recorded_by_id=actor.person_id, **facts
    )


def _organisation_id(code: str) -> int | None:
    if not code:
        return None
    organisations = apps.get_model("identity", "Organisation")._default_manager
    found: int | None = organisations.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        raise Invalid(
            "observations.owner_unknown",
            _("There is no organisation “%(owner)s”."),
            _("Import the organisations first."),
            owner=code,
        )
    return found

"""Rules of quality of a resource, its checks and defects, as they stand."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Max

from shucheng.bays.data.engine.delivery.model import text
from shucheng.bays.data.engine.quality.rules import Rules, RulesInvalid, read
from shucheng.bays.data.engine.quality.suggest import Described, suggest, to_yaml
from shucheng.bays.data.models.catalogue import Field, Resource
from shucheng.bays.data.models.quality import Defect, QualityCheck, QualityRules
from shucheng.bays.data.queries.grading import graded_resources
from shucheng.kernel.public import Actor, NotFound
from shucheng.lib.geography import places

NO_RULES = Rules(version="", rules=[])


def find_checked(code: str, *, actor: Actor) -> Resource:
    """A resource whose quality the actor sees: the same as see its fields."""
    found = graded_resources(actor).select_related("source__file").filter(code=code).first()
    if found is None:
        raise NotFound(code)
    return found


def rules_of(resource: Resource) -> QualityRules | None:
    return QualityRules.objects.filter(resource=resource).order_by("-number").first()


def read_rules(row: QualityRules | None) -> Rules:
    """What a stored text says; one that an older package took and this one does not, nothing."""
    if row is None:
        return NO_RULES
    try:
        return read(row.text)
    except RulesInvalid:
        return NO_RULES


def suggested(resource: Resource) -> str:
    """Rules that the schema and the grades of the fields suggest, as YAML."""
    fields = Field.objects.filter(resource=resource, dropped=False)
    described = [
        Described(
            each.name, each.title, each.type, each.key, each.nullable, frozenset(each.categories)
        )
        for each in fields
    ]
    return to_yaml(Rules(version="1", rules=suggest(described)))


def newest_checks(resources: Iterable[Any]) -> dict[int, QualityCheck]:
    """By resource; `resources` are keys, or the query that tells them."""
    rows = QualityCheck.objects.filter(resource__in=resources)
    last = rows.values("resource").annotate(last=Max("pk")).values("last")
    return {each.resource_id: each for each in QualityCheck.objects.filter(pk__in=last)}


def references() -> dict[str, str]:
    """What rules can compare with by name: `areas`, the divisions of GB/T 2260 (code, name)."""
    rows = ", ".join(f"({text(each.code)}, {text(each.name)})" for each in places())
    return {"areas": f"(SELECT * FROM (VALUES {rows}) AS areas(code, name))"}  # noqa: S608


def is_waiting(defect: Defect) -> bool:
    return defect.state in (Defect.State.OPEN, Defect.State.MENDED)

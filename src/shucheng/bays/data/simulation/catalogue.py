"""A catalogue for demonstrations: what departments of each kind would have, made up."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from shucheng.bays.data.actions.catalogue import describe_resource, list_resource, note_lineage
from shucheng.bays.data.engine.catalogue.model import Field
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.simulation.acting import acting
from shucheng.kernel.public import Organisation

_FILE = Path(__file__).parent.parent / "data" / "simulation" / "resources.yaml"
# Of the listed ones each so many-th is still being described.
_DRAFT_EVERY = 9


def simulate_catalogue(area: str) -> int:
    """Resources of the departments that are there, in the area of that code; none twice."""
    said = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    if Resource.objects.filter(simulated=True).exists():
        return 0
    made: dict[str, Resource] = {}
    for number, each in enumerate(said["resources"], 1):
        holder = Organisation.objects.filter(name__endswith=each["holder"]).order_by("pk").first()
        if holder is None:
            continue
        made[each["title"]] = _described(each, holder, area, number % _DRAFT_EVERY == 0)
    for target, origin, how in said["lineage"]:
        one, source = made.get(target), made.get(origin)
        # Of another department one sees what is in the catalogue.
        if one and source and (source.holder == one.holder or source.state == source.State.LISTED):
            note_lineage(one.code, source.code, how=how, actor=acting(one.holder))
    return len(made)


def _described(each: Mapping[str, Any], holder: Organisation, area: str, draft: bool) -> Resource:
    plain = ("title", "theme", "basis", "frequency", "sharing", "opening", "rows", "people")
    said = {name: each[name] for name in plain if name in each}
    said |= {name: each.get(name, "") for name in ("sharing_terms", "opening_terms", "licence")}
    said["summary"] = f"{each['title']}：用于演示的模拟资源，不含真实数据。"
    said["kind"] = Resource.Kind.FILE if each["opening"] == "unconditional" else Resource.Kind.TABLE
    said |= {"area": area, "keywords": [each["theme"]]}
    actor = acting(holder)
    one = describe_resource(
        said, list(map(_field, each["fields"])), holder=holder.pk, actor=actor, simulated=True
    )
    return one if draft else list_resource(one.code, one.revision, actor=actor)


def _field(text: str) -> Field:
    name, title, kind, comment = [*text.split(" ", 3), ""][:4]
    plain = name.removeprefix("*")
    return Field(plain, title, kind, comment, key=plain != name)

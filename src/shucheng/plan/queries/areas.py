"""What the plan in force says about a county, a district or a zone."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import (
    Actor,
    Area,
    NotFound,
    Organisation,
    area_by_code,
    organisations_in,
)
from shucheng.plan.models import PlanVersion
from shucheng.plan.queries.text import Sentence, sentence_around
from shucheng.plan.queries.versions import current_version

MOST = 50


@dataclass(frozen=True, slots=True)
class Mention:
    sentence: Sentence
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AreaPage:
    area: Area
    organisations: tuple[Organisation, ...]
    version: PlanVersion | None
    mentions: tuple[Mention, ...]


def area_page(code: str, *, actor: Actor) -> AreaPage:
    actor.require("plan.view")
    area = area_by_code(code)
    if area is None:
        raise NotFound(_("The area"))
    organisations = organisations_in(area)
    names = {area.name, *(name for o in organisations for name in names_of(o))}
    current = current_version()
    version = PlanVersion.objects.get(pk=current.pk) if current else None
    return AreaPage(
        area=area,
        organisations=organisations,
        version=version,
        mentions=tuple(_mentions(version.text, names)) if version else (),
    )


def names_of(organisation: Organisation) -> set[str]:
    """The names a text may call an organisation by."""
    aliases = {alias.text for alias in organisation.aliases.all()}
    return {organisation.name, organisation.full_name, *aliases} - {""}


def _mentions(text: str, names: set[str]) -> list[Mention]:
    """Where any of the names stands, in the order of the text; a name inside a longer one once."""
    found: dict[int, int] = {}
    for name in sorted(names, key=len):
        start = text.find(name) if name else -1
        while start >= 0:
            found[start] = start + len(name)
            start = text.find(name, start + 1)
    mentions: list[Mention] = []
    for start, end in sorted(found.items()):
        if not mentions or start >= mentions[-1].end:
            mentions.append(Mention(sentence_around(text, start, end), start, end))
    return mentions[:MOST]

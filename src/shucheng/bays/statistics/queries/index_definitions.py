"""The definitions of indexes and questionnaires: the newest number, or what the package ships."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.engine.indexes.shipped import read, shipped
from shucheng.bays.statistics.models import Definition
from shucheng.bays.statistics.queries.definitions import newest
from shucheng.kernel.public import Actor, NotFound
from shucheng.lib.indexes.definition import Index, Name
from shucheng.lib.indexes.questionnaire import Questionnaire


@dataclass(frozen=True, slots=True)
class InForce:
    """A definition as it is computed now; `number` 0 is the package's own, without `published`."""

    code: str
    number: int
    text: str
    read: Index | Questionnaire
    published: Definition | None = None

    @property
    def name(self) -> str:
        return in_language(self.read.name)

    @property
    def is_questionnaire(self) -> bool:
        return isinstance(self.read, Questionnaire)

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """What nobody has confirmed yet: parts by name, then single weights and indicators."""
        parts = tuple(in_language(each) for each in self.read.unconfirmed)
        return (*parts, *unconfirmed_parts(self.read))


@lru_cache(maxsize=64)
def read_text(text: str) -> Index | Questionnaire:
    """A definition read once; it is frozen, so that all may share it."""
    return read(text)


def index_codes() -> tuple[str, ...]:
    """Those that the package ships, then those that the city added."""
    added = Definition.objects.filter(kind=Definition.Kind.INDEX).values_list("code", flat=True)
    return tuple(dict.fromkeys([*shipped(), *added.order_by("code")]))


def index_in_force(code: str) -> InForce:
    own = newest(Definition.Kind.INDEX, code)
    if own is not None:
        return InForce(code, own.number, own.text, read_text(own.text), own)
    text = shipped().get(code)
    if text is None:
        raise NotFound(_("The index"))
    return InForce(code, 0, text, read_text(text))


@dataclass(frozen=True, slots=True)
class History:
    """A definition with its former numbers, the newest first, each with what it changed."""

    now: InForce
    changes: tuple[tuple[int, str, Definition], ...]


def index_history(code: str, *, actor: Actor) -> History:
    actor.require("statistics.view")
    texts = {0: shipped().get(code, "")}
    rows = Definition.objects.filter(kind=Definition.Kind.INDEX, code=code).order_by("number")
    changes = []
    for row in rows:
        changes.append((row.number, differences(texts[row.number - 1], row.text), row))
        texts[row.number] = row.text
    return History(index_in_force(code), tuple(reversed(changes)))


def differences(before: str, after: str) -> str:
    """The lines that differ, each with three around it."""
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3)
    return "\n".join(list(lines)[2:])


def metrics_of(index: Index) -> tuple[str, ...]:
    """The codes of the metrics that an index is computed from."""
    wanted = [code for one in index.indicators for code in (one.source.metric, one.source.per)]
    return tuple(dict.fromkeys(code for code in wanted if code))


def unconfirmed_parts(definition: Index | Questionnaire) -> Iterator[str]:
    if isinstance(definition, Questionnaire):
        return
    for node in definition.tree.nodes():
        if not node.weights.confirmed:
            yield str(_("weights of %(name)s")) % {"name": in_language(node.name)}
    for one in definition.indicators:
        if not one.confirmed:
            yield in_language(one.name)


def in_language(name: Name | str) -> str:
    """A name as the reader reads it; one that is told in one language alone as it is."""
    if isinstance(name, str):
        return name
    return name.en if get_language() == "en" else name.zh


def names_in(definition: InForce) -> dict[str, str]:
    """Code → name of everything in a definition that has one."""
    return part_names(definition.read) | {definition.code: definition.name}


def part_names(definition: Index | Questionnaire) -> dict[str, str]:
    if isinstance(definition, Questionnaire):
        found = {domain.code: domain.name for domain in definition.domains}
        found |= {item.code: item.name for item in definition.items}
    else:
        found = {node.code: node.name for node in definition.tree.nodes()}
        found |= {one.code: one.name for one in definition.indicators}
    return {code: in_language(name) for code, name in found.items()}

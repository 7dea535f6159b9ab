"""Who is to do it: the sentences and brackets that name responsible organisations.

`(市工信局牵头、市发改委等按职责分工负责)`, `牵头单位:…;责任单位:…`, `由市数据局牵头,各区配合`.
Names are given as printed, without the spaces that only come from wrapping.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.language.brackets import outermost_brackets
from shucheng.plan.compiler.language.folding import fold, unwrap
from shucheng.plan.compiler.organisations.names import (
    expand_organisations,
    is_government_body,
    is_organisation,
    names_nobody,
)

_LABEL = re.compile(
    r"(?:主要|第一|共同)?(?P<role>牵头|责任|负责|配合|参与|参加|协同|协办|协作|主办|承办|落实|实施|支持|主管|推进)"
    r"(?:责任|落实|实施|负责|和责任|及责任|、责任|和配合|及配合){0,3}"
    r"(?P<kind>单位|部门|主体|地区|科室|处室|领导|人|机构)?\s*[:]"
)
_ROLE = re.compile(
    r"(?:等(?:有关|相关|各)?(?:单位|部门)?)?"
    r"(?P<role>按照?(?!时)|依据?职责|结合|根据职责|结合职责|依职|共同(?=负责|牵头|推进|落实|配合|参与|实施|做好|承担)"
    r"|分别(?=负责|牵头|落实)|联合(?=负责|牵头|推进|实施)|协同(?=$|负责|配合|推进|落实)"
    r"|具体(?=负责|实施)|作为|为(?=牵头|责任|配合)|牵头|分工|分头|统筹|负责|配合|参与|参加|协助|落实|抓落实|抓好|组织(?=实施|落实|推进)|支持(?=$)|指导(?=$)|实施(?=$)|推进(?=$)).*"
)
_OPEN = re.compile(r"等(?=$|[^级于同])")
_ROLE_WORD = re.compile(r"牵头|负责|配合|参与|责任单位|责任部门|责任主体|实施单位|分工|落实|统筹")
_SAYS_ROLES = re.compile(r"牵头|配合|负责|分工|落实|[:：]")
_DEADLINE = re.compile(r"20\d\d年|长期|持续|季度|前完成|月底")
_OPEN_END = re.compile(r"等(?:有关|相关)?(?:单位|部门)?$")
_SENTENCE = re.compile(r"[^。;!?]+[。;!?]?")
# A sentence that begins with a name and a role: 由市数据局牵头,…
_OPENING = re.compile(
    r"由?(?P<name>[^,、;。:\s][^,、;。:]{1,19}?)(?:、[^,;。:]{2,60}?)?(?:共同|联合|会同[^,;。]{2,40})?(?:牵头|负责|等?按职责)"
)
_STOP = re.compile(r"[。;]")
_FIRST_NAME = re.compile(r"、|和|会同|联合")
_ROLE_END = re.compile(r"(?:牵头(?:负责|落实)?|负责(?:落实)?|配合|参与|分工落实)(?=[,。;]|$)")
_CLAUSE_ONLY = re.compile(r"(?:由|以|其中)(?=[一-鿿])")
# A space between two whole names separates them; any other comes from a wrapped line.
_SPACE_BETWEEN = re.compile(
    r"(?<=[局委办厅部院府会团司室心区行])[\s\u3000]+(?=(?:省|市|县|区|州|各|国家)[一-鿿])"
)
_LONGEST_UNCLOSED = 400
_WITH = re.compile(r"会同|联合(?=[省市县区州各])")


@dataclass(frozen=True, slots=True)
class Responsibility:
    """Organisations in printed order; `lead` are those named with 牵头; `open` for 等."""

    responsible: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    open: bool = False

    def __bool__(self) -> bool:
        return bool(self.responsible)

    def and_also(self, other: "Responsibility") -> "Responsibility":
        """Both together, each organisation once."""
        return Responsibility(
            tuple(dict.fromkeys(self.responsible + other.responsible)),
            tuple(dict.fromkeys(self.lead + other.lead)),
            self.open or other.open,
        )


def find_responsibility(paragraph: str) -> tuple[Responsibility, tuple[Span, ...]]:
    """Who a paragraph makes responsible, and the spans in it that say so."""
    folded = fold(paragraph)
    found = Responsibility()
    spans: list[Span] = []
    last = len(folded.rstrip(" 。;"))
    for start, end in _brackets(folded):
        inner = paragraph[start + 1 : end - 1 if folded[end - 1] == ")" else end]
        said = _said_in_bracket(inner, at_end=end >= last)
        if said:
            found = found.and_also(said)
            spans.append((start, end))
    for start, end in _statements(folded, tuple(spans)):
        said = read_responsibility(paragraph[start:end])
        if said:
            found = found.and_also(said)
            spans.append((start, end))
    return found, tuple(sorted(spans))


def read_responsibility(text: str) -> Responsibility:
    """Read a text that is known to say who is responsible (a bracket's inside, a cell)."""
    printed = unwrap(_SPACE_BETWEEN.sub("、", text))
    folded = _WITH.sub("、、", fold(printed))
    responsible: list[str] = []
    lead: list[str] = []
    is_open = False
    for label, content in _segments(folded):
        if label in ("领导", "人"):
            continue
        names, leading, open_here = _read_list(content, labelled=bool(label))
        responsible += names
        lead += names if label == "牵头" else leading
        is_open = is_open or open_here
    return Responsibility(
        _as_printed(responsible, folded, printed), _as_printed(lead, folded, printed), is_open
    )


def read_lead(text: str) -> tuple[str, ...]:
    """The organisations of a lead cell; only those named with 牵头 where the cell says so."""
    said = read_responsibility(text) if _SAYS_ROLES.search(text) else Responsibility()
    if said:
        return said.lead or said.responsible
    names = (_OPEN_END.sub("", name) for name in expand_organisations(text))
    return tuple(name for name in names if re.search(r"[一-鿿A-Za-z]", name))


def _as_printed(names: list[str], folded: str, printed: str) -> tuple[str, ...]:
    places = ((folded.find(name), len(name)) for name in dict.fromkeys(names))
    return tuple(printed[at : at + size] for at, size in places)


def _segments(folded: str) -> Iterator[tuple[str, str]]:
    """The text cut at its labels: ("牵头", "市工信局"), ("责任", "市发改委、市科技局")."""
    labels = list(_LABEL.finditer(folded))
    if not labels or folded[: labels[0].start()].strip(" ;,。("):
        yield "", folded[: labels[0].start() if labels else None]
    for label, following in zip_longest(labels, labels[1:]):
        kind = label["kind"] or ""
        role = kind if kind in ("领导", "人") else label["role"]
        content = folded[label.end() : following.start() if following else None]
        yield role, re.split(r"[。]", content)[0].strip(" ;,")


def _read_list(content: str, *, labelled: bool) -> tuple[list[str], list[str], bool]:
    """Names of one list, those that lead, and whether the list is left open."""
    names: list[str] = []
    lead: list[str] = []
    pending: list[str] = []
    is_open = False
    for item in expand_organisations(content.replace(";", ",")):
        item = _CLAUSE_ONLY.sub("", item, count=1) if item[:1] in "由以其" else item
        role = _ROLE.search(item)
        name = item[: role.start()] if role else item
        end = _OPEN.search(name)
        name, rest = (name[: end.start()], "等") if end else (name, item[len(name) :])
        for part in expand_organisations(name):
            if _acceptable(part, labelled):
                names.append(part)
                pending.append(part)
        is_open = is_open or rest.startswith("等")
        if role:
            if "牵头" in rest or "牵头" in role.group():
                lead += pending
            pending = []
    return names, lead, is_open


# What stands in a labelled list and names nobody: 不再逐项列出, 另行通知, 均需各地落实.
_CLAUSE = re.compile(r"[。:“”%]|的|均|需|任务|^(?:不|另|已|将|并|应|可|须|按|详?见)|列出|列入|落实")


def _acceptable(name: str, labelled: bool) -> bool:
    if is_organisation(name) or (names_nobody(name) and len(name) > 3):
        return True
    return labelled and 2 <= len(name) <= 20 and not _CLAUSE.search(name)


def _said_in_bracket(inner: str, *, at_end: bool) -> Responsibility:
    folded = fold(inner)
    if _ROLE_WORD.search(folded) or _LABEL.search(folded):
        said = read_responsibility(inner)
        return said if any(map(_sure, said.responsible)) else Responsibility()
    names = expand_organisations(inner) if at_end else []
    names = [name for name in names if not _DEADLINE.search(name)]
    bare = [re.sub(r"等(?:单位|部门)?$", "", name) for name in names]
    if bare and all(map(_sure, bare)):
        return Responsibility(tuple(bare), (), bare != names)
    return Responsibility()


def _sure(name: str) -> bool:
    return is_government_body(name) or names_nobody(name) or name.startswith("各")


def _brackets(folded: str) -> Iterator[Span]:
    """Outermost brackets; the last may lack its closing mark, unless a whole text follows."""
    for start, end in outermost_brackets(folded):
        if folded[end - 1] == ")" or end - start <= _LONGEST_UNCLOSED:
            yield start, end


def _statements(folded: str, taken: tuple[Span, ...]) -> Iterator[Span]:
    """What is said outside brackets: 责任单位:…, or a sentence 由市数据局牵头,…配合."""
    for label in _LABEL.finditer(folded):
        start = label.start()
        before = bisect_right(taken, (start, len(folded))) - 1
        if before >= 0 and start < taken[before][1]:
            continue
        if (start == 0 or folded[start - 1] in " 。;,(") and _is_statement(folded, label):
            yield start, len(folded)
            return
    if taken or not _ROLE_WORD.search(folded):
        return
    for sentence in _SENTENCE.finditer(folded):
        said = sentence.group().lstrip()
        size = _size_of_roles(said)
        if size:
            start = sentence.end() - len(said)
            yield start, start + size


def _size_of_roles(sentence: str) -> int:
    """How much of its sentence 由市数据局牵头,…配合 takes up; 0 where it says no such thing."""
    opening = _OPENING.match(sentence)
    if not opening or not is_government_body(_FIRST_NAME.split(opening["name"])[0]):
        return 0
    clauses = [match.end() for match in _ROLE_END.finditer(sentence)]
    if not clauses or clauses[-1] > 200:
        return 0
    return clauses[-1] if sentence[clauses[-1] :].strip(" 。;,!?") else len(sentence)


def _is_statement(folded: str, label: re.Match[str]) -> bool:
    """A label counts where names follow it: not 负责人:张三."""
    stop = _STOP.search(folded, label.end())
    content = folded[label.end() : stop.start() if stop else len(folded)]
    return any(map(_sure, expand_organisations(_ROLE.sub("", content)))) or bool(
        label["kind"] in ("单位", "部门", "主体") and content.strip()
    )

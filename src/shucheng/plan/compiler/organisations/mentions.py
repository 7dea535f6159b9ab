"""Where a plan names organisations, counted under one name each."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.language.folding import fold, unwrap
from shucheng.plan.compiler.model import Mention
from shucheng.plan.compiler.organisations.names import (
    LEVELS,
    STEM_OF,
    WHOLE_OF,
    canonical,
    is_collective,
)

# A known body in running text. What follows must not make another word of its ending:
# 市教育部门, 市公安局面, 市数据办理.
_STEM_PATTERN = "|".join(sorted(map(re.escape, STEM_OF), key=len, reverse=True))
_WHOLE_PATTERN = "|".join(sorted(map(re.escape, WHOLE_OF), key=len, reverse=True))
_IN_PROSE = re.compile(
    rf"(?:{LEVELS}|国家)委?"
    rf"(?:(?:{_STEM_PATTERN})(?:办公室|办公厅|委员会|中心|局(?![面限部])|厅|委(?![托派])"
    rf"|部(?![门分署位件队])|办(?![理法学案事好实成]))|(?:{_WHOLE_PATTERN})(?![采购主引性职]))"
)
_COMMITTEE_IN_PROSE = re.compile(r"(?<=[、,。;(\s])[一-鿿]{2,12}(?:管理委员会|管委会)")


def find_organisations(
    text: str,
    named: Iterable[str],
    place: str = "",
    known: Mapping[str, str] | None = None,
) -> tuple[Mention, ...]:
    """Every organisation of the text with its mentions, the most named first.

    `named` are names read from responsibility brackets and lead columns; `known` maps names
    and aliases of a city pack to the pack's name.
    """
    folded = fold(text)
    aliases = known or {}
    forms = {
        fold(unwrap(name))
        for name in (*named, *aliases)
        if name.strip() and not is_collective(name)
    }
    spans: dict[str, list[Span]] = defaultdict(list)
    for start, end in _occurrences(folded, forms):
        if place and folded.startswith(place, max(0, start - len(place) + 1)):
            start -= len(place) - 1  # 盐城市数据局 is one mention, not 盐城 and 市数据局
        name = folded[start:end]
        key = canonical(aliases.get(name, name), place)
        spans[key].append((start, end))
    mentions = [_mention(key, found, text) for key, found in spans.items()]
    return tuple(sorted(mentions, key=lambda mention: (-mention.mentions, mention.spans[0])))


def _mention(key: str, found: list[Span], text: str) -> Mention:
    printed = Counter(unwrap(text[start:end]) for start, end in found)
    name = max(printed, key=lambda form: (printed[form], -len(form)))
    others = tuple(sorted({*printed, key} - {name}))
    return Mention(name=name, mentions=len(found), spans=tuple(found), aliases=others)


def _occurrences(folded: str, forms: set[str]) -> Iterator[Span]:
    """Where a form or a known body stands, left to right, the longest first, none overlapping."""
    by_head: dict[str, list[str]] = defaultdict(list)
    for form in sorted(forms, key=len, reverse=True):
        by_head[form[:2]].append(form)
    found: list[Span] = [match.span() for match in _IN_PROSE.finditer(folded)]
    found += [match.span() for match in _COMMITTEE_IN_PROSE.finditer(folded)]
    for start in range(len(folded) - 1):
        for form in by_head.get(folded[start : start + 2], ()):
            if folded.startswith(form, start):
                found.append((start, start + len(form)))
                break
    end = 0
    for span in sorted(found, key=lambda span: (span[0], -span[1])):
        if span[0] >= end:
            yield span
            end = span[1]

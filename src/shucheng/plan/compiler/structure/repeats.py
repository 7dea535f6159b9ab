"""Lines that open with a number, and those of them that only repeat a heading.

A contents page, the list 附件:1.… 2.… at the end of a notice, and the 附件 over the plan that
a notice sends out: taken as headings they would double the sections.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from shucheng.plan.compiler.document import Block, Document
from shucheng.plan.compiler.language.folding import fold
from shucheng.plan.compiler.structure.numbering import ANNEX_RANK, Marker, read_annex, read_marker

_LEADER = re.compile(r"\.{3}|…|·{3}|-{4}|\s{2}")
_CONTENTS = re.compile(r"^\s*目\s*[录次]\s*$")
_SENTENCE_END = re.compile(r"[。!?;]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text block with the marker it opens with, before it is known to be a heading."""

    block: Block
    folded: str
    marker: Marker | None


def read_candidates(document: Document) -> list[Candidate]:
    """Every block of the document with its marker, without contents pages."""
    return _without_contents(list(_candidates(document)))


def repeated(items: Sequence[Candidate]) -> set[int]:
    """The items that only name an annex, or stand over the plan itself as its 附件."""
    skipped = _attachment_lists(items)
    return skipped | _annex_of_the_plan_itself(items, skipped)


def _candidates(document: Document) -> Iterable[Candidate]:
    for block in document.blocks:
        if block.kind == "table":
            yield Candidate(block, "", None)
            continue
        folded = fold(document.slice(block.span))
        if folded.strip():
            annex = read_annex(folded)
            yield Candidate(block, folded, annex[0] if annex else read_marker(folded))


def _without_contents(items: list[Candidate]) -> list[Candidate]:
    """Drop a contents page: from 目录 to where its first entry comes again."""
    positions: dict[str, list[int]] = defaultdict(list)
    for index, item in enumerate(items):
        positions[_entry(item.folded)].append(index)
    dropped: set[int] = set()
    pages = [i for i, item in enumerate(items[:-1]) if _CONTENTS.match(item.folded)]
    for index in pages[:3]:
        again = [at for at in positions[_entry(items[index + 1].folded)] if at > index + 1]
        end = again[0] if again else index + 1
        if not again:
            while end < len(items) and _before_leader(items[end].folded) is not None:
                end += 1
        dropped |= set(range(index, end))
    return [
        item
        for index, item in enumerate(items)
        if index not in dropped and not (item.marker and _before_leader(item.folded) is not None)
    ]


def _entry(folded: str) -> str:
    """A heading as its contents page and its chapter both print it."""
    return "".join(folded[: _before_leader(folded)].split())


def _before_leader(folded: str) -> int | None:
    """Where the dots begin that lead to a page number (总体要求……3); None without such."""
    if len(folded) > 200:
        return None
    line = folded.rstrip()
    words = line.rstrip("0123456789")
    title = words.rstrip(" .…·-")
    if 1 <= len(line) - len(words) <= 3 and _LEADER.search(words[len(title) :]):
        return len(title)
    return None


def _attachment_lists(items: Sequence[Candidate]) -> set[int]:
    """Lines that only name the annexes: 附件:1.… 2.…, and an 附件1 that comes again later."""
    numbered: dict[str, list[int]] = defaultdict(list)
    for index, item in enumerate(items):
        if item.marker and item.marker.rank == ANNEX_RANK:
            numbered[re.sub(r"\s", "", item.folded[slice(*item.marker.printed)])].append(index)
    skipped: set[int] = set()
    annexes = sorted(index for indexes in numbered.values() for index in indexes)
    for index in annexes:
        annex = read_annex(items[index].folded)
        rest = items[index].folded[annex[0].end :].strip() if annex else ""
        later = any(other > index for other in annexes[-3:])
        if annex and annex[1] and (rest[:2].rstrip(".、").isdigit() or (rest and later)):
            skipped |= {index, *_numbered_run(items, index, 2)}
        elif annex and annex[1] and not rest and later:
            run = set(_numbered_run(items, index, 1))
            skipped |= {index, *run} if run else set()
    for indexes in numbered.values():
        # A list at the end of the notice prints them one below the other.
        for index, following in pairwise(indexes):
            if following - index <= 1 or _is_list_line(items, index):
                skipped.add(index)
    return skipped


def _is_list_line(items: Sequence[Candidate], index: int) -> bool:
    """An annex line with its title that is followed by no text of its own."""
    marker = items[index].marker
    has_title = bool(marker and items[index].folded[marker.end :].strip())
    after = items[index + 1] if index + 1 < len(items) else None
    return has_title and after is not None and after.block.kind != "table"


def _numbered_run(items: Sequence[Candidate], index: int, expected: int) -> Iterable[int]:
    """The lines 2.…, 3.… that go on with a list begun in 附件:1.…."""
    for at in range(index + 1, len(items)):
        marker = items[at].marker
        if not marker or marker.style != "decimal" or marker.number != expected:
            return
        if _SENTENCE_END.search(items[at].folded):
            return
        yield at
        expected += 1


def _annex_of_the_plan_itself(items: Sequence[Candidate], skipped: set[int]) -> set[int]:
    """The 附件 over a plan that a notice sends out: no annex of the plan, but the plan."""
    for index, item in enumerate(items):
        if item.marker is None or index in skipped:
            continue
        if item.marker.rank != ANNEX_RANK:
            return set()
        for after in items[index + 1 :]:
            if after.block.kind == "table" or (after.marker and after.marker.rank == ANNEX_RANK):
                break
            if after.marker and after.marker.rank <= 6:
                return {index}
    return set()

"""Two wordings of one sentence, cut so that the words which differ can be marked."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

# A number or a Latin word is changed as a whole; of Chinese each sign stands for itself.
_WORD = re.compile(r"[A-Za-z]+|\d[\d.,]*%?|\s+|.", re.DOTALL)
# Fewer equal signs than this between two changes are no island worth reading.
_ISLAND = 2


@dataclass(frozen=True, slots=True)
class Words:
    text: str
    changed: bool


def marked(before: str, now: str) -> tuple[tuple[Words, ...], tuple[Words, ...]]:
    """Both wordings with what one has and the other has not.

    >>> [words.text for words in marked("全面建成数据中心", "加快建成数据中心")[1]]
    ['加快', '建成数据中心']
    """
    old, new = _WORD.findall(before), _WORD.findall(now)
    left: list[Words] = []
    right: list[Words] = []
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for at, (kind, i, j, k, m) in enumerate(steps):
        inside = 0 < at < len(steps) - 1
        changed = kind != "equal" or (inside and j - i < _ISLAND)
        left.append(Words("".join(old[i:j]), changed))
        right.append(Words("".join(new[k:m]), changed))
    return _joined(left), _joined(right)


def shortened(runs: tuple[Words, ...], reach: int = 30) -> tuple[Words, ...]:
    """The same without what is far from any change; where something is left out stands `…`."""
    last = len(runs) - 1
    return tuple(
        run if run.changed else Words(_near(run.text, at > 0, at < last, reach), False)
        for at, run in enumerate(runs)
    )


def _near(text: str, follows: bool, leads: bool, reach: int) -> str:
    """The end of a text that a change follows, and the beginning of one that follows a change."""
    head, tail = reach if follows else 0, reach if leads else 0
    if len(text) <= head + tail + 1 or not head + tail:
        return text
    return f"{text[:head]}…{text[len(text) - tail :]}"


def _joined(parts: Iterable[Words]) -> tuple[Words, ...]:
    """Neighbours of one kind as one run, empty ones left out."""
    runs: list[Words] = []
    for part in parts:
        if not part.text:
            continue
        if runs and runs[-1].changed == part.changed:
            runs[-1] = Words(runs[-1].text + part.text, part.changed)
        else:
            runs.append(part)
    return tuple(runs)

"""Texts and questions as words: Chinese by a dictionary, names and codes by their parts.

Index and question go through the same segmentation in which long words carry the short ones inside
them, so that 企业信用 finds 企业 and 信用 apart, and 数据 finds 元数据.
"""

import re
import unicodedata
from functools import lru_cache

import rjieba

# Chinese; or letters and digits with what joins them in codes and names of columns.
_HAN = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+(?:[._/-]+[^\W_{_HAN}]+)*")
_IS_HAN = re.compile(rf"[{_HAN}]")
_JOINTS = re.compile(r"[._/-]+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LONGEST = 60


@lru_cache(maxsize=100_000)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a text for the index, in its order, each as often as it is there."""
    found: list[str] = []
    for run in _RUNS.findall(unicodedata.normalize("NFKC", text)):
        if _is_chinese(run):
            found += rjieba.cut_for_search(run)
        else:
            parts = _parts(run)
            found += parts
            if len(parts) > 1:
                found.append(run.lower())
    return tuple(each[:_LONGEST] for each in found)


def asked(text: str) -> tuple[str, ...]:
    """The words that an entry must have for a question, each once: the short ones where they make
    up a long one; a code or name of several parts as a whole."""
    found: list[str] = []
    for run in _RUNS.findall(unicodedata.normalize("NFKC", text)):
        found += _shortest(rjieba.cut_for_search(run)) if _is_chinese(run) else [run.lower()]
    return tuple(dict.fromkeys(each[:_LONGEST] for each in found))


def _is_chinese(run: str) -> bool:
    return _IS_HAN.match(run) is not None


def _parts(run: str) -> list[str]:
    pieces = (piece for part in _JOINTS.split(run) for piece in _HUMPS.split(part))
    return [piece.lower() for piece in pieces]


def _shortest(words: list[str]) -> list[str]:
    """Without the long words that shorter ones of the list make up together."""
    return [word for word in words if not _covered(word, [w for w in words if w != word])]


def _covered(word: str, others: list[str]) -> bool:
    reached = 0
    while reached < len(word):
        ends = [
            start + len(each)
            for each in others
            for start in range(reached + 1)
            if word.startswith(each, start) and start + len(each) > reached
        ]
        if not ends:
            return False
        reached = max(ends)
    return True

"""Turning word lists into patterns."""

import re
from collections.abc import Mapping
from typing import Final

_NONE: Final[Mapping[str, str]] = {}


def alternation(
    words: str, *, unless_before: Mapping[str, str] = _NONE, unless_after: Mapping[str, str] = _NONE
) -> str:
    """A pattern for any of the blank-separated words, the longest first.

    `unless_before` and `unless_after` name what makes a word half of another one: 服务 is no
    verb before 业 (服务业), 达 no comparator after 雷 (雷达). What stands before may be a pattern.
    """
    known = sorted(dict.fromkeys(words.split()), key=len, reverse=True)
    return "(?:" + "|".join(_guarded(word, unless_before, unless_after) for word in known) + ")"


def _guarded(word: str, before: Mapping[str, str], after: Mapping[str, str]) -> str:
    pattern = re.escape(word)
    if word in before:
        pattern += "(?!" + "|".join(before[word].split()) + ")"
    if word in after:
        pattern = f"(?<![{after[word]}])" + pattern
    return pattern

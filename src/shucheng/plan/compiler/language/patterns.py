"""Turning word lists into patterns."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

_NONE: Final[Mapping[str, str]] = {}


def alternation(
    words: str, *, unless_before: Mapping[str, str] = _NONE, unless_after: Mapping[str, str] = _NONE
) -> str:
    """A pattern for any of the blank-separated words, the longest first.

    `unless_before` and `unless_after` name what makes a word half of another one: 服务 is no
    verb before 业 (服务业), 达 no comparator after 雷 (雷达). What stands before may be a pattern.
    Where a longer word is refused so, no shorter one that begins it is taken in its place: 建设 is
    no verb before 用地, and 建 none in 建设用地; unless the mark ~ says that the noun begins
    inside the longer word (新建|设施, not 新建设|施).
    """
    known = sorted(dict.fromkeys(words.split()), key=len, reverse=True)
    halves = {word: list(_halves(word, known, unless_before)) for word in known}
    return "(?:" + "|".join(_guarded(word, halves[word], unless_after) for word in known) + ")"


def _halves(word: str, known: list[str], before: Mapping[str, str]) -> Iterator[str]:
    """What must not follow a word."""
    for longer in known:
        if longer.startswith(word):
            rest = longer.removeprefix(word)
            for suffix in before.get(longer, "").split():
                if not rest:
                    yield suffix.removeprefix("~")
                elif not suffix.startswith("~"):
                    yield rest + suffix


def _guarded(word: str, halves: list[str], after: Mapping[str, str]) -> str:
    pattern = re.escape(word)
    if halves:
        pattern += "(?!" + "|".join(halves) + ")"
    if word in after:
        pattern = f"(?<![{after[word]}])" + pattern
    return pattern

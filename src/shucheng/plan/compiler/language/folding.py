"""One spelling for the many ways a plan is typed.

`fold` keeps the length, so that a position found in folded text is the same position in
the text as printed: grammars read the folded form, quotations are cut from the printed one.
"""

import re

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_ODD = {
    "\u3000": " ",
    "\u00a0": " ",
    "\t": " ",
    "﹒": ".",
    "﹑": "、",
    "﹐": ",",
    "﹔": ";",
    "﹕": ":",
    "﹙": "(",
    "﹚": ")",
    "【": "(",
    "】": ")",
    "〔": "(",
    "〕": ")",
    "［": "(",
    "］": ")",
    "[": "(",
    "]": ")",
    "—": "-",
    "–": "-",
    "―": "-",
    "─": "-",
    "−": "-",
    "‐": "-",
    "‑": "-",
    "～": "~",
    "〜": "~",
    "∼": "~",
    "○": "〇",
    "◯": "〇",
    "﹪": "%",
    "≧": "≥",
    "≦": "≤",
    "「": "“",
    "『": "“",
    "〝": "“",
    "」": "”",
    "』": "”",
    "〞": "”",
    "〈": "《",
    "〉": "》",
}
_TABLE: dict[int, int | str] = {
    **_FULL_WIDTH,
    **{ord(odd): plain for odd, plain in _ODD.items()},
}

# A space is the author's only between two Latin words; elsewhere it is a wrapped line.
_WRAP = re.compile(r"(?<![A-Za-z0-9])\s+|\s+(?![A-Za-z0-9])")


def fold(text: str) -> str:
    """Full-width forms, brackets and dashes in one ASCII spelling, character for character."""
    return text.translate(_TABLE)


def unwrap(text: str) -> str:
    """The text without the spaces and line breaks that only come from wrapping."""
    return _WRAP.sub("", text)

"""Plain-text tables for a terminal, where a Chinese character is two columns wide."""

import unicodedata
from collections.abc import Sequence

# Marks that never begin a line: they hang over its end instead.
_CLOSING = frozenset("”’，。；：、？！）》」』】,.;:!?)")
# Marks that never end one: they go to the next line with what they open.
_OPENING = "“‘（《「『【(["


def width(text: str) -> int:
    """How many terminal columns a text takes.

    >>> width("3000亿元")
    8
    """
    return sum(
        0 if unicodedata.combining(letter) else 2 if _is_wide(letter) else 1 for letter in text
    )


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in {"W", "F"}


def wrap(text: str, columns: int) -> list[str]:
    """A text in lines of at most that many columns, broken after a blank or a wide character."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line, used, blank = "", 0, 0
        for letter in paragraph:
            line, used = line + letter, used + width(letter)
            if used > columns and letter not in _CLOSING:
                cut = blank if blank and not _is_wide(letter) else len(line) - 1
                while cut > 1 and line[cut - 1] in _OPENING:
                    cut -= 1
                lines.append(line[:cut].rstrip())
                line = line[cut:].lstrip()
                used, blank = width(line), 0
            if letter == " " or _is_wide(letter):
                blank = len(line)
        lines.append(line)
    return lines


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, widest: Sequence[int] | None = None
) -> str:
    """Rows under their heads, aligned; `widest` says where each column wraps (0: never)."""
    limits = widest or [0] * len(heads)
    split = [
        [
            wrap(cell, limit) if limit else cell.split("\n")
            for cell, limit in zip(row, limits, strict=True)
        ]
        for row in [heads, *rows]
    ]
    sizes = [
        max(width(line) for row in split for line in row[column]) for column in range(len(heads))
    ]
    lines: list[str] = []
    for at, row in enumerate(split):
        for level in range(max(len(cell) for cell in row)):
            cells = [cell[level] if level < len(cell) else "" for cell in row]
            padded = [
                cell + " " * (size - width(cell)) for cell, size in zip(cells, sizes, strict=True)
            ]
            lines.append("  ".join(padded).rstrip())
        if at == 0:
            lines.append("  ".join("-" * size for size in sizes))
    return "\n".join(lines)

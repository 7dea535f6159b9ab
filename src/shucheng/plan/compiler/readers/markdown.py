"""Markdown: headings, lists, emphasis and tables of bars or drawn with plus signs."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from shucheng.plan.compiler.document import Document
from shucheng.plan.compiler.readers.assemble import Grid, GridCell, Paragraph, Part, assemble
from shucheng.plan.compiler.readers.html import table_parts
from shucheng.plan.compiler.readers.text import lines_of
from shucheng.plan.compiler.readers.wrapping import paragraphs, wrapping_of

_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(?:[^\n]*\n){0,200}?(?:---|\.\.\.)[ \t]*\r?\n")
_HEADING = re.compile(r"\s{0,3}(#{1,6})(?:\s|\Z|(?=[\u2e80-\uffef]))")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-{2,})\s*\Z")
_BREAK = re.compile(r"\s{0,3}(?:[-*_]\s*){3,}\Z")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_LEAD = re.compile(r"\s{0,3}(?:>\s?)*\s*+(?:[-*+]\s)?")
_BAR = re.compile(r"(?<!\\)\|")
_DASHES = re.compile(r"\s*:?-+:?\s*\Z")
_GRID_RULE = re.compile(r"\s*\+[-=:+]+\+\s*\Z")

_INLINE = (
    (re.compile(r"!\[[^\[\]\n]*\]\([^()\n]*\)"), ""),
    (re.compile(r"\[([^\[\]\n]*)\]\([^()\n]*\)"), r"\1"),
    (re.compile(r"\[\^[^\]\n]{1,20}\]"), ""),
    (re.compile(r"~~[^~\n]+~~"), ""),
    (re.compile(r"\*{1,3}([^*\n]+)\*{1,3}"), r"\1"),
    (re.compile(r"(?<!\w)_{1,3}([^_\n]+)_{1,3}(?!\w)"), r"\1"),
    (re.compile(r"`+([^`\n]*)`+"), r"\1"),
    (re.compile(r"<br\s*/?>", re.IGNORECASE), " "),
    (re.compile(r"</?[a-zA-Z][^<>\n]*>"), ""),
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def read_markdown(text: str, name: str = "") -> Document:
    """A document of the rendered text: marks are gone, numbers stay as they were typed."""
    return assemble(_parts(text), name, "md")


def _parts(text: str) -> Iterator[Part]:
    text = _FRONT_MATTER.sub("", text, count=1)
    text = "".join(piece for piece, inside in _parted(text, "<!--", "-->") if not inside)
    for piece, inside in _parted(text, "<table", "</table>"):
        yield from table_parts(piece) if inside else _plain_parts(piece)


def _parted(text: str, opening: str, closing: str) -> Iterator[tuple[str, bool]]:
    """The text outside and inside of such a pair; what is never closed is outside."""
    lowered = text.lower() if len(text.lower()) == len(text) else text
    taken = 0
    while (start := lowered.find(opening, taken)) >= 0:
        end = lowered.find(closing, start)
        if end < 0:
            break
        end += len(closing)
        yield text[taken:start], False
        yield text[start:end], True
        taken = end
    yield text[taken:], False


def _plain_parts(text: str) -> Iterator[Part]:
    lines = list(lines_of(text))
    wrapping = wrapping_of(text, [span for span in lines if "|" not in text[slice(*span)]])
    run: list[str] = []
    above: str | None = None
    end = 0
    for span in paragraphs(text, lines, wrapping):
        line = text[slice(*span)]
        parted = text.count("\n", end, span[0]) > 1
        end = span[1]
        if run and (parted or not _in_table(line)):
            yield from _table(run)
            run = []
        if _in_table(line):
            yield from _flushed(above)
            above = None
            run.append(line)
            continue
        underline = _UNDERLINE.match(line)
        if underline and above is not None and not parted:
            yield Paragraph(_plain(above), 1 if "=" in underline.group(1) else 2)
            above = None
            continue
        yield from _flushed(above)
        above = line
    yield from _flushed(above)
    yield from _table(run) if run else ()


def _in_table(line: str) -> bool:
    return (
        len(_BAR.findall(line)) >= 2 or bool(_GRID_RULE.match(line)) or line.rstrip().endswith("|")
    )


def _flushed(line: str | None) -> Iterator[Part]:
    """The paragraph or heading of one line; nothing for a rule or a fence."""
    if line is None or _BREAK.match(line) or _FENCE.match(line):
        return
    heading = _HEADING.match(line)
    if heading:
        title = line[heading.end() :].rstrip().rstrip("#")
        yield Paragraph(_plain(title), len(heading.group(1)))
    else:
        lead = _LEAD.match(line)
        yield Paragraph(_plain(line[lead.end() if lead else 0 :]))


def _plain(line: str) -> str:
    """What a reader of the rendered page sees."""
    for pattern, shown in _INLINE:
        line = pattern.sub(shown, line)
    return html.unescape(_ESCAPE.sub(r"\1", line))


def _table(run: Sequence[str]) -> Iterable[Part]:
    if any(_GRID_RULE.match(line) for line in run):
        rows = list(_drawn_rows(run))
    else:
        rows = [_split(line) for line in run]
        rows = [row for row in rows if not all(_DASHES.match(cell) for cell in row)]
    yield Grid(tuple(tuple(GridCell(_plain(cell)) for cell in row) for row in rows))


def _split(line: str) -> list[str]:
    inner = line.strip()
    cells = _BAR.split(inner)
    if inner.startswith("|"):
        cells = cells[1:]
    return cells[:-1] if inner.endswith("|") and len(cells) > 1 else cells


def _drawn_rows(run: Sequence[str]) -> Iterator[list[str]]:
    """Rows of a table drawn with `+---+`: the lines between two rules are one row."""
    row: list[str] = []
    for line in [*run, "+-+"]:
        if not _GRID_RULE.match(line):
            cells = _split(line)
            row += [""] * (len(cells) - len(row))
            row = [f"{held} {cell.strip()}" for held, cell in zip(row, cells, strict=False)] + row[
                len(cells) :
            ]
        elif row:
            yield row
            row = []

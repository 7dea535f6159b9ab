"""Plain text: the file as it is, and spans into it for paragraphs and tables of bars."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from shucheng.plan.compiler.document import Block, Cell, Document, Span
from shucheng.plan.compiler.readers.wrapping import paragraphs, wrapping_of

_BREAKS = "\r\n\v\f\x85\u2028\u2029"
_LINE = re.compile(rf"([^{_BREAKS}]*)(?:\r\n|[{_BREAKS}]|\Z)")
# The mark that some editors write before the first character belongs to no paragraph.
_BLANK = " \t\u00a0\u3000\ufeff\u200b" + _BREAKS
_DRAWN_BARS = "│┃"
# The line under a table's head in Markdown, and the lines of a drawn table.
_TYPED_RULE = re.compile(r"[\s|+]*+:?[-=]{2,}+[\s|+:\-=]*\Z")
_DRAWN_RULE = re.compile(r"[─━┌┬┐├┼┤└┴┘┏┳┓┣╋┫┗┻┛]+\Z")


def read_text(text: str, name: str = "", format_name: str = "txt") -> Document:
    """A document whose text is exactly `text`; nothing is normalised.

    A paragraph's span holds line breaks where the text was wrapped at a fixed width (see
    `unwrap.unwrapped`).
    """
    lines = list(lines_of(text))
    plain = [line for line in lines if not _separator(text[slice(*line)])]
    blocks: list[Block] = []
    for run, separator in table_runs(text, paragraphs(text, lines, wrapping_of(text, plain))):
        if separator:
            blocks.append(_table(text, run, separator))
        else:
            spans = (trimmed(text, span) for span in run)
            blocks += (Block("paragraph", span) for span in spans if span[0] < span[1])
    return Document(text=text, blocks=tuple(blocks), name=name, format=format_name)


def lines_of(text: str) -> Iterable[Span]:
    """Spans of the physical lines, without their line breaks."""
    return (match.span(1) for match in _LINE.finditer(text) if match.group())


def table_runs(text: str, lines: Sequence[Span]) -> Iterable[tuple[list[Span], str]]:
    """Runs of lines with the mark between their cells; the empty mark for running text."""
    for separator, members in groupby(lines, lambda line: _separator(text[slice(*line)])):
        run = list(members)
        # A single line is a table only where it closes its last cell.
        alone = len(run) == 1 and not text[slice(*run[0])].strip(_BLANK).endswith(("|", "│", "┃"))
        yield run, "" if alone else separator


def _separator(line: str) -> str:
    """What stands between the cells of a table's line: a bar, a drawn bar or a tab."""
    inner = line.strip(_BLANK)
    if any(bar in inner for bar in _DRAWN_BARS) or _DRAWN_RULE.match(inner):
        return "│"
    if inner.count("|") >= 2 or (inner.endswith("|") and len(inner) > 1):
        return "|"
    return "\t" if line.lstrip(_BLANK).count("\t") >= 2 else ""


def _table(text: str, run: Sequence[Span], separator: str) -> Block:
    rows = tuple(_cells(text, line, separator) for line in run if not _is_rule(text[slice(*line)]))
    return Block("table", (trimmed(text, run[0])[0], trimmed(text, run[-1])[1]), rows=rows)


def _is_rule(line: str) -> bool:
    inner = line.strip(_BLANK)
    return bool(_TYPED_RULE.match(inner) or _DRAWN_RULE.match(inner))


def _cells(text: str, line: Span, separator: str) -> tuple[Cell, ...]:
    # A tab at an end stands for an empty cell; a bar there only closes the row.
    start, end = line if separator == "\t" else trimmed(text, line)
    bars = _DRAWN_BARS if separator == "│" else separator
    edges = [at for at in range(start, end) if text[at] in bars]
    if separator != "\t" and edges and edges[0] == start:
        start, edges = start + 1, edges[1:]
    if separator != "\t" and edges and edges[-1] == end - 1:
        end, edges = end - 1, edges[:-1]
    starts = [start, *(at + 1 for at in edges)]
    return tuple(
        Cell(trimmed(text, (begin, finish)))
        for begin, finish in zip(starts, [*edges, end], strict=True)
    )


def trimmed(text: str, span: Span) -> Span:
    """The span without the blanks at its two ends."""
    start, end = span
    while end > start and (text[end - 1].isspace() or text[end - 1] in _BLANK):
        end -= 1
    while start < end and (text[start].isspace() or text[start] in _BLANK):
        start += 1
    return start, end

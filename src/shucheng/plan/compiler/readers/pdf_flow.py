"""Paragraphs and tables of a whole PDF: wrapped lines joined, headers and page numbers left out."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from shucheng.plan.compiler.readers.assemble import Grid, Paragraph, Part
from shucheng.plan.compiler.readers.furniture import is_contents_line, is_page_number
from shucheng.plan.compiler.readers.pdf_aligned import take_aligned_tables
from shucheng.plan.compiler.readers.pdf_lines import Line, joined, lines_of
from shucheng.plan.compiler.readers.pdf_page import Char, Page
from shucheng.plan.compiler.readers.pdf_rows import Row, continue_rows, rows_of, same_columns
from shucheng.plan.compiler.readers.pdf_tables import Table, tables_of
from shucheng.plan.compiler.readers.wrapping import SENTENCE_END, STARTS_PARAGRAPH

# The outer parts of a page where running headers and page numbers stand.
_MARGIN = 0.12
_REPEATED = 2
# In sizes of the font: an indent, how early a full line may end, how exact a centred one is.
_INDENT, _SHORT_OF_RIGHT, _CENTRED = 1.4, 1.8, 1.8
_LARGER, _WIDER_GAP = 1.12, 1.35
_INDENTED_SHARE = 0.05
_FEW_LINES = 3
_NUMBERS = re.compile(r"\d+|[一二三四五六七八九十]+(?=页)")


@dataclass(slots=True)
class Sheet:
    """One page: its lines outside tables, its tables with their texts, its text margins."""

    lines: list[Line]
    tables: list[tuple[Table, list[Row]]]
    width: float = 0.0
    height: float = 0.0
    left: float = 0.0
    right: float = 0.0
    pitch: float = 0.0
    size: float = 0.0


def parts_of(pages: Iterable[Page]) -> list[Part]:
    """The document's paragraphs and tables in reading order."""
    sheets = [_sheet(page) for page in pages]
    _drop_furniture(sheets)
    _measure(sheets)
    flow = _Flow(_uses_indents(sheets))
    for sheet in sheets:
        flow.begin(sheet)
        items: list[Line | tuple[Table, list[Row]]] = [*sheet.lines, *sheet.tables]
        items.sort(key=lambda item: -item.y if isinstance(item, Line) else -item[0].top)
        for item in items:
            if isinstance(item, Line):
                flow.add_line(item)
            else:
                flow.add_table(*item)
    return flow.finished()


def _sheet(page: Page) -> Sheet:
    tables = tables_of(page)
    outside: list[Char] = []
    inside: defaultdict[int, defaultdict[tuple[int, int], list[Char]]]
    inside = defaultdict(lambda: defaultdict(list))
    for char in page.chars:
        number = next((at for at, table in enumerate(tables) if table.holds(char)), None)
        if number is None:
            outside.append(char)
        else:
            inside[number][tables[number].cell_of(char)].append(char)
    # A box without text is a drawing.
    filled = [(table, rows_of(table, inside[at])) for at, table in enumerate(tables) if inside[at]]
    lines, aligned = take_aligned_tables(lines_of(outside))
    return Sheet(lines, [*filled, *aligned], page.width, page.height)


def _drop_furniture(sheets: Sequence[Sheet]) -> None:
    """Take out page numbers, running headers and footers, and tables of contents."""
    seen: Counter[tuple[str, int]] = Counter()
    for sheet in sheets:
        seen.update({_place(line) for line in sheet.lines if _is_outer(line, sheet)})
    often = max(_REPEATED, len(sheets) // 4)

    def is_furniture(line: Line, sheet: Sheet) -> bool:
        if is_contents_line(line.text):
            return True
        if not _is_outer(line, sheet):
            return False
        return is_page_number(line.text) or seen[_place(line)] >= often

    for sheet in sheets:
        sheet.lines = [line for line in sheet.lines if not is_furniture(line, sheet)]


def _is_outer(line: Line, sheet: Sheet) -> bool:
    return not _MARGIN * sheet.height < line.y < (1 - _MARGIN) * sheet.height


def _place(line: Line) -> tuple[str, int]:
    return _NUMBERS.sub("0", line.text), round(line.y / 6)


def _measure(sheets: Sequence[Sheet]) -> None:
    """The text's left and right edge on every page.

    A page with few lines (the last one) takes the edges of its fellows of the same format.
    """
    fellows: defaultdict[tuple[int, int], list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        fellows[round(sheet.width), round(sheet.height)].append(sheet)
    for group in fellows.values():
        lines = [line for sheet in group for line in sheet.lines]
        left = _edge([line.left for line in lines], lowest=True)
        right = _edge([line.right for line in lines], lowest=False)
        if sum(right - line.right < 2 * line.size for line in lines) < _FEW_LINES:
            # Too little text to show the margin: pages are as wide on the right as on the left.
            right = max(right, group[0].width - left)
        for sheet in group:
            sheet.left = _own_edge([line.left for line in sheet.lines], left)
            sheet.right = _own_edge([line.right for line in sheet.lines], right)
            sheet.pitch = median(
                [above.y - line.y for above, line in pairwise(sheet.lines)] or [0.0]
            )
            sheet.size = median([line.size for line in sheet.lines] or [0.0])


def _edge(values: list[float], *, lowest: bool) -> float:
    """The outermost place where several lines begin or end."""
    if not values:
        return 0.0
    counts = Counter(round(value / 4) for value in values)
    usual = [place for place, count in counts.items() if count >= max(2, len(values) // 40)]
    place = (min if lowest else max)(usual or counts)
    near = [value for value in values if round(value / 4) == place]
    return min(near) if lowest else max(near)


def _own_edge(values: list[float], of_all: float) -> float:
    """Left and right pages may be set off by some points against one another."""
    near = [value for value in values if abs(value - of_all) < 20]
    return median(near) if len(near) >= 8 else of_all


def _uses_indents(sheets: Sequence[Sheet]) -> bool:
    """Whether an indent begins a paragraph; else numbers such as (一) do."""
    insets = [
        (line.left - sheet.left) / max(line.size, 0.1) for sheet in sheets for line in sheet.lines
    ]
    return sum(_INDENT < inset < 2.7 for inset in insets) > _INDENTED_SHARE * len(insets)


class _Flow:
    """Joins lines into paragraphs, and a table with its continuation on the next page."""

    def __init__(self, indented: bool) -> None:
        self.indented = indented
        self.parts: list[Part] = []
        self.sheet = Sheet([], [])
        self.text = ""
        self.above: Line | None = None
        self.above_full = False
        self.table: tuple[Table, list[Row]] | None = None
        self.page_begins = True

    def begin(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.page_begins = True

    def add_line(self, line: Line) -> None:
        self._close_table()
        if self.above is not None and not self._begins(line, self.above):
            self.text = joined(self.text, line.text)
        else:
            self._close_paragraph()
            self.text = line.text
        self.above_full = line.right > self.sheet.right - _SHORT_OF_RIGHT * line.size
        self.above = line
        self.page_begins = False

    def add_table(self, table: Table, rows: list[Row]) -> None:
        self._close_paragraph()
        if self.table is not None and self.page_begins and same_columns(self.table[0], table):
            continue_rows(self.table[1], rows)
        else:
            self._close_table()
            self.table = (table, rows)
        self.page_begins = False

    def finished(self) -> list[Part]:
        self._close_paragraph()
        self._close_table()
        return self.parts

    def _begins(self, line: Line, above: Line) -> bool:
        """Whether a paragraph begins with this line."""
        if not 1 / _LARGER < line.size / max(above.size, 0.1) < _LARGER:
            return True
        if line.size > _LARGER * self.sheet.size:
            # A long title is broken by hand, where its sense allows.
            return above.y - line.y > 2 * line.size or bool(STARTS_PARAGRAPH.match(line.text))
        if self._is_centred(line) or self._is_centred(above):
            return True
        inset = line.left - self.sheet.left
        if not self.above_full or inset > _INDENT * line.size:
            return True
        if not self.page_begins and above.y - line.y > _WIDER_GAP * self.sheet.pitch:
            return True
        # Headings often stand at the margin; a number there may as well be within a sentence.
        may_begin = not self.indented or above.text.endswith(SENTENCE_END)
        return may_begin and bool(STARTS_PARAGRAPH.match(line.text))

    def _is_centred(self, line: Line) -> bool:
        before, after = line.left - self.sheet.left, self.sheet.right - line.right
        inset = min(before, after) > 2.2 * line.size
        return inset and abs(before - after) < _CENTRED * line.size

    def _close_paragraph(self) -> None:
        if self.text:
            self.parts.append(Paragraph(self.text))
        self.text, self.above = "", None

    def _close_table(self) -> None:
        if self.table is not None:
            self.parts.append(Grid(tuple(tuple(row) for row in self.table[1])))
        self.table = None

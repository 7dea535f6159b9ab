"""The tables of a plan: its indicators with their yearly targets, and its lists of work points.

Tables are told apart by their header words and by what their cells hold, wherever they stand:
in an annex, in a box (专栏) or in the text. A work list may also be numbered paragraphs.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from shucheng.plan.compiler.document import Document, Span
from shucheng.plan.compiler.folding import fold, read_ordinal, unwrap
from shucheng.plan.compiler.model import Comparator, Indicator, Period, WorkPoint
from shucheng.plan.compiler.organisations import expand_organisations
from shucheng.plan.compiler.passages import Passage
from shucheng.plan.compiler.responsibility import (
    Responsibility,
    find_responsibility,
    read_responsibility,
)
from shucheng.plan.compiler.structure import Outline, Table, titles_above
from shucheng.plan.compiler.tables import Grid, Row, read_grid
from shucheng.plan.compiler.values import read_value, split_unit

_WORK_TITLE = re.compile(
    r"工作要点|重点(?:工作|任务|事项|工程|举措)|任务(?:分工|分解|清单|表|安排)|工作(?:计划|清单|安排|任务|台账)|责任清单"
)
_YEAR_LIST = re.compile(r"(?<![\d\-到至])(20\d\d)年(?!\s*[-~至到])")
_RANGE = re.compile(r"20\d\d年?\s*[-~至到]\s*20\d\d")
_SENTENCE_MARK = re.compile(r"[。;,、]")


@dataclass(frozen=True, slots=True)
class _Draft:
    """A work point as printed; its number is settled when all lists are read."""

    point: WorkPoint
    passages: tuple[Passage, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Annexes:
    """What the tables and work lists of a plan hold, and the passages that targets hide in."""

    indicators: tuple[Indicator, ...]
    work_points: tuple[WorkPoint, ...]
    passages: tuple[Passage, ...]
    # Where a line of a work list that is no table begins, to the key of its work point.
    listed: Mapping[int, str]


def read_annexes(
    document: Document, outline: Outline, period: Period | None, title: str = ""
) -> Annexes:
    """Indicators, work points and the passages of all tables, in text order."""
    return _Reader(document, outline, period, title).read()


class _Reader:
    def __init__(
        self, document: Document, outline: Outline, period: Period | None, title: str
    ) -> None:
        self.document = document
        self.outline = outline
        self.period = period
        self.title = title
        self.titles = titles_above(outline.sections)
        self.indicators: list[Indicator] = []
        self.drafts: list[_Draft] = []
        self.passages: list[Passage] = []
        self.listed: dict[int, str] = {}

    def read(self) -> Annexes:
        before: Grid | None = None
        for table in self.outline.tables:
            grid = read_grid(self.document, table.block, before)
            if grid is None:
                self._add_cells(table)
            elif _holds_indicators(grid):
                self._add_indicators(grid)
            elif _holds_work(grid):
                self._add_work_points(grid, table)
            else:
                self._add_cells(table)
            before = grid
        self._add_listed_work()
        return Annexes(
            tuple(self.indicators),
            tuple(self._numbered_points()),
            tuple(sorted(self.passages, key=lambda passage: passage.span)),
            self.listed,
        )

    # Indicators

    def _add_indicators(self, grid: Grid) -> None:
        name_column = grid.index("name", "text")
        years = self._year_columns(grid)
        category = ""
        lead: tuple[str, ...] = ()
        used = {indicator.no for indicator in self.indicators}
        highest = max(used, default=0)
        for row in grid.rows:
            if -1 in row.texts:
                category = row.texts[-1]
                continue
            category = _carried(grid, row, category, "category")
            lead = self._lead_of(grid, row, lead)
            name = row.texts.get(name_column or 0, "")
            if not name or not re.search(r"[一-鿿A-Za-z]", name):
                continue
            indicator = self._indicator(grid, row, years, len(used) + 1)
            if not indicator.targets and not indicator.value_text:
                continue
            number = indicator.no if indicator.no not in used else highest + 1
            used.add(number)
            highest = max(highest, number)
            self.indicators.append(
                Indicator(
                    no=number,
                    category=category,
                    name=indicator.name,
                    unit=indicator.unit,
                    cumulative="累计" in indicator.name,
                    targets=indicator.targets,
                    lead=lead,
                    span=row.span,
                    comparator=indicator.comparator,
                    value_text=indicator.value_text,
                    baseline=indicator.baseline,
                )
            )

    def _year_columns(self, grid: Grid) -> dict[int, tuple[str, bool]]:
        """Column -> (year, whether it is a target); years outside the plan's period are not."""
        columns: dict[int, tuple[str, bool]] = {}
        period = self.period
        for index, column in enumerate(grid.columns):
            if column.kind == "year" and column.year:
                inside = period is None or column.year >= period.start
                columns[index] = (str(column.year), inside)
            elif column.kind == "baseline":
                year = column.year or (period.start - 1 if period else None)
                if year:
                    columns[index] = (str(year), False)
            elif column.kind == "aim" and period:
                columns[index] = (str(period.end), True)
        if columns and not any(aim for _, aim in columns.values()):
            last = max(columns, key=lambda index: columns[index][0])
            columns[last] = (columns[last][0], True)
        return columns

    def _indicator(
        self, grid: Grid, row: Row, years: dict[int, tuple[str, bool]], fallback: int
    ) -> Indicator:
        printed_name = unwrap(row.texts.get(grid.index("name", "text") or 0, ""))
        unit_column = grid.index("unit")
        if unit_column is None:
            name, unit = split_unit(printed_name)
        else:
            printed = unwrap(row.texts.get(unit_column, "")).strip("()（）")
            name, unit = printed_name, printed if printed.strip("-—–/\\无") else ""
        targets: dict[str, float] = {}
        baseline: dict[str, float] = {}
        texts: dict[str, str] = {}
        comparator: Comparator = ">="
        for index, (year, is_target) in years.items():
            printed = unwrap(row.texts.get(index, ""))
            value = read_value(printed)
            if value is None:
                if is_target and re.search(r"[一-鿿A-Za-z]", printed):
                    texts[year] = printed
                continue
            unit = unit or value.unit
            if not is_target:
                baseline[year] = value.number
                continue
            targets[year] = value.number
            texts[year] = printed
            comparator = value.comparator or comparator
        return Indicator(
            no=self._number(grid, row) or fallback,
            category="",
            name=name,
            unit=unit,
            cumulative=False,
            targets=targets,
            lead=(),
            span=row.span,
            comparator=comparator,
            value_text=_telling(texts, targets),
            baseline=baseline,
        )

    @staticmethod
    def _number(grid: Grid, row: Row) -> int | None:
        column = grid.index("no")
        digits = re.sub(r"\D", "", fold(row.texts.get(column, ""))) if column is not None else ""
        return int(digits) if digits and len(digits) <= 4 else None

    def _lead_of(self, grid: Grid, row: Row, before: tuple[str, ...]) -> tuple[str, ...]:
        column = grid.index("lead")
        if column is None:
            column = grid.index("support")
        if column is None:
            return ()
        if column not in row.texts:
            return before
        return read_lead(row.texts[column])

    # Work points

    def _add_work_points(self, grid: Grid, table: Table) -> None:
        columns = grid.indexes("text", "name", "aim", "year")
        action_column, text_column = _action_and_text(grid)
        deadline = grid.index("deadline")
        year = self._year_of(table.section, table.caption, grid.title)
        action = ""
        lead: tuple[str, ...] = ()
        for row in grid.rows:
            if -1 in row.texts:
                action = row.texts[-1]
                continue
            if action_column is not None and unwrap(row.texts.get(action_column, "")):
                action = unwrap(row.texts[action_column])
            lead = self._lead_of(grid, row, lead)
            text = unwrap(row.texts.get(text_column, ""))
            if not text:
                continue
            point = WorkPoint(
                no=self._number(grid, row) or 0,
                action=action,
                text=text,
                lead=lead,
                targets=(),
                span=row.span,
                deadline=unwrap(row.texts.get(deadline, "")) if deadline is not None else "",
            )
            passages = tuple(
                Passage(row.spans[column], table.section, year)
                for column in columns
                if column != action_column and row.texts.get(column)
            )
            self.drafts.append(_Draft(point, passages))

    def _add_listed_work(self) -> None:
        """Work points of an annex that is a numbered list: 1.编制….(市工信局)."""
        sections = {section.id: section for section in self.outline.sections}
        lists = {
            section.id
            for section in self.outline.sections
            if section.id.startswith("a")
            and section.parent is None
            and _WORK_TITLE.search(section.title)
        }
        lists -= {table.section.split(".")[0] for table in self.outline.tables}
        parents = {section.parent for section in self.outline.sections}
        for line in self.outline.lines:
            section = sections.get(line.section)
            if section is None or section.parent is None or section.id in parents:
                continue
            if section.id.split(".")[0] not in lists or line.span[0] != section.span[0]:
                continue
            said, spans = find_responsibility(self.document.slice(line.body))
            above = sections[section.parent]
            point = WorkPoint(
                no=read_ordinal(re.sub(r"[^\d一-鿿]", "", fold(section.number))) or 0,
                action="" if above.parent is None else above.title,
                text=unwrap(_without(self.document.slice(line.body), spans)),
                lead=said.lead or said.responsible,
                targets=(),
                span=section.span,
            )
            self.drafts.append(_Draft(point, line=line.span[0]))

    def _numbered_points(self) -> Iterator[WorkPoint]:
        """The work points in text order, each with a number of its own: as printed where free."""
        used: set[int] = set()
        highest = 0
        for draft in sorted(self.drafts, key=lambda draft: draft.point.span):
            number = draft.point.no
            if not number or number in used:
                number = highest + 1
            used.add(number)
            highest = max(highest, number)
            key = f"w{number}"
            self.passages += (replace(passage, key=key) for passage in draft.passages)
            if draft.line is not None:
                self.listed[draft.line] = key
            yield replace(draft.point, no=number)

    def _year_of(self, section: str, *captions: str) -> int | None:
        return list_year(*captions, *self.titles.get(section, ()), self.title)

    # Passages

    def _add_cells(self, table: Table) -> None:
        """A table of another kind: boxes of text (专栏) hold targets like paragraphs."""
        seen: set[Span] = set()
        year = self._year_of(table.section, table.caption)
        for row in table.block.rows:
            for cell in row:
                text = self.document.slice(cell.span)
                if cell.covered or cell.span in seen or not _SENTENCE_MARK.search(fold(text)):
                    continue
                if len(text) >= 12 and not find_responsibility(text)[0]:
                    seen.add(cell.span)
                    self.passages.append(Passage(cell.span, table.section, year))


def list_year(*titles: str) -> int | None:
    """The year of a yearly work list, from its caption, its annex or the plan's title."""
    for title in titles:
        folded = fold(title)
        if _RANGE.search(folded):
            if _WORK_TITLE.search(folded):
                return None
            continue
        years = set(_YEAR_LIST.findall(folded))
        if len(years) == 1 and (_WORK_TITLE.search(folded) or "工作" in folded):
            return int(years.pop())
    return None


def read_lead(text: str) -> tuple[str, ...]:
    """The organisations of a lead cell; only those named with 牵头 where the cell says so."""
    said = (
        read_responsibility(text)
        if re.search(r"牵头|配合|负责|分工|落实|[:：]", text)
        else Responsibility()
    )
    if said:
        return said.lead or said.responsible
    names = (
        re.sub(r"等(?:有关|相关)?(?:单位|部门)?$", "", name) for name in expand_organisations(text)
    )
    return tuple(name for name in names if re.search(r"[一-鿿A-Za-z]", name))


def _carried(grid: Grid, row: Row, before: str, kind: str) -> str:
    """The row's category; the one above where a merged cell or a blank leaves it out."""
    for index, column in enumerate(grid.columns):
        if column.kind == kind and unwrap(row.texts.get(index, "")):
            return unwrap(row.texts[index])
    return before


def _telling(texts: dict[str, str], targets: dict[str, float]) -> dict[str, str]:
    """Printed values that say more than their number (≥90%, 1.25以下, 全覆盖)."""
    return {
        year: text
        for year, text in texts.items()
        if year not in targets or text.replace(",", "") != f"{targets[year]:g}"
    }


def _holds_indicators(grid: Grid) -> bool:
    years = grid.indexes("year", "aim")
    if not years or grid.index("name", "text") is None:
        return False
    cells = [
        row.texts.get(index, "") for row in grid.rows for index in years if -1 not in row.texts
    ]
    filled = [cell for cell in cells if cell.strip(" -—/")]
    numeric = sum(read_value(unwrap(cell)) is not None for cell in filled)
    return bool(filled) and numeric * 2 >= len(filled)


def _holds_work(grid: Grid) -> bool:
    if grid.index("text", "name") is None:
        return False
    return grid.index("lead", "support") is not None or (
        grid.index("no") is not None and grid.index("deadline") is not None
    )


def _action_and_text(grid: Grid) -> tuple[int | None, int]:
    """The column of the merged action (工作要点, 类别), and that of the work itself."""
    texts = grid.indexes("text", "name")
    category = grid.index("category")
    if category is not None:
        return category, texts[0] if len(texts) == 1 else _longest(grid, texts)
    if len(texts) == 1:
        return None, texts[0]
    longest = _longest(grid, texts)
    action = texts[0] if texts[0] != longest else None
    return action, longest


def _longest(grid: Grid, columns: Sequence[int]) -> int:
    def length(column: int) -> int:
        return sum(len(row.texts.get(column, "")) for row in grid.rows)

    return max(columns, key=length)


def _without(text: str, spans: Sequence[Span]) -> str:
    kept, taken = "", 0
    for start, end in spans:
        kept += text[taken:start]
        taken = end
    return (kept + text[taken:]).strip()

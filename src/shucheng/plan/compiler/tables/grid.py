"""Tables read by their words: which row is the header, what each column holds, which cell
belongs to which column.

Word and web tables say which cells a merged neighbour covers; plain text drops such cells, so
that the rest of the row moves to the left. Every row is therefore laid under the columns by
what its cells look like, at the least cost.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from shucheng.plan.compiler.document import Block, Cell, Document, Span
from shucheng.plan.compiler.language.folding import fold, unwrap
from shucheng.plan.compiler.organisations.names import expand_organisations, is_organisation
from shucheng.plan.compiler.organisations.responsibility import read_lead

ColumnKind = Literal[
    "no", "category", "name", "text", "unit", "year", "aim", "baseline", "growth",
    "lead", "support", "attribute", "deadline", "remark", "other",
]  # fmt: skip

_NO = re.compile(r"序号|编号|序|no\.?|#")
_REMARK = re.compile(r"备注|说明|注|指标解释|数据来源|来源")
_ATTRIBUTE = re.compile(r".*(?:属性|性质)|指标类型")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?:\s*年?\s*[-~至到]\s*(20\d\d))?(?!\d)")
_PAST = re.compile(r"实际|完成(?!时)|现状|基期|基数|基准|基础值|现值|当前")
_GROWTH = re.compile(r"年均|增速|增长|增幅|累计")
_LEAD = re.compile(
    r"牵头|责任|负责|主管|主办|部门|落实单位|实施单位|实施主体|承担单位|承办|单位名称"
)
_SUPPORT = re.compile(r"配合|参与|参加|协同|协办|协作|支持")
_PERSON = re.compile(r"领导|联系人|责任人|负责人|电话")
_UNIT = re.compile(r"(?:计量|指标|数据)?单位(?:\(.*\))?")
_AIM = re.compile(
    r"(?:规划|预期|发展|期末|考核|指标)?目标(?:值|数)?|目标任务值|指标值|预期值|规划值"
)
_CATEGORY = re.compile(r".*(?:类别|分类|类型|领域|维度|方向|板块|模块|一级指标|层级|指标体系)")
_NAME = re.compile(
    r"(?:主要|具体|二级|三级|核心|评价|发展|预期|考核|监测|重点)*(?:发展)?(?:指标|目标)(?:名称|内容|项|项目)?|名称"
)
_DEADLINE = re.compile(r".*(?:时限|时间|节点|进度|期限|时序|周期)(?:要求|安排)?")
_TEXT = re.compile(
    r".*(?:内容|任务|举措|措施|要点|事项|工作|行动|工程|项目|清单|要求|成果|目标|场景|做法|名称|环节)(?:\(.*\))?"
)
_NUMERIC = re.compile(r"[(]?[≥≤><~约超]*=?\s*[-+]?\d[\d.,]*\s*[%‰]?.{0,8}|[-/\\]+|")
_ORDINAL = re.compile(r"[(]?\d{1,3}[)]?[.、]?|[①-⑳]")
# 一 | 夯实基础支撑 |: the number of a group of rows, and its name.
_GROUP_NUMBER = re.compile(r"\(?[一二三四五六七八九十]{1,3}\)?[、.]?")
_UNIT_LIKE = re.compile(
    r"[(]?(?:十|百|千|万|亿)*(?:美元|元|个|家|项|座|台|套|件|户|人|人次|次|吨|吨标准煤|千瓦时|千瓦|条|张|所|门|种|款|类|部"
    r"|架|标准机架|机架|位|名|分|倍|辆|艘|架次|处|片|支|只|组|批|幅|宗|笔|例|篇|份|平方米|平方公里|公里|公顷|亩|天|小时|分钟|秒|毫秒"
    r"|百分点|个百分点|度|当量|场|期|节|对|路|端口|标箱|卡|核时)"
    r"(?:/.{1,6}|\(.{1,6}\))?[)]?|[%‰]|[A-Za-z/]{1,10}|[十百千万亿]+[A-Za-z/]{1,8}|[-/—]+|无|指数|位次|名次"
)


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds; `year` for year columns; `heading` as printed, unwrapped."""

    kind: ColumnKind
    heading: str
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row's cells by column index: text and span.

    `group` is the text of a row that has one cell for all columns (一、数字产业).
    """

    span: Span
    texts: dict[int, str]
    spans: dict[int, Span]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table under its columns; `title` is what stood in rows above the header."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    title: str = ""

    def index(self, *kinds: ColumnKind) -> int | None:
        """The first column of one of these kinds."""
        return next((i for i, column in enumerate(self.columns) if column.kind in kinds), None)

    def indexes(self, *kinds: ColumnKind) -> list[int]:
        return [i for i, column in enumerate(self.columns) if column.kind in kinds]


def read_grid(document: Document, block: Block, before: Grid | None = None) -> Grid | None:
    """The table under its header; `before` is a table that this one may go on (a new page)."""
    rows = [_cells(document, row) for row in block.rows]
    header = _find_header(rows)
    if header is None:
        if before is None or not rows or not _continues(rows[0], before):
            return None
        columns, first, title = before.columns, 0, before.title
    else:
        columns, first = header
        title = " ".join(text for row in rows[:1] for text, _, _ in row) if first > 1 else ""
    laid = []
    for row in rows[first:]:
        if not any(text for text, _, _ in row) or _is_header(row):
            continue
        laid.append(_lay(row, columns))
    return Grid(columns, tuple(laid), title)


_CellText = tuple[str, Span, bool]


def _cells(document: Document, row: Sequence[Cell]) -> list[_CellText]:
    return [(document.slice(cell.span).strip(), cell.span, cell.covered) for cell in row]


def _heading(text: str) -> str:
    return unwrap(fold(text)).strip(" *")


@lru_cache(maxsize=2048)
def read_column(heading: str) -> Column:
    """What a header cell says its column holds (heading folded and unwrapped)."""
    lowered = heading.lower()
    year = _YEAR.search(heading)

    def column(kind: ColumnKind) -> Column:
        return Column(kind, heading)

    if _NO.fullmatch(lowered):
        return column("no")
    if _ATTRIBUTE.fullmatch(heading):
        return column("attribute")
    if _UNIT.fullmatch(heading):
        return column("unit")
    if _PERSON.search(heading):
        return column("other")
    if year and len(heading) <= 24 and not re.search(r"内容|任务(?!目标)|措施|举措|工作", heading):
        return _year_column(heading, year)
    if _SUPPORT.search(heading) and not re.search("牵头|内容", heading):
        return column("support")
    if _LEAD.search(heading) and len(heading) <= 16:
        return column("lead")
    if _CATEGORY.fullmatch(heading):
        return column("category")
    if _NAME.fullmatch(heading):
        return column("aim" if _AIM.fullmatch(heading) else "name")
    if _AIM.fullmatch(heading):
        return column("aim")
    if len(heading) <= 8 and _PAST.search(heading):
        return column("baseline")
    if _DEADLINE.fullmatch(heading) and len(heading) <= 10:
        return column("deadline")
    if _GROWTH.search(heading) and len(heading) <= 12:
        return column("growth")
    if _REMARK.fullmatch(heading):
        return column("remark")
    if _TEXT.fullmatch(heading) and len(heading) <= 24:
        return column("text")
    return column("other")


def _year_column(heading: str, year: re.Match[str]) -> Column:
    if _PAST.search(heading):
        return Column("baseline", heading, int(year[1]))
    if _GROWTH.search(heading) and "目标" not in heading:
        return Column("growth", heading)
    return Column("year", heading, int(year[2] or year[1]))


def _is_header(row: Sequence[_CellText]) -> bool:
    headings = [_heading(text) for text, _, covered in row if text and not covered]
    if len(headings) < 2 or any(len(heading) > 26 for heading in headings):
        return False
    kinds = [read_column(heading).kind for heading in headings]
    named = sum(kind not in ("other", "text") for kind in kinds)
    return named >= 2 or (named >= 1 and kinds.count("text") >= 1 and "other" not in kinds)


def _find_header(rows: Sequence[Sequence[_CellText]]) -> tuple[tuple[Column, ...], int] | None:
    """The columns and the number of the first row below the header."""
    for number, row in enumerate(rows[:4]):
        if not _is_header(row):
            continue
        columns = [_heading(text) for text, _, _ in _without_blank_end(row)]
        first = number + 1
        if first < len(rows) and _is_second_line(rows[first]):
            columns = _two_lines(row, rows[first])
            first += 1
        return _settled([read_column(heading) for heading in columns]), first
    return None


def _without_blank_end(row: Sequence[_CellText]) -> list[_CellText]:
    cells = list(row)
    while cells and not cells[-1][0]:
        cells.pop()
    return cells


def _is_second_line(row: Sequence[_CellText]) -> bool:
    """A header of two lines: the years stand below 目标值."""
    own = [_heading(text) for text, _, covered in row if text and not covered]
    return bool(own) and all(
        len(text) <= 14 and read_column(text).kind in ("year", "baseline", "growth", "unit")
        for text in own
    )


def _two_lines(upper: Sequence[_CellText], lower: Sequence[_CellText]) -> list[str]:
    top = [(_heading(text), span) for text, span, _ in upper]
    if len(lower) == len(upper) and any(covered for _, _, covered in (*upper, *lower)):
        return [
            _heading(low) if _heading(low) and low_span != span else high
            for (high, span), (low, low_span, _) in zip(top, lower, strict=True)
        ]
    years = [_heading(text) for text, _, _ in lower if text]
    columns: list[str] = []
    for high, _ in top:
        kind = read_column(high).kind
        if kind in ("aim", "year") and years and "单位" not in high:
            columns += years
            years = []
        elif high:
            columns.append(high)
    return columns + years


def _settled(columns: list[Column]) -> tuple[Column, ...]:
    """Columns in the light of one another."""
    kinds = [column.kind for column in columns]
    if "name" not in kinds:
        # 主要目标 beside years is the name; 指标 beside nothing else too.
        for kind in ("aim", "text", "category"):
            if kind in kinds and ("year" in kinds or (kind != "aim" and "aim" in kinds)):
                index = kinds.index(kind)
                if "text" in kinds and kind == "aim" and "year" not in kinds:
                    continue
                columns[index] = replace(columns[index], kind="name")
                break
    leads = [i for i, column in enumerate(columns) if column.kind == "lead"]
    headed = [i for i in leads if "牵头" in columns[i].heading]
    for index in leads:
        if headed and index not in headed:
            columns[index] = replace(columns[index], kind="support")
    return tuple(columns)


def _continues(row: Sequence[_CellText], before: Grid) -> bool:
    """Whether a table without header goes on with the rows of the one before."""
    if before.index("no") is None or not before.rows:
        return False
    first = next((fold(text) for text, _, _ in row if text), "")
    last = before.rows[-1].texts.get(before.index("no") or 0, "")
    return first.isdecimal() and last.isdecimal() and int(first) == int(last) + 1


def _lay(row: Sequence[_CellText], columns: Sequence[Column]) -> Row:
    own = [cell_span for _, cell_span, covered in row if not covered] or [row[0][1]]
    span = (min(own)[0], max(end for _, end in own))
    cells = list(row)
    whole = len(cells) == len(columns) and (
        any(covered for *_, covered in cells) or bool(cells[-1][0])
    )
    if not whole:
        cells = _without_blank_end(cells)
    if len({cell_span for _, cell_span, _ in cells}) == 1 and len(columns) > 2:
        return Row(span, {}, {}, group=unwrap(cells[0][0]))
    filled = [text for text, _, covered in cells if text and not covered]
    if len(filled) == 2 and _GROUP_NUMBER.fullmatch(fold(filled[0])) and len(columns) > 2:
        return Row(span, {}, {}, group=unwrap(filled[1]))
    if whole or max(len(cells), len(columns)) > _WIDEST:
        places = [at if at < len(columns) else None for at in range(len(cells))]
    else:
        places = _places(cells, columns)
    texts = {place: cells[i][0] for i, place in enumerate(places) if place is not None}
    spans = {place: cells[i][1] for i, place in enumerate(places) if place is not None}
    return Row(span, texts, spans)


# Tables wider than any plan's are taken as they come: laying them costs cells times columns.
_WIDEST = 60
_SKIP = {
    "category": 0.3, "remark": 0.1, "attribute": 0.6, "deadline": 0.8, "support": 0.8, "lead": 1.2,
    "unit": 1.0, "other": 0.8, "growth": 1.5, "baseline": 2.0, "no": 2.0, "year": 3.0, "aim": 3.0,
    "name": 4.0, "text": 2.5,
}  # fmt: skip


def _places(cells: Sequence[_CellText], columns: Sequence[Column]) -> list[int | None]:
    """For each cell its column, in order, so that cells look like what their columns hold."""
    texts = [_heading(text) for text, _, _ in cells]
    skip = [_SKIP[column.kind] for column in columns]
    first_text = next((i for i, column in enumerate(columns) if column.kind == "text"), None)
    if first_text is not None and sum(column.kind in ("text", "name") for column in columns) > 1:
        skip[first_text] = 0.4
    # best[j]: cost of laying the cells so far over the columns before j.
    width = len(columns)
    best: list[float] = [0.0] * (width + 1)
    for j in range(width):
        best[j + 1] = best[j] + skip[j]
    choices: list[list[int]] = []
    for text in texts:
        row: list[float] = [float("inf")] * (width + 1)
        choice = [0] * (width + 1)
        row[0] = best[0] + 5.0
        for j in range(1, width + 1):
            options = (
                best[j - 1] - _fit(text, columns[j - 1].kind),
                row[j - 1] + skip[j - 1],
                best[j] + 5.0,
            )
            choice[j] = options.index(min(options))
            row[j] = min(options)
        choice[0] = 2
        choices.append(choice)
        best = row
    places: list[int | None] = [None] * len(texts)
    i, j = len(texts) - 1, width
    while i >= 0:
        step = choices[i][j]
        if step == 0:
            places[i] = j - 1
            i, j = i - 1, j - 1
        elif step == 1:
            j -= 1
        else:
            i -= 1
    return places


def _fit(text: str, kind: ColumnKind) -> float:
    """How well a cell's text suits a kind of column: negative where it does not."""
    if not text:
        return 0.2
    numeric = bool(_NUMERIC.fullmatch(text)) and not _UNIT_LIKE.fullmatch(text)
    if kind == "no":
        return 3.0 if _ORDINAL.fullmatch(text) else -4.0
    if kind in ("year", "aim", "baseline", "growth"):
        return 3.0 if numeric else (0.5 if len(text) <= 8 else 0.0)
    if kind == "unit":
        return 3.0 if _UNIT_LIKE.fullmatch(text) else -2.0
    if kind in ("lead", "support"):
        return 2.0 if looks_like_organisations(text) else -2.0
    if kind == "attribute":
        return 2.0 if re.search(r"性$|型$", text) else -1.0
    if kind == "deadline":
        return 2.0 if re.search(r"年|月|季度|长期|持续|底", text) and len(text) <= 16 else -1.0
    if numeric:
        return -3.0
    if kind in ("name", "text"):
        return 1.5 if len(text) > 3 else 0.5
    return 0.5


def number_of(grid: Grid, row: Row) -> int | None:
    """The row's printed number (12, (3)); None where it has none."""
    column = grid.index("no")
    digits = re.sub(r"\D", "", fold(row.texts.get(column, ""))) if column is not None else ""
    return int(digits) if 0 < len(digits) <= 4 else None


def carried(grid: Grid, row: Row, kind: ColumnKind, before: str) -> str:
    """The row's text of that kind; the one above where a merged cell or a blank leaves it out."""
    texts = (unwrap(row.texts.get(index, "")) for index in grid.indexes(kind))
    return next((text for text in texts if text), before)


def lead_of(grid: Grid, row: Row, before: tuple[str, ...]) -> tuple[str, ...]:
    """Who leads the row; the leads above where a merged cell leaves them out."""
    column = grid.index("lead")
    column = grid.index("support") if column is None else column
    if column is None:
        return ()
    return read_lead(row.texts[column]) if column in row.texts else before


def looks_like_organisations(text: str) -> bool:
    """Whether a cell holds names of organisations and nothing else."""
    names = expand_organisations(text)
    if not names or len(text) > 30 * len(names):
        return False
    return sum(map(is_organisation, names)) * 2 > len(names)

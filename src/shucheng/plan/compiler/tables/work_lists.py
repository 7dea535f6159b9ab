"""Lists of work: tables (序号, 工作要点, 主要内容, 牵头单位) or numbered paragraphs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from shucheng.plan.compiler.document import Document, Span, between
from shucheng.plan.compiler.language.folding import fold, unwrap
from shucheng.plan.compiler.language.numerals import read_ordinal
from shucheng.plan.compiler.model import WorkPoint
from shucheng.plan.compiler.organisations.responsibility import find_responsibility
from shucheng.plan.compiler.structure.numbering import FreeNumbers
from shucheng.plan.compiler.structure.outline import Outline
from shucheng.plan.compiler.structure.passages import Passage
from shucheng.plan.compiler.tables.grid import Grid, lead_of, number_of

_WORK_TITLE = re.compile(
    r"工作要点|重点(?:工作|任务|事项|工程|举措)|任务(?:分工|分解|清单|表|安排)|"
    r"工作(?:计划|清单|安排|任务|台账)|责任清单"
)
_ONE_YEAR = re.compile(r"(?<![\d\-到至])(20\d\d)年(?!\s*[-~至到])")
_YEARS = re.compile(r"20\d\d年?\s*[-~至到]\s*20\d\d")


@dataclass(frozen=True, slots=True)
class Draft:
    """A work point as printed; its number is settled when all lists are read.

    `line` is where the paragraph begins in a list that is no table.
    """

    point: WorkPoint
    passages: tuple[Passage, ...] = ()
    line: int | None = None

    def numbered(self, number: int) -> "Draft":
        """The same with a number of its own, and its passages under the key of that number."""
        key = f"w{number}"
        passages = tuple(replace(passage, key=key) for passage in self.passages)
        return Draft(replace(self.point, no=number), passages, self.line)


def holds_work(grid: Grid) -> bool:
    """Whether a table says who does what, or what is done by when."""
    if grid.index("text", "name") is None:
        return False
    return grid.index("lead", "support") is not None or (
        grid.index("no") is not None and grid.index("deadline") is not None
    )


def list_year(*titles: str) -> int | None:
    """The year of a yearly work list, from its caption, its annex or the plan's title."""
    for title in titles:
        folded = fold(title)
        if _YEARS.search(folded):
            if _WORK_TITLE.search(folded):
                return None
            continue
        years = set(_ONE_YEAR.findall(folded))
        if len(years) == 1 and (_WORK_TITLE.search(folded) or "工作" in folded):
            return int(years.pop())
    return None


def read_table(grid: Grid, section: str, year: int | None) -> list[Draft]:
    """The work points of a table; rows below one merged text add their leads to it."""
    text_columns = grid.indexes("text", "name", "aim", "year")
    action_column, main_column = _action_and_text(grid)
    deadline_column = grid.index("deadline")
    drafts: list[Draft] = []
    above: Span | None = None
    action = ""
    lead: tuple[str, ...] = ()
    for row in grid.rows:
        if row.group:
            action, lead = row.group, ()
            continue
        if action_column is not None:
            action = unwrap(row.texts.get(action_column, "")) or action
        lead = lead_of(grid, row, lead)
        text = unwrap(row.texts.get(main_column, ""))
        if not text:
            continue
        if row.spans[main_column] == above:
            drafts[-1] = _led_also_by(drafts[-1], lead)
            continue
        above = row.spans[main_column]
        deadline = row.texts.get(deadline_column, "") if deadline_column is not None else ""
        number = number_of(grid, row) or 0
        point = WorkPoint(number, action, text, lead, (), row.span, unwrap(deadline))
        passages = tuple(
            Passage(row.spans[column], section, year)
            for column in text_columns
            if column != action_column and row.texts.get(column)
        )
        drafts.append(Draft(point, passages))
    return drafts


def _led_also_by(draft: Draft, lead: tuple[str, ...]) -> Draft:
    together = tuple(dict.fromkeys(draft.point.lead + lead))
    return replace(draft, point=replace(draft.point, lead=together))


def read_paragraphs(document: Document, outline: Outline) -> Iterator[Draft]:
    """The work points of annexes that are numbered lists: 1.编制….(市工信局)."""
    sections = {section.id: section for section in outline.sections}
    lists = {
        section.id
        for section in outline.sections
        if section.id.startswith("a") and not section.parent and _WORK_TITLE.search(section.title)
    }
    lists -= {table.section.split(".")[0] for table in outline.tables}
    parents = {section.parent for section in outline.sections}
    for line in outline.lines:
        section = sections.get(line.section)
        if section is None or section.parent is None or section.id in parents:
            continue
        if section.id.split(".")[0] not in lists or line.span[0] != section.span[0]:
            continue
        said, spans = find_responsibility(document.slice(line.body))
        above = sections[section.parent]
        point = WorkPoint(
            no=read_ordinal(re.sub(r"[^\d一-鿿]", "", fold(section.number))) or 0,
            action=above.title if above.parent else "",
            text=unwrap("".join(between(document.slice(line.body), spans)).strip()),
            lead=said.lead or said.responsible,
            targets=(),
            span=section.span,
        )
        yield Draft(point, line=line.span[0])


def number_drafts(drafts: Sequence[Draft]) -> Iterator[Draft]:
    """The drafts in text order, each with a number of its own: the printed one where it is free."""
    numbers = FreeNumbers()
    for draft in sorted(drafts, key=lambda draft: draft.point.span):
        yield draft.numbered(numbers.take(draft.point.no))


def _action_and_text(grid: Grid) -> tuple[int | None, int]:
    """The column of the merged action (工作要点, 类别), and that of the work itself."""
    texts = grid.indexes("text", "name")
    longest = max(
        texts, key=lambda column: sum(len(row.texts.get(column, "")) for row in grid.rows)
    )
    category = grid.index("category")
    if category is not None:
        return category, longest
    return (texts[0] if texts[0] != longest else None), longest

"""What the columns of a table hold, told by the words of its header."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

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


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds; `year` for year columns; `heading` as printed, unwrapped."""

    kind: ColumnKind
    heading: str
    year: int | None = None


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


def settle(read: Sequence[Column]) -> tuple[Column, ...]:
    """Columns in the light of one another."""
    columns = list(read)
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

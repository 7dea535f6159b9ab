"""What a figure measures: lists of subjects, and subjects that lean on an earlier one."""

import re
from collections.abc import Sequence
from typing import Final

from shucheng.plan.compiler.language.patterns import alternation
from shucheng.plan.compiler.targets import words
from shucheng.plan.compiler.targets.owners import owner_of_rate

# 和 and its like join two subjects, unless they are half of a word (碳中和, 普及率, 参与).
JOINER: Final = re.compile(
    r"、|以及|(?<![总调饱中共温柔缓])和(?![谐平睦])|(?<!参)与(?!会)"
    r"|(?<![普涉触以波惠企])及(?!以上|时|其|格)"
)
# Nouns that name a measure and no thing: on their own they lean on what was measured before.
_MEASURE: Final = alternation(
    """营业收入 主营业务收入 业务收入 营收 增加值 总产值 工业产值 产值 利润总额 利润 税收 出口额
    进出口额 产业规模 总体规模 总规模 规模 总量 总数 总额 数量 占比 比重 比例 覆盖率 普及率 渗透率
    通达率 满足率 利用率 产量 销售额 零售额 交易额 市场份额 投资额 金额"""
)
# Measures of an economy: one of them says of what the next one is (营业收入…, 增加值…).
_SIZE: Final = re.compile(
    alternation(
        """营业收入 主营业务收入 业务收入 营收 增加值 总产值 工业产值 产值 利润总额 利润 税收 出口额
        进出口额 产业规模 总体规模 规模 销售额"""
    )
    + "$"
)
# “算力+工业”“算力+医疗”等应用标杆: names of a kind, each with the noun they share.
_QUOTED_LIST: Final = re.compile(
    "(?P<names>“[^“”]+”(?:[、和]?“[^“”]+”)+)等?(?P<thing>[^“”、等]{2,})"
)
_PLACE_ONLY: Final = re.compile(
    alternation(
        """乡镇 农村 城区 城市 县域 市区 山区 市本级 主城区 中心城区 市内 省内 城市内 市域 省域 区域
        国内 城际 跨省"""
    )
)
_PLACE_AT_START: Final = re.compile(f"^{_PLACE_ONLY.pattern}")
_MEASURE_ONLY: Final = re.compile(
    rf"(?:年|全年|总体|产业|市场|行业|整体|年均复合)?{_MEASURE}(?:\([^()]*\)|（[^（）]*）)?"
)
# 增加值|占GDP比重: a share of a measure that leans as the measure does.
_SHARE_OF: Final = re.compile("(?<=.)占.+(?:比重|比例)$")
_ENDS_IN_MEASURE: Final = re.compile(rf"(?:产业|总体|年)?{_MEASURE}$")
_RATE: Final = re.compile(
    alternation(
        """率 占比 比重 比例 指数 水平 程度 数 额 量 值 规模 收入 营收 时间 时延 覆盖 投入 强度
        成本 周期 浓度 密度 精度 速度 满意度 面积 里程 能耗 排放 产能 容量 带宽"""
    )
    + "$"
)
# Grades that tell two kinds of one thing apart: 国家级…, 省级….
_GRADE: Final = re.compile(
    r"(?:(?:国家|省|市|区县|县|部|世界|国际|全球|行业|校|院)部?级?(?:及?以上)?|省部级以上"
    r"|[一二三四五]星级|[一二三四五1-5]级(?:及?以上)?|超?(?:[二三五]?[十百千]?[百千万亿]|\d+)[万亿]?元?级|AAA+级?|[A-Z]级|"
    + alternation(
        """企业 城市 园区 城区 街道 社区 乡镇 区域 片区 流域 集群 产业链 集团 车间 工厂 楼宇 家庭
        部门 地市 镇 乡 村 州 区"""
    )
    + "级|"
    + alternation("基础级 先进级 卓越级 领航级 甲级 乙级 初级 中级 高级")
    + ")"
)
_GRADES: Final = re.compile(rf"(?:{_GRADE.pattern}[、和])+{_GRADE.pattern}(?:[二两三四]级)?")
_GRADE_ONLY: Final = re.compile(rf"{_GRADE.pattern}的?")
_GRADED: Final = re.compile(rf"(?P<grade>{_GRADE.pattern})(?P<tail>[一-鿿“”]{{2,}})$")
# 年营业收入|超100亿元企业, 超50亿元企业: kinds by size, measured by what the first one names.
_SIZE_ONLY: Final = re.compile(
    r"(?:超过?|突破|达到?|上|(?=[\d一二两五十百千]))[\d.一二两五十百千]*[万亿]+元(?:以上)?的?[一-鿿]"
)
# 亿元以上产业项目60个, 其中|10亿元以上|20个: the size takes the place of the first one.
_BARE_SIZE: Final = re.compile(
    "(?:总?投资额?|年?(?:营收|营业收入|主营业务收入|产值|销售额|交易额))?(?:超过?|突破|达到?)?"
    r"[\d.一二两五十百千]*[万亿]+元(?:及以上|以上)?"
)
_OWN_SIZE: Final = re.compile(rf"^{_BARE_SIZE.pattern}的?")
_OF_FUND: Final = re.compile("(?:总|首期|基金)?规模")
_SIZED_CLASS: Final = re.compile(
    "(?:[一-鿿]+[中内])?(?P<measure>[一-鿿]{0,6}?(?:收入|产值|营收|规模|投资|销售额|交易额|零售额|税收|估值|市值))"
    + _SIZE_ONLY.pattern
)
# Where the owner of a shared rate ends: 自然村|5G信号覆盖率.
_PLACE_END: Final = re.compile(
    ".{0,12}?"
    + alternation(
        """行政村 自然村 村庄 农村 乡镇 镇区 县城 城区 城市 城镇 社区 场所 园区 企业 学校 中小学
        医院 机构 单位 部门 家庭 居民 用户 装备 软件 软件业 平台 网络
        行业 领域 环节 产业 工业 制造业 农业 服务业 事项 铁路 公路 高速 港口 地铁""",
        unless_before={"工业": "软件 企业 互联网 设备"},
    )
)
_TOPIC: Final = re.compile(
    "[一-鿿A-Za-z0-9]{2,16}?" + alternation("产业 经济 制造业 服务业 产业集群 行业 园区 市场")
)
_TRADE_END: Final = re.compile("(?:产业|行业|领域|环节)$")
_NAMES_A_TRADE: Final = re.compile("(?:业|产业|行业|领域|集群|链)$")
# 甲、乙、丙|三大|产业规模: a count of the list itself.
_COUNT_OF_LIST: Final = re.compile(
    "(?:等|这)?[一二两三四五六七八九十0-9]+[大个类](?=产业|领域|行业|集群)"
)
# What comes before the trade in a title: 做强|新型显示产业.
_BEFORE_TOPIC: Final = re.compile(
    "^.*"
    + alternation(
        """培育 发展 壮大 做强 做大 打造 推动 推进 布局 聚焦 围绕 建设 的 和 与 加快 巩固 提升
        优势"""
    )
)
# Labels that head a list instead of naming a thing: 主要目标:, 责任单位:.
_NO_TOPIC: Final = re.compile(
    alternation(
        """目标 指标 如下 包括 方面 任务 要求 重点 内容 措施 工作 单位 部门 牵头 责任 负责 其中 即
        是 年 行动 工程 体系 方案 计划 原则"""
    )
)
_INDEX: Final = re.compile("(?:PUE值?|电能利用效率|[能产]效值|(?:综合|发展)?指数|系数|密度)$")
_SHORTEST_HEAD: Final = 2
# How far a thing has come, or how good it is: never a thing of its own.
_STAGE_RATE: Final = re.compile(
    alternation(
        """履约 签约 落地 到位 资金到位
        归集 共享 开放 利用 合格 满意 达产 投产 竣工 开工 入库 办结 响应 联网 在线 完好 覆盖 普及
        使用 更新 及时 准确 完整 一致 可用 达标 整改 处置 回访 上线 入驻"""
    )
    + "率$"
)
_PAIR: Final = 2
_SHORTEST_RATE: Final = 3
_TRADE_MEASURE: Final = (
    "产业",
    "规模",
    "产值",
    "总",
    "年产值",
    "市场规模",
    "行业",
    "营业收入",
    "增加值",
)


def split_list(text: str) -> list[str]:
    """The members of a list of subjects; joiners inside brackets or quotes do not split."""
    parts, start, depth = [], 0, 0
    position = 0
    while position < len(text):
        char = text[position]
        depth += (char in "(（“《「") - (char in ")）”》」")
        match = JOINER.match(text, position) if depth <= 0 else None
        if match:
            parts.append(text[start : match.start()])
            start = position = match.end()
        else:
            position += 1
    parts.append(text[start:])
    return [part.strip("，、 ") for part in parts if part.strip("，、 ")]


def subjects_of(listed: str, count: int, *, spread: bool) -> list[str]:
    """Subjects for `count` figures (or, where `spread`, one for each member of the list).

    A list that does not fit the figures is one subject for all of them.
    """
    if "、" in listed:
        listed = _COUNT_OF_LIST.sub("", listed)
    quoted = _QUOTED_LIST.fullmatch(listed)
    if spread and count == 1 and quoted:
        return [name + quoted["thing"] for name in re.findall("“[^“”]+”", quoted["names"])]
    parts = split_list(listed)
    if listed.endswith("等") or "等" in listed[-6:]:
        return [listed] * count
    if spread and count == 1:
        return complete_list(parts) if len(parts) > 1 else [listed]
    if len(parts) == count:
        return complete_list(parts)
    coarse = [part for part in re.split(r"以及|和|及(?!以上)|与", listed) if part]
    if len(coarse) == count:
        return complete_list(coarse)
    fine = [part for part in listed.split("、") if part]
    if len(fine) == count:
        return complete_list(fine)
    if len(parts) > count > 1:
        return complete_list(parts[-count:])
    return [listed] * count


def complete_list(parts: Sequence[str]) -> list[str]:
    """Give every member what the list says only once, at its head or at its tail."""
    parts = _with_head(parts)
    last = parts[-1]
    with_tails = [_with_tail(part, last) for part in parts[:-1]] + [last]
    if len(parts) == _PAIR:
        with_tails[1] = _with_place(parts[0], with_tails) + last
    completed: list[str] = []
    for part in with_tails:
        completed.append(complete(part, completed[-1]) if completed else part)
    return completed


def _with_head(parts: Sequence[str]) -> list[str]:
    """公共数据归集率、共享率: rates of one thing, which only the first one names."""
    first = _STAGE_RATE.search(parts[0])
    head = parts[0][: first.start()] if first else ""
    return [
        head + part if len(head) >= _SHORTEST_HEAD and _STAGE_RATE.fullmatch(part) else part
        for part in parts
    ]


def _with_place(first: str, completed: Sequence[str]) -> str:
    """The place of 农村警情、火情平均响应时间, where both are of one kind."""
    place = _PLACE_AT_START.match(first)
    tail = completed[0][len(first) :]
    second = completed[1].removesuffix(tail) if tail else ""
    alike = second[-1:] == first[-1:] and place and len(second) == len(first) - place.end()
    return place[0] if place and alike else ""


def share_tail(subject: str, following: str) -> str:
    """1个市级、9个县级数据中心: the first is a 市级数据中心."""
    if _GRADE_ONLY.fullmatch(subject) and subject != following:
        return _with_tail(subject, following)
    return subject


def _with_tail(part: str, last: str) -> str:
    if _RATE.search(part) or re.search(r"(?:家|个|项|件|名)$", part):
        return part
    if _GRADE_ONLY.fullmatch(part):
        return part + _GRADE.sub("", last, count=1) if _GRADE.match(last) else part + last
    if not _RATE.search(last):
        return part
    if shared := _tail_after_shared_end(part, last):
        return part + shared
    place = _PLACE_END.match(last)
    tail = last[place.end() :] if place and len(last) > place.end() + 1 else ""
    trade = _TRADE_END.search(place[0]) if place and tail else None
    if trade and not _NAMES_A_TRADE.search(part):
        tail = trade[0] + tail  # 电子信息、光伏制造|产业规模
    if not tail or not _RATE.search(tail):
        measure = _ENDS_IN_MEASURE.search(last)
        tail = measure[0] if measure else ""
    return part + tail


def _tail_after_shared_end(part: str, last: str) -> str:
    """农村警情、火情|平均响应时间: both things end in the same word, and share what follows."""
    for length in range(min(4, len(part) - 1), 0, -1):
        at = last.find(part[-length:], 1, 12)
        if at > 0:
            tail = last[at + length :]
            return tail if len(tail) > 2 and _RATE.search(tail) else ""
    return ""


def head_of_twin(subject: str, previous: str) -> str:
    """数字乡村示范镇5个、示范村40个: places of two sizes in one programme."""
    head = previous[: -len(subject)]
    twins = (
        len(subject) > 2
        and subject[-1] in "村镇乡县区市"
        and previous[len(head) : -1] == subject[:-1]
    )
    return head if twins and len(head) >= 2 else ""


def complete(subject: str, previous: str, *, counted: bool = False) -> str:
    """`subject` with the words it owes to the one before it in the sentence.

    A noun that its figure counts (100个城市) is no place that a rate is told of.
    """
    if not previous:
        return subject
    if not subject:
        return previous
    if _OF_FUND.fullmatch(subject) and previous.endswith("基金"):
        return previous + subject
    if subject.endswith("的"):
        previous = _OWN_SIZE.sub("", previous, count=1)
        return subject + words.SCOPE.sub("", previous, count=1)  # 其中营业收入超亿元的|10家
    if _BARE_SIZE.fullmatch(subject):
        return subject + _OWN_SIZE.sub("", previous, count=1)
    size, sized = _SIZE_ONLY.match(subject), _SIZED_CLASS.match(previous)
    if size and sized and subject[-_PAIR:] == previous[-_PAIR:]:
        return sized["measure"] + subject
    if subject.startswith(("占", "的比重", "较", "比重占")) or _MEASURE_ONLY.fullmatch(
        _SHARE_OF.sub("", subject)
    ):
        return _complete_measure(subject, previous)
    if _GRADE_ONLY.fullmatch(subject):
        return _regraded(subject, previous)
    grade = _GRADED.search(subject)
    if grade and grade.start() == 0:
        return _complete_grade(subject, grade["tail"], previous)
    if _PLACE_ONLY.fullmatch(subject) and not counted:
        return subject + _PLACE_AT_START.sub("", previous)  # 城区…, 农村
    if _RATE.search(previous):
        return owner_of_rate(subject, previous) + subject
    return subject


def index_of_another(subject: str, previous: str) -> str:
    """新建数据中心PUE低于1.25, |存量改造后|不高于1.4: the index that only the first one names."""
    index = _INDEX.search(previous)
    return subject + index[0] if index and subject and not _INDEX.search(subject) else subject


def _regraded(grade: str, previous: str) -> str:
    """数字领域国家级平台12个, |省级|80个: the grade takes the place of the one before it."""
    if listed := _GRADES.match(previous):
        return grade + previous[listed.end() :]  # 国家、省、市三级|智能工厂
    for found in _GRADE.finditer(previous):
        if found[0].endswith(("级", "以上")) or found[0] == "国家":  # no 市 of 城市
            return previous[: found.start()] + grade + previous[found.end() :]
    return grade + previous


def rate_of_another(subject: str, previous: str) -> str:
    """二级以上医院互认率达到90%, |基层医疗机构|达到60%: the rate that only the first one names."""
    own, owner = _PLACE_END.fullmatch(subject), _PLACE_END.match(previous)
    rate = previous[owner.end() :] if owner else ""
    return subject + rate if own and len(rate) >= _SHORTEST_RATE and _RATE.search(rate) else subject


def _complete_measure(subject: str, previous: str) -> str:
    if subject.startswith("占"):
        return previous + subject
    measure = _SIZE.search(previous)
    if subject in ("总量", "总额", "总数", "总规模", "数量", "占比", "金额"):
        return previous + subject
    if measure is None or measure.start() == 0:
        return subject
    head = previous[: measure.start()]
    return (head.removesuffix("产业") if subject.startswith("产业") else head) + subject


def _complete_grade(subject: str, tail: str, previous: str) -> str:
    """可信数据空间国家试点, 省级试点: the second is 可信数据空间省级试点."""
    if not previous.endswith(tail):
        return subject
    stem = previous[: -len(tail)]
    grade = re.search(rf"{_GRADE.pattern}$", stem)
    if grade is None or grade.start() == 0 or JOINER.search(stem):
        return subject  # 国家标准和行业标准, 国际标准
    return stem[: grade.start()] + subject


def lean_on_label(subject: str, label: str) -> str:
    """脑机接口:开展临床试验6项 measures 脑机接口临床试验, unless the subject says so itself."""
    if not 2 <= len(label) <= 8 or _NO_TOPIC.search(label):
        return subject
    pairs = {label[i : i + 2] for i in range(len(label) - 1)}
    return subject if any(pair in subject for pair in pairs) else label + subject


def lean_on_topic(subject: str, title: str) -> str:
    """`产业规模` alone takes the trade its paragraph is titled with (新型显示产业规模)."""
    cluster = re.search(r"([一-鿿A-Za-z0-9]{2,10})集群", title)
    if subject.startswith("集群") and cluster:
        return re.sub(r"^.*(?:级|的|建设|打造)", "", cluster[1]) + subject
    if not _MEASURE_ONLY.fullmatch(subject) or not subject.startswith(_TRADE_MEASURE):
        return subject
    found = _TOPIC.search(title)
    topic = _BEFORE_TOPIC.sub("", found[0]) if found else ""
    if len(topic) < 3:
        return subject
    return topic + (subject.removeprefix("产业") if topic.endswith("产业") else subject)

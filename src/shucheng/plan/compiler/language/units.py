"""Units of planning text, by what they measure."""

import re
from typing import Final, Literal

from shucheng.plan.compiler.language.patterns import alternation

Dimension = Literal["count", "money", "share", "time", "amount", "rank", "none"]

# Measure words that count things: 10家, 3个. The noun may stand on either side of them.
_COUNT: Final = """
个 家 项 件 名 人 户 条 座 款 种 类 所 处 套 台 辆 艘 架 场 部 本 篇 支 只 片 块 枚 颗 张 间
栋 幢 面 口 门 宗 笔 例 起 份 幅 次 对 组 头 羽 尾 株 床 册 卷 位 根 柄 桩 枪 艇 匹 棵 列 批
台(套) 台套 台/套 个(套) 家(次) 家次 个次 项次 件次 户次 人次 车次 架次 场次 批次 标段
期 核 单 班次 航次 艘次 门次 趟 轨次
路 席位 车位 泊位 床位 学时 课时 学分 标准机架 个标准机架 机架 机柜 端口 标准箱 标箱 站点 节点
"""
_TIME: Final = """
个工作日 工作日 个自然日 个小时 小时 个月 分钟 毫秒 微秒 秒 天 日内 周 ms μs ns
"""
_SHARE: Final = "成 % ‰ 百分点 个百分点 个千分点 个基点"
_MONEY: Final = "元 美元 欧元 港元"
_AMOUNT: Final = """
EFLOPS EFLOPs EFlops Eflops PFLOPS PFLOPs PFlops Pflops TFLOPS TFlops P E
Gbps Tbps Mbps G T M EB ZB PB TB GB MB GHz MHz
GWh MWh KWh kWh GW MW KW kW W km TEU
伏安 千伏安 兆伏安 亩次
吨 吨标准煤 吨标煤 吨二氧化碳 吨二氧化碳当量 吨CO2 载货吨 公斤 千克 克 毫克 微克
千瓦时 兆瓦时 度 亿度 千瓦 兆瓦 吉瓦 瓦 平方公里 平方千米 平方米 立方米 公顷 亩
公里 千米 海里 米 厘米 毫米 微米 纳米 车公里 核时 卡时 Token token 词元 字节 比特 分 倍 番 岁
"""
_RANK: Final = "强 名 位"
# What a unit is only the beginning of: 名 counts, 名单 is a thing. Right after a number most of
# these are rare, and 5个人工智能平台, 20家电子企业 are not: a guard says no more than it must.
_WORDS_OF: Final = {
    "个": "性 体(?:工商|经[济营]|户) 人(?:用户|信[息用]|账|所得|消费|养老|数据|客户) 别",
    "家": "庭 电(?:以旧|下乡|回收|产品) 禽 长(?:学|满|会|参|委)",
    "项": "目(?![标录])",
    "件": "套",
    "名": "录 单 牌 优 品 称 城",
    "人": "才 工 口 均 民 机 形 力 社 文 大 脸 员 物 类 事 群",
    "户": "外 籍 用(?:光|储|设) 均 型",
    "条": "件 例 款 码",
    "座": "谈 席",
    "款": "项(?!目)",
    "种": "植 子 业",
    "类": "型 别 似",
    "所": "有 需 在 属 得 以",
    "处": "置 理 于 方 罚",
    "核": "心 准 电 酸 算 查 定 验 实 减 能 桃 发 对 销",
    "期": "间 末 限 货 待 望 满 权 刊 内 初 工程 项目 建设 中 以 规 投 主",
    "单": "位 独 元 一 体 项 边 向 户 机 车 品 点 晶 兵",
    "台": "账 湾 风(?![力电机]) 阶 州",
    "套": "餐 利",
    "架": "构",
    "场": "景 所 馆 地(?!方) 站 域 外(?![商贸资]) 内(?!部)",
    "部": "门 分 署 委 级 件 省 队 位",
    "本": "地 土 科 级 市 省 县 区 质 行 轮",
    "篇": "章",
    "支": "持 撑 付 出 柱 线 部 行",
    "只": "有 要 能 是",
    "片": "区",
    "块": "状 链",
    "张": "家 贴",
    "间": "距 接",
    "面": "向 积 对 临 试 板",
    "口": "岸 碑 径 罩",
    "门": "类 户 槛 店 诊",
    "宗": "旨",
    "笔": "记",
    "例": "如 外 行",
    "起": "步 到 草 来 点 重 降 飞",
    "份": "额 内",
    "幅": "度 员 面",
    "次": "级 数 日 要",
    "对": "接 外 标 应 口 象 于",
    "组": "织 建 团 合 成",
    "头": "部 条 像 雁",
    "尾": "水 气 矿",
    "株": "洲",
    "床": "位",
    "册": "页",
    "位": "于 列 居 次 置",
    "批": "复 准 示 量 发",
    "秒": "批 办 级 杀",
    "天": "然 津 下 空 地 气",
    "周": "边 期 转 年 界",
    "成": "立 为 效 果 长 本 功 都 员 熟 品 交 型 群 套 分 绩 就 渝 渠 达 人",
    "元": "宇宙 素 器件 件 年 旦 首 数据",
    "路": "线 径 由 段 网 灯 侧 口 长 面 基 演 桥 况 政 域 权 易",
    "克": "服 隆 拉",
    "度": "假 过 量",
    "亩": "均",
    "米": "兰",
    "分": "布 别 类 级 钟 析 享 工 散 为 阶 批 步 之 层 行 中心 支 期 局 领域 管 配 离 置",
    "倍": "增 速",
    "番": "茄",
    "强": "化 调 劲 势 度 国 省 市 县 基 链 村 镇 企 大 健",
}

_BY_DIMENSION: Final[dict[Dimension, str]] = {
    "share": _SHARE,
    "time": _TIME,
    "money": _MONEY,
    "count": _COUNT,
    "amount": _AMOUNT,
}
_DIMENSION_OF: Final[dict[str, Dimension]] = {
    word: dimension for dimension, words in _BY_DIMENSION.items() for word in words.split()
}
UNIT_WORDS: Final = frozenset(_DIMENSION_OF)
# A Latin unit ends where its letters end: 5G-A and 10GE are names.
_LATIN_END: Final = r"(?:(?<![A-Za-z])|(?![A-Za-z0-9+-]))"
# 件(套), 台(套): a second measure word in brackets.
_OR: Final = r"(?:\((?:套|台|个|处|次|项|件|辆|家|只|艘|座|张|组)\))?"
# 亿元/平方公里, 台/万人.
_PER: Final = (
    "(?:/"
    + alternation(
        "平方公里 平方米 立方米 公顷 公里 千瓦时 万元 万人 百人 百户 人 亩 年 户 吨 天 日 月 升 秒"
    )
    + ")"
)

UNIT: Final = (
    alternation(" ".join(_BY_DIMENSION.values()), unless_before=_WORDS_OF)
    + _LATIN_END
    + _OR
    + _PER
    + "?"
)
# Letters that measure; PUE, GDP or AI in a bracket is a name.
_CELL_LETTERS: Final = (
    r"[EPTGMKZk]?(?:FLOPS|Flops|flops|OPS|Byte|bps|bit|Wh|W|wh|w|Hz|tce|B|b)(?:/[sS])?|EF|PF|E|P|"
    r"[kcm]?m|km/h|kg|[mnuμ]s|nm|t|kgce|h|QPS|TPS|m²|m³"
)
# A table cell that holds a unit holds nothing else, so that no word can hide half of another.
CELL_UNIT: Final = (
    rf"(?:[十百千万亿]{{0,2}}(?:{alternation(' '.join(UNIT_WORDS))}|{_CELL_LETTERS})"
    r"(?:/[^\s()]{1,8}|\([^()]{1,6}\))?|[万亿]{1,2})"
)
RANK_UNIT: Final = alternation(_RANK, unless_before=_WORDS_OF)
# 万 and 亿 stay in the unit, as the label scheme wants.
MAGNITUDE: Final = alternation("万亿 千亿 百亿 千万 百万 十万 万 亿")


def dimension_of(unit: str) -> Dimension:
    """What a printed unit measures; a magnitude alone (突破1亿) is an amount."""
    measured = re.sub(f"^{MAGNITUDE}", "", unit)
    for word in (unit, measured, re.split("[/(]", measured)[0]):
        if word in _DIMENSION_OF:
            return _DIMENSION_OF[word]
    return "amount" if unit else "none"

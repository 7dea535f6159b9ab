"""The words that planning text is built of, by what they do in a sentence.

Lists, not phrases: a new verb or adverb is one word here, and the grammar that uses it does
not change.
"""

import re
from typing import Final

from shucheng.plan.compiler.language.comparators import HALF_AFTER
from shucheng.plan.compiler.language.patterns import alternation

# --- Words in front of a number -------------------------------------------------------------

# Change by, not change to.
FALL: Final = alternation(
    "下降 降低 减少 压减 压缩 缩短 缩减 压降 减排 节约 精简 下调 降幅 收窄 缩小"
)
GROWTH: Final = (
    alternation("""增长 提高 提升 增加 上升 提速 增速 增幅 增长率 增长幅度 攀升 扩大 递增 净增长""")
    + f"|{FALL}"
)
# A subject that measures growth itself: 农民人均增收.
GROWTH_NOUN: Final = re.compile("(?:增速|增长率|增幅|增长速度|降幅|下降率|提升率|增收)$")
# What stands between subject and comparator, and says nothing of the thing measured.
BEFORE_NUMBER: Final = alternation(
    """力争 力求 争取 努力 确保 有望 预计 预期 计划 将 要 应 须 必须 应当 能 能够 可 也 已 都 均
    各 再 共 分别 全部 普遍 基本 总体 总体上 整体 稳步 稳定 持续 逐步 不断 进一步 严格 大幅 明显
    显著 累计 总计 合计 共计 总共 同比 平均 每年 逐年 年均 年度 全年 年内 当年 每日 每天 每月 每季度
    实现 完成 至少 首次 比上年 较上年 比上一年 同比上年""",
    unless_after=HALF_AFTER,
)

# --- Verbs ------------------------------------------------------------------------------------

# Half of a noun, if one of these follows: 服务业, 孵化器, 培育库.
_NOUN_AFTER: Final = {
    "建": "筑 材 档立卡 制镇 言",
    "建设": "项目 用地 完成率 工程 进度 率",
    "建成": "品",
    "建档": "立卡",
    "新建设": "~施 ~备",
    "新建成": "~品",
    "新增设": "~备 ~施 ~计",
    "培育": "库",
    "培养": "方案 模式",
    "培训": "中心 机构 基地 体系 项目 课程 班 师资 学校",
    "集聚": "区 效应",
    "聚集": "区",
    "实施": "方案 率",
    "完成": "率",
    "推广": "中心",
    "推广应用": "案例 场景 示范 标杆 面积 中心 项目 成果 典型",
    "攻关": "项目 任务 课题 团队 平台 计划 榜单 需求 成果 方向",
    "攻坚": "项目 任务 行动",
    "研发": """项目 机构 投入 平台 经费 中心 人员 强度 活动 设计 费用 与 和 投资 能力 人才 团队
    总部 设备 企业""",
    "开发": "区 者 商 平台 利用率",
    "投资": """0 1 2 3 4 5 6 7 8 9 超 达 额 总额 规模 强度 完成 增长 占 总量 项目 机构
    基金""",
    "投入": "强度 占 产出 力度 总量 经费",
    "孵化": "器 基地 载体 平台 园",
    "转化": "率 项目 基地 平台 机构 载体",
    "签约": "率",
    "落地": "率",
    "投产": "率",
    "开工": "率",
    "上线": "率",
    "上架": "率",
    "覆盖": "率 面 范围 全",
    "服务": """业 平台 中心 贸易 大厅 事项 体系 机构 能力 企业数 业务 窗口 效能 商 满意 费
    网络 站 点 能级 型 器 用户 水平 质量 模式 机器""",
    "诊断": "率",
    "改造": "率 升级率 投入 投资 面积 项目 工程 任务",
    "开放": "测试 率 平台 度 数据 共享 型 合作 程度 水平",
    "注册": "量 用户 资本",
    "登记": "率 量",
    "上云": "率 企业 用",
    "安装": "率",
    "配备": "率",
    "融资": "额 规模 总额 余额",
    "带动": "率",
    "发展": "水平 指数 规模 基金 速度",
    "标注": "产值 产业 基地 企业 产业 数据规模 数据量 人员 人才 从业",
    "取得": "率",
    "产出": "率 效率 强度",
    "授权": "运营 率",
    "生产": "总值 性 线 率 经营 力 服务 设备 制造",
    "普及": "率",
    "治理": "率 项目 工程",
    "获": "得 批 评 取 客 益",
    "对接": "率",
    "申请": "材料 量 人 事项 表",
    "新设": "备 施 计",
}
_STAGE: Final = "签约 落地 开工 建成 竣工 投产 达产 投用 投运 启用 交付"
# Several stages of a project make one verb: 竣工投产, 开工建设.
_STAGES: Final = (
    alternation(_STAGE)
    + alternation(_STAGE + " 建设", unless_before={"建设": "项目 用地 工程 率"})
    + "+(?!率)"
)
# 参与|国家标准5项: to have a hand in one is to make it.
_STANDARDS: Final = (
    "(?:主持|牵头|主导|参与)"
    "(?=(?:国际|国家|行业|地方|团体|省级)[^，0-9]{0,12}?标准(?!化|[^，]{0,4}的))"
)
_BRINGS: Final = alternation(
    """新增 新增设 新设 新建 新建成 新培育 新引进 新开通 新改建 新建设 新认定 新获批 新铺 新改扩建
    净增 增设 增配
    建 建成 建立 建好 建有 建设 建设运营 规划建设 构建 组建 搭建 改建 扩建 改扩建 续建 建造
    打造 创建 创成 争创 创树 设立 成立 开设 挂牌 布局 部署 规划 谋划 铺设 敷设 铺开 投放 安装
    开办 创办 兴办
    培育 培养 培训 引进 引育 引培 引入 引聚 招引 招商引进 招聘 招募 招收 吸引 选派 派驻 聘任
    集聚 聚集 汇聚 汇集 归集 采集 储备 盘活 整合 打通 贯通 对接 入库 备案 备案登记 注册 登记
    形成 实施 完成 开展 推出 推广 应用推广 推广应用 示范推广 推动 推进 推介 组织 发布 提供 发射 提交
    研发 研制 开发 攻克 攻关 攻坚 突破 转化 孵化 复制 标注 授权 生产 普及 转型 迁移 上云 提档
    支持 扶持 资助 遴选 遴选出 布设 新布设 消除 替代 选择 选出 选树 选育 选拔 评选 认定
    评定 命名 征集 凝练 推荐 入选 获 获得 获批 获评 申报 申建 申请 签约 落地 交付 投产 开工 竣工
    上线 上架 立项 建档 促成 达成 承接 承担 参建 覆盖 服务 服务保障
    诊断 改造 升级 改装 更新 置换 配备 淘汰 关停 清理 整治 拆除
    治理 救助 惠及 受益 发放 拉动 带动 辐射 发展 扩展 拓展 拓宽 扩大 输出 举办 举行 承办 办好
    制定 制修订 修订 编制 参与制定 主导制定 牵头制定 研究制定 订立 出台 取得 斩获 产出
    开通 开放 开辟 开出
    统筹 统筹安排 纳入 纳管 投运 投用 启用 建成投用 建成投运 投资 投入 安排 筹集 募集 撬动
    争取到 融资""",
    unless_before=_NOUN_AFTER,
    unless_after={"组织": "务会济作际介益"},  # 服务组织, 社会组织
)
# What brings new things about: with a count, the target is cumulative.
BUILD: Final = f"(?:{_STAGES}|{_STANDARDS}|{_BRINGS})"
# Those that a clause may hold anywhere; of the others many are half a noun there.
INNER_BUILD_SURE: Final = alternation(
    """新增 新建 新培育 新引进 新开通 新认定 净增 建成 建设运营 打造 创建 创成 争创 培育 引进
    引育 引培 招引 累计形成 遴选 选择 选出 选树""",
    unless_before={"培育": "库 壮大 体系 工程"},
)
# ... and after a circumstance (在…, 支持…), where a verb must follow.
INNER_BUILD: Final = alternation(
    """新增 新建 新培育 新引进 新开通 净增 建成 建设 建设运营 打造 创建 创成 争创 培育 培养 引进
    引育 引培 招引 吸引 集聚 形成 累计形成 实施 完成 开展 推出 发布 设立 组建 搭建 认定 遴选
    选择 选出 选树 投放 部署 举办 攻克 孵化 上线 开通 落地 制定 安装 配备 提供 开发 研发
    更新 发放 推广 惠及""",
    unless_before={**_NOUN_AFTER, "建设": "项目 用地 完成率 工程 进度 率 运营"},
)
# What may be measured itself, so that it is no verb where nothing follows: 完成投资100亿元.
VERBAL_NOUN: Final = re.compile(
    "(?:投资|融资|投入|培训|服务|诊断|改造|授权|登记|备案|规划|发展|更新|治理|覆盖|升级|"
    "应用推广|转型|安装|投放)$"
)
# 带动中小企业1000家|协同转型: who does it stands before the number.
DOERS: Final = re.compile(alternation("企业 机构 单位 学校 医院 农户 商户 主体 用户 居民") + "$")
DONE_BY: Final = re.compile(
    alternation(
        "完成 开展 实施 实现 进行 接入 上云 上平台 协同 共同 参与 应用 使用 入驻 数字化转型"
    )
)
# Verbs whose object is a deed: 完成场景征集100个.
DOES: Final = re.compile(alternation("完成 开展 实施 组织 进行 启动") + "$")
# People are reached one after the other: 光网覆盖家庭; places are covered or are not.
REACH: Final = alternation("覆盖 惠及 带动 服务") + alternation(
    "家庭 农户 农牧民 居民 群众 用户 学生 人口 牧户 就业"
)
HAVE: Final = alternation("拥有 保有 具备")
# Adverbs in front of a verb; stripped only where a verb follows (新能源 is no verb phrase).
ADVERB: Final = alternation(
    """力争 力求 争取 确保 努力 积极 加快 大力 着力 聚力 全力 奋力 合力 重点 持续 稳步 深入 统筹
    有序 全面 计划 预计 预期 拟 再 再新 新 共 累计 总计 合计 逐步 分批 每批 首批 批量 择优 优先
    主动 自主 进一步 有效 不断 提前 率先 动态 滚动 系统 精准 靶向 常态化 规模化 定期 常年 年均
    高标准 高质量 高水平 高起点 高规格 多层次 多渠道 开放式 面向全国 同步 同时 要 将 至少 扎实
    推动 推进 促进 组织 鼓励 支持 引导 指导 帮助 协同 联合 牵头 参与 主导 牵头或 主导或
    参与或 牵头和 主导和 主持或 主持和 主持 分类 探索 成功 广泛 集中 科学 梯次 梯度 强化 加强
    优化 谋划 免费 依法 实现""",
    # 新增设备 is 新增 and 设备, no 新 and 增设.
    unless_before={"新": "增 建 能源 型 材料", "主持": "人"},
)
# Verbs a task opens with, and a report does not: what went before was said of the past.
ORDER: Final = re.compile(
    r"\d*[.、]?"
    + alternation(
        """推动 推进 支持 鼓励 加快 深化 完善 健全 强化 加强 引导 围绕 聚焦 依托 以 优化 升级 落实
        发挥 统筹 探索 促进 大力 积极 深入 着力 力争 争取 确保"""
    )
)
# ... and that nobody reports with either.
DOING: Final = re.compile(
    r"\d*[.、]?"
    + alternation(
        """推动 推进 支持 鼓励 加快 深化 完善 健全 强化 加强 优化 升级 促进 大力 积极 深入 着力 实施
        建设 打造 构建 培育 开展"""
    )
    + "(?![^，]{0,20}了)"
)
# An aim that makes a figure after it a promise.
AIM: Final = re.compile(alternation("力争 力求 争取 确保"))
# Openers that belong to no subject, whether a verb follows or not.
OPENER: Final = alternation(
    """力争 力求 争取 确保 努力 努力实现 预计 预期 计划 其中 同时 并且 并 且 以及 还要 累计 实现
    推动 推进 促进 使得 使 让 带动 拉动 引导 保障 保证 支撑 助力 总体上 届时 有望 目标 主要目标
    发展目标 具体目标 即 如 以后 此后 其后 全年 年内 当年 分别 全力
    加快 稳步 保持 达到 各类 各级各类 完成 含 包括
    包含""",
    unless_before={
        "含": "税 量 水 硫 碳 金",
        "并": "网 轨 购 发 联 行 线",
        "引导": "基金 资金",
        "保障": "性 房 能力",
        "完成": "率 度 量 情况 时限 时间 比例 投资 额",
    },
)
# Words that open a clause on where, how or for whom: what follows its verb is measured.
CIRCUMSTANCE: Final = re.compile(
    alternation(
        """在 于 围绕 聚焦 面向 针对 瞄准 依托 依靠 借助 基于 通过 利用 发挥 对 以 按 按照 结合
        根据 为 向 从 由 沿 与 会同 联合 协调 支持 鼓励 引导 推动 组织 帮助 指导 带动 促进 发动
        动员 督促 每 每个 各 随着 抢抓 立足"""
    )
)
# Verbs whose object acts in turn: 支持企业建设平台.
SUPPORTS: Final = re.compile(
    alternation("支持 鼓励 引导 推动 组织 帮助 指导 带动 促进 推进 扶持") + "$"
)
# A place the plan speaks for: it stays with the thing measured (全市…).
SCOPE: Final = re.compile(
    "(?:在)?("
    + alternation("全市 全省 全县 全区 全州 全域 全国 我市 我省 我县 我区 全镇 全旗 全盟")
    + "(?:范围内?|域内)?)"
)

# --- What is no promise -----------------------------------------------------------------------

# A sum that somebody gets, pays or must reach to be paid.
SUBSIDY: Final = re.compile(
    alternation(
        """给予 奖励 奖补 补助 补贴 资助 贴息 奖金 奖代补 最高 封顶 上限 罚款 处以 予以支持
        支持额度 授信额度 减免 返还 一次性 每人每月 兑付 不予"""
    )
    + r"|按.{0,12}的?标准|按(?:照|实际|设备|投资|项目|合同).{0,12}\d%"
)
# Firms and places that a size describes: 营业收入10亿元以上企业.
CLASS_NOUN: Final = re.compile(
    "的?[一-鿿A-Za-z0-9“”]{0,12}?"
    + alternation(
        """企业 公司 项目 园区 开发区 平台 单位 主体 机构 客户 用户 工厂 龙头 县 镇 乡 村 城市
        人才 团队 基站 场所 医院 学校 商户 大户 供应商 服务商 载体 基地 中心 产品 品牌"""
    )
)
# A condition on those who are paid comes a clause before the sum: 对产值超过1亿元的,给予….
CONDITION: Final = re.compile("[^一-鿿]*(?:并|且)?对")
CONDITION_END: Final = re.compile("(?:的|企业|项目|单位|机构|个人|者|[园区])$")
# What must not be done sets no aim: 严禁新建3000架以上的数据中心.
FORBIDDEN: Final = re.compile(alternation("严禁 禁止 不得新建 不再新建 不准 严控 取缔"))
# A fact of a project, or how heavily something counts in an appraisal.
PROJECT_FACT: Final = re.compile(
    r"(?:(?:项目|工程|计划)?总投资额?|占地(?:面积)?|设计[年日总送产].*)$"
)
WEIGHT: Final = re.compile(alternation("权重 分值 计分") + "$")
# Numbers that lay out a structure: 构建2个中心、5个节点的布局.
STRUCTURE_TAIL: Final = re.compile(
    alternation("格局 体系 架构 布局 框架 思路 路径 工作法 矩阵 体制 机制 模式") + "$"
)
# Things that are listed, not reached: 12个领域, 5个方面.
LISTED_NOUN: Final = re.compile(
    alternation(
        """方面 领域 行业 阶段 环节 维度 层面 类别 方向 步骤 要素 专题 行动 工程 任务 举措 措施
        抓手 原则 专班 工作组 专项组 小组 赛道 门类 层级 部门 条款 章节 文件 清单 制度 细则"""
    )
    + "$"
)
# Firms that are counted only to say whose data they are: 归集1.2万家用能单位水电气热数据.
OWNERS_OF_DATA: Final = re.compile("(?:企业|单位|用户|机构|农户|居民).*(?:数据|信息)$")

"""Targets are read from planning text with their subject, comparator, value, year and kind."""

import pytest

from shucheng.plan.compiler.language.numerals import print_number
from shucheng.plan.compiler.model import Period, Qualitative, Target
from shucheng.plan.compiler.structure.passages import Passage
from shucheng.plan.compiler.targets.finder import find_targets

PLAN = Period(2025, 2027)


def read(
    text: str, *, period: Period | None = PLAN, work_year: int | None = None
) -> tuple[list[Target], list[Qualitative]]:
    """What one paragraph holds."""
    return find_targets(text, [Passage((0, len(text)), "s1", work_year)], period)


def told(text: str, **options: int) -> list[str]:
    """Targets in short: `subject >= 10家 2027 cumulative`."""
    targets, _ = read(text, work_year=options.get("work_year"))
    return [_short(target) for target in targets]


def _short(target: Target) -> str:
    most = "" if target.value_max is None else f"-{print_number(target.value_max)}"
    figure = f"{print_number(target.value)}{most}{target.unit}"
    return f"{target.subject} {target.comparator} {figure} {target.year} {target.kind}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Noun first, number first.
        (
            "到2027年,产业规模达到1200亿元。",
            ["产业规模 >= 1200亿元 2027 level"],
        ),
        (
            "到2027年,建设50个智慧农场(牧场、渔场)。",
            ["智慧农场(牧场、渔场) = 50个 2027 cumulative"],
        ),
        (
            "到2027年,引培5家以上具有带动力的服务企业。",
            ["具有带动力的服务企业 >= 5家 2027 cumulative"],
        ),
        # A comparator before the number, after it, or both.
        ("算力规模突破20000P。", ["算力规模 > 20000P None level"]),
        ("每年支持10项左右攻关项目。", ["攻关项目 ~ 10项 None annual"]),
        ("PUE降至1.25以下。", ["PUE <= 1.25 None level"]),
        ("死亡率控制在3‰以内。", ["死亡率 <= 3‰ None level"]),
        ("核心区时延不高于5毫秒。", ["核心区时延 <= 5毫秒 None level"]),
        ("机房电价低于0.4元。", ["机房电价 < 0.4元 None level"]),
        ("审批时间缩短至3天以内。", ["审批时间 <= 3天 None level"]),
        ("累计接待游客超过2.4亿人次。", ["接待游客 > 2.4亿人次 None cumulative"]),
        # 突破 is a verb in front of a counted noun and a comparator in front of a figure.
        (
            "突破100项关键技术,合同成交额突破500亿元。",
            ["关键技术 = 100项 None cumulative", "合同成交额 > 500亿元 None level"],
        ),
        # 以上 belongs to the subject, to the number, or to both.
        (
            "百亿元以上企业达到10家,引进投资5亿元以上项目20个以上。",
            [
                "百亿元以上企业 >= 10家 None level",
                "投资5亿元以上项目 >= 20个 None cumulative",
            ],
        ),
        (
            "营业收入超50亿元的供应商达到10家。",
            ["营业收入超50亿元的供应商 >= 10家 None level"],
        ),
        # Lists: one figure for each, figures in order, a shared verb, a shared comparator.
        (
            "培育数商、服务机构各100家。",
            ["数商 = 100家 None cumulative", "服务机构 = 100家 None cumulative"],
        ),
        (
            "营业收入和利润总额分别突破3000亿元和900亿元。",
            ["营业收入 > 3000亿元 None level", "利润总额 > 900亿元 None level"],
        ),
        (
            "规上工业企业数字化研发设计工具普及率、关键工序数控化率分别达到93%、72%。",
            [
                "规上工业企业数字化研发设计工具普及率 >= 93% None level",
                "规上工业企业关键工序数控化率 >= 72% None level",
            ],
        ),
        (
            "创成数据空间国家试点2个以上、省级试点6个以上。",
            [
                "数据空间国家试点 >= 2个 None cumulative",
                "数据空间省级试点 >= 6个 None cumulative",
            ],
        ),
        (
            "城区重点场所、自然村5G信号覆盖率分别达到100%、95%。",
            [
                "城区重点场所5G信号覆盖率 >= 100% None level",
                "自然村5G信号覆盖率 >= 95% None level",
            ],
        ),
        (
            "到2025年、2027年,受理商户分别达到2万户、6万户。",
            ["受理商户 >= 2万户 2025 level", "受理商户 >= 6万户 2027 level"],
        ),
        # Ranges, Chinese numerals, thousands, full width, blanks around digits.
        ("新增独角兽企业1-2家。", ["独角兽企业 = 1-2家 None cumulative"]),
        ("打造3～5个产业集群。", ["产业集群 = 3-5个 None cumulative"]),
        ("培育三到五家链主企业。", ["链主企业 = 3-5家 None cumulative"]),
        ("引进企业三百家以上。", ["企业 >= 300家 None cumulative"]),
        ("新建基站1,200个。", ["基站 = 1200个 None cumulative"]),
        ("到 ２０２７ 年，新建基站 ５０００ 个。", ["基站 = 5000个 2027 cumulative"]),
        ("良种覆盖率超过百分之九十。", ["良种覆盖率 > 90% None level"]),
        ("产业规模突破万亿元大关。", ["产业规模 > 1万亿元 None level"]),
        # Growth.
        (
            "增加值达到900亿元,年均增长8%左右,占GDP比重达到12%。",
            [
                "增加值 >= 900亿元 None level",
                "增加值 ~ 8% None growth",
                "增加值占GDP比重 >= 12% None level",
            ],
        ),
        ("贡献率提高5个百分点。", ["贡献率 = 5个百分点 None growth"]),
        ("软件业收入较2024年翻一番。", ["软件业收入 = 1番 None growth"]),
        ("单位能耗下降13.5%。", ["单位能耗 = 13.5% None growth"]),
        (
            "配套率由2023年的31%提高到45%以上。",
            ["配套率 >= 45% None level"],
        ),
        (
            "累计投资将由2024年的2.5万亿元增长至2027年的3.7万亿元。",
            ["累计投资 >= 3.7万亿元 2027 cumulative"],
        ),
        # A share of those who do something; ranks; circles of latency.
        (
            "70%以上的规上企业实现数字化。",
            ["规上企业实现数字化 >= 70% None level"],
        ),
        ("综合实力进入全国前10位。", ["综合实力 <= 10位 None level"]),
        (
            "打造城市内1毫秒、区域5毫秒时延圈。",
            ["城市内时延圈 <= 1毫秒 None level", "区域时延圈 <= 5毫秒 None level"],
        ),
        # Who acts and where is not what is measured.
        (
            "支持龙头企业建设工业互联网平台10个。",
            ["工业互联网平台 = 10个 None cumulative"],
        ),
        ("在重点行业打造典型场景200个。", ["典型场景 = 200个 None cumulative"]),
        ("推动2500家中小企业完成改造。", ["中小企业 = 2500家 None cumulative"]),
        (
            "算力券每年发放不少于5000万元。",
            ["算力券 >= 5000万元 None annual"],
        ),
        # A label, a grade or a place is completed from what stands beside it.
        ("脑机接口:开展临床试验6项。", ["脑机接口临床试验 = 6项 None cumulative"]),
        (
            "建成1个市级、9个县级数据中心。",
            ["市级数据中心 = 1个 None cumulative", "县级数据中心 = 9个 None cumulative"],
        ),
        (
            "发展示范基地30个(其中国家级2个)。",
            ["示范基地 = 30个 None cumulative", "国家级示范基地 = 2个 None cumulative"],
        ),
        (
            "形成“市内1毫秒、全国20毫秒”时延圈。",
            ["市内时延圈 <= 1毫秒 None level", "全国时延圈 <= 20毫秒 None level"],
        ),
        (
            "制造业、软件业营业收入分别突破1000亿元、200亿元,年均分别增长10%、15%。",
            [
                "制造业营业收入 > 1000亿元 None level",
                "软件业营业收入 > 200亿元 None level",
                "制造业营业收入 = 10% None growth",
                "软件业营业收入 = 15% None growth",
            ],
        ),
        ("全市新增上云企业100家。", ["全市上云企业 = 100家 None cumulative"]),
    ],
)
def test_a_promise_is_read(text: str, expected: list[str]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "按照“335”推进思路,构建“2+4+2”体系和“1+3+N”框架。",
        "提升12345热线服务能力,联系电话0515-86660000。",
        "发布公共数据资源和产品两张清单,深化“一件事”改革。",
        "布局5G、6G、IPv6、8K、3D打印等技术,推进5G-A商用。",
        "打造15分钟生活圈,推行7×24小时服务。",
        "办好2025年数字经济大会,举办第三届数博会。",
        "贯彻《三年行动计划(2025-2027年)》(盐政办〔2025〕12号)。",
        "巩固提升电子信息、光伏制造2个优势产业。",
        "构建2个核心区、5个节点的发展格局。",
        "聚焦10个重点领域,在20个县开展试点。",
        "截至2024年底,全市建成5G基站1.2万个,规模突破500亿元。培育企业30家。",
        "目前,全市上云企业超过3万家;累计建成智能工厂249个。",
        "“十三五”期间,数字经济年均增长12%,规上企业达到800家。",
        "已建成园区12个,集聚企业300家,获评国家级平台3个。",
        "对认定的智能工厂给予最高500万元奖励,按设备投资的20%补贴。",
        "国家提出到2030年占比达到12.5%左右,全国平均水平为9.8%。",
        "全市现辖12个乡镇、213个行政村,总人口120万人。",
        "对年营业收入首次突破1亿元、5亿元的企业分类指导。",
        "部署400G全光网络,打造10公里物流圈,便利70岁以上老人。",
        "按照每万人不少于3个的标准配置,推进年产50万台终端项目建设。",
        "完善“1个平台+3个中心+N个应用”架构,成立1个工作专班。",
        "面向省级以上开发区部署设备,用好省级以上人才工程。",
        "培育一批百亿级企业和千亿级集群,建设十大场景。",
        "(市工信局、市发改委、市科技局等按职责分工负责)",
    ],
)
def test_what_is_no_promise_is_left_out(text: str) -> None:
    assert told(text) == []


def test_a_year_covers_the_sentences_after_it_until_another() -> None:
    targets, _ = read("到2026年,规模达到10亿元。企业达到20家。到2027年,人才超300名。")
    assert [(t.year, t.year_basis) for t in targets] == [
        (2026, "stated"),
        (2026, "inherited"),
        (2027, "stated"),
    ]


def test_a_year_of_an_introduction_covers_its_subsections() -> None:
    text = "到2027年,实现以下目标。\n核心产业增加值突破900亿元。\n营业收入增长8%。"
    cuts = [0, 13, 27, len(text) + 1]
    places = ["s1", "s1.1", "s2"]
    passages = [
        Passage((a, b - 1), place) for a, b, place in zip(cuts[:-1], cuts[1:], places, strict=True)
    ]
    targets, _ = find_targets(text, passages, PLAN)
    assert [(t.year, t.year_basis, t.implied_year) for t in targets] == [
        (2027, "inherited", None),
        (None, "", 2027),
    ]


def test_every_year_covers_a_list_and_has_the_plans_period() -> None:
    targets, _ = read("每年新增先进级工厂100家以上,卓越级工厂3家以上。")
    assert [(t.kind, t.year, t.period, t.implied_year) for t in targets] == [
        ("annual", None, (2025, 2027), None)
    ] * 2


def test_within_three_years_ends_with_the_plan() -> None:
    (target,), _ = read("三年内累计形成高质量数据集30个。")
    assert (target.year, target.year_basis, target.kind) == (2027, "relative", "cumulative")


def test_without_a_year_the_plans_last_is_implied() -> None:
    (target,), _ = read("打造30个消费场景。")
    assert (target.year, target.year_basis, target.implied_year) == (None, "", 2027)


def test_a_yearly_work_list_dates_its_targets_and_counts_by_the_year() -> None:
    assert told("全年引进项目100个以上,普及率达到90%。", work_year=2025) == [
        "项目 >= 100个 2025 annual",
        "普及率 >= 90% 2025 level",
    ]


def test_five_year_plans_are_known_by_their_number() -> None:
    targets, _ = read("“十五五”末,规模达到10亿元。", period=Period(2026, 2030))
    assert [t.year for t in targets] == [2030]


def test_a_title_names_the_trade_that_a_bare_measure_leaves_out() -> None:
    assert told("做强新型显示产业。2026年产业规模达到600亿元。") == [
        "新型显示产业规模 >= 600亿元 2026 level"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "实现全市中小学全覆盖。",
        "实现上市公司新突破。",
        "综合实力稳居全省第一方阵。",
        "到2027年,重要系统全部纳入保护体系。",
        "营业收入占比在全省实现明显进位。",
    ],
)
def test_a_promise_without_a_number_is_qualitative(text: str) -> None:
    targets, qualitative = read(text)
    assert targets == []
    assert len(qualitative) == 1


def test_an_intention_without_a_promise_is_nothing() -> None:
    assert read("加快突破领航级智能工厂,推动电池转化效率不断提升。") == ([], [])


def test_spans_stand_in_the_document_and_quote_it() -> None:
    text = "前言。\n到 2027 年，建成 ５Ｇ 基站 1000 个以上。"
    targets, _ = find_targets(text, [Passage((4, len(text)), "s1")], PLAN)
    (target,) = targets
    assert text[slice(*target.span)] == target.quote == "建成 ５Ｇ 基站 1000 个以上"
    assert (target.subject, target.unit) == ("５Ｇ基站", "个")


def test_a_plan_that_does_not_say_its_period_is_read_all_the_same() -> None:
    targets, _ = read("到2027年,企业达到20家。截至2023年底,企业10家。", period=None)
    assert [(t.value, t.year, t.implied_year) for t in targets] == [(20, 2027, None)]

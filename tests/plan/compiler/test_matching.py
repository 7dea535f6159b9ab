"""When two phrases name the same measured thing, and when they do not."""

import pytest

from shucheng.plan.compiler.matching import Lexicon, less_is_better, name_of

NAMES = [
    "规模以上数字经济核心产业营业收入",
    "数字经济核心产业规上营业收入",
    "数字经济核心产业增加值",
    "全市数字经济核心产业规上企业",
    "规上数字经济核心产业企业数量",
    "累计培育先进级以上智能工厂数量",
    "先进级智能工厂",
    "卓越级智能工厂",
    "国家卓越级智能工厂",
    "国家高新技术企业",
    "累计建成高新技术企业数量",
    "省级以上专精特新企业",
    "专精特新中小企业",
    "全市数字经济省级以上研发机构",
    "累计建成省级以上研发机构",
    "百亿级数字产业园区(集聚区)",
    "省级以上数字经济特色产业园区",
    "智慧农场(牧场、渔场)",
    "累计建设智慧农场",
    "电子信息产业规模",
    "光伏制造产业规模",
    "算力规模",
    "算力产业规模",
    "市区污水处理率",
    "县城污水处理率",
    "国家级数据空间试点",
    "省级数据空间试点",
    "规上数字企业",
    "百亿级数字企业",
]
LEXICON = Lexicon(name_of(name) for name in NAMES)


def same(left: str, right: str) -> bool:
    one, other = name_of(left), name_of(right)
    found = LEXICON.same(one, other)
    assert found == LEXICON.same(other, one)
    return found > 0


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("规模以上数字经济核心产业营业收入", "数字经济核心产业规上营业收入"),
        ("全市数字经济核心产业规上企业", "规上数字经济核心产业企业数量"),
        ("累计培育先进级以上智能工厂数量", "先进级智能工厂"),
        ("卓越级智能工厂", "国家卓越级智能工厂"),
        ("国家高新技术企业", "累计建成高新技术企业数量"),
        ("省级以上专精特新企业", "专精特新中小企业"),
        ("全市数字经济省级以上研发机构", "累计建成省级以上研发机构"),
        ("智慧农场(牧场、渔场)", "累计建设智慧农场"),
    ],
)
def test_one_thing_in_other_words(left: str, right: str) -> None:
    assert same(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("数字经济核心产业规上营业收入", "数字经济核心产业增加值"),
        ("先进级智能工厂", "卓越级智能工厂"),
        ("百亿级数字产业园区(集聚区)", "省级以上数字经济特色产业园区"),
        ("电子信息产业规模", "光伏制造产业规模"),
        ("市区污水处理率", "县城污水处理率"),
        ("国家级数据空间试点", "省级数据空间试点"),
        ("规上数字企业", "百亿级数字企业"),
    ],
)
def test_two_things_that_sound_alike(left: str, right: str) -> None:
    assert not same(left, right)


def test_less_energy_is_better_and_a_larger_saving_too() -> None:
    assert less_is_better("单位增加值能耗")
    assert not less_is_better("单位增加值能耗下降率")

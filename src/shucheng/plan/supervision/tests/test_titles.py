"""Titles are whole clauses of what they are made from."""

import pytest

from shucheng.plan.supervision.engine.titles import title_from


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("建设算力设施。", "建设算力设施"),
        ("提升产业能级，培育骨干企业，建设产业园区", "提升产业能级，培育骨干企业"),
        ("提升产业能级、培育骨干企业集群和园区", "提升产业能级"),
        ("没有停顿的一段很长很长的文字", "没有停顿的一段很长很长的…"),
        ("raise the computing power", "raise the…"),
        ("投入1,000万元建设产业园区和平台", "投入1,000万元建设产…"),
    ],
)
def test_a_long_text_is_cut_where_it_pauses(text: str, title: str) -> None:
    assert title_from(text, 13) == title

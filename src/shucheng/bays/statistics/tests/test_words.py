"""One thing has one word on Chinese pages."""

from pathlib import Path

import pytest

import shucheng

OTHERS = {
    "入库": ("取用",),
    "计划产业": ("规划产业",),
    "推算": ("插补",),
    "保密处理": ("隐私抑制", "统计保密", "不予公布"),
}


@pytest.mark.parametrize("word", OTHERS)
def test_a_thing_is_called_by_its_word_alone(word: str) -> None:
    root = Path(shucheng.__file__).parent
    for room in ("bays/statistics", "kernel"):
        text = (root / room / "locale/zh_Hans/LC_MESSAGES/django.po").read_text("utf-8")
        for other in OTHERS[word]:
            assert other not in text, f"{other} is called {word}"

"""Names of classes in the reader's language."""

import re

from django.utils.translation import override

from shucheng.bays.statistics.engine.classification import shipped
from shucheng.bays.statistics.queries.class_words import class_name


def test_every_division_and_group_has_an_english_name_of_its_own() -> None:
    names = [each.name for each in shipped().classes if each.level < 3]
    with override("en"):
        english = [class_name(name) for name in names]
    assert not [name for name in english if re.search(r"[\u4e00-\u9fff]", name)]
    assert len(set(english)) == len(set(names))
    with override("zh-hans"):
        assert [class_name(name) for name in names] == names


def test_a_name_that_nobody_translated_stays_as_it_is() -> None:
    with override("en"):
        assert class_name("没有译名的类别") == "没有译名的类别"

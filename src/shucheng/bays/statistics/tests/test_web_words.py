"""What stands on the pages are words: no codes of versions and tags, no bare refusals."""

import pytest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from shucheng.bays.statistics.models import Coefficient, Firm, Link
from shucheng.bays.statistics.queries.imputing import ABOUT
from shucheng.bays.statistics.queries.version_words import (
    definition_words,
    number_words,
    version_words,
)
from shucheng.bays.statistics.templatetags.firms_text import decided
from shucheng.bays.statistics.tests.firm_files import imported, register, valid
from shucheng.bays.statistics.tests.test_web_firms import Browser, browser, text

__all__ = ["browser"]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("assumed.1", "暂用值第1版"),
        ("plan-2025.1", "行动计划2025年口径第1版"),
        ("2021.1", "2021年第1版"),
        ("3", "第3版"),
        ("市统计局2026年核定", "市统计局2026年核定"),
    ],
)
def test_a_version_has_words(version: str, words: str) -> None:
    with override("zh-hans"):
        assert version_words(version) == words


def test_a_definition_can_be_read_without_its_text(browser: Browser) -> None:
    office = browser("office")

    def read(kind: str) -> str:
        """The page without the text for whoever changes it."""
        page = text(office.get(reverse("statistics:definition", args=[kind])))
        start, _area, rest = page.partition("<textarea")
        return start + rest.partition("</textarea>")[2]

    rates, industries, ladder = read("rates"), read("industries"), read("ladder")
    assert "暂用值第1版" in rates
    assert "assumed.1" not in rates
    assert "行业大类" in rates
    assert "跨境电商" in industries
    for code in ("electronics", "cross_border", "plan-2025.1"):
        assert code not in industries
    assert "高新技术企业认定管理办法" in ladder
    assert "stored page" not in read("classification")


def test_two_registrations_are_laid_side_by_side(browser: Browser) -> None:
    rows = (
        f"{valid(1)},甲有限公司,3982,东区,小型,否,",
        f"{valid(2)},甲公司,3982,西区,小型,否,",
    )
    imported(register(*rows))
    left, right = Firm.objects.order_by("credit_code")
    evidence = [{"field": "core", "left": "甲", "right": "甲", "level": 2, "weight": 7.0}]
    Link.objects.create(left=left, right=right, probability=0.912, evidence=evidence)
    page = text(browser("office").get(reverse("statistics:duplicates")))
    assert "为同一企业的概率 91.2%" in page
    assert "(强)" in page
    assert page.count("不一致") == 1, "of what can be compared the area alone differs"


def test_the_address_of_every_form_leads_to_its_page(browser: Browser) -> None:
    office = browser("office")
    for form, given, page in (
        ("coefficient_decide", [1], reverse("statistics:coefficients")),
        ("duplicate_decide", [1], reverse("statistics:duplicates")),
        ("duplicates_find", [], reverse("statistics:duplicates")),
        ("definition_decide", [1], reverse("statistics:definitions")),
        ("honour", [valid(1)], reverse("statistics:firm", args=[valid(1)])),
    ):
        answer = office.get(reverse(f"statistics:{form}", args=given))
        assert (answer.status_code, answer["Location"]) == (302, page)


def test_words_of_indexes_and_methods_say_what_they_mean() -> None:
    with override("zh-hans"):
        assert definition_words(0) == "随平台提供的定义"
        assert number_words(0) == "随平台提供"
        assert definition_words(2) == "定义第 2 号"
        assert str(ABOUT["last"]).startswith("以上方法均不适用的")
        assert _("Attacks that failed") == "经核验均不能反推"
        drawn = "%(names)s: values beyond the outer %(share)s on each side are drawn in."
        for text_of in ("drawn in to %(value)s", drawn):
            assert "缩尾至" in _(text_of)
            assert "收到" not in _(text_of)


def test_a_refused_share_is_called_the_same_wherever_it_stands() -> None:
    with override("zh-hans"):
        assert decided(Coefficient(state=Coefficient.State.REFUSED)) == _("Do not approve")

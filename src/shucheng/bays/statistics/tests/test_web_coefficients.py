"""Coefficients on screen: who proposes and who decides, of firms and of whole classes."""

from decimal import Decimal

import pytest
from django.urls import reverse

from shucheng.bays.statistics.models import Coefficient
from shucheng.bays.statistics.queries.firm import firm_page
from shucheng.bays.statistics.tests.city import OFFICE
from shucheng.bays.statistics.tests.firm_files import imported, register, valid
from shucheng.bays.statistics.tests.test_web_firms import Browser, browser, text
from shucheng.kernel.public import Organisation, Person, Role, grant_role

__all__ = ["browser"]

pytestmark = pytest.mark.django_db


def test_a_share_is_proposed_by_one_and_decided_by_another(browser: Browser) -> None:
    starred = register(f"{valid(7)},庚检测有限公司,7320,东区,小型,否,")
    imported(starred)
    (share,) = [each for each in firm_page(valid(7), actor=OFFICE).shares if each.partial]
    assert (share.lower, share.upper) == (Decimal(0), Decimal(100))
    office, second = browser("office"), browser("second")
    sent = {"firm": valid(7), "class": share.code, "share": "35", "since": "2026-01",
            "reason": "按业务占比"}  # fmt: skip
    assert office.post(reverse("statistics:coefficients"), sent).status_code == 302
    assert (
        office.post(reverse("statistics:coefficients"), sent | {"share": "200"}).status_code == 422
    )
    assert office.post(reverse("statistics:coefficients"), sent | {"since": "x"}).status_code == 422
    proposed = Coefficient.objects.get()
    address = reverse("statistics:coefficient_decide", args=[proposed.pk])
    decision = {"revision": 0, "decision": "approve", "reason": "同意"}
    assert office.post(address, decision).status_code == 403
    assert second.post(address, decision).status_code == 302
    (share,) = [each for each in firm_page(valid(7), actor=OFFICE).shares if each.partial]
    assert (share.lower, share.upper) == (Decimal(35), Decimal(35))


def test_the_firm_is_found_by_name_or_code_and_the_share_is_in_per_cent(browser: Browser) -> None:
    rows = (
        f"{valid(7)},庚检测有限公司,7320,东区,小型,否,",
        f"{valid(8)},辛检测有限公司,7320,西区,小型,否,",
        f"{valid(9)},辛检测有限公司,7320,东区,小型,否,",
    )
    imported(register(*rows))
    office = browser("office")
    found = reverse("statistics:coefficient_firms")
    label = f"庚检测有限公司 ({valid(7)})"
    assert label in text(office.get(found, {"firm": "庚检"}))
    assert label in text(office.get(found, {"firm": valid(7)[:16].lower()}))
    assert text(office.get(found, {"firm": "辛检测"})).count("<option") == 2
    assert "<option" not in text(office.get(found, {"firm": "无此企业"}))
    pages = reverse("statistics:coefficients")
    page = text(office.get(pages, {"firm": valid(7)}))
    assert f'value="{label}"' in page, "from the firm's own page it stands there already"
    assert "从 0（完全不计入）到 100（全部计入）" in page
    sent = {"class": "040703", "since": "2026-01", "reason": "按业务占比"}
    for firm, share in ((label, "12.25"), ("庚检测有限公司", "12.25%"), (valid(7), "12.25")):
        assert office.post(pages, sent | {"firm": firm, "share": share}).status_code == 302
    told = Coefficient.objects.values_list("firm__credit_code", "share")
    assert set(told) == {(valid(7), Decimal("0.1225"))}
    for wrong, why in (
        ({"firm": "辛检测有限公司", "share": "5"}, "多家企业同名"),
        ({"firm": "无此企业", "share": "5"}, "没有这个名称或代码的企业"),
        ({"firm": label, "share": "12.255"}, "最多两位小数"),
        ({"firm": label, "share": "NaN"}, "最多两位小数"),
        ({"firm": label, "share": "三成"}, "最多两位小数"),
    ):
        answer = office.post(pages, sent | wrong)
        assert answer.status_code == 422
        assert why in text(answer)
    assert Coefficient.objects.count() == 3


def test_a_countys_reviewers_are_suggested_their_own_firms(browser: Browser) -> None:
    rows = (
        f"{valid(8)},辛检测有限公司,7320,西区,小型,否,",
        f"{valid(9)},壬检测有限公司,7320,东区,小型,否,",
    )
    imported(register(*rows))
    county = Organisation.objects.get(code="east")
    person = Person.objects.create(username="east", display_name="east", password="!")
    grant_role(person.pk, county.pk, Role.REVIEWER, actor=OFFICE)
    found = text(browser("east").get(reverse("statistics:coefficient_firms"), {"firm": "检测"}))
    assert "壬检测" in found
    assert "辛检测" not in found
    assert browser("leader").get(reverse("statistics:coefficient_firms")).status_code == 403


def test_a_countys_reviewers_change_no_class_of_the_whole_city(browser: Browser) -> None:
    imported(register(f"{valid(7)},庚检测有限公司,7320,东区,小型,否,"))
    county = Organisation.objects.get(code="east")
    person = Person.objects.create(username="east", display_name="east", password="!")
    grant_role(person.pk, county.pk, Role.REVIEWER, actor=OFFICE)
    east, office = browser("east"), browser("office")
    pages = reverse("statistics:coefficients")
    sent = {"firm": "", "class": "040703", "share": "0.1", "since": "2026-01", "reason": "试"}
    assert east.post(pages, sent).status_code == 403
    assert not Coefficient.objects.exists()
    assert office.post(pages, sent).status_code == 302
    proposed = Coefficient.objects.get()
    decide = reverse("statistics:coefficient_decide", args=[proposed.pk])
    assert decide not in text(east.get(pages))
    assert decide in text(browser("second").get(pages))
    decision = {"revision": 0, "decision": "approve", "reason": "同意"}
    assert east.post(decide, decision).status_code == 403
    proposed.refresh_from_db()
    assert proposed.state == Coefficient.State.PROPOSED
    assert not east.get(reverse("statistics:home")).context["waiting"]
    # What lies in its own county it may propose.
    assert east.post(pages, sent | {"firm": valid(7)}).status_code == 302

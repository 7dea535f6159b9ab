"""Chinese first, English complete: no text without a translation, none in one language only."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "shucheng"
LAYERS = sorted(p.parent for p in PACKAGE.rglob("locale"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("layer", LAYERS, ids=lambda p: p.name)
def test_every_text_has_a_chinese_translation(layer: Path) -> None:
    source = polib.pofile(str(layer / "locale/zh_Hans/LC_MESSAGES/django.po"))
    missing = [entry.msgid for entry in source if not entry.translated() and not entry.obsolete]
    assert not missing


@pytest.mark.parametrize("layer", LAYERS, ids=lambda p: p.name)
def test_a_translation_keeps_the_named_values(layer: Path) -> None:
    source = polib.pofile(str(layer / "locale/zh_Hans/LC_MESSAGES/django.po"))
    named = re.compile(r"%\((\w+)\)s")
    for entry in source.translated_entries():
        translations = [entry.msgstr, *entry.msgstr_plural.values()]
        for translation in filter(None, translations):
            assert set(named.findall(translation)) == set(named.findall(entry.msgid)), entry.msgid


@pytest.mark.slow
@pytest.mark.parametrize("layer", LAYERS, ids=lambda p: p.name)
def test_every_text_of_the_code_is_collected(layer: Path, tmp_path: Path) -> None:
    if shutil.which("xgettext") is None:
        pytest.skip("gettext is not installed")
    copy = tmp_path / layer.name
    shutil.copytree(layer, copy, ignore=shutil.ignore_patterns("tests", "__pycache__", "static"))
    before = {e.msgid for e in polib.pofile(str(copy / "locale/zh_Hans/LC_MESSAGES/django.po"))}
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans", "-v0", "--no-location"],
        cwd=copy,
        check=True,
        env={"PATH": "/usr/bin:/bin"},
    )
    after = polib.pofile(str(copy / "locale/zh_Hans/LC_MESSAGES/django.po"))
    new = [entry.msgid for entry in after if not entry.obsolete and entry.msgid not in before]
    assert not new, "run `make messages` and translate"


def test_templates_hold_no_chinese_of_their_own() -> None:
    """Text on a page goes through gettext, or an English reader meets Chinese."""
    allowed = {"language_links.html", "500.html"}
    comments = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}", re.S)
    found = [
        str(path.relative_to(ROOT))
        for path in PACKAGE.rglob("templates/**/*.html")
        if path.name not in allowed and CHINESE.search(comments.sub("", path.read_text()))
    ]
    assert not found

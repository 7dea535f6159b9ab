"""Chinese first, English complete: no text without a translation, none in one language only."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
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


def test_texts_inside_f_strings_are_collected_elsewhere() -> None:
    """`xgettext` does not look into an f-string: such a text is a name of its own, or nobody
    translates it."""
    known = {
        entry.msgid
        for layer in LAYERS
        for entry in polib.pofile(str(layer / "locale/zh_Hans/LC_MESSAGES/django.po"))
        if not entry.obsolete
    }
    asked = {
        text: str(path.relative_to(ROOT))
        for path in PACKAGE.rglob("*.py")
        if "tests" not in path.parts
        for text in _texts_in_f_strings(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert len(asked) > 10
    assert {text: where for text, where in asked.items() if text not in known} == {}


def _texts_in_f_strings(tree: ast.Module) -> Iterator[str]:
    for string in ast.walk(tree):
        for call in ast.walk(string) if isinstance(string, ast.JoinedStr) else ():
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                first = call.args[0] if call.args else None
                if call.func.id in ("_", "gettext") and isinstance(first, ast.Constant):
                    yield str(first.value)


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
